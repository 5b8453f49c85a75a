"""What was decided: findings, and the verdict the rules make of them.

These models are the JSON contract of ``screen --json``, stored as they are printed.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Decision(StrEnum):
    """What happens next: it passes, a person must look, or it is refused."""

    CLEAR = "clear"
    HOLD = "hold"
    DENY = "deny"

    @property
    def gravity(self) -> int:
        """0 for clear, up to 2 for deny: the gravest decision of several is theirs together."""
        return _GRAVITY[self]


_GRAVITY = {decision: number for number, decision in enumerate(Decision)}


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkSummary(_Frozen):
    """The registered work a finding points at."""

    id: str
    name: str
    kind: str
    owner: str | None = None


class Evidence(_Frozen):
    """Where the match was seen: a span of text, a time in the video, a box in the frame."""

    text_span: tuple[int, int] | None = Field(
        default=None, description="start and end, in characters of the text as it was given"
    )
    text: str | None = Field(default=None, description="the characters of that span")
    time_s: float | None = None
    until_s: float | None = Field(default=None, description="where the same is last seen")
    frames: int | None = Field(default=None, description="how many of the frames looked at show it")
    box: tuple[float, float, float, float] | None = Field(
        default=None, description="left, top, right, bottom as fractions of the frame"
    )
    reference: str | None = Field(
        default=None, description="digest of the reference that was matched"
    )
    reference_time_s: float | None = Field(
        default=None, description="where in the reference, if it is a clip"
    )
    seen: str | None = Field(default=None, description="digest of a JPEG of what was seen")
    matched: str | None = Field(default=None, description="digest of a JPEG of what it matched")


class Force(_Frozen):
    """Why a right counts or not, where that depends on the place or the day."""

    in_force: bool
    on: date | None = Field(description="the day that counted; none if it was not known")
    territories: tuple[str, ...] = Field(description="where it is offered; empty is everywhere")
    because: str


class Finding(_Frozen):
    """One match of one signal with one registered work."""

    signal: str
    work: WorkSummary
    score: float = Field(description="similarity, 0 to 1; 1 is identical")
    threshold: float
    distance: float = Field(description="in the signal's own units, which rules speak of")
    manner: Literal["plain", "style", "stock"] = Field(description="how a text speaks of the work")
    policy: str = Field(description="the work's, as it counted here and then")
    rule: str
    decision: Decision = Field(description="what follows from it alone")
    evidence: Evidence
    licence: str | None = Field(
        default=None, description="the licence or consent that clears it, whatever its rule says"
    )
    force: Force | None = Field(
        default=None, description="only where the work's territories, days or conditions counted"
    )


class Redress(_Frozen):
    """The ways forward for the person refused."""

    appeal: str | None = None
    licence_contact: str | None = None
    suggestion: str | None = None


class Omitted(_Frozen):
    """The findings that a verdict has no room for."""

    findings: int
    works: int = Field(description="of these, how many it shows no finding of at all")
    sha256: str = Field(description="of their canonical JSON, so that others are seen to be others")


class Review(_Frozen):
    """What a person decided on findings that had been held or, on appeal, denied."""

    id: str
    decision: Literal["release", "deny"]
    by: str
    at: str
    reason: str
    appeal: bool
    overturns: Decision = Field(description="what had been decided before, without this person")
    covers: tuple[str, ...] = Field(
        description="what was looked at: digests of findings, names of unknown signals"
    )


class Verdict(_Frozen):
    """The decision on one request or output, at one registry revision.

    That revision also says which rules decided; ``rules_revision`` is their number in the history.
    """

    decision: Decision
    registry_revision: int
    rules_revision: int = 0
    findings: tuple[Finding, ...] = ()
    omitted: Omitted | None = None
    unknown: tuple[str, ...] = Field(default=(), description="signals that could not be computed")
    needed: tuple[str, ...] = Field(
        default=(), description="those of them without which it cannot be clear"
    )
    licences: tuple[str, ...] = Field(
        default=(), description="the licences and consents that it rests on"
    )
    reason: str
    redress: Redress = Redress()
    reviews: tuple[Review, ...] = Field(
        default=(),
        description="what persons decided, oldest first; of findings no longer there too",
    )


def worst_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Return one verdict over several things screened together: all must be clear for it to be.

    It speaks with the reason of the worst (of clear ones, of all that found something), and lists
    the findings and unknowns of all. Raises ValueError if there are none, or if they are of
    different registry revisions.
    """
    if len({verdict.registry_revision for verdict in verdicts}) != 1:
        raise ValueError("verdicts of one registry revision are needed")
    worst = max(verdicts, key=lambda verdict: verdict.decision.gravity)
    found = [v.reason for v in verdicts if v.findings and worst.decision is Decision.CLEAR]
    return worst.model_copy(
        update={
            "reason": " ".join(dict.fromkeys(found)) or worst.reason,
            "findings": tuple(f for verdict in verdicts for f in verdict.findings),
            "omitted": _omitted_of([v.omitted for v in verdicts if v.omitted is not None]),
            "unknown": tuple(sorted({u for verdict in verdicts for u in verdict.unknown})),
            "needed": tuple(sorted({u for verdict in verdicts for u in verdict.needed})),
            "licences": tuple(sorted({i for verdict in verdicts for i in verdict.licences})),
            "reviews": tuple(review for verdict in verdicts for review in verdict.reviews),
        }
    )


def _omitted_of(several: Sequence[Omitted]) -> Omitted | None:
    if len(several) < 2:
        return several[0] if several else None
    digests = "".join(one.sha256 for one in several)
    return Omitted(
        findings=sum(one.findings for one in several),
        works=sum(one.works for one in several),
        sha256=hashlib.sha256(digests.encode()).hexdigest(),
    )
