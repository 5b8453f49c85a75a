"""Rows of the import format turned into rows of the tables, many at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from cleardance.match.fold import normal_form
from cleardance.match.pdq import PDQ_SIGNAL
from cleardance.rights.references import Reference
from cleardance.rights.row import RegistryRow
from cleardance.store import Store
from cleardance.store.tables import (
    NameKind,
    reference_signal,
    utc_now,
    work,
    work_name,
    work_reference,
)

_STORED = (
    "name", "kind", "owner", "policy", "public_domain", "territories", "identifiers",
    "descriptors", "keywords", "licence_contact", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A checked row and its references, read."""

    row: RegistryRow
    references: tuple[Reference, ...]


def write_entries(
    store: Store, connection: Connection, entries: Sequence[Entry], revision: int
) -> tuple[int, int]:
    """Insert or replace works; return how many entries were new and how many replaced one."""
    latest = {entry.row.id: entry for entry in entries}
    known = _known(connection, latest)
    created_at = utc_now()
    rows = [_work_row(work_id, entry, revision) for work_id, entry in latest.items()]
    new = [{**row, "created_at": created_at} for row in rows if row["id"] not in known]
    changed = [{"b_id": row.pop("id"), **row} for row in rows if row["id"] in known]
    if changed:
        connection.execute(update(work).where(work.c.id == bindparam("b_id")), changed)
        _forget_parts(connection, known)
    if new:
        connection.execute(insert(work), new)
    connection.execute(insert(work_name), list(_name_rows(latest)))
    for work_id, entry in latest.items():
        for reference in entry.references:
            _write_reference(store, connection, work_id, reference)
    return len(new), len(entries) - len(new)


def _known(connection: Connection, wanted: dict[str, Entry]) -> set[str]:
    # For large imports one scan is faster than a query per few hundred ids.
    if len(wanted) > 500:
        return set(connection.scalars(select(work.c.id))) & wanted.keys()
    return set(connection.scalars(select(work.c.id).where(work.c.id.in_(wanted))))


def _forget_parts(connection: Connection, work_ids: set[str]) -> None:
    for table in (work_name, work_reference):
        connection.execute(
            delete(table).where(table.c.work_id == bindparam("b_id")),
            [{"b_id": work_id} for work_id in sorted(work_ids)],
        )


def _work_row(work_id: str, entry: Entry, revision: int) -> dict[str, Any]:
    content = entry.row.content()
    return {"id": work_id, "revision": revision} | {key: content[key] for key in _STORED}


def _name_rows(entries: dict[str, Entry]) -> Iterator[dict[str, Any]]:
    for work_id, entry in entries.items():
        for text, kind, language in _names(entry.row):
            yield {
                "work_id": work_id,
                "text": text,
                "normalised": normal_form(text),
                "kind": kind,
                "language": language,
            }


def _names(row: RegistryRow) -> Iterator[tuple[str, str, str | None]]:
    yield row.name, NameKind.NAME.value, None
    for alias in row.aliases:
        yield alias, NameKind.ALIAS.value, None
    for language, aliases in row.lang_aliases.items():
        for alias in aliases:
            yield alias, NameKind.ALIAS.value, language
    for hashtag in row.hashtags:
        yield hashtag, NameKind.HASHTAG.value, None


def _write_reference(
    store: Store, connection: Connection, work_id: str, reference: Reference
) -> None:
    values = {
        "work_id": work_id,
        "blob": store.blobs.put_file(reference.path),
        "media": reference.media,
        "origin": reference.origin,
    }
    key = connection.execute(insert(work_reference), values).inserted_primary_key
    assert key is not None
    connection.execute(
        insert(reference_signal),
        [
            {"reference_id": key[0], "kind": PDQ_SIGNAL.name, "value": value}
            for value in reference.hashes
        ],
    )
