"""One work as rights-holders hand it in: the import format, checked at the edge."""

import hashlib
import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from cleardance.errors import RegistryError
from cleardance.match.fold import key_of, normal_form
from cleardance.rights.identifiers import check_identifier

_PLAIN = re.compile("[A-Za-z0-9]")  # most names: no need to fold them

_Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$"),
]
_LongText = Annotated[str, StringConstraints(min_length=1, max_length=5000)]
_Territory = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
_Place = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}|\*)$")]


class WorkKind(StrEnum):
    """What a work is. A franchise stands for everything under its name."""

    FILM = "film"
    SERIES = "series"
    FRANCHISE = "franchise"
    GAME = "game"
    CHARACTER = "character"
    PERSON = "person"
    MARK = "mark"


class Policy(StrEnum):
    """What the owner wants done where the work is found."""

    DENY = "deny"
    REVIEW = "review"
    ALLOW = "allow"


class ReferenceRole(StrEnum):
    """What a reference file shows of its work; the role says which signals are made of it."""

    IMAGE = "image"
    CLIP = "clip"
    SOUND = "sound"
    FACE = "face"
    VOICE = "voice"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReferenceRow(_Row):
    """A file, relative to the file the row stands in; without a role, by what the file holds."""

    path: _Text
    role: ReferenceRole | None = None


class Conditions(_Row):
    """What an owner asks in return for the policy "allow"; unmet, the policy is ``otherwise``.

    ``until`` is the last day; ``credit`` is shown to whoever is allowed.
    """

    territories: tuple[_Territory, ...] = ()
    until: date | None = None
    no_persons: bool = False
    credit: _Text | None = None
    otherwise: Policy = Policy.DENY


def _as_reference(given: object) -> object:
    return {"path": given} if isinstance(given, str) else given


def _checked(identifiers: dict[str, str]) -> dict[str, str]:
    try:
        return {scheme: check_identifier(scheme, value) for scheme, value in identifiers.items()}
    except RegistryError as error:
        raise ValueError(error.message) from error


_References = Annotated[
    tuple[Annotated[ReferenceRow, BeforeValidator(_as_reference)], ...], Field(max_length=1000)
]


class CharacterRow(_Row):
    """Someone or something in a work, registered as a work of its own that belongs to it.

    Owner, policy, territories and days are those of the whole.
    """

    name: _Text
    kind: WorkKind = WorkKind.CHARACTER
    aliases: tuple[_Text, ...] = Field(default=(), max_length=1000)
    lang_aliases: dict[_Text, tuple[_Text, ...]] = {}
    hashtags: tuple[_Text, ...] = Field(default=(), max_length=1000)
    descriptors: tuple[_LongText, ...] = Field(default=(), max_length=1000)
    keywords: tuple[_Text, ...] = Field(default=(), max_length=1000)
    references: _References = ()


class RegistryRow(_Row):
    """One line of an import; unknown fields are errors, because a typo must not weaken a policy.

    ``hashtags`` match as hashtags only, with or without their ``#`` here. A name or alias without
    any capital ("squid game") asks to be matched in any case; see ``match.demand``. ``cast`` are
    names that protect nothing here, but stand as evidence that a title made of common words is
    meant. ``belongs_to`` is the id of another work, or its name if only one has it.
    ``territories`` are ISO 3166-1 codes, empty for everywhere; days are inclusive;
    ``public_domain_from`` maps territories, or ``*`` for all others, to the first free day.
    """

    name: _Text
    kind: WorkKind
    owner: _Text | None = None
    aliases: tuple[_Text, ...] = Field(default=(), max_length=1000)
    lang_aliases: dict[_Text, tuple[_Text, ...]] = {}
    hashtags: tuple[_Text, ...] = Field(default=(), max_length=1000)
    descriptors: tuple[_LongText, ...] = Field(default=(), max_length=1000)
    keywords: tuple[_Text, ...] = Field(default=(), max_length=1000)
    cast: tuple[_Text, ...] = Field(default=(), max_length=1000)
    belongs_to: _Text | None = None
    characters: tuple[CharacterRow, ...] = Field(default=(), max_length=1000)
    identifiers: Annotated[dict[str, _Text], AfterValidator(_checked)] = {}
    references: _References = ()
    policy: Policy = Policy.DENY
    conditions: Conditions | None = None
    public_domain: bool = False
    public_domain_from: dict[_Place, date] = {}
    territories: tuple[_Territory, ...] = ()
    protected_from: date | None = None
    protected_until: date | None = None
    licence_contact: _Text | None = None
    source: _LongText | None = None

    @model_validator(mode="after")
    def _has_letters(self) -> Self:
        for name in (self.name, *self.aliases, *self.hashtags):
            if not _PLAIN.search(name) and not key_of(normal_form(name)):
                raise ValueError(f"{name!r} has no letter or digit and could never be matched")
        return self

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        first, last = self.protected_from, self.protected_until
        if first is not None and last is not None and first > last:
            raise ValueError("protected_from is after protected_until")
        if self.conditions is not None and self.policy is not Policy.ALLOW:
            raise ValueError('conditions belong to the policy "allow"')
        if self.conditions is not None and self.conditions.otherwise is Policy.ALLOW:
            raise ValueError('conditions.otherwise is "deny" or "review"')
        return self

    @property
    def id(self) -> str:
        """A readable slug and a short hash of kind, name and owner: the same row, the same id."""
        identity = "\0".join([self.kind, normal_form(self.name), self.owner or ""])
        return f"{_slug(self.name)}-{hashlib.sha256(identity.encode()).hexdigest()[:10]}"

    def content(self) -> dict[str, Any]:
        """Return the row as plain JSON values, defaults included."""
        return self.model_dump(mode="json")


def parse_row(values: object) -> RegistryRow:
    """Return the row that plain JSON values describe. Raises RegistryError naming each field."""
    try:
        return RegistryRow.model_validate(values)
    except ValidationError as error:
        problems = (
            f"{'.'.join(map(str, problem['loc'])) or 'row'}: {problem['msg']}"
            for problem in error.errors(include_url=False)
        )
        raise RegistryError("; ".join(problems)) from error


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].rstrip("-") or "work"
