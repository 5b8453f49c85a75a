"""The registry of works: rows added, files imported, works removed, shown, listed; its history.

Every change moves the registry to its next revision and writes one ledger entry, in the same
transaction as the rows. What is registered again as it stands changes nothing. Names are stored
with their normal form, so that loading folds nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from cleardance.errors import CleardanceError, NotFound, RegistryError
from cleardance.ledger.acts import keep_act_of
from cleardance.ledger.entry import EntryKind, digest
from cleardance.ledger.log import append
from cleardance.match.fold import normal_form
from cleardance.rights.advice import warnings_on
from cleardance.rights.entries import Entry, Known, entries_of
from cleardance.rights.files import read_lines
from cleardance.rights.lookalikes import flag_lookalikes
from cleardance.rights.relations import Problem, relate
from cleardance.rights.row import ReferenceRole, RegistryRow, parse_row
from cleardance.rights.stored import read_contents
from cleardance.rights.writing import Changes, changes_of, delete_works, write_changes
from cleardance.store import Store
from cleardance.store.tables import meta, work, work_change, work_name, work_reference
from cleardance.verdict import WorkSummary

_REVISION_KEY = "registry_revision"
_REVISION = select(meta.c.value).where(meta.c.key == _REVISION_KEY)
LOCAL = "local"
"""The account of whoever works at the command line."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did. ``errors`` are (line number from 1, message); ``revision`` is after."""

    added: int
    updated: int
    errors: tuple[Problem, ...]
    revision: int
    unchanged: int = 0
    warnings: tuple[Problem, ...] = ()


class RegisteredWork(RegistryRow):
    """A work as registered; its ``references`` are the digests of their blobs."""

    work_id: str
    revision: int
    parts: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """Who did what to a work, and when; ``fields`` are (before, after), None where absent."""

    work_id: str
    revision: int
    account: str
    act: str
    at: str
    fields: dict[str, tuple[Any, Any]]


def revision(connection: Connection) -> int:
    """Return the registry's revision; 0 is empty, before the starter."""
    found: int | None = connection.scalar(_REVISION)
    if found is None:
        raise RegistryError("The registry's counter is gone from the database.")
    return found


def hold_still(connection: Connection) -> None:
    """Let nobody move the registry until this write transaction ends.

    On SQLite all writers take turns anyway.
    """
    connection.execute(_REVISION.with_for_update(read=True))


def next_revision(connection: Connection) -> int:
    """Move the registry to its next revision, in a write transaction, and return it."""
    now = revision(connection) + 1
    connection.execute(update(meta).where(meta.c.key == _REVISION_KEY).values(value=now))
    return now


def add(store: Store, row: RegistryRow, folder: Path | None = None, *, account: str = LOCAL) -> str:
    """Register one work and its characters, or replace those of the same kind, name and owner.

    Returns the work's id. References are relative to ``folder`` (default: the current one).
    Raises RegistryError.
    """
    register(store, [row], folder, account=account)
    return row.id


def register(
    store: Store, rows: Sequence[RegistryRow], folder: Path | None = None, *, account: str = LOCAL
) -> ImportReport:
    """Register rows in one revision, all or none. Raises RegistryError for the first that is bad.

    The report's lines are the positions of the rows, from 1; it warns as ``check`` does.
    """
    lines = list(enumerate(rows, start=1))
    report = _import(store, lines, folder or Path(), account=account, keep_going=False)
    if report.errors:
        raise RegistryError(report.errors[0][1])
    return report


def import_rows(
    store: Store, path: Path, *, keep_going: bool = False, account: str = LOCAL
) -> ImportReport:
    """Import a file (see ``files.read_lines``) in one transaction and one revision.

    If any line is bad nothing is imported, unless ``keep_going``: then the good lines are. A later
    line replaces an earlier one of the same kind, name and owner, and counts as updated. Raises
    RegistryError if the file cannot be read as UTF-8.
    """
    return _import(store, read_lines(path), path.parent, account=account, keep_going=keep_going)


