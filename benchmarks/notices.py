"""Accounting over a long past, blocking, and being killed: ``python benchmarks/notices.py``.

``--tasks`` are sizes of the past; the exponent is that of time over size. Rows are synthesised:
each task has a caption of the data world as its prompt, and what is kept of a clip of 5 s: ten
hashes, ``--looks`` distinct pictures (glance and look), its sound, words that were read. The
pictures are 300 stills of the data world, the sounds peaks at random, taken in turn. The letter has
four works with five pictures each, and names; every hundredth task names one in disguise, and
every hundredth other shows a reference cut by a fifth. ``--values-once`` writes equal bytes once
behind a view, so that a million fit on a small disk; what is read is the same. ``--watch N``
executes it over N tasks while another process asks for every planted output all the time.
``--kills N`` executes it N times in processes that are killed at random moments; what is left is
finished by what does so in workers.
"""

import argparse
import json
import math
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from sqlalchemy import Connection, func, insert, select

from cleardance.accounts.accounts import account_id
from cleardance.clearance.notices.accounting import account_for
from cleardance.clearance.notices.executing import execute, execution_of, resume_interrupted
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.serving import removed_by
from cleardance.match.picture import GLANCE, KIND, look_at_query
from cleardance.media import Frame, write_png
from cleardance.rights.notices import filing
from cleardance.rights.notices.form import Demand, parse_notice
from cleardance.store.tables import (
    NoticeStatus,
    TaskStatus,
    ledger_entry,
    output_signal,
    removal,
    task,
    utc_text,
)
from cleardance.world.language.captions import caption
from cleardance.world.language.sampling import sample
from screening_frames import scene
from screening_kept import drawn, peaks

WORKS = ("Zorblax Quest", "Lanternfall", "Harbour of Glass", "The Moonharp Players")
DISGUISES = ("Zorblax Qest", "#Lanternfall", "H-a-r-b-o-u-r of G-l-a-s-s", "THE MOONHARP PLAYERS",
             "z0rblax quest")  # fmt: skip
EVERY = 100
PICTURES, SOUNDS, CAPTIONS = 300, 300, 5_000
AT_ONCE = 2_000


def letter(folder: Path) -> dict[str, Any]:
    """Write 20 pictures of four works; return the letter that brings them."""
    works = []
    for number, name in enumerate(WORKS):
        files = [f"{n}.png" for n in range(5 * number, 5 * number + 5)]
        for n, file in enumerate(files, 5 * number):
            write_png(folder / file, scene(n, 640, 360))
        works.append({"name": name, "kind": "film", "references": files})
    return {
        "kind": "copyright",
        "law": "letter",
        "sender": {"name": "A. Counsel", "email": "a@example.com", "on_behalf_of": "Example"},
        "works": works,
        "signature": "/s/ A. Counsel",
        "demands": [one.value for one in Demand],
    }


def filed(service: Service, folder: Path) -> str:
    form = parse_notice(letter(folder))
    return filing.file_notice(service.store, form, folder, datetime.now(UTC)).id


class Shown(NamedTuple):
    """A picture as an output keeps it: its upright hash, glance and look, packed."""

    code: bytes
    glance: bytes
    look: bytes

    @classmethod
    def of(cls, frame: Frame) -> Self:
        look = look_at_query(frame)
        return cls(look.codes.tobytes()[:32], look.glance.pack(), look.pack())


def synthesise(service: Service, count: int, looks: int, *, once: bool = False) -> set[str]:
    """Write ``count`` released tasks and what is kept of them; return those that touch a work."""
    rng = np.random.default_rng(1)
    captions = [caption(sample(rng), rng) for _ in range(CAPTIONS)]
    seen = cycle([Shown.of(drawn(seed)) for seed in range(PICTURES)])
    copies = cycle([Shown.of(scene(n, 640, 360)[36:-36, 64:-64]) for n in range(20)])
    sounds = cycle([peaks(np.random.default_rng(seed), 5.0) for seed in range(SOUNDS)])
    ids: dict[bytes, int] = {}
    with service.store.read() as session:
        owner = account_id(session, "local")
    for start in range(0, count, AT_ONCE):
        rows, signals = [], []
        for number in range(start, min(start + AT_ONCE, count)):
            one = _task(owner, number, captions)
            shown = [next(seen) for _ in range(looks)]
            if number % EVERY == 1:
                shown[-1] = next(copies)
            rows.append(one)
            signals += _kept(one["id"], shown, next(sounds))
        with service.store.begin() as session:
            session.execute(insert(task), rows)
            if once:
                insert_once(session, ids, signals)
            else:
                session.execute(insert(output_signal), signals)
    return planted_in(count)


def planted_in(count: int) -> set[str]:
    return {_id(number) for number in range(count) if number % EVERY < 2}


