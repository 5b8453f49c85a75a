"""What can be said about any file: its credentials, its mark, its place in the ledger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleardance.errors import UnreadableMedia
from cleardance.media import DEFAULT_LIMITS, Limits

from .looking import look
from .seal import file_sha256
from .verify import C2paReport, read_manifest
from .watermark import Detection, NoWatermark, Watermark


@dataclass(frozen=True)
class LedgerFacts:
    """What the ledger knows of an output."""

    index: int
    verified: bool  # the entry's inclusion proof was checked
    output: str
    verdict: str  # the decision: clear, hold or deny
    sha256: str | None  # of the released file; None when it was never released


@dataclass(frozen=True)
class Claim:
    """What a file says of where it is logged. Other deployments count from zero, too."""

    index: int
    output: str | None = None  # a mark has no room for it


LookUp = Callable[[Sequence[Claim], str], LedgerFacts | None]
"""Given what the file claims, surest first, and its SHA-256, find the output."""


@dataclass(frozen=True)
class Inspection:
    """The answer of ``cleardance inspect``."""

    sha256: str
    c2pa: C2paReport
    watermark: Detection
    ledger: LedgerFacts | None

    @property
    def modified(self) -> bool:
        """Whether the file is provably not the one that was released.

        False also when nothing is known: then `ledger` is None and the C2PA state says ``None``.
        """
        differs = self.ledger is not None and self.ledger.sha256 != self.sha256
        return differs or self.c2pa.state == "Invalid"

    def as_json(self) -> dict[str, Any]:
        """The object of ``inspect --json``."""
        return {
            "c2pa": {"state": self.c2pa.state, "problems": list(self.c2pa.problems)},
            "watermark": _mark_json(self.watermark),
            "ledger": {
                "index": self.ledger.index if self.ledger else None,
                "verified": self.ledger.verified if self.ledger else False,
            },
            "output": self.ledger.output if self.ledger else None,
            "verdict": self.ledger.verdict if self.ledger else None,
            "modified": self.modified,
        }

    def words(self) -> str:
        """The same for people, one fact a line."""
        lines = [_c2pa_words(self.c2pa), *(f"  - {problem}" for problem in self.c2pa.problems)]
        lines += _mark_words(self.watermark)
        lines.append(_ledger_words(self.ledger, self.c2pa))
        if self.modified:
            lines.append("This is NOT the file as it was released.")
        elif self.ledger and self.ledger.verified:
            lines.append("This is the file as it was released, byte for byte.")
        elif self.ledger is None:
            lines.append("Nothing is known about this file here; that proves nothing either way.")
        return "\n".join(lines)


def inspect(
    path: Path,
    root_pem: str,
    look_up: LookUp,
    watermark: Watermark | None = None,
    limits: Limits = DEFAULT_LIMITS,
    issued: Sequence[int] = (),
) -> Inspection:
    """Examine any file, ours or not.

    The ledger is asked for the digest, for what the manifest says and for what the mark says.
    Among ``issued``, the indices outputs carry (oldest first), fainter marks are recognised.
    Raises UnreadableMedia when there is no such file.
    """
    if not path.is_file():
        raise UnreadableMedia(f"{path.name} is not a file")
    report = read_manifest(path, root_pem)
    mark = look(path, watermark or NoWatermark(), issued, limits)
    digest = file_sha256(path)
    return Inspection(digest, report, mark, look_up(_claims(report, mark), digest))


def _claims(report: C2paReport, mark: Detection) -> list[Claim]:
    claims = []
    if report.facts and (record := report.facts.record):
        claims.append(Claim(record.ledger_index, record.output))
    if mark.ledger_index is not None and mark.deployment is None:
        claims.append(Claim(mark.ledger_index))
    return claims


def _mark_json(mark: Detection) -> dict[str, Any]:
    return {
        "found": mark.found,
        "ledger_index": mark.ledger_index,
        "confidence": mark.confidence,
        "where": list(mark.where),
        "also": list(mark.also),
        "deployment": mark.deployment,
        "problem": mark.problem,
    }


def _mark_words(mark: Detection) -> list[str]:
    lines = [f"Watermark: {_mark_named(mark)}"]
    if mark.also:
        entries = ", ".join(map(str, mark.also))
        lines.append(f"  - a second mark names entry {entries}: parts come from another output")
    if mark.problem:
        lines.append(f"  - not all could be looked at: {mark.problem}")
    return lines


def _mark_named(mark: Detection) -> str:
    if not mark.found:
        return "none found"
    where = " and ".join(mark.where)
    if mark.deployment:
        return f"of another deployment, {mark.deployment} (in the {where})"
    return f"names ledger entry {mark.ledger_index} (in the {where})"


def _c2pa_words(report: C2paReport) -> str:
    by = f" by {report.facts.signed_by}" if report.facts and report.facts.signed_by else ""
    return {
        "Trusted": f"Content Credentials: intact, signed{by}, trusted here",
        "Valid": f"Content Credentials: intact, but signed{by}, unknown here",
        "Invalid": "Content Credentials: do not hold",
        "None": "Content Credentials: none",
    }[report.state]


def _ledger_words(ledger: LedgerFacts | None, report: C2paReport) -> str:
    if ledger is None and report.facts and (record := report.facts.record):
        return f"Ledger: its manifest names output {record.output}, which is not one of ours"
    if ledger is None:
        return "Ledger: no such output"
    proof = "proof checked" if ledger.verified else "PROOF FAILED"
    return f"Ledger: entry {ledger.index} ({proof}), output {ledger.output}, {ledger.verdict}"