def ensure_starter(store: Store) -> None:
    """Register the works we ship, as revision 1, if this registry never had any."""
    with store.read() as connection:
        if revision(connection) > 0:
            return
    lines = (files("cleardance.rights") / "data" / "starter.jsonl").read_text("utf-8")
    rows = [RegistryRow.model_validate_json(line) for line in lines.splitlines()]
    entries = [Entry(number, row.id, row) for number, row in enumerate(rows, start=1)]
    with store.begin() as connection:
        if revision(connection) == 0:  # another process may have been faster
            _commit(store, connection, changes_of(connection, entries), LOCAL)


def remove(store: Store, id_or_name: str, *, account: str = LOCAL) -> tuple[str, tuple[str, ...]]:
    """Remove a work; its parts stay. Returns its id and the digests of its reference files.

    The files are deleted by the next collection, if nothing else names them. Raises NotFound.
    """
    with store.begin() as connection:
        work_id = find_work(connection, id_or_name)
        contents = read_contents(connection, [work_id])
        now = next_revision(connection)
        delete_works(connection, contents, now, account)
        by = keep_act_of(connection, "works_removed", account, f"registry revision {now}")
        body = {"registry_revision": now, "removed": 1, "rows": digest([work_id]), "by": by}
        append(connection, EntryKind.WITHDRAWN, None, body)
    return work_id, tuple(one["path"] for one in contents[work_id].get("references", ()))


def history(store: Store, id_or_name: str) -> list[Change]:
    """Return what was done to a work, oldest first; a removed one is known by its id.

    Raises NotFound.
    """
    with store.read() as connection:
        of_work = select(work_change).order_by(work_change.c.id)
        found = connection.execute(of_work.where(work_change.c.work_id == id_or_name)).all()
        if not found:
            work_id = find_work(connection, id_or_name)
            found = connection.execute(of_work.where(work_change.c.work_id == work_id)).all()
        return [
            Change(
                row.work_id,
                row.revision,
                row.account,
                row.act,
                row.created_at,
                {name: (before, after) for name, (before, after) in (row.fields or {}).items()},
            )
            for row in found
        ]


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
    store: Store,
    query: str | None = None,
    kind: str | None = None,
    limit: int = 1000,
    among: Collection[str] | None = None,
) -> list[WorkSummary]:
    """Return up to ``limit`` works by name: those of ``kind``, with ``query`` in any name.

    ``among`` leaves out all but those of these ids.
    """
    chosen = select(work.c.id, work.c.name, work.c.kind, work.c.owner)
    if kind is not None:
        chosen = chosen.where(work.c.kind == kind)
    if query:
        folded = normal_form(query)
        matching = select(work_name.c.work_id).where(
            work_name.c.normalised.contains(folded, autoescape=True)
        )
        chosen = chosen.where(work.c.id.in_(matching))
    ordered = chosen.order_by(work.c.name, work.c.id)
    with store.read() as connection:
        rows = connection.execute(ordered.limit(limit) if among is None else ordered)
        mine = (row for row in rows if among is None or row.id in among)
        return [WorkSummary(id=i, name=n, kind=k, owner=o) for i, n, k, o in islice(mine, limit)]


def known_files(connection: Connection) -> Known:
    """Return the reference files that works have, which need not be read again."""
    known: dict[str, dict[str, tuple[ReferenceRole, str]]] = {}
    columns = (work_reference.c[name] for name in ("work_id", "blob", "role", "media"))
    for work_id, blob, role, media in connection.execute(select(*columns)):
        known.setdefault(work_id, {})[blob] = (ReferenceRole(role), media)
    return known