def _id(number: int) -> str:
    return f"cgt-20260101000000-{number:08d}"


VALUES_ONCE = """
ALTER TABLE output_signal RENAME TO kept;
CREATE TABLE kept_value (id INTEGER PRIMARY KEY, value BLOB);
CREATE VIEW output_signal AS SELECT kept.id AS id, task_id, kind, time_s, kept_value.value AS value
    FROM kept JOIN kept_value ON kept_value.id = kept.value;
"""
KEEP_VALUE = "INSERT INTO kept_value (value) VALUES (?)"
KEEP = "INSERT INTO kept (task_id, kind, time_s, value) VALUES (?, ?, ?, ?)"


def write_values_once(home: Path) -> None:
    """Make the synthesised pictures, of which there are few, take their room once."""
    with closing(sqlite3.connect(home / "cleardance.db")) as connection:
        connection.executescript(VALUES_ONCE)


def insert_once(session: Connection, ids: dict[bytes, int], signals: list[dict[str, Any]]) -> None:
    for value in {one["value"] for one in signals} - ids.keys():
        ids[value] = session.exec_driver_sql(KEEP_VALUE, (value,)).lastrowid
    rows = [(one["task_id"], one["kind"], one["time_s"], ids[one["value"]]) for one in signals]
    session.exec_driver_sql(KEEP, rows)


def _task(owner: str, number: int, captions: list[str]) -> dict[str, Any]:
    prompt = captions[number * 7 % len(captions)]
    if number % EVERY == 0:
        prompt += f", {DISGUISES[number // EVERY % len(DISGUISES)]}"
    now = utc_text(datetime.now(UTC))
    return {
        "id": _id(number),
        "account_id": owner,
        "status": TaskStatus.RELEASED,
        "step": 8,
        "request": {"prompt": f"{prompt} {number}"},
        "salt": bytes(32),
        "sealed_blob": f"{number:064x}",
        "created_at": now,
        "updated_at": now,
    }


def _kept(task_id: str, shown: list[Shown], sound: bytes) -> Iterator[dict[str, Any]]:
    for number in range(10):
        code = shown[number % len(shown)].code
        yield {"task_id": task_id, "kind": "pdq", "time_s": number / 2, "value": code}
    for number, one in enumerate(shown):
        for kind, value in ((GLANCE, one.glance), (KIND, one.look)):
            yield {"task_id": task_id, "kind": kind, "time_s": float(number), "value": value}
    yield {"task_id": task_id, "kind": "sound", "time_s": 0.0, "value": sound}
    yield {"task_id": task_id, "kind": "frame_text", "time_s": 0.0, "value": b"OPEN\nmarket"}


def past(folder: Path, count: int, looks: int, *, once: bool) -> None:
    """Make a home with a past and a letter, unless it was made before."""
    if (folder / "letter").exists():
        return
    folder.mkdir(parents=True)
    with open_service(folder / "home") as service:
        notice_id = filed(service, folder)
    if once:
        write_values_once(folder / "home")
    with open_service(folder / "home") as service:
        synthesise(service, count, looks, once=once)
    (folder / "letter").write_text(notice_id)


def measure(folder: Path, count: int, looks: int, *, once: bool) -> dict[str, Any]:
    """Return what the accounting took, of all processes, and what it found."""
    past(folder, count, looks, once=once)
    with open_service(folder / "home") as service:
        found = filing.find(service.store, (folder / "letter").read_text())
        began, busy = time.perf_counter(), _processor_s()
        instances = account_for(service, found.works, found.form.located).instances
        spent_s, busy_s = time.perf_counter() - began, _processor_s() - busy
    ids, planted = {one.task_id for one in instances}, planted_in(count)
    return {
        "tasks": count,
        "looks": looks,
        "clock_s": round(spent_s, 2),
        "processor_s": round(busy_s, 2),
        "on_two_cores_s": round(busy_s / 2, 2),
        "memory_mb": _peak_mb(),
        "recall": len(ids & planted) / len(planted),
        "precision": len(ids & planted) / max(len(ids), 1),
        "missed": sorted(planted - ids)[:5],
    }


def _processor_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_mb() -> float:
    """Return the most that this process, or one that it started, ever held."""
    whose = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return round(max(resource.getrusage(one).ru_maxrss for one in whose) / 1024, 1)


WATCHER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from cleardance.clearance.service import open_service
from cleardance.clearance.serving import removed_by
with open_service(Path(sys.argv[1])) as service:
    left = sys.argv[2].split(",")
    print("ready", flush=True)
    while left:
        with service.store.read() as session:
            gone = [one for one in left if removed_by(session, one) is not None]
        for one in gone:
            print(one, datetime.now(UTC).timestamp(), flush=True)
        left = [one for one in left if one not in gone]
        time.sleep(0.01)
