"""What the ledger costs: appends, proofs, verification, against bare SQLite inserts.

Run: python benchmarks/ledger.py [ENTRIES] [--leaves N]

``--leaves`` fills the ledger with so many entries first, in bulk and outside the measurements, to
see what its size costs: 1,000,000 take a minute.

Every figure is one process and one disk. "a second" is by the wall; "of computing" by the time that
the process itself computed, which other load on the machine does not change. Ratios are to the same
run's bare SQLite (WAL, synchronous=FULL; one commit for each, one for all, or reads by key).
"""

import argparse
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from sqlalchemy import insert, update

from cleardance.ledger import log, tree
from cleardance.ledger.check import Frontier
from cleardance.ledger.entry import EntryKind, digest, leaf_hash
from cleardance.ledger.keys import load_or_make
from cleardance.ledger.verify import verify
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from cleardance.store.tables import (
    account,
    ledger_entry,
    ledger_node,
    meta,
    task,
    utc_now,
    verdict,
)

ENTRIES_A_VIDEO = 10
BUDGET_MS = 30.0
VIDEOS = 20


@dataclass(frozen=True)
class Rate:
    """So many a second, by the wall and by the time computed."""

    wall: float
    computing: float

    def __str__(self) -> str:
        return f"{self.wall:9,.0f}/s, {self.computing:9,.0f}/s of computing"


def rate(count: int, work: Callable[[], None]) -> Rate:
    start, busy = perf_counter(), process_time()
    work()
    return Rate(count / (perf_counter() - start), count / (process_time() - busy))


def bare(folder: Path, count: int) -> dict[str, Rate]:
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE entry (i INTEGER PRIMARY KEY, body TEXT, hash BLOB)")

    def insert_rows(first: int, last: int) -> None:
        for n in range(first, last):
            connection.execute("INSERT INTO entry VALUES (?, ?, ?)", (n, "x" * 150, bytes(32)))

    def together() -> None:
        connection.execute("BEGIN")
        insert_rows(count, 11 * count)
        connection.execute("COMMIT")

    def read_rows() -> None:
        for n in range(10 * count):
            connection.execute("SELECT hash FROM entry WHERE i = ?", (n,)).fetchone()

    found = {
        "insert": rate(count, lambda: insert_rows(0, count)),
        "insert together": rate(10 * count, together),
        "read": rate(10 * count, read_rows),
    }
    connection.close()
    return found


def append_singly(store: Store, count: int) -> None:
    for n in range(count):
        with store.begin() as connection:
            log.append(connection, EntryKind.ASKED, f"task-{n}", {"prompt": digest(n)})


def append_together(store: Store, count: int) -> None:
    with store.begin() as connection:
        new = [log.New(EntryKind.ASKED, f"task-{n}", {"prompt": digest(n)}) for n in range(count)]
        log.append_all(connection, new)


def fill(store: Store, count: int) -> None:
    """Write what as many appends would have written, without going through them."""
    frontier, when = Frontier(), utc_now()
    for start in range(0, count, 50_000):
        entries, nodes = [], []
        for n in range(start, min(count, start + 50_000)):
            body = {"prompt": digest(n)}
            hash_ = leaf_hash("asked", f"task-{n}", body, when)
            row = {"index": n, "kind": "asked", "task_id": f"task-{n}", "body": body}
            entries.append(row | {"leaf_hash": hash_, "created_at": when})
            made = frontier.add(hash_)
            nodes += [{"level": m.level, "index": m.index, "hash": m.hash} for m in made]
        with store.begin() as connection:
            connection.execute(insert(ledger_entry), entries)
            connection.execute(insert(ledger_node), nodes)
            size = update(meta).where(meta.c.key == "ledger_size")
            connection.execute(size.values(value=frontier.size))


def prove(store: Store, count: int) -> None:
    with store.read() as connection:
        size = log.count(connection)
        for n in range(count):
            proof = log.prove_inclusion(connection, n * 7919 % size, size)
            tree.verify_inclusion(proof.leaf_hash, proof.index, size, proof.path, proof.root)


