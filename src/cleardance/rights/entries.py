"""Rows on their way into the registry: checked, taken apart into works, their files read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cleardance.rights.references import Reference, read_reference
from cleardance.rights.row import ReferenceRole, ReferenceRow, RegistryRow
from cleardance.rights.stored import Content, content_of

Known = Mapping[str, Mapping[str, tuple[ReferenceRole, str]]]
"""Files that works have already: work id to digest to (role, media)."""

_INHERITED = (
    "owner", "policy", "conditions", "public_domain", "public_domain_from", "territories",
    "protected_from", "protected_until", "licence_contact", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One work to be registered: ``place`` is the line it came from, ``work_id`` its identity.

    ``row`` has no characters; its references are digests, their files are ``references``.
    """

    place: int
    work_id: str
    row: RegistryRow
    references: tuple[Reference, ...] = ()

    @property
    def content(self) -> Content:
        """The work's content, to be compared with what is stored."""
        return content_of(self.row)

    def belonging_to(self, whole_id: str | None) -> "Entry":
        """Return the entry with its whole named by id."""
        return replace(self, row=self.row.model_copy(update={"belongs_to": whole_id}))


def entries_of(row: RegistryRow, place: int, folder: Path, known: Known) -> Iterator[Entry]:
    """Yield the work of a row and those of its characters. Raises RegistryError for a bad file."""
    for one in _taken_apart(row):
        work_id = one.id
        files = known.get(work_id, {})
        read = tuple(read_reference(given, folder, files, one.kind) for given in one.references)
        if read:
            read = tuple({(r.digest, r.role): r for r in read}.values())
            digests = tuple(ReferenceRow(path=r.digest, role=r.role) for r in read)
            one = one.model_copy(update={"references": digests})
        yield Entry(place, work_id, one, read)


def _taken_apart(row: RegistryRow) -> Iterator[RegistryRow]:
    if not row.characters:
        yield row
        return
    yield row.model_copy(update={"characters": ()})
    shared = {name: getattr(row, name) for name in _INHERITED}
    for character in row.characters:
        own = {name: getattr(character, name) for name in type(character).model_fields}
        yield RegistryRow.model_construct(
            **RegistryRow(name=character.name, kind=character.kind).__dict__
            | shared
            | own
            | {"belongs_to": row.id}
        )


def latest_of(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return entries by id; a later one of the same work replaces an earlier."""
    return {entry.work_id: entry for entry in entries}