"""


def watched(count: int) -> dict[str, float]:
    """Execute while another process asks; return how long after its removal each was refused."""
    with tempfile.TemporaryDirectory(prefix="cleardance-watched-") as name:
        folder = Path(name)
        with open_service(folder / "home") as service:
            planted = synthesise(service, count, 1)
            notice_id = filed(service, folder)
            command = [sys.executable, "-c", WATCHER, str(folder / "home"), ",".join(planted)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watcher:
                assert watcher.stdout is not None
                watcher.stdout.readline()
                execute(service, notice_id, by="local")
                ended = datetime.now(UTC).timestamp()
                seen = dict(line.split() for line in watcher.stdout)
            with service.store.read() as session:
                rows = session.execute(select(removal.c.task_id, removal.c.at)).all()
    removed = {one: datetime.fromisoformat(at).timestamp() for one, at in rows}
    delays = sorted(float(seen[one]) - removed[one] for one in planted)
    return {
        "tasks": count,
        "removed": len(removed),
        "refused_after_removal_ms_p50": round(1000 * delays[len(delays) // 2], 1),
        "refused_after_removal_ms_max": round(1000 * delays[-1], 1),
        "last_refused_before_execution_ended_s": round(ended - max(map(float, seen.values())), 2),
    }


def kills(count: int, seed: int) -> dict[str, Any]:
    """Kill executions at random moments; finish each as workers do; count what went wrong."""
    draw, wrong, at = random.Random(seed), 0, []
    with tempfile.TemporaryDirectory(prefix="cleardance-kills-") as name:
        folder = Path(name)
        with open_service(folder / "home") as service:
            planted = synthesise(service, 1_000, 1)
            notice_id = filed(service, folder)
            service.checkpoint()
        whole_s = _lived(folder / "home", folder / "whole", notice_id, None)
        for number in range(count):
            home = folder / str(number)
            _lived(folder / "home", home, notice_id, draw.uniform(0.0, whole_s))
            with open_service(home) as service:
                at.append(_stood(service, notice_id))
                resume_interrupted(service)
                if execution_of(service, notice_id).status == NoticeStatus.ACCEPTED:
                    execute(service, notice_id, by="local")  # it was killed before it began
                wrong += not _is_right(service, planted)
            shutil.rmtree(home)
    stood = {one: at.count(one) for one in dict.fromkeys(sorted(at))}
    return {"runs": count, "wrong": wrong, "killed_at": stood}


def _lived(before: Path, home: Path, notice_id: str, for_s: float | None) -> float:
    """Execute on a copy in a process of its own, which is killed after so many seconds."""
    shutil.copytree(before, home)
    began = time.perf_counter()
    if (child := os.fork()) == 0:
        with open_service(home) as service:
            execute(service, notice_id, by="local")
        os._exit(0)
    if for_s is not None:
        time.sleep(for_s)
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return time.perf_counter() - began


def _stood(service: Service, notice_id: str) -> str:
    """Say where an execution was when it died: its status, and the last entry of the ledger."""
    with service.store.read() as session:
        newest = select(ledger_entry.c.kind).order_by(ledger_entry.c.index.desc()).limit(1)
        return f"{execution_of(service, notice_id).status}, {session.scalar(newest)}"


def _is_right(service: Service, planted: set[str]) -> bool:
    """Whether every planted output is removed, each by one entry, and told of once."""
    kind = ledger_entry.c.kind
    with service.store.read() as session:
        counted = select(kind, func.count()).group_by(kind)
        counts = dict(tuple(row) for row in session.execute(counted))
        rows = list(session.scalars(select(removal.c.task_id)))
        served = [one for one in planted if removed_by(session, one) is None]
    once = ("notice_executing", "accounted", "notice_executed")
    return (
        sorted(rows) == sorted(planted)
        and counts["removed"] == len(planted)
        and all(counts[one] == 1 for one in once)
        and not served
    )


def main() -> None:
    """Print one JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--looks", type=int, default=3)
    parser.add_argument("--watch", type=int, default=0)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--values-once", action="store_true", help="each picture's bytes once")
    parser.add_argument("--homes", type=Path, help="kept, and used again")
    asked = parser.parse_args()
    measured = []
    with tempfile.TemporaryDirectory(prefix="cleardance-notices-") as name:
        for count in asked.tasks:
            folder = (asked.homes or Path(name)) / f"{count}-{asked.looks}"
            measured.append(measure(folder, count, asked.looks, once=asked.values_once))
            _print(measured[-1])
    if len(measured) > 1:
        first, last = measured[0], measured[-1]
        times = last["processor_s"] / first["processor_s"]
        _print({"exponent": round(math.log(times) / math.log(last["tasks"] / first["tasks"]), 3)})
    if asked.watch:
        _print(watched(asked.watch))
    if asked.kills:
        _print(kills(asked.kills, seed=1))


def _print(row: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
