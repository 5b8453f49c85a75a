"""Inserting many rows into a table with one statement, and one answer from the database."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Insert,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
)

Rows = Sequence[Mapping[str, Any]]


def insert_all(connection: Connection, table: Table[Any], rows: Rows) -> None:
    """Insert rows that all give the same columns; those that none gives get their defaults.

    PostgreSQL's driver would ask for each row by itself and wait for the answer. There the rows go
    as one JSON text, which the database takes apart by the types of the table's columns.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement = _from_json(table, tuple(rows[0]))
        connection.execute(statement, {"rows": json.dumps(rows, default=_as_text)})
    else:
        connection.execute(_plain(table), rows)


@lru_cache
def _plain(table: Table[Any]) -> Insert:
    return insert(table)


@lru_cache
def _from_json(table: Table[Any], names: tuple[str, ...]) -> Insert:
    columns = [column(name, table.c[name].type) for name in names]
    given = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
    rows = given.table_valued(*columns, name="given").render_derived(with_types=True)
    return insert(table).from_select(names, select(*rows.c))


def _as_text(value: object) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"{type(value).__name__} has no place in a row")
