"""What people type into the form of a key: days and limits, or what is none."""

from datetime import UTC, datetime, timedelta

import pytest

from cleardance.accounts.limits import NO_LIMITS, Limits
from cleardance.errors import UsageError
from cleardance.server.pages.key_form import expiry_of, limits_of

NOW = datetime(2026, 2, 17, tzinfo=UTC)


def test_empty_fields_are_no_limits_and_no_end() -> None:
    assert expiry_of(" ", NOW) is None
    assert limits_of("", " ", "", "") == NO_LIMITS


def test_days_from_now_and_limits_are_read() -> None:
    assert expiry_of("1.5", NOW) == NOW + timedelta(hours=36)
    assert limits_of("60", "2", "1000", "0.5") == Limits(60, 2, 1000, 500_000)


@pytest.mark.parametrize("days", ["nan", "inf", "-1", "0", "a week", "1e9", "36501"])
def test_what_is_no_number_of_days_is_refused(days: str) -> None:
    with pytest.raises(UsageError, match="is no number"):
        expiry_of(days, NOW)


@pytest.mark.parametrize("spend", ["nan", "inf", "much"])
def test_what_is_no_sum_is_refused(spend: str) -> None:
    with pytest.raises(UsageError, match="is no"):
        limits_of("", "", "", spend)
