"""kill -9 at each of the eight steps: nothing half-made is released, and the rest is finished."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cleardance import __version__
from cleardance.clearance import leases, releasing
from cleardance.clearance.dossier import dossier_of
from cleardance.clearance.erasure import erase
from cleardance.clearance.flow import clear, go_on, resume_unfinished
from cleardance.clearance.garbage import collect
from cleardance.clearance.inspection import inspect_file
from cleardance.clearance.progress import Watch, silent
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.tasks import Step, unfinished
from cleardance.errors import StoreError, TaskBusy
from cleardance.generate.backends.draft import DraftBackend
from cleardance.generate.models import MODELS
from cleardance.store.blobs import BlobStore
from cleardance.store.tables import task
from tests.clearance import crash as crashing
from tests.clearance.asking import RELEASED, bodies, kinds, make, request
from tests.clearance.crash import killed

STILLS = [f"{step.name}:{fraction}" for step in Step for fraction in (0.0, 1.0)]


def crash(home: Path, destination: Path, moment: str) -> None:
    killed(crashing.crash, home, destination, moment, folder=home.parent)


def finish(service: Service) -> list[str]:
    return [record.task.id for record in resume_unfinished(service)]


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        *(("out.png", moment) for moment in [*STILLS, "keeping", "handing-over", "discarding"]),
        ("out.mp4", "GENERATE:0.5"),
        ("out.mp4", "SEAL:0.5"),
    ],
)
def test_kill_at(home: Path, tmp_path: Path, name: str, moment: str) -> None:
    destination = tmp_path / name
    crash(home, destination, moment)
    released = moment in ("RELEASE:1.0", "discarding")
    assert destination.exists() == released
    with open_service(home) as service:
        finished = finish(service)
        if moment.startswith("CHECK") or moment == "ENQUEUE:0.0" or released:
            assert finished == []  # nothing was asked yet, or all was done
        else:
            assert len(finished) == 1
            assert kinds(service, finished[0]) == RELEASED  # each once: no step was repeated
            digest = hashlib.sha256(destination.read_bytes()).hexdigest()
            assert bodies(service, finished[0], "released")[0]["sha256"] == digest
            assert finish(service) == []
        _nothing_is_left(service, tmp_path)


@pytest.mark.parametrize("changed", ["label", "publish_prompt", "watermark", "roots"])
def test_what_the_operator_changes_meanwhile_is_what_the_file_says(
    home: Path, tmp_path: Path, changed: str
) -> None:
    """Killed between sealing and releasing: what was sealed the old way is sealed anew."""
    crash(home, tmp_path / "out.png", "RELEASE:0.0")
    if changed == "watermark":
        (home / "keys" / "watermark.key").unlink()
    elif changed == "roots":
        for name in ("root", "intermediate", "leaf", "tsa"):
            (home / "keys" / f"{name}.pem").unlink()
    else:
        value = {"label": '"eu"', "publish_prompt": "true"}[changed]
        (home / "cleardance.toml").write_text(f"{changed} = {value}\n")
    with open_service(home) as service:
        (record,) = resume_unfinished(service)
        assert record.status == "released", record.error
        story = [*RELEASED[:-1], "sealing", "sealed", "released"]
        assert [event.kind for event in dossier_of(service, tmp_path / "out.png").events] == story
        found = inspect_file(service, tmp_path / "out.png")
        assert (found.c2pa.state, found.modified) == ("Trusted", False)
        assert found.watermark.ledger_index == record.ledger_index
        assert found.c2pa.facts is not None
        assert found.c2pa.facts.record is not None
        assert (found.c2pa.facts.record.label == "eu") == (changed == "label")
        assert ("prompt" in found.c2pa.facts.record.recipe) == (changed == "publish_prompt")
        _nothing_is_left(service, tmp_path)


def test_an_upgrade_meanwhile_does_not_claim_what_the_older_version_made(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(home, tmp_path / "out.png", "SEAL:0.0")
    monkeypatch.setitem(MODELS, "draft", replace(MODELS["draft"], version="99"))
    with open_service(home) as service:
        (record,) = resume_unfinished(service)
        facts = inspect_file(service, tmp_path / "out.png").c2pa.facts
    assert record.status == "released"
    assert facts is not None
    assert facts.record is not None
    assert facts.record.recipe["model_version"] == __version__


def _nothing_is_left(service: Service, folder: Path) -> None:
    """No draft, no work folder, and after an hour no blob that no row names."""
    home = service.store.home.path
    for blob in home.glob("blobs/??/*"):
        os.utime(blob, (0, 0))
    collect(service)
    with service.store.read() as session:
        named = set(session.scalars(select(task.c.sealed_blob)))
    assert set(service.store.blobs.digests(older_than_s=0)) == named - {None}
    assert [*(home / "work").iterdir(), *(home / "blobs" / "tmp").iterdir()] == []
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_a_task_that_lives_is_left_alone(service: Service, home: Path, tmp_path: Path) -> None:
    crash(home, tmp_path / "out.png", "GENERATE:0.0")
    with open_service(home) as other:
        (task_id,) = unfinished(other.store)
        leases.reap(other.store)
        with leases.holder(other.store) as alive:  # as its own process would
            with other.store.begin() as session:
                alive.take(session, task_id)
            assert finish(service) == []
    assert finish(service) == [task_id]


def test_a_destination_that_is_gone_holds_up_nobody_else(home: Path, tmp_path: Path) -> None:
    for name in ("gone", "there"):
        (tmp_path / name).mkdir()
        crash(home, tmp_path / name / "out.png", "handing-over")
    (tmp_path / "gone").rmdir()
    with open_service(home) as service, pytest.raises(StoreError, match="gone"):
        finish(service)
    assert (tmp_path / "there" / "out.png").exists()
    (tmp_path / "gone").mkdir()
    with open_service(home) as service:
        assert len(finish(service)) == 1
    assert (tmp_path / "gone" / "out.png").exists()


@pytest.mark.parametrize("moment", ["SEAL:0.0", "handing-over"])
def test_media_damaged_meanwhile_fail_the_task(home: Path, tmp_path: Path, moment: str) -> None:
    crash(home, tmp_path / "out.png", moment)
    for blob in (home / "blobs").rglob("*"):
        if blob.is_file():
            blob.write_bytes(blob.read_bytes()[:-1])
    with open_service(home) as service:
        (record,) = resume_unfinished(service)
        assert record.status == "failed"
        assert kinds(service, record.task.id)[-1] == "failed"
        assert finish(service) == []
    assert not (tmp_path / "out.png").exists()


def test_a_row_that_names_another_file_hands_nothing_over(home: Path, tmp_path: Path) -> None:
    """Whoever writes the database between release and delivery gets no file of theirs out."""
    crash(home, tmp_path / "out.png", "handing-over")
    with open_service(home) as service:
        forged = service.store.blobs.put_bytes(b"never screened, never sealed")
        with service.store.begin() as session:
            session.execute(update(task).values(sealed_blob=forged))
        (record,) = resume_unfinished(service)
        assert (record.status, record.task.error_code) == ("failed", "VerificationFailed.Ledger")
    assert not (tmp_path / "out.png").exists()


def test_a_finished_task_is_not_handed_over_twice(service: Service, tmp_path: Path) -> None:
    record = make(service, tmp_path / "out.png")
    (tmp_path / "out.png").unlink()  # the creator moved it away
    assert finish(service) == []
    go_on(service, record.task.id, Watch(silent))  # a worker that looked just before
    assert not (tmp_path / "out.png").exists()


def test_stopped_from_the_keyboard_is_cancelled(service: Service, tmp_path: Path) -> None:
    def stop(step: Step, fraction: float) -> None:
        if step is Step.SCREEN_OUTPUT:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clear(service, request(), tmp_path / "out.png", stop)
    assert finish(service) == []
    with service.store.read() as session:
        assert session.scalars(select(task.c.error_code)).all() == ["Cancelled"]
    assert not (tmp_path / "out.png").exists()


def test_a_released_file_is_handed_over_even_if_stopped_in_between(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(blob: Path, destination: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(releasing, "deliver", stop)
        with pytest.raises(KeyboardInterrupt):
            make(service, tmp_path / "out.png")
    (task_id,) = unfinished(service.store)
    with pytest.raises(TaskBusy):
        erase(service, task_id)
    assert finish(service) == [task_id]
    assert (tmp_path / "out.png").exists()
    assert kinds(service, task_id) == RELEASED


def test_a_listener_that_has_gone_away_changes_nothing(service: Service, tmp_path: Path) -> None:
    def gone(step: Step, fraction: float) -> None:
        raise BrokenPipeError

    assert clear(service, request(), tmp_path / "out.png", gone).status == "released"


def test_a_sealed_file_that_changes_before_it_is_kept_is_not_released(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(blobs: BlobStore, path: Path) -> str:
        path.write_bytes(path.read_bytes() + b"x")
        return put_file(blobs, path)

    put_file = BlobStore.put_file
    monkeypatch.setattr(BlobStore, "put_file", changed)
    record = make(service, tmp_path / "out.png")
    assert (record.status, record.task.error_code) == ("failed", "VerificationFailed.Seal")
    assert not (tmp_path / "out.png").exists()


def test_a_defect_in_a_model_fails_its_task_only(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object, request: object) -> None:
        raise ZeroDivisionError("so it goes")

    monkeypatch.setattr(DraftBackend, "generate", broken)
    record = make(service, tmp_path / "out.png")
    assert (record.status, record.task.error_code) == ("failed", "GenerationFailed")
    assert kinds(service, record.task.id) == ["asked", "verdict", "failed"]
