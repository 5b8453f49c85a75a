"""One work as rights-holders hand it in: the import format, checked at the edge."""

import hashlib
import re
import unicodedata
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from cleardance.errors import RegistryError
from cleardance.match.fold import key_of, normal_form

_Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$"),
]
_LongText = Annotated[str, StringConstraints(min_length=1, max_length=5000)]


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


class RegistryRow(BaseModel):
    """One line of an import; unknown fields are errors, because a typo must not weaken a policy.

    ``hashtags`` match as hashtags only, with or without their ``#`` here. A name or alias without
    any capital ("squid game") asks to be matched in any case; see ``match.demand``.
    ``references`` are paths of image or video files, relative to the file they stand in.
    ``territories`` are ISO 3166-1 codes, empty for everywhere; recorded, not yet applied.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: _Text
    kind: WorkKind
    owner: _Text | None = None
    aliases: tuple[_Text, ...] = Field(default=(), max_length=1000)
    lang_aliases: dict[_Text, tuple[_Text, ...]] = {}
    hashtags: tuple[_Text, ...] = Field(default=(), max_length=1000)
    descriptors: tuple[_LongText, ...] = Field(default=(), max_length=1000)
    keywords: tuple[_Text, ...] = Field(default=(), max_length=1000)
    identifiers: dict[_Text, _Text] = {}
    references: tuple[_Text, ...] = Field(default=(), max_length=1000)
    policy: Policy = Policy.DENY
    public_domain: bool = False
    territories: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...] = ()
    licence_contact: _Text | None = None
    source: _LongText | None = None

    @model_validator(mode="after")
    def _has_letters(self) -> Self:
        for name in (self.name, *self.aliases, *self.hashtags):
            if not key_of(normal_form(name)):
                raise ValueError(f"{name!r} has no letter or digit and could never be matched")
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
