"""A report of a notice as data: the JSON contract, from which every other form is made.

``ledger.check_report`` checks one without any store.
"""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Literal["cleardance-notice-report-1"] = "cleardance-notice-report-1"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EntryProof(_Frozen):
    """One ledger entry, and its path to the root of the report's checkpoint."""

    index: int
    entry: str = Field(description="the canonical JSON that the leaf hash covers")
    path: tuple[str, ...]


class ReportedWork(_Frozen):
    """A work that was searched for."""

    id: str
    name: str
    kind: str
    owner: str | None


class ReportedRule(_Frozen):
    """A rule that could decide a match, with its threshold."""

    id: str
    signal: str
    policy: str
    max_distance: float | None
    manner: str | None
    decision: str


class ReportedFinding(_Frozen):
    """What was found, and where."""

    signal: str
    work: str
    work_name: str
    rule: str
    decision: str
    score: float
    threshold: float
    distance: float
    evidence: str = Field(description="in words")
    text_span: tuple[int, int] | None
    text: str | None
    time_s: float | None
    until_s: float | None
    box: tuple[float, float, float, float] | None
    reference_sha256: str | None
    licence: str | None


class Served(_Frozen):
    """How often a file was handed out. What became of the copies is not known."""

    times: int
    last_at: str | None


class ReportedInstance(_Frozen):
    """One request that touches the works. Account, partner and key are pseudonyms."""

    number: int
    task: str
    asked_at: str
    account: str
    partner: str | None
    key: str | None
    prompt_excerpt: str | None = Field(description="none if the personal data were erased")
    located: bool = Field(description="whether the notice itself points at it")
    findings: tuple[ReportedFinding, ...]
    licences: tuple[str, ...]
    licensed: bool = Field(description="whether licences covered everything found")
    status: str
    output_sha256: str | None
    served: Served
    released_at: str | None
    removed_at: str | None
    where_now: str = Field(description="in words")
    entries: tuple[int, ...] = Field(description="all its entries of the ledger")
    proofs: tuple[EntryProof, ...] = Field(description="of its request, release, removals, return")


class ReportedStep(_Frozen):
    """Something that was done about the notice."""

    at: str
    kind: str
    what: str
    proof: EntryProof


class ReportedDemand(_Frozen):
    """A demand, and how far it has been carried out."""

    demand: str
    done: int
    pending: int
    undone: int
    last_at: str | None


class ReportedNotice(_Frozen):
    """What the sender handed in, and by when it is to be answered."""

    id: str
    kind: str
    law: str
    status: str
    sender: str | None
    on_behalf_of: str | None
    received: str
    deadline: str
    demands: tuple[str, ...]
    located: int = Field(description="how many outputs, accounts and hashtags it points at")


class Search(_Frozen):
    """What was looked through and with what."""

    tasks: int
    prompts: int
    signals: int
    erased: int
    asked_entries: int = Field(description="requests that the ledger records")
    works: tuple[ReportedWork, ...]
    registry_revision: int
    rules_revision: int
    rules: tuple[ReportedRule, ...]
    compared: tuple[str, ...]
    not_compared: tuple[str, ...]


class Summary(_Frozen):
    """The counts of the instances."""

    instances: int
    released: int
    removed: int
    licensed: int
    accounts: int
    partners: int
    keys: int
    served: int


class Report(_Frozen):
    """The whole."""

    format: Literal["cleardance-notice-report-1"] = FORMAT
    made_at: str
    made_by: str
    names: Literal["pseudonyms", "plain"]
    notice: ReportedNotice
    summary: Summary
    searched: Search
    limits: tuple[str, ...]
    demands: tuple[ReportedDemand, ...]
    done: tuple[ReportedStep, ...]
    instances: tuple[ReportedInstance, ...]
    checkpoint: str
    ledger_key: str


class ReportFormat(StrEnum):
    """How a report can be had; all are made of the JSON."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        """Return its type for HTTP."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    ReportFormat.JSON: "application/json",
    ReportFormat.CSV: "text/csv; charset=utf-8",
    ReportFormat.HTML: "text/html; charset=utf-8",
    ReportFormat.PDF: "application/pdf",
}
