"""Who belongs to whom: wholes named by id or by name are found, and no work belongs to itself."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from cleardance.match.fold import normal_form
from cleardance.rights.entries import Entry
from cleardance.store.batches import batches
from cleardance.store.tables import NameKind, work, work_name

Problem = tuple[int, str]  # place of the row, message


def relate(connection: Connection, entries: Sequence[Entry]) -> tuple[list[Entry], list[Problem]]:
    """Return the entries with their wholes as ids, parts after wholes; and those that cannot be."""
    if all(entry.row.belongs_to is None for entry in entries):
        return list(entries), []
    relations = _Relations(connection, entries)
    placed, problems = [], []
    for entry in entries:
        found = relations.place(entry)
        if isinstance(found, str):
            problems.append((entry.place, found))
        else:
            placed.append(found)
    placed, orphans = _without_orphans(placed, relations.stored)
    return sorted(placed, key=relations.depth), problems + orphans


def _without_orphans(entries: list[Entry], stored: set[str]) -> tuple[list[Entry], list[Problem]]:
    """Leave out what belongs to a row that is itself left out."""
    problems: list[Problem] = []
    while True:
        there = stored | {entry.work_id for entry in entries}
        lost = [e for e in entries if e.row.belongs_to not in there | {None}]
        if not lost:
            return entries, problems
        problems += [(e.place, "belongs_to: the row of the whole cannot be imported") for e in lost]
        entries = [entry for entry in entries if entry not in lost]


class _Relations:
    """The relations that are stored, and those of the entries placed so far."""

    def __init__(self, connection: Connection, entries: Iterable[Entry]) -> None:
        self._owners: dict[str, dict[str, str | None]] = {}  # by normal form of name, then id
        self._wholes: dict[str, str | None] = {}
        wanted = sorted({e.row.belongs_to for e in entries if e.row.belongs_to is not None})
        for some in batches(wanted):
            self._read(connection, some)
        chains = select(work.c.id, work.c.belongs_to).where(work.c.belongs_to.is_not(None))
        for work_id, whole in connection.execute(chains):
            self._wholes[work_id] = whole
        self.stored = set(self._wholes) | {whole for whole in self._wholes.values() if whole}
        for entry in entries:
            self._learn(entry.work_id, normal_form(entry.row.name), entry.row.owner)
            self._wholes[entry.work_id] = None

    def _read(self, connection: Connection, wanted: list[str]) -> None:
        named = (
            select(work.c.id, work_name.c.normalised, work.c.owner)
            .join(work_name, work_name.c.work_id == work.c.id)
            .where(work_name.c.kind == NameKind.NAME)
            .where(work_name.c.normalised.in_(map(normal_form, wanted)) | work.c.id.in_(wanted))
        )
        for work_id, normal, owner in connection.execute(named):
            self._learn(work_id, normal, owner)
            self._wholes.setdefault(work_id, None)

    def _learn(self, work_id: str, normal: str, owner: str | None) -> None:
        self._owners.setdefault(normal, {})[work_id] = owner

    def place(self, entry: Entry) -> Entry | str:
        """Return the entry with its whole as an id, or what is wrong with it."""
        given = entry.row.belongs_to
        if given is None:
            return entry
        found = [given] if given in self._wholes else self._named(given, entry)
        if len(found) != 1:
            meant = f"means several works: {', '.join(found)}" if found else "is not registered"
            return f"belongs_to: {given!r} {meant}"
        self._wholes[entry.work_id] = found[0]
        loop = self._loop(entry.work_id)
        if loop:
            self._wholes[entry.work_id] = None
            return f"belongs_to: no work can belong to itself, as in {' → '.join(loop)}"
        return entry.belonging_to(found[0])

    def depth(self, entry: Entry) -> int:
        """Return how many works the entry belongs to, directly or not."""
        depth, whole = 0, entry.row.belongs_to
        while whole is not None:
            depth, whole = depth + 1, self._wholes.get(whole)
        return depth

    def _named(self, name: str, entry: Entry) -> list[str]:
        """Return the works of that name, other than the entry; its own owner's if several."""
        owners = self._owners.get(normal_form(name), {})
        others = sorted(work_id for work_id in owners if work_id != entry.work_id) or list(owners)
        kin = [work_id for work_id in others if owners[work_id] == entry.row.owner]
        return kin if len(others) > 1 and kin else others

    def _loop(self, start: str) -> list[str]:
        seen = [start]
        while (whole := self._wholes.get(seen[-1])) is not None:
            seen.append(whole)
            if whole == start:
                return seen
        return []
