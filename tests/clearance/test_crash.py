"""kill -9 at each of the eight steps: nothing half-made is released, and the rest is finished."""

import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cleardance.clearance.flow import resume_unfinished
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.tasks import Step
from tests.clearance.asking import RELEASED, bodies, kinds

ROOT = Path(__file__).parents[2]
STILLS = [f"{step.name}:{fraction}" for step in Step for fraction in (0.0, 1.0)]


def crash(home: Path, destination: Path, moment: str) -> None:
    command = [sys.executable, "-m", "tests.clearance.crash", str(home), str(destination), moment]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def finish(service: Service) -> list[str]:
    return [record.task.id for record in resume_unfinished(service)]


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        *(("out.png", moment) for moment in [*STILLS, "handing-over"]),
        ("out.mp4", "GENERATE:0.5"),
        ("out.mp4", "SEAL:0.5"),
    ],
)
def test_kill_at(home: Path, tmp_path: Path, name: str, moment: str) -> None:
    destination = tmp_path / name
    crash(home, destination, moment)
    released = moment == "RELEASE:1.0"
    assert destination.exists() == released
    with open_service(home) as service:
        finished = finish(service)
        if moment.startswith("CHECK") or moment == "ENQUEUE:0.0" or released:
            assert finished == []  # nothing was asked yet, or all was done
            return
        assert len(finished) == 1
        assert kinds(service, finished[0]) == RELEASED  # each once: no step was repeated
        digest = hashlib.sha256(destination.read_bytes()).hexdigest()
        assert bodies(service, finished[0], "released")[0]["sha256"] == digest
        assert finish(service) == []
    assert [*(home / "work").iterdir(), *(home / "blobs" / "tmp").iterdir()] == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_task_that_lives_is_left_alone(service: Service, home: Path, tmp_path: Path) -> None:
    crash(home, tmp_path / "out.png", "GENERATE:0.0")
    with open_service(home) as other:
        task_id = finish_ids(other)[0]
        with other.store.lock(task_id):  # as its own process would hold it
            assert finish(service) == []
    assert finish(service) == [task_id]


def finish_ids(service: Service) -> list[str]:
    from cleardance.clearance.tasks import unfinished

    return unfinished(service.store)
