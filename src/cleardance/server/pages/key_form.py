"""The fields of a form that makes a key, read alike wherever the form stands."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar

from cleardance.accounts.limits import Limits
from cleardance.errors import UsageError

_MOST_DAYS: Final = 36_500
N = TypeVar("N", int, float)


def expiry_of(days: str, now: datetime) -> datetime | None:
    """Return when a key ends, so many days from now; empty is never. Raises UsageError."""
    if not days.strip():
        return None
    if not 0 < (number := _number(days, float)) <= _MOST_DAYS:  # not a number is in no range
        raise UsageError(f"{days[:40]!r} is no number of days from now.")
    return now + timedelta(days=number)


def limits_of(requests: str, tasks: str, tokens: str, spend: str) -> Limits:
    """Return the limits that a form's fields say; empty is none. Raises UsageError."""

    def whole(text: str) -> int | None:
        return _number(text, int) if text.strip() else None

    return Limits(whole(requests), whole(tasks), whole(tokens), _micros(spend))


def _micros(spend: str) -> int | None:
    if not spend.strip():
        return None
    try:
        return max(round(_number(spend, float) * 1e6), 1)
    except (OverflowError, ValueError):  # of an infinite sum, and of none
        raise UsageError(f"{spend[:40]!r} is no sum.") from None


def _number(text: str, kind: Callable[[str], N]) -> N:
    try:
        return kind(text.strip())
    except ValueError:
        raise UsageError(f"{text[:40]!r} is no number.") from None
