"""What runs on SQLite runs on PostgreSQL: tables, the ledger, a release from end to end."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select

from cleardance.clearance.dossier import dossier_of
from cleardance.clearance.erasure import erase
from cleardance.clearance.service import open_service
from cleardance.errors import LedgerInvalid
from cleardance.ledger import log, tree
from cleardance.ledger.check_export import check_export
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.export import export
from cleardance.ledger.keys import load_or_make
from cleardance.ledger.verify import verify
from cleardance.store import Store
from cleardance.store.tables import ledger_entry, metadata
from tests.clearance.asking import RELEASED, kinds, make
from tests.ledger.ledger_samples import ORIGIN, append_some


def test_the_migrations_make_the_tables(store: Store) -> None:
    with store.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_ledger_appends_proves_verifies_and_exports(store: Store, tmp_path: Path) -> None:
    keys = load_or_make(store.home.keys, ORIGIN)
    append_some(store, 0, 40)
    log.checkpoint(store, keys)
    append_some(store, 40, 75)
    kept = log.checkpoint(store, keys)
    assert verify(store, [keys.public], [kept]).signed_size == 75
    with store.read() as connection:
        for index in range(75):
            proof = log.prove_inclusion(connection, index, 75)
            tree.verify_inclusion(proof.leaf_hash, index, 75, proof.path, proof.root)
    export(store, keys, tmp_path / "public")
    assert check_export(tmp_path / "public", [keys.public], [kept]).size == 75


def test_appenders_at_once_take_turns_without_gaps(store: Store) -> None:
    def append() -> None:
        for n in range(20):
            with store.begin() as connection:
                log.append(connection, EntryKind.ASKED, None, {"n": n})

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        indices = connection.scalars(select(ledger_entry.c.index).order_by(ledger_entry.c.index))
        assert list(indices) == list(range(80))
    assert verify(store, []).size == 80


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE ledger_entry SET task_id = 'x' WHERE \"index\" = 7", "Entry 7 .* was changed"),
        ('DELETE FROM ledger_entry WHERE "index" = 7', "Entry 7 .* is missing"),
        (
            "UPDATE ledger_node SET hash = decode(repeat('ab', 32), 'hex') WHERE level = 2",
            "Node 2/0 .* was changed",
        ),
    ],
)
def test_a_change_is_named(store: Store, change: str, named: str) -> None:
    keys = load_or_make(store.home.keys, ORIGIN)
    append_some(store, 0, 21)
    log.checkpoint(store, keys)
    with store.begin() as connection:
        connection.exec_driver_sql(change)
    with pytest.raises(LedgerInvalid, match=named):
        verify(store, [keys.public])


def test_a_still_is_released_inspected_and_erased(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARDANCE_DATABASE_URL", database)
    with open_service(tmp_path / "home") as service:
        record = make(service, tmp_path / "out.png")
        assert record.status == "released", record.error
        assert kinds(service, record.task.id) == RELEASED
        found = dossier_of(service, tmp_path / "out.png")
        assert found.inspection.ledger is not None
        assert found.inspection.ledger.verified
        assert not found.inspection.modified
        erase(service, record.task.id)
        verify(service.store, service.ledger_keys.publics)
    assert not (tmp_path / "home" / "cleardance.db").exists()
