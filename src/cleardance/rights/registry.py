"""The registry of works: one row added, a file imported, works shown and listed.

Every change moves the registry to its next revision and writes one ledger entry, in the same
transaction as the rows. Names are stored with their normal form, so that loading folds nothing.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Connection, select, update

from cleardance.errors import CleardanceError, NotFound, RegistryError
from cleardance.ledger.entry import EntryKind, digest
from cleardance.ledger.log import append
from cleardance.match.fold import normal_form
from cleardance.rights.references import Reference, read_reference
from cleardance.rights.row import RegistryRow, parse_row
from cleardance.rights.writing import Entry, write_entries
from cleardance.store import Store
from cleardance.store.tables import meta, work, work_name, work_reference
from cleardance.verdict import WorkSummary

_REVISION_KEY = "registry_revision"


@dataclass(frozen=True)
class ImportReport:
    """What an import did. ``errors`` are (line number from 1, message); ``revision`` is after."""

    added: int
    updated: int
    errors: tuple[tuple[int, str], ...]
    revision: int


class RegisteredWork(RegistryRow):
    """A work as registered; its ``references`` are the digests of their blobs."""

    work_id: str
    revision: int


def revision(connection: Connection) -> int:
    """Return the registry's revision; 0 is empty, before the starter."""
    found = connection.scalar(select(meta.c.value).where(meta.c.key == _REVISION_KEY))
    if found is None:
        raise RegistryError("The registry's counter is gone from the database.")
    return found


def next_revision(connection: Connection) -> int:
    """Move the registry to its next revision, in a write transaction, and return it."""
    now = revision(connection) + 1
    connection.execute(update(meta).where(meta.c.key == _REVISION_KEY).values(value=now))
    return now


def add(store: Store, row: RegistryRow, folder: Path | None = None) -> str:
    """Register one work, or replace the one of the same kind, name and owner; return its id.

    References are relative to ``folder`` (default: the current one). Raises RegistryError.
    """
    entry = _with_references(row, folder or Path())
    with store.begin() as connection:
        _commit(store, connection, [entry])
    return row.id


def import_rows(store: Store, path: Path, *, keep_going: bool = False) -> ImportReport:
    """Import a JSONL file, one work a line, in one transaction and one revision.

    If any line is bad nothing is imported, unless ``keep_going``: then the good lines are. A later
    line replaces an earlier one of the same kind, name and owner, and counts as updated. Raises
    RegistryError if the file cannot be read as UTF-8.
    """
    entries, errors = _read(path)
    if not entries or (errors and not keep_going):
        with store.read() as connection:
            return ImportReport(0, 0, tuple(errors), revision(connection))
    with store.begin() as connection:
        added, updated, now = _commit(store, connection, entries)
    return ImportReport(added, updated, tuple(errors), now)


def ensure_starter(store: Store) -> None:
    """Register the works we ship, as revision 1, if this registry never had any."""
    with store.read() as connection:
        if revision(connection) > 0:
            return
    lines = (files("cleardance.rights") / "data" / "starter.jsonl").read_text("utf-8")
    entries = [Entry(RegistryRow.model_validate_json(line), ()) for line in lines.splitlines()]
    with store.begin() as connection:
        if revision(connection) == 0:  # another process may have been faster
            _commit(store, connection, entries)


def show(store: Store, id_or_name: str) -> RegisteredWork:
    """Return a work by its id, or by any of its names written in any way.

    Raises NotFound if there is none, or several: the message then lists their ids.
    """
    with store.read() as connection:
        return _registered(connection, find_work(connection, id_or_name))


def find_work(connection: Connection, id_or_name: str) -> str:
    """Return the id of the work of that id, or of any such name. Raises NotFound as ``show``."""
    named = select(work_name.c.work_id).where(work_name.c.normalised == normal_form(id_or_name))
    found = connection.scalars(
        select(work.c.id).where((work.c.id == id_or_name) | work.c.id.in_(named))
    ).all()
    if id_or_name in found:
        return id_or_name
    if len(found) != 1:
        listed = f"means several works: {', '.join(sorted(found))}" if found else "is unknown"
        raise NotFound(f"{id_or_name!r} {listed}.")
    return str(found[0])


