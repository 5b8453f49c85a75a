"""A person's data can go; what the ledger proves stays, and the output is still known."""

from pathlib import Path

import pytest
from sqlalchemy import select

from cleardance.clearance.bindings import manifest_by_id, matches_by_content
from cleardance.clearance.dossier import dossier_of
from cleardance.clearance.erasure import erase
from cleardance.clearance.service import Service
from cleardance.errors import NotFound, TaskBusy
from cleardance.ledger.check_export import check_export
from cleardance.ledger.export import export
from cleardance.ledger.history import proof_of
from cleardance.ledger.note import Checkpoint, split
from cleardance.ledger.proof import verify_proof
from cleardance.ledger.verify import verify
from cleardance.store.tables import TaskStatus, task
from tests.clearance.asking import PROMPT, RELEASED, kinds, make


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
