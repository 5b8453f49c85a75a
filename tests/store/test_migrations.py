"""The migrations and the tables say the same."""

import re
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from cleardance.settings import Settings
from cleardance.store import Store, open_store
from cleardance.store.database import make_engine, transaction
from cleardance.store.home import prepare
from cleardance.store.opening import migration_config
from cleardance.store.tables import REVISION, metadata


def _schema(path: Path) -> dict[str, list[str]]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    # A table that was written anew has its name in quotes.
    plain = ((name, sql.replace('"', "")) for name, sql in rows)
    found = {name: sorted(re.split(r"[\s,]*[\n,]\s*|\s*\)$", sql)) for name, sql in plain}
    connection.close()
    found.pop("alembic_version", None)
    return found


def test_newest_migration_is_the_revision_of_the_tables(store: Store) -> None:
    with store.begin() as connection:
        script = ScriptDirectory.from_config(migration_config(connection))
    assert script.get_heads() == [REVISION]


def test_autogenerate_finds_no_drift(store: Store) -> None:
    with store.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrated_schema_is_that_of_the_tables_to_the_letter(store: Store, tmp_path: Path) -> None:
    # Autogenerate overlooks CHECK constraints; the text of the schema does not.
    engine = create_engine(f"sqlite:///{tmp_path / 'direct.db'}")
    metadata.create_all(engine)
    engine.dispose()
    assert _schema(store.home.database) == _schema(tmp_path / "direct.db")


def test_migrating_twice_does_nothing(store: Store) -> None:
    before = _schema(store.home.database)
    with store.begin() as connection:
        command.upgrade(migration_config(connection), "head")
    assert _schema(store.home.database) == before


def test_an_older_home_keeps_what_refers_to_a_table_that_is_made_anew(tmp_path: Path) -> None:
    """Dropping the old table would delete its rows' verdicts with them."""
    settings = Settings(home=tmp_path / "home")
    older = prepare(settings.home)
    engine = make_engine(older, None)
    with transaction(engine, writes=True) as connection:
        command.upgrade(migration_config(connection), "0008")
        for statement in _OF_OLD:
            connection.exec_driver_sql(statement)
    engine.dispose()
    with open_store(settings) as store:
        with store.read() as connection:
            rows = connection.exec_driver_sql("SELECT model, tier, lease_number FROM task").all()
            verdicts = connection.exec_driver_sql("SELECT task_id FROM verdict").all()
        with store.begin() as connection:  # the one that migrated: it is given out again
            with pytest.raises(IntegrityError):
                connection.exec_driver_sql("DELETE FROM account")  # references count again
            switch = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
    assert rows == [("draft", "default", 0)]
    assert verdicts == [("cgt-1",)]
    assert switch == 1


_OF_OLD = (
    "INSERT INTO account (id, name, created_at) VALUES ('acc-1', 'anna', 'then')",
    "INSERT INTO task (id, account_id, status, step, request, created_at, updated_at) VALUES"
    """ ('cgt-1', 'acc-1', 'denied', 3, '{"model": "draft"}', 'then', 'then')""",
    "INSERT INTO verdict (id, task_id, stage, registry_revision, decision, body, created_at)"
    " VALUES ('v-1', 'cgt-1', 'ask', 1, 'deny', '{}', 'then')",
)
