"""Works as they stand in the tables, read back as the content of their rows.

The content of a work is its row as plain JSON values, without defaults and without characters
(which are works themselves); ``references`` hold digests of blobs as their paths, ``belongs_to``
an id. Two works are equal if their contents are.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Connection, select

from cleardance.rights.row import RegistryRow
from cleardance.store.tables import NameKind, work, work_name, work_reference

Content = dict[str, Any]

COLUMNS: Final = (
    "name", "kind", "owner", "belongs_to", "policy", "conditions", "public_domain",
    "public_domain_from", "territories", "protected_from", "protected_until", "identifiers",
    "descriptors", "keywords", "cast", "licence_contact", "source",
)  # fmt: skip
"""The fields of a row that are columns of its work."""

_DEFAULTS: Final = {
    name: RegistryRow.model_fields[name].get_default(call_default_factory=True)
    for name in COLUMNS
    if not RegistryRow.model_fields[name].is_required()
}
_ALL: Final = 2_000  # works from which reading everything is faster than asking for each


def content_of(row: RegistryRow) -> Content:
    """Return the content of a row; its references must be digests already."""
    return row.model_dump(mode="json", exclude_defaults=True, exclude={"characters"})


def read_contents(connection: Connection, ids: Iterable[str] | None = None) -> dict[str, Content]:
    """Return the contents of the works with these ids, or of all, by id and in order of id."""
    wanted = None if ids is None else sorted(set(ids))
    if wanted is None:
        return _read(connection, None)
    if len(wanted) <= _ALL:
        return _read(connection, wanted)
    found = _read(connection, None)
    return {work_id: found[work_id] for work_id in wanted if work_id in found}


def _read(connection: Connection, ids: list[str] | None) -> dict[str, Content]:
    columns = select(work.c.id, *(work.c[name] for name in COLUMNS)).order_by(work.c.id)
    contents = {
        work_id: _without_defaults(values)
        for work_id, *values in connection.execute(_of(columns, work.c.id, ids))
    }
    names = select(
        work_name.c.work_id, work_name.c.text, work_name.c.kind, work_name.c.language
    ).order_by(work_name.c.id)
    for work_id, text, kind, language in connection.execute(_of(names, work_name.c.work_id, ids)):
        _add_name(contents[work_id], text, kind, language)
    references = select(
        work_reference.c.work_id, work_reference.c.blob, work_reference.c.role
    ).order_by(work_reference.c.id)
    for work_id, blob, role in connection.execute(_of(references, work_reference.c.work_id, ids)):
        contents[work_id].setdefault("references", []).append({"path": blob, "role": role})
    return contents


def _of(query: Any, column: Any, ids: list[str] | None) -> Any:
    return query if ids is None else query.where(column.in_(ids))


def _without_defaults(values: list[Any]) -> Content:
    given = zip(COLUMNS, values, strict=True)
    return {
        name: value
        for name, value in given
        if value is not None and (value or name == "conditions") and value != _DEFAULTS.get(name)
    }


def _add_name(content: Content, text: str, kind: str, language: str | None) -> None:
    if kind == NameKind.HASHTAG:
        content.setdefault("hashtags", []).append(text)
    elif language is not None:
        content.setdefault("lang_aliases", {}).setdefault(language, []).append(text)
    elif kind == NameKind.ALIAS:
        content.setdefault("aliases", []).append(text)


def changed_fields(before: Content, after: Content) -> dict[str, tuple[Any, Any]]:
    """Return what differs between two contents: field to (before, after), None where absent."""
    return {
        name: (before.get(name), after.get(name))
        for name in _in_order(before, after)
        if before.get(name) != after.get(name)
    }


def _in_order(*contents: Content) -> Iterator[str]:
    present = {name for content in contents for name in content}
    return (name for name in RegistryRow.model_fields if name in present)
