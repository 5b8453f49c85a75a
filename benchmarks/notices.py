"""Accounting over a long past, blocking, and being killed: ``python benchmarks/notices.py``.

Rows are synthesised: tasks with prompts of our own words, and signals of pictures that were really
looked at, repeated over the tasks. ``--tasks`` are the sizes; the exponent is that of time over
size. ``--kills N`` executes a letter N times in processes that are killed at random moments.
"""

import argparse
import json
import math
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import func, insert, select

from cleardance.accounts.accounts import account_id
from cleardance.clearance.notices.accounting import account_for
from cleardance.clearance.notices.executing import execute
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.serving import removed_by
from cleardance.match.picture import look_at_query
from cleardance.rights.notices import filing
from cleardance.rights.notices.reading import read_notice
from cleardance.store.tables import ledger_entry, output_signal, removal, task, utc_text

LETTER = Path(__file__).parents[1] / "examples" / "letters" / "netflix.yaml"
EVERY = 100
"""One in so many tasks names a work."""
WORDS = ("cat", "dog", "harbour", "lantern", "river", "night", "morning", "bridge", "garden")
PICTURES = 64


def synthesise(service: Service, count: int, seed: int) -> set[str]:
    """Write ``count`` released tasks with a kept picture each; return those that name a work."""
    draw = np.random.default_rng(seed)
    looks = [
        look_at_query(draw.integers(0, 255, (180, 320, 3), np.uint8).repeat(2, 0).repeat(2, 1))
        for _ in range(PICTURES)
    ]
    packed = [look.pack() for look in looks]
    now, planted = utc_text(datetime.now(UTC)), set()
    with service.store.begin() as session:
        owner = account_id(session, "local")
        for start in range(0, count, 5000):
            numbers = range(start, min(start + 5000, count))
            rows, signals = [], []
            for number in numbers:
                words = " ".join(draw.choice(WORDS, 12))
                prompt = f"a {words} at the Bridgerton ball" if number % EVERY == 0 else words
                task_id = f"cgt-20260101000000-{number:08d}"
                planted |= {task_id} if number % EVERY == 0 else set()
                rows.append(
                    {
                        "id": task_id,
                        "account_id": owner,
                        "status": "released",
                        "step": 8,
                        "request": {"prompt": f"{prompt} {number}"},
                        "salt": b"0" * 32,
                        "sealed_blob": f"{number:064x}",
                        "created_at": now,
                        "updated_at": now,
                    }
                )
                picture = packed[number % PICTURES]
                signals.append(
                    {"task_id": task_id, "kind": "picture", "time_s": 0.0, "value": picture}
                )
            session.execute(insert(task), rows)
            session.execute(insert(output_signal), signals)
    return planted


def measure(count: int) -> dict[str, float]:
    """Return seconds of the accounting, and of the removal of what it found."""
    folder = Path(tempfile.mkdtemp(prefix="cleardance-notices-"))
    try:
        with open_service(folder / "home") as service:
            planted = synthesise(service, count, seed=1)
            form = read_notice(LETTER)
            receipt = filing.file_notice(service.store, form, LETTER.parent, datetime.now(UTC))
            began, busy = time.perf_counter(), time.process_time()
            found = account_for(service, receipt.works, form.located)
            spent_s, busy_s = time.perf_counter() - began, time.process_time() - busy
            ids = {one.task_id for one in found.instances}
            return {
                "tasks": count,
                "accounting_s": round(spent_s, 2),
                "processor_s": round(busy_s, 2),
                "recall": len(ids & planted) / len(planted),
                "precision": len(ids & planted) / max(len(ids), 1),
            }
    finally:
        shutil.rmtree(folder)


def kills(count: int, seed: int) -> dict[str, int]:
    """Kill executions at random moments until each is through; count what went wrong."""
    draw, wrong, deaths = random.Random(seed), 0, 0
    folder = Path(tempfile.mkdtemp(prefix="cleardance-kills-"))
    try:
        with open_service(folder / "home") as service:
            planted = synthesise(service, 500, seed=1)
            form = read_notice(LETTER)
            notice_id = filing.file_notice(service.store, form, LETTER.parent, datetime.now(UTC)).id
            service.checkpoint()
        for number in range(count):
            home = folder / str(number)
            shutil.copytree(folder / "home", home)
            if (child := os.fork()) == 0:
                with open_service(home) as service:
                    execute(service, notice_id, by="local")
                os._exit(0)
            time.sleep(draw.uniform(0.0, 1.5))
            os.kill(child, signal.SIGKILL)
            deaths += os.waitpid(child, 0)[1] == signal.SIGKILL
            with open_service(home) as service:
                execute(service, notice_id, by="local")
                wrong += not _is_right(service, planted)
            shutil.rmtree(home)
    finally:
        shutil.rmtree(folder)
    return {"runs": count, "killed": deaths, "wrong": wrong}


def _is_right(service: Service, planted: set[str]) -> bool:
    """Whether every planted output is removed, each by one entry of the ledger."""
    kind = ledger_entry.c.kind
    with service.store.read() as session:
        entries = session.scalar(select(func.count()).where(kind == "removed"))
        ends = session.scalar(select(func.count()).where(kind == "notice_executed"))
        rows = set(session.scalars(select(removal.c.task_id)))
        served = [one for one in planted if removed_by(session, one) is None]
    return (rows, entries, ends, served) == (planted, len(planted), 1, [])


def main() -> None:
    """Print one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--kills", type=int, default=0)
    asked = parser.parse_args()
    measured = [measure(count) for count in asked.tasks]
    for row in measured:
        sys.stdout.write(json.dumps(row) + "\n")
    if len(measured) > 1:
        first, last = measured[0], measured[-1]
        times = last["processor_s"] / first["processor_s"]
        exponent = math.log(times) / math.log(last["tasks"] / first["tasks"])
        sys.stdout.write(json.dumps({"exponent": round(exponent, 3)}) + "\n")
    if asked.kills:
        sys.stdout.write(json.dumps(kills(asked.kills, seed=1)) + "\n")


if __name__ == "__main__":
    main()
