"""Registered names in a text, however it is written: one automaton over folded letters.

Letters are searched without separators (Aho and Corasick 1975, all overlapping matches), then
each candidate is checked against what separated them: the ends must be edges of words, the inside
may be joined ("squidgame"), hyphenated or spelt out, but not cross the end of a sentence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from ahocorasick_rs import AhoCorasick

from cleardance.match.candidate import Place
from cleardance.match.demand import Demand, Shape, shape_of
from cleardance.match.fold import fold, key_of
from cleardance.match.leet import readings
from cleardance.match.signal import Ladder, Rung

# work id, name, normal form, kind of name ("name", "alias", "hashtag"), kind of work
NameRow = tuple[str, str, str, str, str]


@dataclass(frozen=True, order=True)
class NameMatch:
    """A registered name found: ``span`` is start and end in characters of the text as given."""

    span: tuple[int, int]
    work_id: str
    name: str
    kind: str


class NameSignal:
    """The text signal: a name's folded letters, equal or not."""

    name: Final = "name"
    computed_from: Final[Literal["text"]] = "text"
    max_distance: Final = 1.0
    ladder: Final = Ladder((Rung("named", 0.0),))

    def compute(self, item: str) -> str | None:
        """Return the folded letters of a name, or None if it has none."""
        return fold(item).letters or None

    def distance(self, left: str, right: str) -> float:
        """Return 0 if the letters are equal, else 1."""
        return 0.0 if left == right else 1.0


NAME_SIGNAL: Final = NameSignal()


class NameIndex:
    """All names of a registry revision; build once, search in time linear in the text."""

    def __init__(self, rows: list[NameRow]) -> None:
        self.rows = rows
        self._shapes: dict[int, Shape] = {}
        by_key: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            by_key.setdefault(key_of(row[2]), []).append(number)
        by_key.pop("", None)
        self._groups = list(by_key.values())
        self._automaton = AhoCorasick(list(by_key), store_patterns=False)

    @classmethod
    def build(cls, rows: Iterable[NameRow]) -> "NameIndex":
        """Build from rows; those whose normal form has no letters drop out."""
        return cls(list(rows))

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self.rows)

    def find(self, text: str) -> list[NameMatch]:
        """Return the works a text names, ordered by place; a name within a longer one is dropped.

        Spans point at the characters of ``text`` as given. No text is an error.
        """
        found = set(self._search(text, text))
        for reading in readings(text):
            found.update(self._search(reading, text))
        return _outermost(found)

    def _search(self, text: str, given: str) -> Iterable[NameMatch]:
        """Search one reading of a text; only ANY names count in a reading that is not as given."""
        place = Place(text, fold(text))
        letters, spelt_out = place.folded.letters, text is not given
        for pattern, start, end in self._automaton.find_matches_as_indexes(
            letters, overlapping=True
        ):
            if not place.may_be_name(start, end):
                continue
            for number in self._groups[pattern]:
                shape = self._shape(number)
                if spelt_out and shape.demand != Demand.ANY:
                    continue
                if place.names(shape, start, end):
                    work_id, name, _, kind, _ = self.rows[number]
                    yield NameMatch(place.folded.span(start, end), work_id, name, kind)

    def _shape(self, number: int) -> Shape:
        shape = self._shapes.get(number)
        if shape is None:
            shape = self._shapes[number] = shape_of(*self.rows[number][1:])
        return shape


_KINDS: Final = {"name": 0, "alias": 1}


def _outermost(found: Iterable[NameMatch]) -> list[NameMatch]:
    """Drop matches within a longer one, and the second name of a work at the same place."""
    ordered = sorted(
        found, key=lambda m: (m.span[0], -m.span[1], m.work_id, _KINDS.get(m.kind, 2), m.name)
    )
    kept: list[NameMatch] = []
    widest = (-1, -1)
    for match in ordered:
        if match.span[1] <= widest[1] and match.span != widest:
            continue
        if kept and kept[-1].span == match.span and kept[-1].work_id == match.work_id:
            continue
        widest = match.span
        kept.append(match)
    return kept
