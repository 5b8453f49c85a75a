"""References that are no evidence of one work: pictures that others have registered as well.

One such file, the ident of a studio or a stock logo, would claim a thousand innocent videos.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, select

from cleardance.match.pdq import MAX_DISTANCE, PDQ_SIGNAL, PdqIndex
from cleardance.rights.entries import Entry
from cleardance.rights.relations import Problem
from cleardance.store.tables import reference_signal, work, work_reference

STOCK_WORKS: Final = 10
"""A picture that so many other works show identifies none of them."""

_Shown = tuple[str, str, str | None]  # work id, name, owner


def flag_lookalikes(
    connection: Connection, entries: Sequence[Entry]
) -> tuple[list[Entry], list[Problem]]:
    """Return the entries with shared pictures flagged, and those refused for a stock picture.

    A picture is shared if a reference of somebody else's work lies within PDQ's threshold.
    """
    new = [(place, n) for place, entry in enumerate(entries) for n in _new_pictures(entry)]
    if not new:
        return list(entries), []
    alike = _alike(connection, entries, new)
    flagged, problems = [], []
    for place, entry in enumerate(entries):
        others = {n: shown for (at, n), shown in alike.items() if at == place}
        stock = [n for n, shown in others.items() if len(shown) >= STOCK_WORKS]
        if stock:
            problems.append((entry.place, _refusal(entry, stock[0], others[stock[0]])))
        else:
            flagged.append(_flagged(entry, others))
    return flagged, problems


def _new_pictures(entry: Entry) -> Iterable[int]:
    return [n for n, one in enumerate(entry.references) if _hashes(entry, n)]


def _hashes(entry: Entry, number: int) -> list[bytes]:
    signals = entry.references[number].signals or ()
    return [value for kind, value in signals if kind == PDQ_SIGNAL.name]


def _alike(
    connection: Connection, entries: Sequence[Entry], new: Sequence[tuple[int, int]]
) -> Mapping[tuple[int, int], set[_Shown]]:
    """Return, for each new picture, the other works that show it, registered or to be."""
    stored = connection.execute(
        select(reference_signal.c.value, work.c.id, work.c.name, work.c.owner)
        .join(work_reference, work_reference.c.id == reference_signal.c.reference_id)
        .join(work, work.c.id == work_reference.c.work_id)
        .where(reference_signal.c.kind == PDQ_SIGNAL.name)
    )
    known: list[tuple[bytes, _Shown]] = [(v, (i, n, o)) for v, i, n, o in stored]
    queries = [(key, value) for key in new for value in _hashes(entries[key[0]], key[1])]
    known += [(value, _shown(entries[key[0]])) for key, value in queries]
    index = PdqIndex([value for value, _ in known])
    alike: dict[tuple[int, int], set[_Shown]] = {}
    for hit in index.search([value for _, value in queries], MAX_DISTANCE):
        key, other = queries[hit.query][0], known[hit.reference][1]
        if other[0] != entries[key[0]].work_id:
            alike.setdefault(key, set()).add(other)
    return alike


def _shown(entry: Entry) -> _Shown:
    return entry.work_id, entry.row.name, entry.row.owner


def _refusal(entry: Entry, number: int, shown: set[_Shown]) -> str:
    origin = entry.references[number].origin
    return (
        f"reference {origin} shows what {len(shown)} other works show, {_listed(shown)} among "
        "them: a stock picture or a logo, which identifies none of them"
    )


def _flagged(entry: Entry, alike: Mapping[int, set[_Shown]]) -> Entry:
    references = list(entry.references)
    for number, shown in alike.items():
        strangers = {other for other in shown if other[2] is None or other[2] != entry.row.owner}
        if strangers:
            flag = f"shows the same picture as {_listed(strangers)}"
            references[number] = replace(references[number], flag=flag)
    return replace(entry, references=tuple(references))


def _listed(shown: set[_Shown]) -> str:
    named = [f'"{name}" ({owner or "no owner"})' for _, name, owner in sorted(shown)[:3]]
    return ", ".join(named)
