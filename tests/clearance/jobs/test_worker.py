"""The worker's loop with real child processes, killed in every way."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cleardance.clearance.jobs import ending
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.jobs.worker import work
from cleardance.clearance.notices.executing import execution_of
from cleardance.clearance.record import record_of
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.serving import open_output
from cleardance.errors import Removed
from cleardance.store.tables import task, task_event
from tests.clearance.asking import RELEASED, kinds, request
from tests.clearance.enforcing.letters import file, make_past

WITHIN_S = 120.0


@contextmanager
def working(service: Service, slots: int = 1) -> Iterator[None]:
    stop = threading.Event()
    options = {"grace_s": 0.0}
    thread = threading.Thread(target=work, args=(service, slots, stop), kwargs=options)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def until(service: Service, task_id: str, event: str, within_s: float = WITHIN_S) -> None:
    """Wait until a task has had an event: a kind, or a status."""
    deadline_s = time.monotonic() + within_s
    while event not in events(service, task_id):
        assert time.monotonic() < deadline_s, events(service, task_id)
        time.sleep(0.02)


def events(service: Service, task_id: str) -> list[str]:
    query = select(task_event.c.kind, task_event.c.body).where(task_event.c.task_id == task_id)
    with service.store.read() as session:
        rows = session.execute(query.order_by(task_event.c.id)).all()
    return [row.body.get("status", row.kind) for row in rows]


def deaths(service: Service, task_id: str) -> int:
    with service.store.read() as session:
        return session.scalar(select(task.c.deaths).where(task.c.id == task_id)) or 0


def test_one_worker_through_cancelling_crashing_and_stopping(service: Service) -> None:
    cancelled = submit(service, request(still=False)).task_id
    with working(service):
        until(service, cancelled, "progress")
        ending.cancel(service, cancelled)  # its process is killed, the worker lives

        crashed = submit(service, request(still=False)).task_id
        until(service, crashed, "progress")
        (process,) = multiprocessing.active_children()
        assert process.pid is not None
        os.kill(process.pid, signal.SIGSEGV)  # as a decoder would die of a hostile file

        still = submit(service, request()).task_id
        until(service, crashed, "released")
        until(service, still, "released")

        handed_back = submit(service, request(still=False)).task_id
        until(service, handed_back, "progress")
    assert multiprocessing.active_children() == []
    assert service.task(cancelled).status == "cancelled"
    assert kinds(service, cancelled) == ["asked", "verdict", "failed"]
    assert (kinds(service, crashed), deaths(service, crashed)) == (RELEASED, 1)
    assert open_output(service, crashed).name == f"{crashed}.mp4"
    assert record_of(service, crashed).to_json()["path"] is None
    assert (service.task(handed_back).status, deaths(service, handed_back)) == ("running", 0)
    assert [*service.store.home.work.iterdir(), *(service.store.home.locks).iterdir()] == []


def test_two_workers_one_killed(service: Service, home: Path) -> None:
    """All that the killed one had begun is finished by the other, each released once."""
    command = [sys.executable, "-m", "cleardance.cli.main", "--home", str(home), "worker"]
    killed = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        asked = [submit(service, request(still=False)).task_id]
        until(service, asked[0], "progress")
        asked += [submit(service, request(seed=seed)).task_id for seed in range(3)]
        children = _children_of(killed.pid)
        assert children
        with working(service):
            killed.kill()
            killed.wait()
            for task_id in asked:
                until(service, task_id, "released")
        assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
        assert [kinds(service, task_id) for task_id in asked] == [RELEASED] * 4
        assert deaths(service, asked[0]) == 1
    finally:
        killed.kill()
        killed.wait()


def _children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children")
    if not found.exists():
        pytest.skip("this system does not say whose child a process is")
    return [int(one) for one in found.read_text().split()]


def test_what_kills_every_process_fails_in_the_end(service: Service) -> None:
    task_id = submit(service, request()).task_id
    with service.store.begin() as session:
        session.execute(update(task).where(task.c.id == task_id).values(deaths=5))
    work(service, 1, threading.Event(), until_empty=True)
    row = service.task(task_id)
    assert (row.status, row.error_code) == ("failed", "GenerationFailed")
    assert "5 processes died" in str(row.error_message)


def test_a_notice_whose_execution_was_killed_is_executed_to_its_end(
    service: Service, tmp_path: Path
) -> None:
    past = make_past(service, tmp_path)
    notice_id = file(service)
    service.checkpoint()
    killed_home = tmp_path / "killed"
    shutil.copytree(service.settings.home, killed_home)
    code = "import sys; from pathlib import Path; from tests.clearance.enforcing.crash_execute "
    code += "import run; run(Path(sys.argv[1]), sys.argv[2], 6, 'after')"
    done = subprocess.run([sys.executable, "-c", code, str(killed_home), notice_id])
    assert done.returncode == -signal.SIGKILL
    with open_service(killed_home) as killed, working(killed):
        deadline_s = time.monotonic() + WITHIN_S
        while execution_of(killed, notice_id).status != "executed":
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        with pytest.raises(Removed):
            open_output(killed, past["named"].task.id)
