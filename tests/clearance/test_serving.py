"""The one way by which anybody is given a released file."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from cleardance.clearance import tasks
from cleardance.clearance.garbage import collect, discard
from cleardance.clearance.record import Record
from cleardance.clearance.releasing import fetch
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.serving import open_output
from cleardance.errors import BlobDamaged, LedgerInvalid, NotFound, NotReleased, Removed
from cleardance.rights.notices import filing
from cleardance.store.tables import removal, task, utc_now
from tests.clearance.asking import make, request
from tests.rights.notices.forms import copyright_form


@pytest.fixture
def released(service: Service, tmp_path: Path) -> Record:
    return make(service, tmp_path / "ball.png")


def remove(service: Service, record: Record) -> str:
    """Write a removal down, as executing a notice does."""
    notice_id = filing.file_notice(service.store, copyright_form(), Path(), datetime.now(UTC)).id
    values = {
        "task_id": record.task.id,
        "notice_id": notice_id,
        "blob": record.task.sealed_blob,
        "why": "it shows Lantern Street.",
        "revision": 2,
        "at": utc_now(),
    }
    with service.store.begin() as session:
        session.execute(insert(removal).values(**values))
    return notice_id


def lift(service: Service) -> None:
    with service.store.begin() as session:
        session.execute(update(removal).values(lifted_at=utc_now()))


def served(service: Service, task_id: str) -> tuple[int, str | None]:
    columns = task.c.served_count, task.c.last_served_at
    with service.store.read() as session:
        count, last = session.execute(select(*columns).where(task.c.id == task_id)).one()
        return count, last


def test_a_released_file_is_opened_and_counted(service: Service, released: Record) -> None:
    task_id = released.task.id
    assert served(service, task_id)[0] == 1  # put where it was asked for
    before = served(service, task_id)[1]
    file = open_output(service, task_id)
    assert hashlib.sha256(file.path.read_bytes()).hexdigest() == file.sha256
    assert (file.media_type, file.name) == ("image/png", "ball.png")
    open_output(service, task_id, counted=False)
    count, last = served(service, task_id)
    assert (count, last is not None and last > str(before)) == (2, True)


def test_what_was_not_released_is_not_opened(service: Service, tmp_path: Path) -> None:
    denied = make(service, tmp_path / "x.png", request("Darth Vader walks along a corridor"))
    with pytest.raises(NotReleased, match="denied"):
        open_output(service, denied.task.id)
    with pytest.raises(NotFound):
        open_output(service, "cgt-20260101000000-00000000")


def test_a_file_that_is_not_the_one_in_the_ledger_is_not_opened(
    service: Service, released: Record
) -> None:
    other = service.store.blobs.put_bytes(b"another")
    with service.store.begin() as session:
        tasks.advance(session, released.task.id, tasks.Step.RELEASE, sealed_blob=other)
    with pytest.raises(LedgerInvalid):
        open_output(service, released.task.id)


def test_a_file_whose_bytes_changed_is_not_opened(service: Service, released: Record) -> None:
    path = open_output(service, released.task.id).path
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BlobDamaged):
        open_output(service, released.task.id)


def test_a_removed_output_is_served_no_more_and_then_again_byte_for_byte(
    service: Service, released: Record, tmp_path: Path
) -> None:
    before = open_output(service, released.task.id).path.read_bytes()
    with open_service(service.settings.home) as other:  # as another process has it open
        assert open_output(other, released.task.id)
        notice_id = remove(service, released)
        count = served(service, released.task.id)[0]
        for one in (service, other):
            with pytest.raises(Removed, match=notice_id) as raised:
                open_output(one, released.task.id)
            with pytest.raises(Removed):
                fetch(one, released.task.id, tmp_path / "again.png")
        assert "object" in str(raised.value.hint)
        assert not (tmp_path / "again.png").exists()
        assert served(service, released.task.id)[0] == count
        lift(service)
        assert open_output(other, released.task.id).path.read_bytes() == before


def test_the_file_of_a_removed_output_is_kept_even_if_its_task_lets_go(
    service: Service, released: Record
) -> None:
    remove(service, released)
    with service.store.begin() as session:
        tasks.advance(session, released.task.id, tasks.Step.RELEASE, sealed_blob=None)
    discard(service, released.task.sealed_blob)
    collect(service)
    assert released.task.sealed_blob in set(service.store.blobs.digests(older_than_s=0))
