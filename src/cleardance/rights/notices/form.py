"""A notice as rights-holders hand it in: the form, checked at the edge.

Only the shape is checked here: an unknown field, a wrong type. What the law asks of a notice of its
kind, and may still be missing, is in ``requirements``; a notice that lacks it is kept and answered.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from cleardance.errors import NoticeError

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20000)]
MAX_LOCATED = 1_000_000
"""A notice can name so many outputs; more is sent as several."""


class NoticeKind(StrEnum):
    """What is said to be infringed."""

    COPYRIGHT = "copyright"
    LIKENESS = "likeness"
    TRADEMARK = "trademark"
    INTIMATE_IMAGE = "intimate-image"


class Law(StrEnum):
    """The rules whose form a notice takes; a letter follows none, and still gives knowledge."""

    US_512 = "17-usc-512"
    EU_DSA_16 = "dsa-16"
    US_TAKE_IT_DOWN = "take-it-down"
    LETTER = "letter"


_LAW_OF_KIND = {
    NoticeKind.COPYRIGHT: Law.US_512,
    NoticeKind.LIKENESS: Law.EU_DSA_16,
    NoticeKind.TRADEMARK: Law.EU_DSA_16,
    NoticeKind.INTIMATE_IMAGE: Law.US_TAKE_IT_DOWN,
}


class Demand(StrEnum):
    """What the sender asks to be done. Each is one durable step."""

    REMOVE = "remove"
    ACCOUNT = "account"
    REVOKE = "revoke"
    CEASE = "cease"
    EXCLUDE_FROM_TRAINING = "exclude_from_training"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sender(_Frozen):
    """Who sends the notice, and for whom."""

    name: _Text | None = None
    role: _Text | None = None
    email: _Text | None = None
    address: _Text | None = None
    phone: _Text | None = None
    on_behalf_of: _Text | None = None


class Located(_Frozen):
    """Where something is: exactly one of an output (its id or address), a hashtag, an account."""

    output: _Text | None = None
    hashtag: _Text | None = None
    account: _Text | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if [self.output, self.hashtag, self.account].count(None) != 2:
            raise ValueError("name exactly one of output, hashtag, account")
        return self


class Statements(_Frozen):
    """What the sender states. False and absent are the same: not stated."""

    good_faith: bool = False
    accurate_under_penalty_of_perjury: bool = False
    authorised: bool | None = Field(
        default=None, description="false: the sender says they do not speak for the owner"
    )
    no_consent: bool = Field(
        default=False, description="the person shown did not consent; for intimate images"
    )


class NoticeForm(_Frozen):
    """One notice. ``works`` are rows of the registry's import format, checked when registered."""

    kind: NoticeKind
    law: Law | None = None
    sender: Sender = Sender()
    received: AwareDatetime | None = None
    deadline: _Text | datetime | None = None
    calendar: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")] = "US"
    time_zone: _Text = "UTC"
    works: tuple[dict[str, Any], ...] = Field(default=(), max_length=10_000)
    located: tuple[Located, ...] = Field(default=(), max_length=MAX_LOCATED)
    demands: tuple[Demand, ...] = tuple(Demand)
    reason: _LongText | None = Field(default=None, description="why the content is unlawful")
    statements: Statements = Statements()
    signature: _Text | None = None

    @property
    def applied_law(self) -> Law:
        """The law the form follows: the one named, or the usual one of the kind."""
        return self.law or _LAW_OF_KIND[self.kind]


def parse_notice(values: object) -> NoticeForm:
    """Return the notice that plain values describe. Raises NoticeError naming each bad field."""
    try:
        return NoticeForm.model_validate(values)
    except ValidationError as error:
        problems = (
            f"{'.'.join(map(str, problem['loc'])) or 'notice'}: {problem['msg']}"
            for problem in error.errors(include_url=False)[:20]
        )
        raise NoticeError("The notice cannot be read: " + "; ".join(problems) + ".") from error
