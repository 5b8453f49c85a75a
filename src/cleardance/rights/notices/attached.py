"""Files that came with a notice, kept while a person decides: where they came from may be gone."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from cleardance.errors import NoticeError
from cleardance.rights.notices.form import NoticeForm
from cleardance.store import Store
from cleardance.store.tables import notice_file


def keep_files(store: Store, form: NoticeForm, folder: Path) -> dict[str, str]:
    """Put the files that a notice names into the store; return their digests by what it calls them.

    Those that are not there, and addresses, are left out: registering says so. Nothing is decoded.
    """
    found = {}
    for name in names_of(form):
        path = folder / name
        if "://" not in name and path.is_file():
            found[name] = store.blobs.put_file(path)
    return found


def refuse_paths_elsewhere(form: NoticeForm, folder: Path) -> None:
    """Raise NoticeError if a notice names a file that is not in its own folder or below.

    Whoever wrote a letter must not have the one who files it read other files of theirs.
    """
    for name in names_of(form):
        if "://" not in name and not _is_below(folder / name, folder):
            raise NoticeError(
                f"The reference {name!r} is not in the folder of the notice.",
                hint="Put the file beside the notice, and name it without a folder.",
            )


def _is_below(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):  # a loop of links, a zero byte, a name too long
        return False


def names_of(form: NoticeForm) -> list[str]:
    """Return what a notice calls the references of its works: paths and addresses, each once."""
    return list(dict.fromkeys(name for row in form.works for name in _names_in(row)))


def note_files(session: Connection, notice_id: str, files: Mapping[str, str]) -> None:
    """Write down which files came with a notice; from then on they are kept."""
    rows = [{"notice_id": notice_id, "name": name, "blob": blob} for name, blob in files.items()]
    if rows:
        session.execute(insert(notice_file), rows)


def with_files(store: Store, notice_id: str, form: NoticeForm) -> NoticeForm:
    """Return a notice that names, in place of the files that came with it, those that were kept."""
    query = select(notice_file.c.name, notice_file.c.blob)
    with store.read() as session:
        rows = session.execute(query.where(notice_file.c.notice_id == notice_id)).all()
    kept = {name: str(store.blobs.path(blob)) for name, blob in rows}
    return form.model_copy(update={"works": tuple(_renamed(row, kept) for row in form.works)})


def _names_in(row: Mapping[str, Any]) -> Iterator[str]:
    for one in row.get("references") or ():
        name = one.get("path") if isinstance(one, dict) else one
        if isinstance(name, str):
            yield name
    for part in row.get("characters") or ():
        yield from _names_in(part)


def _renamed(row: Mapping[str, Any], kept: Mapping[str, str]) -> dict[str, Any]:
    changed = dict(row)
    if row.get("references"):
        changed["references"] = [_one_renamed(one, kept) for one in row["references"]]
    if row.get("characters"):
        changed["characters"] = [_renamed(part, kept) for part in row["characters"]]
    return changed


def _one_renamed(one: Any, kept: Mapping[str, str]) -> Any:
    if isinstance(one, dict):
        return one | {"path": kept.get(one["path"], one["path"])}
    return kept.get(one, one)
