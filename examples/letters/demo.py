# ruff: noqa: RUF001, T201 - letters of another script are meant; it prints what it shows
"""Fills a fresh home with a past, executes the Netflix letter in it, and shows before and after.

Run it as ``python examples/letters/demo.py HOME [COUNT]``; HOME must not exist. The past is drawn
from a seed: stills of the draft model by several accounts, partners and keys, made before anybody
registered the four series and films, some of which touch them in disguise.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import yaml
from sqlalchemy import update

from cleardance.accounts import keys
from cleardance.accounts.accounts import create_account
from cleardance.clearance import flow
from cleardance.clearance.notices.accounting import account_for
from cleardance.clearance.notices.executing import Execution, execute
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.serving import open_output
from cleardance.errors import NotFound, Removed
from cleardance.request import Ratio, Request, Resolution
from cleardance.rights import registry
from cleardance.rights.notices import filing
from cleardance.rights.notices.reading import read_notice
from cleardance.store.tables import task

LETTER = Path(__file__).parent / "netflix.yaml"
SEED = 2026
ACCOUNTS = {"maya": None, "tom": None, "studio-a": "Example Partner", "studio-b": "Example Partner",
            "agency": "Other Partner"}  # fmt: skip
SUBJECTS = ("cat", "dog", "bird", "horse", "fox", "rabbit")
PLACES = ("on a beach", "in a forest", "in a meadow", "by a lake", "on a hill", "in a desert")
DISGUISES = (
    "a {subject} {place}, Stranger Things",
    "#StrangerThings and a {subject} {place}",
    "ＳＱＵＩＤ ＧＡＭＥ guards and a {subject} {place}",
    "SQUID-GAME players and a {subject} {place}",
    "a {subject} {place} at the Br1dgerton ball",
    "B r i d g e r t o n with a {subject} {place}",
    "a {subject} {place} #Bridgerton",
    "KPop Demon Huntres with a {subject} {place}",
)
"""How the works are asked for. Titles of common words, spelt with digits or with spaces between
the letters ("Str4nger Th1ngs"), are not among them: they are not recognised."""

TOUCHED_EVERY = 6
"""One in so many outputs touches the works."""


@dataclass(frozen=True)
class Demo:
    """What was planted, what the letter found, and what can be had before and after."""

    planted: frozenset[str]
    innocent: frozenset[str]
    found: frozenset[str]
    served_before: frozenset[str]
    served_after: frozenset[str]
    revoked: int
    execution: Execution


def run(home: Path, folder: Path, count: int, seed: int = SEED) -> Demo:
    """Fill ``home`` with ``count`` outputs, execute the letter, and return what it did."""
    with open_service(home) as service:
        planted, innocent = fill(service, folder, count, seed)
        everything = planted | innocent
        before = served(service, everything)
        form = read_notice(_letter(folder))
        receipt = filing.file_notice(service.store, form, folder, datetime.now(UTC))
        found = account_for(service, receipt.works, form.located).instances
        done = execute(service, receipt.id, by="local")
        return Demo(
            planted,
            innocent,
            frozenset(one.task_id for one in found),
            before,
            served(service, everything),
            done.done.get("revoke", 0),
            done,
        )


def fill(
    service: Service, folder: Path, count: int, seed: int
) -> tuple[frozenset[str], frozenset[str]]:
    """Make the past; return the ids of the outputs that touch the works, and of the others."""
    for row in read_notice(LETTER).works:  # as if nobody had registered them yet
        try:
            registry.remove(service.store, row["name"])
        except NotFound:
            continue
    made_with = {}
    for name, partner in ACCOUNTS.items():
        create_account(service.store, name, partner=partner)
        made_with[name] = keys.create_key(service.store, name, by="local").id
    draw = np.random.default_rng(seed)
    planted, innocent = set(), set()
    for number in range(count):
        account = str(draw.choice(list(ACCOUNTS)))
        words = {"subject": str(draw.choice(SUBJECTS)), "place": str(draw.choice(PLACES))}
        touches = number % TOUCHED_EVERY == 0
        text = (
            DISGUISES[number // TOUCHED_EVERY % len(DISGUISES)]
            if touches
            else ("a {subject} {place}")
        )
        task_id = _make(service, folder, text.format(**words), account, number)
        _made_with(service, task_id, made_with[account])
        (planted if touches else innocent).add(task_id)
    return frozenset(planted), frozenset(innocent)


def served(service: Service, task_ids: frozenset[str]) -> frozenset[str]:
    """Return those whose file can be had."""
    found = set()
    for task_id in task_ids:
        try:
            open_output(service, task_id, counted=False)
        except Removed:
            continue
        found.add(task_id)
    return frozenset(found)


def _make(service: Service, folder: Path, prompt: str, account: str, number: int) -> str:
    request = Request(
        prompt=prompt,
        account=account,
        seed=number,
        still=True,
        resolution=Resolution.P480,
        ratio=Ratio.R21_9,
        duration_s=4.0,
    )
    record = flow.clear(service, request, folder / f"{number:04d}.png")
    assert record.status == "released", record.verdict
    return record.task.id


def _made_with(service: Service, task_id: str, key_id: str) -> None:
    with service.store.begin() as session:
        session.execute(update(task).where(task.c.id == task_id).values(key_id=key_id))


def _letter(folder: Path) -> Path:
    """Write the letter down as it was, beside what its references would be."""
    path = folder / "letter.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(LETTER.read_text("utf-8"))), "utf-8")
    return path


def main() -> None:
    """Run the demo and print what it shows."""
    home, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 240
    if home.exists():
        sys.exit(f"{home} is there already: the demo needs a fresh home.")
    folder = home.parent / f"{home.name}-files"
    folder.mkdir(parents=True)
    demo = run(home, folder, count)
    rows = {
        "Outputs": (len(demo.served_before), len(demo.served_after)),
        "that touch the works": (
            len(demo.planted & demo.served_before),
            len(demo.planted & demo.served_after),
        ),
        "that do not": (
            len(demo.innocent & demo.served_before),
            len(demo.innocent & demo.served_after),
        ),
        "Keys revoked": (0, demo.revoked),
    }
    print(f"{'':<24}{'before':>8}{'after':>8}")
    for name, (before, after) in rows.items():
        print(f"{name:<24}{before:>8}{after:>8}")
    print(f"Notice {demo.execution.notice_id}: {demo.execution.status}.")
    print(f"Its report: cleardance --home {home} notice report {demo.execution.notice_id}")


if __name__ == "__main__":
    main()
