"""A task's own row is held to the ledger: whoever changes it is found by ``ledger verify``."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cleardance.clearance.erasure import erase
from cleardance.clearance.service import Service
from cleardance.errors import LedgerInvalid
from cleardance.ledger.verify import verify
from tests.clearance.asking import make, request


@contextmanager
def _database(service: Service) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(service.store.home.database)) as connection, connection:
        yield connection


CHANGES = {
    "the prompt": ("request = replace(request, 'red', 'blue')", "another request"),
    "what is no request": ("request = '{'", "another request"),
    "the account": ("account_id = 'acc-other'", "another account"),
    "the entry it is sealed under": ("ledger_index = ledger_index - 1", "another sealing"),
    "the sealed file": (f"sealed_blob = '{'ab' * 32}'", "another sealed file"),
    "the salt": ("salt = zeroblob(32)", "another request|another"),
    "no salt": ("salt = NULL", "its salt is gone"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_task_is_named(service: Service, tmp_path: Path, what: str) -> None:
    change, named = CHANGES[what]
    record = make(service, tmp_path / "out.png")
    verify(service.store, service.ledger_keys.publics)
    with _database(service) as database:
        database.execute(
            "INSERT INTO account (id, name, created_at) VALUES ('acc-other', 'other', 'x')"
        )
        database.execute("DELETE FROM verdict")  # which are held to the ledger on their own
        database.execute(f"UPDATE task SET {change}")
    with pytest.raises(LedgerInvalid, match=f"Task {record.task.id} was changed: .*{named}"):
        verify(service.store, service.ledger_keys.publics)


def test_a_refused_task_cannot_be_called_released(service: Service, tmp_path: Path) -> None:
    make(service, tmp_path / "out.png", request("Squid Game"))
    with _database(service) as database:
        database.execute("UPDATE task SET status = 'released'")
    with pytest.raises(LedgerInvalid, match="the ledger records no release"):
        verify(service.store, service.ledger_keys.publics)


def test_of_an_erased_task_the_output_is_still_held_to_the_ledger(
    service: Service, tmp_path: Path
) -> None:
    record = make(service, tmp_path / "out.png")
    erase(service, record.task.id)
    verify(service.store, service.ledger_keys.publics)
    with _database(service) as database:
        database.execute(f"UPDATE task SET sealed_blob = '{'ab' * 32}'")
    with pytest.raises(LedgerInvalid, match="another sealed file"):
        verify(service.store, service.ledger_keys.publics)
