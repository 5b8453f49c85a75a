"""A home with a past that a notice touches, and how its volatile parts are shown in goldens."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cleardance.accounts.accounts import create_account
from cleardance.accounts.roles import Role
from cleardance.clearance.notices.reporting.model import Report
from cleardance.clearance.record import Record
from cleardance.clearance.service import Service
from cleardance.rights.notices.filing import Receipt, file_notice
from tests.clearance.asking import make, request
from tests.rights.notices.forms import copyright_form

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""Later than everything that the tests file."""

NAMED = "a cat runs along Lantern Street at night"
FOREIGN = (
    "=1+1 a dog in قطة 고양이 \U0001f431 \U00010000 at Moonharp Alley on Lantern Street \u202e<b>"
)


@dataclass(frozen=True)
class Past:
    """What was made before the notice came, and its receipt."""

    named: Record
    foreign: Record
    other: Record
    receipt: Receipt


@dataclass(frozen=True)
class PastHome:
    """The home that tests copy, or only read."""

    home: Path
    past: Past


def past_of(service: Service, folder: Path, **changed: object) -> Past:
    create_account(service.store, "studio", partner="Example Partner")
    create_account(service.store, "reviewer", roles=[Role.REVIEWER])
    named = make(service, folder / "named.png", request(NAMED, seed=1, account="studio"))
    foreign = make(service, folder / "foreign.png", request(FOREIGN, seed=2, account="studio"))
    other = make(service, folder / "other.png", request())
    form = copyright_form(received="2026-02-17T09:00:00Z", **changed)
    return Past(named, foreign, other, file_notice(service.store, form, folder, NOW))


_VOLATILE = (
    (r"(— \S+ )[A-Za-z0-9+/=]{90,}", r"\1SIGNATURE"),
    (r"cgt-\d{14}-[0-9a-f]{8}", "cgt-…"),
    (r"(ntc|sor|ctr|cmp|stk)-\d{8}-[0-9a-f]{10}", r"\1-…"),
    (r"(account|partner|key)-[a-z2-7]{10}", r"\1-…"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "TIME"),
    (r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", "TIME"),
    (r"20\d\d-\d\d-\d\d(?!T)", "DAY"),
    (r"hmac-sha256:[0-9a-f]{64}", "COMMITMENT"),
    (r"[0-9a-f]{64}", "DIGEST"),
    (r"[A-Za-z0-9+/]{43}=", "HASH"),
    (r"\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}", "+KEY"),
)


def steady(text: str) -> str:
    """The text with what differs from run to run replaced by its kind."""
    for pattern, kind in _VOLATILE:
        text = re.sub(pattern, kind, text)
    return text


def relative(report: Report) -> Report:
    """The report as if its first instance began the ledger: what is before it is others' matter."""
    first = report.instances[0].entries[0]
    body = report.model_dump(mode="json")
    for one in body["instances"]:
        one["entries"] = [index - first for index in one["entries"]]
    proofs = [proof for one in body["instances"] for proof in one["proofs"]]
    for proof in [*proofs, *(step["proof"] for step in body["done"])]:
        proof |= {"index": proof["index"] - first, "path": []}
    origin, size, *rest = body["checkpoint"].split("\n")
    body["checkpoint"] = "\n".join([origin, str(int(size) - first), *rest])
    return Report.model_validate(body)


def check_golden(folder: Path, name: str, text: str, *, rewrite: bool) -> None:
    said = steady(text)
    if rewrite:
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(said, newline="")
    assert said == (folder / name).read_bytes().decode()
