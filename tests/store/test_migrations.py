"""The migrations and the tables say the same."""

import re
import sqlite3
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from cleardance.store import Store
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