def read_entries(
    lines: Iterable[tuple[int, object]], folder: Path, known: Known
) -> tuple[list[Entry], list[Problem]]:
    """Check rows and read their files; return the works they make and what is wrong with others."""
    entries: list[Entry] = []
    errors: list[Problem] = []
    for number, values in lines:
        try:
            if isinstance(values, ValueError):
                raise RegistryError(str(values))
            row = values if isinstance(values, RegistryRow) else parse_row(values)
            entries += list(entries_of(row, number, folder, known))
        except CleardanceError as error:
            errors.append((number, error.message))
    return entries, errors


def checked_entries(
    connection: Connection, entries: Sequence[Entry], errors: Sequence[Problem]
) -> tuple[list[Entry], tuple[Problem, ...]]:
    """Return the entries that can be registered, related and flagged; and all errors, by line."""
    related, unrelated = relate(connection, entries)
    kept, refused = flag_lookalikes(connection, related)
    return kept, tuple(sorted([*errors, *unrelated, *refused]))


def _import(
    store: Store,
    lines: Iterable[tuple[int, object]],
    folder: Path,
    *,
    account: str,
    keep_going: bool,
) -> ImportReport:
    with store.read() as connection:
        known = known_files(connection)
    entries, errors = read_entries(lines, folder, known)
    with store.begin() as connection:
        entries, problems = checked_entries(connection, entries, errors)
        if not entries or (problems and not keep_going):
            return ImportReport(0, 0, problems, revision(connection))
        changes = changes_of(connection, entries)
        now = _commit(store, connection, changes, account)
    with store.read() as connection:
        warnings = tuple(warnings_on(connection, entries))
    repeated = len(entries) - len({entry.work_id for entry in entries})
    updated = len(changes.changed) + repeated
    return ImportReport(len(changes.added), updated, problems, now, changes.unchanged, warnings)


def check_rows(store: Store, path: Path) -> ImportReport:
    """Return what importing a file would do, errors and warnings included; nothing is written."""
    return check(store, read_lines(path), path.parent)


def check(store: Store, lines: Iterable[tuple[int, object]], folder: Path) -> ImportReport:
    """Return what importing numbered rows would do; their references are relative to ``folder``."""
    with store.read() as connection:
        entries, errors = read_entries(lines, folder, known_files(connection))
        entries, problems = checked_entries(connection, entries, errors)
        changes = changes_of(connection, entries)
        return ImportReport(
            len(changes.added),
            len(changes.changed),
            problems,
            revision(connection),
            changes.unchanged,
            tuple(warnings_on(connection, entries)),
        )


def _commit(store: Store, connection: Connection, changes: Changes, account: str) -> int:
    """Write changes at the next revision, if there are any; return the revision."""
    if not changes:
        return revision(connection)
    now = next_revision(connection)
    write_changes(store, connection, changes, now, account)
    by = keep_act_of(connection, "works_registered", account, f"registry revision {now}")
    body = {
        "by": by,
        "registry_revision": now,
        "added": len(changes.added),
        "updated": len(changes.changed),
        "rows": _digest_of(changes),
    }
    append(connection, EntryKind.REGISTERED, None, body)
    return now


def _digest_of(changes: Changes) -> str:
    """Return one digest over the digests of all works written, in their order."""
    return digest([digest(changes.after[i]) for i in (*changes.added, *changes.changed)])


def _registered(connection: Connection, work_id: str) -> RegisteredWork:
    content = read_contents(connection, [work_id])[work_id]
    parts = select(work.c.id).where(work.c.belongs_to == work_id).order_by(work.c.id)
    flags = select(work_reference.c.blob, work_reference.c.flag).where(
        work_reference.c.work_id == work_id, work_reference.c.flag.is_not(None)
    )
    return RegisteredWork.model_validate(
        content
        | {
            "work_id": work_id,
            "revision": connection.scalar(select(work.c.revision).where(work.c.id == work_id)),
            "parts": tuple(connection.scalars(parts)),
            "flags": tuple(f"{blob[:12]} {flag}" for blob, flag in connection.execute(flags)),
        }
    )
