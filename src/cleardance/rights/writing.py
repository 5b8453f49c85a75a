"""Entries turned into rows of the tables, many at a time; what they change is kept as history."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from cleardance.errors import RegistryError
from cleardance.match.fold import normal_form
from cleardance.rights.entries import Entry, latest_of
from cleardance.rights.references import Reference
from cleardance.rights.row import RegistryRow
from cleardance.rights.stored import COLUMNS, Content, changed_fields, read_contents
from cleardance.store import Store
from cleardance.store.tables import (
    Act,
    NameKind,
    reference_signal,
    utc_now,
    work,
    work_change,
    work_name,
    work_reference,
)


@dataclass(frozen=True)
class Changes:
    """What entries change: works by id; ``before`` and ``after`` are the contents of each."""

    added: dict[str, Entry]
    changed: dict[str, Entry]
    before: dict[str, Content]
    after: dict[str, Content]
    unchanged: int

    def __bool__(self) -> bool:
        """Tell whether there is anything to write."""
        return bool(self.added or self.changed)


def changes_of(connection: Connection, entries: Sequence[Entry]) -> Changes:
    """Compare entries with what is stored. Several of the same work count as the last of them."""
    latest = latest_of(entries)
    before = read_contents(connection, latest)
    after = {work_id: entry.content for work_id, entry in latest.items()}
    added = {work_id: entry for work_id, entry in latest.items() if work_id not in before}
    changed = {
        work_id: entry
        for work_id, entry in latest.items()
        if work_id in before and before[work_id] != after[work_id]
    }
    return Changes(added, changed, before, after, len(latest) - len(added) - len(changed))


def write_changes(
    store: Store, connection: Connection, changes: Changes, revision: int, account: str
) -> None:
    """Write works at ``revision``, in the name of ``account``; wholes come before their parts."""
    now = utc_now()
    stamp = {"revision": revision}
    if changes.added:
        connection.execute(
            insert(work),
            [_columns(i, changes.after[i]) | stamp | {"created_at": now} for i in changes.added],
        )
    if changes.changed:
        connection.execute(
            update(work).where(work.c.id == bindparam("b_id")),
            [_columns(i, changes.after[i], key="b_id") | stamp for i in changes.changed],
        )
        _delete_of(connection, work_name, changes.changed)
    written = changes.added | changes.changed
    connection.execute(insert(work_name), list(_name_rows(written)))
    for work_id, entry in written.items():
        _write_references(store, connection, work_id, entry, changes.before.get(work_id, {}))
    shared = {"revision": revision, "account": account, "created_at": now}
    connection.execute(insert(work_change), [one | shared for one in _history(changes)])


def delete_works(
    connection: Connection, contents: Mapping[str, Content], revision: int, account: str
) -> None:
    """Delete works; their parts stay, on their own, and what they were stays as history."""
    gone = list(contents)
    is_part = work.c.belongs_to.in_(gone) & work.c.id.not_in(gone)
    parts = connection.execute(select(work.c.id, work.c.belongs_to).where(is_part)).all()
    connection.execute(update(work).where(is_part).values(belongs_to=None, revision=revision))
    for table in (work_name, work_reference):
        _delete_of(connection, table, gone)
    connection.execute(delete(work).where(work.c.id.in_(gone)))
    rows: list[dict[str, Any]] = [
        {"work_id": part, "act": Act.CHANGED.value, "fields": {"belongs_to": (whole, None)}}
        for part, whole in parts
    ]
    for work_id, content in contents.items():
        fields = changed_fields(content, {})
        rows.append({"work_id": work_id, "act": Act.REMOVED.value, "fields": fields})
    shared = {"revision": revision, "account": account, "created_at": utc_now()}
    connection.execute(insert(work_change), [row | shared for row in rows])


def _columns(work_id: str, content: Content, key: str = "id") -> dict[str, Any]:
    defaults = {"policy": "deny", "public_domain": False}
    return {key: work_id} | {name: content.get(name, defaults.get(name)) for name in COLUMNS}


def _delete_of(connection: Connection, table: Any, work_ids: Iterable[str]) -> None:
    connection.execute(
        delete(table).where(table.c.work_id == bindparam("b_id")),
        [{"b_id": work_id} for work_id in work_ids],
    )


def _history(changes: Changes) -> Iterator[dict[str, Any]]:
    for work_id in changes.added:
        yield {"work_id": work_id, "act": Act.ADDED.value, "fields": None}
    for work_id in changes.changed:
        fields = changed_fields(changes.before[work_id], changes.after[work_id])
        yield {"work_id": work_id, "act": Act.CHANGED.value, "fields": fields}


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


def _write_references(
    store: Store, connection: Connection, work_id: str, entry: Entry, before: Content
) -> None:
    """Write the references that are new and delete those that are gone."""
    kept = {(one["path"], one["role"]) for one in before.get("references", ())}
    wanted = {(one.digest, one.role.value): one for one in entry.references}
    for blob, role in kept - wanted.keys():
        connection.execute(
            delete(work_reference)
            .where(work_reference.c.work_id == work_id)
            .where(work_reference.c.blob == blob)
            .where(work_reference.c.role == role)
        )
    for key, reference in wanted.items():
        if key not in kept:
            _write_reference(store, connection, work_id, reference)


def _write_reference(
    store: Store, connection: Connection, work_id: str, reference: Reference
) -> None:
    if reference.signals is None:  # it was there when the file was read, and no longer is
        raise RegistryError("The work was changed by somebody else meanwhile; try again.")
    values = {
        "work_id": work_id,
        "blob": store.blobs.put_file(reference.path),
        "media": reference.media,
        "origin": reference.origin,
        "role": reference.role.value,
        "flag": reference.flag,
    }
    if values["blob"] != reference.digest:
        raise RegistryError(f"reference {reference.origin} was changed while it was being read")
    key = connection.execute(insert(work_reference), values).inserted_primary_key
    assert key is not None
    connection.execute(
        insert(reference_signal),
        [
            {"reference_id": key[0], "kind": kind, "value": value}
            for kind, value in reference.signals
        ],
    )