def listing(
    store: Store, query: str | None = None, kind: str | None = None, limit: int = 1000
) -> list[WorkSummary]:
    """Return up to ``limit`` works by name: those of ``kind``, with ``query`` in any name."""
    chosen = select(work.c.id, work.c.name, work.c.kind, work.c.owner)
    if kind is not None:
        chosen = chosen.where(work.c.kind == kind)
    if query:
        folded = normal_form(query)
        matching = select(work_name.c.work_id).where(
            work_name.c.normalised.contains(folded, autoescape=True)
        )
        chosen = chosen.where(work.c.id.in_(matching))
    with store.read() as connection:
        rows = connection.execute(chosen.order_by(work.c.name, work.c.id).limit(limit))
        return [WorkSummary(id=i, name=n, kind=k, owner=o) for i, n, k, o in rows]


def _read(path: Path) -> tuple[list[Entry], list[tuple[int, str]]]:
    entries: list[Entry] = []
    errors: list[tuple[int, str]] = []
    if not path.is_file():  # a pipe or a device might never end
        raise RegistryError(f"{path} is not a regular file.")
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    row = parse_row(json.loads(line))
                    entries.append(_with_references(row, path.parent))
                except (ValueError, RecursionError, CleardanceError) as error:
                    errors.append((number, _message(error)))
    except (OSError, UnicodeDecodeError) as error:
        raise RegistryError(f"{path} cannot be read: {error}.") from error
    return entries, errors


def _message(error: Exception) -> str:
    return error.message if isinstance(error, CleardanceError) else f"not a JSON object: {error}"


def _with_references(row: RegistryRow, folder: Path) -> Entry:
    references: list[Reference] = [read_reference(origin, folder) for origin in row.references]
    return Entry(row, tuple(references))


def _commit(store: Store, connection: Connection, entries: Sequence[Entry]) -> tuple[int, int, int]:
    """Write entries at the next revision; return works added, updated, and the revision."""
    now = next_revision(connection)
    added, updated = write_entries(store, connection, entries, now)
    body = {
        "registry_revision": now,
        "added": added,
        "updated": updated,
        "rows": _digest_of(entries),
    }
    append(connection, EntryKind.REGISTERED, None, body)
    return added, updated, now


def _digest_of(entries: Iterable[Entry]) -> str:
    """Return one digest over the digests of all rows, in their order."""
    return digest([digest(entry.row.content()) for entry in entries])


def _registered(connection: Connection, work_id: str) -> RegisteredWork:
    fields = connection.execute(select(work).where(work.c.id == work_id)).mappings().one()
    names = connection.execute(
        select(work_name.c.text, work_name.c.kind, work_name.c.language)
        .where(work_name.c.work_id == work_id)
        .order_by(work_name.c.id)
    ).all()
    references = connection.scalars(
        select(work_reference.c.blob).where(work_reference.c.work_id == work_id)
    ).all()
    by_language: dict[str, list[str]] = {}
    for text, _, language in names:
        if language is not None:
            by_language.setdefault(language, []).append(text)
    listed = {key: fields[key] or () for key in ("descriptors", "keywords", "territories")}
    return RegisteredWork.model_validate(
        {key: fields[key] for key in RegistryRow.model_fields if key in fields}
        | listed
        | {
            "work_id": work_id,
            "revision": fields["revision"],
            "aliases": [t for t, kind, language in names if kind == "alias" and language is None],
            "hashtags": [t for t, kind, _ in names if kind == "hashtag"],
            "lang_aliases": by_language,
            "identifiers": fields["identifiers"] or {},
            "references": references,
        }
    )
