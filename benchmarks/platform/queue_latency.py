"""How long a request waits until an idle worker generates: from its acceptance, in milliseconds.

Run: python benchmarks/platform/queue_latency.py [--rounds N] [--peer PYTHON]

Stills are asked for one by one, at uneven intervals, each when the worker has been idle for a
while. Waiting ends when the child process says that it begins to generate. ``--peer`` is a Python
in which ``dbos`` is installed: its queue, on SQLite, starts an empty step in its own process.
"""

import argparse
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median

from cluster import postgresql
from sqlalchemy import select

from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.jobs.worker import work
from cleardance.clearance.service import Service, open_service
from cleardance.request import Ratio, Request, Resolution
from cleardance.store.tables import task, task_event

TARGET_MS = 200.0
PEER = """
import statistics, sys, time
from dbos import DBOS
DBOS(config={"name": "peer", "system_database_url": f"sqlite:///{sys.argv[1]}/peer.db",
             "application_version": "1", "log_level": "ERROR"})
begun = {}
@DBOS.step()
def step(n): begun[n] = time.perf_counter()
@DBOS.workflow()
def flow(n): step(n)
DBOS.launch()
queue = DBOS.register_queue("q", worker_concurrency=1, polling_interval_sec=float(sys.argv[3]))
waits = []
for n in range(int(sys.argv[2])):
    time.sleep(0.31 + 0.07 * (n % 9))
    handle = queue.enqueue(flow, n)
    accepted = time.perf_counter()
    handle.get_result()
    waits.append(1000 * max(begun[n] - accepted, 0.0))
import os
print(*waits, flush=True); os._exit(0)
"""


def request(seed: int) -> Request:
    size = {"resolution": Resolution.P480, "ratio": Ratio.R21_9}
    return Request(prompt="a red ball bounces in a meadow", seed=seed, still=True, **size)


@contextmanager
def working(service: Service) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(service, 1, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def ended(service: Service, task_id: str) -> bool:
    with service.store.read() as session:
        row = session.execute(select(task.c.status, task.c.lease_owner).where(task.c.id == task_id))
        status, owner = row.one()
    return status == "released" and owner is None


def waited_ms(service: Service, task_id: str, accepted: datetime) -> float:
    first = select(task_event.c.at).where(
        task_event.c.task_id == task_id, task_event.c.kind == "progress"
    )
    with service.store.read() as session:
        at = session.scalar(first.order_by(task_event.c.id).limit(1))
    return (datetime.fromisoformat(str(at)) - accepted).total_seconds() * 1000


def ours(home: Path, rounds: int) -> list[float]:
    waits = []
    with open_service(home) as service, working(service):
        for n in range(rounds + 1):
            time.sleep(0.31 + 0.07 * (n % 9))
            task_id = submit(service, request(n)).task_id
            accepted = datetime.now().astimezone()
            while not ended(service, task_id):
                time.sleep(0.02)
            waits.append(waited_ms(service, task_id, accepted))
    return waits[1:]  # the first also waits for the child to be ready: the worker has just started


def on_postgresql(home: Path, rounds: int) -> list[float]:
    with postgresql() as cluster:
        os.environ["CLEARDANCE_DATABASE_URL"] = cluster.url
        try:
            return ours(home, rounds)
        finally:
            del os.environ["CLEARDANCE_DATABASE_URL"]


def peers(python: str, folder: Path, rounds: int, every_s: float) -> list[float]:
    folder.mkdir()
    command = [python, "-c", PEER, str(folder), str(rounds), str(every_s)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [float(one) for one in done.stdout.split()]


def row(name: str, waits: list[float]) -> None:
    waits = sorted(waits)
    print(
        f"| {name} | {median(waits):.0f} | {waits[int(0.95 * len(waits))]:.0f} | {waits[-1]:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--peer", metavar="PYTHON")
    arguments = parser.parse_args()
    rounds = arguments.rounds
    print(f"load average {os.getloadavg()[0]:.1f}; target {TARGET_MS:.0f} ms; {rounds} rounds\n")
    print("| accepted to begun, ms | p50 | p95 | max |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="queue-") as name:
        folder = Path(name)
        runs: list[tuple[str, Callable[[], list[float]]]] = [
            ("SQLite", lambda: ours(folder / "sqlite", rounds)),
            ("PostgreSQL", lambda: on_postgresql(folder / "postgresql", rounds)),
        ]
        if arguments.peer:
            for every_s in (1.0, 0.1):
                title = f"DBOS on SQLite, looks every {every_s:g} s"
                place = folder / f"peer{every_s}"
                runs.append((title, lambda p=place, s=every_s: peers(arguments.peer, p, rounds, s)))
        for title, run in runs:
            row(title, run())


if __name__ == "__main__":
    main()