def prove_together(store: Store, count: int) -> None:
    with store.read() as connection:
        size = log.count(connection)
        for start in range(0, count, 100):
            places = [n * 7919 % size for n in range(start, start + 100)]
            for proof in log.prove_inclusions(connection, places, size):
                tree.verify_inclusion(proof.leaf_hash, proof.index, size, proof.path, proof.root)


def prove_growth(store: Store, count: int) -> None:
    with store.read() as connection:
        size = log.count(connection)
        for n in range(count):
            old = n * 7919 % size + 1
            grown = log.prove_consistency(connection, old, size)
            tree.verify_consistency(old, grown.old_root, size, grown.new_root, grown.path)


def one_video(store: Store, name: str) -> None:
    """Write what one released video writes: its rows and ten entries, a commit for each step."""
    row: dict[str, object] = {"id": name, "account_id": "local", "status": "queued", "step": 2}
    with store.begin() as connection:
        connection.execute(insert(task), row | {"created_at": utc_now(), "updated_at": utc_now()})
        log.append(connection, EntryKind.ASKED, name, {"prompt": digest(name)})
    for n in range(ENTRIES_A_VIDEO - 1):
        with store.begin() as connection:
            if n in (0, 2):
                said: dict[str, object] = {"id": f"{name}-{n}", "task_id": name, "stage": "ask"}
                said |= {
                    "decision": "clear",
                    "registry_revision": 0,
                    "body": {"reason": "x"},
                    "created_at": utc_now(),
                }
                connection.execute(insert(verdict), said)
            values = {"step": min(8, 2 + n), "updated_at": utc_now()}
            connection.execute(update(task).where(task.c.id == name).values(values))
            log.append(connection, EntryKind.VERDICT, name, {"digest": digest(n)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("entries", type=int, nargs="?", default=10_000)
    parser.add_argument("--leaves", type=int, default=0)
    arguments = parser.parse_args()
    count: int = arguments.entries
    few = min(count, 1000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peers = bare(folder, few)
        for name, found in peers.items():
            print(f"{'bare SQLite ' + name:<37} {found}")
        with open_store(Settings(home=folder / "home")) as store:
            fill(store, arguments.leaves)
            measure(store, count, few, peers)
        size = (folder / "home" / "cleardance.db").stat().st_size
        total = arguments.leaves + count + few + ENTRIES_A_VIDEO * (VIDEOS + 1)
        print(f"database                              {size / total:6.0f} bytes an entry")


def measure(store: Store, count: int, few: int, peers: dict[str, Rate]) -> None:
    keys = load_or_make(store.home.keys, "benchmark.example/ledger")

    def timed(number: int, work: Callable[[Store, int], None]) -> Rate:
        return rate(number, lambda: work(store, number))

    for label, number, work, peer in (
        ("append, one a commit", few, append_singly, "insert"),
        ("append, all in one commit", count, append_together, "insert together"),
        ("inclusion proof made and verified", few, prove, "read"),
        ("the same, 100 at once", few, prove_together, "read"),
        ("consistency proof made and verified", few, prove_growth, "read"),
    ):
        found = timed(number, work)
        print(f"{label:<37} {found}; {found.wall / peers[peer].wall:5.2f} of a bare {peer}")
    start = perf_counter()
    log.checkpoint(store, keys)
    print(f"checkpoint signed in                  {(perf_counter() - start) * 1000:6.1f} ms")
    start = perf_counter()
    checked = verify(store, [keys.public])
    print(f"verified {checked.size:,} entries in         {perf_counter() - start:6.2f} s")
    with store.begin() as connection:
        row = {"id": "local", "name": "local", "created_at": utc_now()}
        connection.execute(insert(account), row)
    one_video(store, "warm-up")
    times_ms, busy = [], process_time()
    for n in range(VIDEOS):
        start = perf_counter()
        one_video(store, f"task-{n}")
        times_ms.append((perf_counter() - start) * 1000)
    typical, cpu = median(times_ms), (process_time() - busy) * 1000 / VIDEOS
    print(
        f"one video, {ENTRIES_A_VIDEO} entries and commits     {typical:6.1f} ms median, "
        f"{max(times_ms):.1f} ms worst, {cpu:.1f} ms of it computing; "
        f"{'within' if typical < BUDGET_MS else 'OVER'} {BUDGET_MS:.0f} ms"
    )


if __name__ == "__main__":
    main()
