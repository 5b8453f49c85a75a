"""A person's data can go; what the ledger proves stays, and the output is still known."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from cleardance.accounts.accounts import create_account
from cleardance.accounts.keys import authenticate, create_key
from cleardance.clearance.bindings import manifest_by_id, matches_by_content
from cleardance.clearance.dossier import dossier_of
from cleardance.clearance.erasure import erase, erase_account, erase_task_of
from cleardance.clearance.flow import clear
from cleardance.clearance.service import Service
from cleardance.clearance.tasks import Step
from cleardance.errors import AuthenticationError, NotFound, StoreError, TaskBusy
from cleardance.ledger.check_export import check_export
from cleardance.ledger.export import export
from cleardance.ledger.history import proof_of
from cleardance.ledger.note import Checkpoint, split
from cleardance.ledger.proof import verify_proof
from cleardance.ledger.verify import verify
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.store.tables import TaskStatus, task
from tests.clearance.asking import PROMPT, RELEASED, kinds, make, request


def test_erasing_breaks_no_proof(service: Service, tmp_path: Path) -> None:
    made = make(service, tmp_path / "out.png")
    kept = service.checkpoint()
    size = Checkpoint.parse(split(kept)[0]).size
    with service.store.read() as session:
        before = [proof_of(session, index).model_dump(mode="json") for index in range(size)]
    erase(service, made.task.id)
    service.checkpoint()
    keys = service.ledger_keys.publics
    verify(service.store, keys, [kept])
    for proof in before:
        verify_proof(proof, keys)
    export(service.store, service.ledger_keys, tmp_path / "public")
    assert check_export(tmp_path / "public", keys, [kept]).size == size + 1
    assert kinds(service, made.task.id) == [*RELEASED, "erased"]


def test_nothing_personal_is_left(service: Service, tmp_path: Path) -> None:
    made = make(service, tmp_path / "out.png")
    salt = made.task.salt
    erase(service, made.task.id)
    service.store.close()  # which folds the write-ahead log into the database
    for path in service.store.home.path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert PROMPT.encode() not in data, path
            assert salt not in data, path


def test_the_output_is_still_known(service: Service, tmp_path: Path) -> None:
    made = make(service, tmp_path / "out.png")
    erase(service, made.task.id)
    erase(service, made.task.id)  # once is enough, twice does no harm
    dossier = dossier_of(service, tmp_path / "out.png")
    said = dossier.as_json()
    assert (said["c2pa"]["state"], said["modified"]) == ("Trusted", False)
    assert (said["output"], said["verdict"], said["verdicts"]) == (made.task.id, "unknown", {})
    found = matches_by_content(service, tmp_path / "out.png")["matches"]
    assert manifest_by_id(service, found[0]["manifestId"])
    with pytest.raises(NotFound, match="erased"):
        service.task(made.task.id)


def test_only_what_has_ended_is_erased(service: Service, tmp_path: Path) -> None:
    made = make(service, tmp_path / "out.png")
    with service.store.begin() as session:
        session.execute(task.update().values(status=TaskStatus.RUNNING))
    with pytest.raises(TaskBusy, match="only one that has ended"):
        erase(service, made.task.id)
    with service.store.read() as session:
        assert session.scalar(select(task.c.salt)) == made.task.salt
    with pytest.raises(NotFound, match="no task"):
        erase(service, "cgt-nothing")


def test_erasing_an_account_erases_all_it_asked_for_and_its_name(
    service: Service, tmp_path: Path
) -> None:
    create_account(service.store, "annegret-q7")
    key = create_key(service.store, "annegret-q7", name="wedding film", by="local")
    denied = make(service, tmp_path / "a.png", request("Squid Game", account="annegret-q7"))
    made = make(service, tmp_path / "b.png", request(account="annegret-q7"))
    other = make(service, tmp_path / "c.png", request("a tree in a field"))
    assert set(erase_account(service, "annegret-q7")) == {denied.task.id, made.task.id}
    for record in (denied, made):
        with pytest.raises(NotFound, match="erased"):
            service.task(record.task.id)
    assert service.task(other.task.id).request.prompt == "a tree in a field"
    with pytest.raises(NotFound, match="no account"):
        erase_account(service, "annegret-q7")
    with service.store.read() as session, pytest.raises(AuthenticationError, match="revoked"):
        authenticate(session, key.secret, datetime.now(UTC))
    assert b"wedding film" not in _all_bytes(service)
    assert b"annegret-q7" not in _all_bytes(service)
    verify(service.store, service.ledger_keys.publics)


def _all_bytes(service: Service) -> bytes:
    service.store.close()
    with sqlite3.connect(service.store.home.database) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return service.store.home.database.read_bytes()


def test_an_account_with_a_task_under_way_is_not_erased_by_halves(
    service: Service, tmp_path: Path
) -> None:
    record = make(service, tmp_path / "a.png")

    def stop(step: Step, fraction: float) -> None:
        if step is Step.SEAL:
            raise StoreError("as if the disk were full")

    with pytest.raises(StoreError):
        clear(service, request(), tmp_path / "b.png", stop)
    with pytest.raises(TaskBusy, match="have not ended"):
        erase_account(service, "local")
    assert service.task(record.task.id).request.prompt


def test_a_task_is_erased_only_for_its_own_account(service: Service, tmp_path: Path) -> None:
    record = make(service, tmp_path / "a.png")
    create_account(service.store, "annegret-q7")
    with pytest.raises(NotFound, match="has no task"):
        erase_task_of(service, "annegret-q7", record.task.id)
    erase_task_of(service, "local", record.task.id)
    with pytest.raises(NotFound, match="erased"):
        service.task(record.task.id)


def test_erasing_a_refused_task_deletes_what_was_generated(
    service: Service, tmp_path: Path
) -> None:
    made = make(service, tmp_path / "known.png")
    row = {"name": "The Ball", "kind": "character", "owner": "Ball & Co"}
    add(service.store, parse_row(row | {"references": [str(tmp_path / "known.png")]}))
    denied = make(service, tmp_path / "out.png")
    assert (denied.status, denied.task.raw_blob) == ("denied", made.task.raw_blob)
    assert denied.task.raw_blob in service.store.blobs.digests(older_than_s=0)
    erase(service, denied.task.id)
    assert denied.task.raw_blob not in service.store.blobs.digests(older_than_s=0)
