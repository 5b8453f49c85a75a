"""A clearance record as data: the JSON contract, from which the document is set.

``ledger.check_record`` checks one without any store: it opens the ledger's commitments with the
salt that the record carries, so whoever is given a record can prove its prompt and its verdicts.
"""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Literal["cleardance-clearance-record-1"] = "cleardance-clearance-record-1"


class RecordFormat(StrEnum):
    """The forms that a record comes in."""

    JSON = "json"
    PDF = "pdf"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProvedEntry(_Frozen):
    """One ledger entry, and its path to the root of the record's checkpoint."""

    index: int
    kind: str
    at: str
    meaning: str = Field(description="of the kind, in words")
    entry: str = Field(description="the canonical JSON that the leaf hash covers")
    path: tuple[str, ...]


class GivenVerdict(_Frozen):
    """A verdict as it was given; later ones of the same stage stand in place of earlier ones."""

    stage: str = Field(description="ask: the prompt and its references; output: what was made")
    at: str
    verdict: dict[str, Any] = Field(description="a Verdict, as the ledger committed to it")


class PersonsReview(_Frozen):
    """What a person decided; null where nobody has yet."""

    id: str
    stage: str
    appeal: bool
    text: str | None = Field(description="what the appellant said")
    decision: Literal["release", "deny"] | None
    at: str | None
    reason: str | None


class Credentials(_Frozen):
    """What the content credentials (C2PA) of the file say, read when the record was made."""

    state: str
    signed_by: str | None
    signed_at: str | None = Field(description="by a trusted time stamp (RFC 3161)")
    ingredients: tuple[str, ...]
    problems: tuple[str, ...]


class Output(_Frozen):
    """The released file."""

    sha256: str
    bytes: int
    media_type: str
    released_at: str
    watermark: str | None = Field(description="the picture mark that carries the ledger index")
    ledger_index: int
    credentials: Credentials


class Removal(_Frozen):
    """The notice by which the output is served no more."""

    notice: str
    why: str


class ClearanceRecord(_Frozen):
    """Everything that was asked, compared, decided and made for one task, with proofs."""

    format: Literal["cleardance-clearance-record-1"] = FORMAT
    made_at: str
    made_by: str
    ledger_key: str
    task: str
    account: str
    status: str
    removal: Removal | None
    request: dict[str, Any] = Field(description="as the ledger committed to it")
    salt: str = Field(description="hex; opens the ledger's commitments about this task")
    ignored: tuple[str, ...] = Field(description="words that the model did not understand")
    model_version: str | None
    recipe: dict[str, str]
    output: Output | None
    verdicts: tuple[GivenVerdict, ...]
    licences: tuple[dict[str, Any], ...] = Field(description="relied on; as they stand now")
    reviews: tuple[PersonsReview, ...]
    limits: tuple[str, ...] = Field(description="what the record does not show")
    entries: tuple[ProvedEntry, ...]
    checkpoint: str
