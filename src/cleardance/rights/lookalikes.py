"""References that are no evidence of one work: pictures that others have registered as well.

One such file, the ident of a studio or a stock logo, would claim a thousand innocent videos.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, select

from cleardance.match.pdq import MAX_DISTANCE, PDQ_SIGNAL
from cleardance.rights.entries import Entry
from cleardance.rights.relations import Problem
from cleardance.store.batches import batches
from cleardance.store.tables import reference_signal, work, work_reference

STOCK_WORKS: Final = 10
"""A picture that so many other works show identifies none of them."""


_Shown = tuple[str, str, str | None]  # work id, name, owner


def flag_lookalikes(
    connection: Connection, entries: Sequence[Entry]
) -> tuple[list[Entry], list[Problem]]:
    """Return the entries with shared pictures flagged, and those refused for a stock picture.

    A picture is shared if a reference of somebody else's work lies within PDQ's threshold of it,
    of what is inside its border, of its middle, or of any of these mirrored.
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
    return [n for n in range(len(entry.references)) if _values(entry, n, PDQ_SIGNAL.name)]


def _values(entry: Entry, number: int, kind: str) -> list[bytes]:
    signals = entry.references[number].signals or ()
    return [value for name, value in signals if name == kind]


def _alike(
    connection: Connection, entries: Sequence[Entry], new: Sequence[tuple[int, int]]
) -> Mapping[tuple[int, int], set[_Shown]]:
    """Return, for each new picture, the other works that show it, registered or to be.

    All that is read of the registered pictures is their hashes, 32 bytes each; whose they are is
    asked of those that are near.
    """
    from cleardance.match.hamming import packed, scan

    rows = connection.execute(
        select(reference_signal.c.value, reference_signal.c.reference_id)
        .where(reference_signal.c.kind == PDQ_SIGNAL.name)
        .order_by(reference_signal.c.id)
    ).all()
    known: list[int | _Shown] = [row[1] for row in rows]
    values = [row[0] for row in rows]
    for place, number in new:
        for value in _values(entries[place], number, PDQ_SIGNAL.name):
            known.append(_shown(entries[place]))
            values.append(value)
    views = [(key, _views(entries[key[0]], key[1])) for key in new]
    queries = packed(b"".join(view for _, some in views for view in some))
    asked = [key for key, some in views for _ in some]
    hits = scan(queries, packed(b"".join(values)), MAX_DISTANCE)
    pairs = {(asked[query], known[near]) for query, near, _ in zip(*hits, strict=True)}
    shown = _whose(connection, {one for _, one in pairs if isinstance(one, int)})
    alike: dict[tuple[int, int], set[_Shown]] = {}
    for key, one in pairs:
        other = shown[one] if isinstance(one, int) else one
        if other[0] != entries[key[0]].work_id:
            alike.setdefault(key, set()).add(other)
    return alike


def _views(entry: Entry, number: int) -> list[bytes]:
    """Return the hashes of a new picture: whole, without its border, cut, and each mirrored."""
    import numpy as np

    from cleardance.match.picture import KIND, Look

    codes = _values(entry, number, PDQ_SIGNAL.name)
    for value in _values(entry, number, KIND):
        rows = Look.unpack(value).codes.tobytes()
        codes += [rows[at : at + 32] for at in range(0, len(rows), 32)]
    # Mirroring changes the sign of every other column of the 16 x 16 coefficients that PDQ
    # compares with their median, which lies near 0: the mirrored hash, but for some ten bits.
    columns = np.packbits(np.arange(256) & 1).tobytes()
    turned = [bytes(x ^ y for x, y in zip(code, columns, strict=True)) for code in codes]
    return [*codes, *turned]


def _whose(connection: Connection, references: Collection[int]) -> dict[int, _Shown]:
    found: dict[int, _Shown] = {}
    for some in batches(sorted(references)):
        rows = connection.execute(
            select(work_reference.c.id, work.c.id, work.c.name, work.c.owner)
            .join(work, work.c.id == work_reference.c.work_id)
            .where(work_reference.c.id.in_(some))
        )
        found |= {row[0]: (row[1], row[2], row[3]) for row in rows}
    return found


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
