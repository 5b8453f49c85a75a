"""A licence or consent as somebody hands it in: the JSON of a grant, checked at the edge."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from cleardance.errors import LicenceError, UsageError
from cleardance.rights.licence import Use
from cleardance.territories import Territory, check_territory

_MOMENT: Final = TypeAdapter(AwareDatetime)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_Text = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$"
    ),
]
_LongText = Annotated[
    str, StringConstraints(min_length=1, max_length=20_000, pattern=r"^[^\x00]*$")
]


def start_of(value: object) -> object:
    """Return the first moment, in UTC, of a day written ``YYYY-MM-DD``; anything else unchanged."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return datetime.combine(datetime.fromisoformat(value), time(), UTC)
    return value


def end_of(value: object) -> object:
    """Return the first moment, in UTC, after a day written ``YYYY-MM-DD``, which is included."""
    start = start_of(value)
    return (
        start + timedelta(days=1) if start is not value and isinstance(start, datetime) else value
    )


class Grant(BaseModel):
    """What is granted, to whom, for what, where, from when and until when, on which conditions.

    ``works`` are ids or names. ``to`` is ``everyone``, ``account:NAME`` or ``partner:NAME``.
    ``territories`` are ISO 3166-1 codes, none for everywhere. Times are RFC 3339; a bare day means
    all of it, in UTC, the last one included. ``grantor`` is who grants it: the works' owner if it
    is left out. ``evidence`` are files that prove it, ``statement`` is proof in words; a consent
    needs either.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    works: tuple[_Text, ...] = Field(min_length=1, max_length=1000)
    with_parts: bool = False
    to: Annotated[str, StringConstraints(pattern=r"^(everyone|(account|partner):[^\x00]{1,64})$")]
    uses: frozenset[Use] = Field(min_length=1)
    territories: frozenset[Territory] = frozenset()
    valid_from: Annotated[AwareDatetime | None, BeforeValidator(start_of)] = None
    valid_until: Annotated[AwareDatetime | None, BeforeValidator(end_of)] = None
    grantor: _Text | None = None
    conditions: tuple[_Text, ...] = Field(default=(), max_length=20)
    evidence: tuple[Path, ...] = Field(default=(), max_length=20)
    statement: _LongText | None = None

    @model_validator(mode="after")
    def _holds_at_some_time(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise ValueError("it would end before it begins")
        return self


def parse_grant(values: object) -> Grant:
    """Return the grant that plain JSON values describe. Raises LicenceError naming each field."""
    try:
        return Grant.model_validate(values)
    except (ValidationError, OverflowError) as error:
        raise LicenceError(_readable(error)) from error


class Withdrawal(BaseModel):
    """Who takes a licence back, and why, in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: _Text
    why: _Text


def parse_withdrawal(by: str, why: str) -> Withdrawal:
    """Return a checked withdrawal. Raises LicenceError naming what is wrong."""
    try:
        return Withdrawal(by=by, why=why)
    except ValidationError as error:
        raise LicenceError(_readable(error)) from error


def parse_territories(codes: Iterable[str]) -> frozenset[str]:
    """Return codes of ISO 3166-1. Raises UsageError for any that is none."""
    try:
        return frozenset(map(check_territory, codes))
    except ValueError as error:
        raise UsageError(f"{error}.") from error


def parse_moment(text: str) -> datetime:
    """Return the moment written in RFC 3339, or the first of a day. Raises UsageError."""
    try:
        return _MOMENT.validate_python(start_of(text))
    except ValueError as error:
        raise UsageError(f"{text!r} is neither a day nor a time with its zone.") from error


def _readable(error: ValidationError | OverflowError) -> str:
    if isinstance(error, OverflowError):
        return "a date is out of range"
    problems = (
        f"{'.'.join(map(str, problem['loc'])) or 'grant'}: {problem['msg']}"
        for problem in error.errors(include_url=False)
    )
    return "; ".join(problems)
