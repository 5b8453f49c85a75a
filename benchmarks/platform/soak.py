"""Everything is killed at random, and every accepted task still ends once.

Run: python benchmarks/platform/soak.py [--tasks N] [--worker-kills N] [--server-kills N]
     [--database-restarts N] [--seed N]

A real server (``cleardance serve``, no worker in it) takes clips of 4 s over Ark's API; two real
workers on the same PostgreSQL make them. At random moments a worker is killed (SIGKILL) and another
started, the server is killed and started, PostgreSQL is restarted (``pg_ctl -m immediate``). The
client asks again until it has an answer, as Ark's clients do. All the while a watcher reads what
every task shows, and fetches files. In the end the ledger is verified and everything counted.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cluster import Cluster, postgresql
from sqlalchemy import func, select

from cleardance.clearance.service import Service, open_service
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.verify import verify
from cleardance.store.tables import ledger_entry, task, usage

PORT = 18_760
TASKS = f"http://127.0.0.1:{PORT}/api/v3/contents/generations/tasks"
ENDED = {"succeeded", "failed", "cancelled", "expired"}


@dataclass
class Soak:
    """What runs, and what was seen."""

    cluster: Cluster
    home: Path
    chance: random.Random
    key: str = ""
    server: "subprocess.Popen[bytes] | None" = None
    workers: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)  # task to SHA-256, as it was handed out
    kills: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def cli(self, *arguments: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "cleardance.cli.main", "--home", str(self.home)]
        log = (self.home.parent / f"{arguments[0]}.log").open("ab")
        return subprocess.Popen([*command, *arguments], stdout=log, stderr=log)

    def cli_json(self, *arguments: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "cleardance.cli.main", "--home", str(self.home)]
        done = subprocess.run([*command, *arguments], check=True, capture_output=True)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def start_server(self) -> None:
        self.server = self.cli("serve", "--port", str(PORT), "--slots", "0")

    def start_worker(self) -> None:
        self.workers.append(self.cli("worker"))

    def ask(self, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask until there is an answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        tries = 0
        while True:
            again = headers | ({"x-stainless-retry-count": str(tries)} if tries else {})
            try:
                request = urllib.request.Request(url, data, again)
                with urllib.request.urlopen(request, timeout=60) as answer:
                    found: dict[str, Any] = json.load(answer)
                    return found
            except urllib.error.HTTPError as error:
                if error.code not in (408, 409, 429) and error.code < 500:
                    raise
            except OSError:
                pass
            tries += 1
            time.sleep(min(0.2 * 2**tries, 5.0))


def submit_all(soak: Soak, count: int) -> None:
    for n in range(count):
        body = {
            "model": "draft",
            "content": [{"type": "text", "text": "a red ball bounces in a meadow"}],
            "seed": n,
            "duration": 4,
            "resolution": "480p",
            "ratio": "21:9",
            "generate_audio": False,
        }
        soak.accepted.append(soak.ask(TASKS, body)["id"])


def watch(soak: Soak, stop: threading.Event) -> None:
    """Look at what outsiders can see: nothing is handed out that is not sealed and logged."""
    while not stop.wait(0.5):
        for task_id in list(soak.accepted):
            if stop.is_set() or task_id in soak.files:
                continue
            seen = soak.ask(f"{TASKS}/{task_id}")
            content = seen.get("content") or {}
            if seen["status"] == "succeeded" and content.get("video_url"):
                look_at_file(soak, task_id, content["video_url"])
            elif content.get("video_url"):
                soak.wrong.append(f"{task_id} is {seen['status']} and has a file")
            elif seen["status"] in ENDED:
                soak.files[task_id] = ""


def look_at_file(soak: Soak, task_id: str, url: str) -> None:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            soak.files[task_id] = hashlib.sha256(answer.read()).hexdigest()
    except OSError:  # killed meanwhile; it is looked at again
        return


def kill_worker(soak: Soak) -> None:
    soak.start_worker()  # its successor, which may take a while to be ready
    victim = soak.workers.pop(0)
    victim.kill()
    victim.wait()


def kill_server(soak: Soak) -> None:
    assert soak.server is not None
    soak.server.kill()
    soak.server.wait()
    soak.start_server()


def restart_database(soak: Soak) -> None:
    soak.cluster.control("restart", "-m", "immediate")


def harm(
    soak: Soak, acts: list[Callable[[Soak], None]], total: int, done: Callable[[], int]
) -> None:
    """Do each act when a random share of the tasks has ended; at the end nothing more."""
    moments = sorted(soak.chance.uniform(0.02, 0.9) * total for _ in acts)
    soak.chance.shuffle(acts)
    for moment, act in zip(moments, acts, strict=True):
        while done() < moment:
            time.sleep(0.2)
        time.sleep(soak.chance.uniform(0.0, 2.0))
        act(soak)
        soak.kills[act.__name__] += 1
        print(f"  {done()} ended: {act.__name__}", file=sys.stderr, flush=True)


def count_wrong(soak: Soak, service: Service) -> dict[str, int]:
    """Count what must be nothing, and return all counts for the table."""
    verify(service.store, [service.ledger_keys.public])
    ends = (EntryKind.RELEASED, EntryKind.FAILED, EntryKind.REFUSED)
    with service.store.read() as session:
        rows = session.execute(select(task.c.id, task.c.status, task.c.deaths)).all()
        of_kind = select(ledger_entry.c.task_id, func.count()).where(ledger_entry.c.kind.in_(ends))
        ended = dict(session.execute(of_kind.group_by(ledger_entry.c.task_id)).all())
        released = select(ledger_entry.c.task_id, ledger_entry.c.body).where(
            ledger_entry.c.kind == EntryKind.RELEASED
        )
        logged = {row.task_id: row.body["sha256"] for row in session.execute(released)}
        used = Counter(session.scalars(select(usage.c.task_id)))
    accepted = set(soak.accepted)
    known = {row.id for row in rows}
    done = {row.id for row in rows if row.status == "released"}
    handed_out = {name: digest for name, digest in soak.files.items() if digest}
    return {
        "accepted": len(accepted),
        "stored": len(known),
        "released": len(done),
        "ended otherwise": sum(row.status in ("failed", "expired", "denied") for row in rows),
        "processes that died at work": sum(row.deaths for row in rows),
        "WRONG: accepted and lost": len(accepted - known),
        "WRONG: not ended": sum(row.id not in ended for row in rows),
        "WRONG: ended more than once": sum(count != 1 for count in ended.values()),
        "WRONG: handed out, not as logged": sum(
            logged.get(name) != digest for name, digest in handed_out.items()
        ),
        "WRONG: file of what is not released": len(soak.wrong),
        "WRONG: usage not counted once": sum(used[name] != 1 for name in done)
        + len(set(used) - done),
        "files fetched by outsiders": len(handed_out),
    }


def run(soak: Soak, arguments: argparse.Namespace) -> dict[str, int]:
    with open_service(soak.home) as service:
        made = soak.cli_json("key", "create", "--json")
        soak.key = made["key"]
        soak.start_server()
        for _ in range(2):
            soak.start_worker()
        stop = threading.Event()
        submitter = threading.Thread(target=submit_all, args=(soak, arguments.tasks))
        watcher = threading.Thread(target=watch, args=(soak, stop))
        acts = [kill_worker] * arguments.worker_kills + [kill_server] * arguments.server_kills
        acts += [restart_database] * arguments.database_restarts
        for thread in (submitter, watcher):
            thread.start()
        harm(soak, list(acts), arguments.tasks, lambda: len(soak.files))
        submitter.join()
        while len(soak.files) < len(soak.accepted):
            time.sleep(0.5)
        stop.set()
        watcher.join()
        return count_wrong(soak, service)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--worker-kills", type=int, default=50)
    parser.add_argument("--server-kills", type=int, default=10)
    parser.add_argument("--database-restarts", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    start_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as name, postgresql() as cluster:
        os.environ["CLEARDANCE_DATABASE_URL"] = cluster.url
        os.environ["CLEARDANCE_MAX_DEATHS"] = "100"  # they are not the tasks' doing
        soak = Soak(cluster, Path(name) / "home", random.Random(arguments.seed))
        try:
            counts = run(soak, arguments)
        finally:
            for process in (soak.server, *soak.workers):
                if process is not None:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
    print("| counted | |\n|---|---|")
    for what, count in {**dict(soak.kills), **counts}.items():
        print(f"| {what.replace('_', ' ')} | {count} |")
    print(f"| seconds | {time.monotonic() - start_s:.0f} |")
    raise SystemExit(any(count for what, count in counts.items() if what.startswith("WRONG")))


if __name__ == "__main__":
    main()
