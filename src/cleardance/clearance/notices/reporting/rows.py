"""A report as CSV: one row an instance, safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from cleardance.clearance.notices.reporting.model import Report, ReportedInstance
from cleardance.provenance.dossier import shown

HEADER: Final = (
    "number", "task", "asked_at", "account", "partner", "key", "prompt_excerpt", "works",
    "findings", "located_by_notice", "licences", "status", "released_at", "removed_at",
    "times_served", "last_served_at", "where_now", "output_sha256", "ledger_entries",
    "proved_entries", "checkpoint_size",
)  # fmt: skip
# What a spreadsheet takes for a formula, behind any blanks, in its full-width forms too.
_FORMULA: Final = re.compile(r"[\s'\"\ufeff]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]")


def csv_of(report: Report) -> str:
    """Return the instances as CSV (RFC 4180), with a byte order mark, by which Excel sees UTF-8.

    A text that a spreadsheet could take for a formula gets an apostrophe before it.
    """
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    size = report.checkpoint.splitlines()[1]
    for one in report.instances:
        writer.writerow([*map(cell, _cells(one)), size])
    return out.getvalue()


def cell(value: object) -> str:
    """Return a value as a spreadsheet may have it: text that stays text."""
    if isinstance(value, int):
        return str(value)
    text = shown(str(value or "")).replace("\n", " ")
    return f"'{text}" if _FORMULA.match(text) else text


def _cells(one: ReportedInstance) -> Iterator[object]:
    yield from (one.number, one.task, one.asked_at, one.account, one.partner, one.key)
    yield one.prompt_excerpt
    yield "; ".join(sorted({found.work_name for found in one.findings}))
    yield "; ".join(
        f"{found.signal} {found.work_name}: {found.evidence} (score {found.score:.3f}, "
        f"distance {found.distance:g}, score needed {found.threshold:g}, rule {found.rule})"
        for found in one.findings
    )
    yield "yes" if one.located else "no"
    yield "; ".join(one.licences)
    yield from (one.status, one.released_at, one.removed_at)
    yield from (one.served.times, one.served.last_at, one.where_now, one.output_sha256)
    yield " ".join(map(str, one.entries))
    yield " ".join(str(proof.index) for proof in one.proofs)
