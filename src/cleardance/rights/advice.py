"""What rights-holders are warned about before names harm the innocent, and them."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from cleardance.match.cost import sentences, sentences_stopped
from cleardance.match.fold import key_of, normal_form
from cleardance.match.names import NameRow
from cleardance.rights.entries import Entry
from cleardance.rights.relations import Problem
from cleardance.store.batches import batches
from cleardance.store.tables import NameKind, work, work_name


def warnings_on(connection: Connection, entries: Sequence[Entry]) -> list[Problem]:
    """Return warnings by line: letters alone, common words with their cost, names that others
    have, works that stand in several lines, files that others handed in as well.
    """
    found = [
        *_repeated(entries),
        *_tiny(entries),
        *_costly(entries),
        *_shared(connection, entries),
        *_flagged(entries),
    ]
    return sorted(dict.fromkeys(found))


def _repeated(entries: Sequence[Entry]) -> Iterator[Problem]:
    lines: dict[str, int] = {}
    for entry in entries:
        if entry.work_id in lines:
            shown = f"replaces the same work of line {lines[entry.work_id]}"
            yield entry.place, f"{entry.row.name!r} {shown}"
        lines[entry.work_id] = entry.place


def _tiny(entries: Sequence[Entry]) -> Iterator[Problem]:
    for entry in entries:
        for name in (entry.row.name, *entry.row.aliases):
            if len(key_of(normal_form(name))) == 1:
                yield (
                    entry.place,
                    f"{name!r} is a single letter: it counts only in quotation marks or after "
                    'words like "the film"',
                )


def _costly(entries: Sequence[Entry]) -> Iterator[Problem]:
    places = {entry.work_id: entry.place for entry in entries}
    stopped = sentences_stopped(row for entry in entries for row in _name_rows(entry))
    for (work_id, name), count in stopped.items():
        yield places[work_id], f"{name!r} is made of everyday words: {_cost_words(count)}"


def _cost_words(count: int) -> str:
    tried = len(sentences())
    if count:
        cost = f"it would stop {count} of {tried:,} ordinary sentences, one in {tried // count:,}"
    else:
        cost = (
            f"it would stop none of {tried:,} ordinary sentences, so at most one in "
            f"{tried // 3:,}, but prompts are not ordinary and may be stopped far more often"
        )
    return f"{cost}; with its capitals it counts only where the text shows that a title is meant"


def _name_rows(entry: Entry) -> Iterator[NameRow]:
    named = [(entry.row.name, NameKind.NAME), *((a, NameKind.ALIAS) for a in entry.row.aliases)]
    for name, kind in named:
        yield entry.work_id, name, normal_form(name), kind.value, entry.row.kind.value


def _shared(connection: Connection, entries: Sequence[Entry]) -> Iterator[Problem]:
    """Yield names that works of other owners have, registered or in the same file."""
    places: dict[str, list[Entry]] = {}
    for entry in entries:
        places.setdefault(normal_form(entry.row.name), []).append(entry)
    others = {name: {(e.work_id, e.row.owner) for e in same} for name, same in places.items()}
    for name, work_id, owner in _stored(connection, sorted(places)):
        others[name].add((work_id, owner))
    for name, same in places.items():
        for entry in same:
            strangers = {i for i, owner in others[name] if owner != entry.row.owner}
            if strangers:
                yield (
                    entry.place,
                    f"{entry.row.name!r} is also the name of {len(strangers)} works of other "
                    f"owners: {', '.join(sorted(strangers)[:3])}",
                )


def _stored(connection: Connection, names: list[str]) -> Iterator[tuple[str, str, str | None]]:
    for some in batches(names):
        same = (
            select(work_name.c.normalised, work.c.id, work.c.owner)
            .join(work, work.c.id == work_name.c.work_id)
            .where(work_name.c.kind == NameKind.NAME)
            .where(work_name.c.normalised.in_(some))
        )
        yield from ((name, i, owner) for name, i, owner in connection.execute(same))


def _flagged(entries: Sequence[Entry]) -> Iterator[Problem]:
    for entry in entries:
        for file in entry.references:
            if file.flag:
                yield entry.place, f"reference {file.origin} {file.flag}"
