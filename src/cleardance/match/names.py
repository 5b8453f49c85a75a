"""Registered names in a text, however it is written: one automaton over folded letters.

Letters are searched without separators (Aho and Corasick 1975, all overlapping matches), then
each candidate is checked against what separated them: the ends must be edges of words, the inside
may be joined ("squidgame"), hyphenated or spelt out, but not cross the end of a sentence. What
is left is compared with misspelt names (:mod:`cleardance.match.typo`).
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from ahocorasick_rs import AhoCorasick

from cleardance.match.candidate import Place, Standing
from cleardance.match.demand import CaseOfText, Demand, Shape, shape_of
from cleardance.match.fold import Folded, Gap, fold, key_of, letters_of
from cleardance.match.leet import readings
from cleardance.match.signal import Ladder, Rung
from cleardance.match.typo import ONE_ERROR_MIN, TypoIndex, errors_allowed, errors_between
from cleardance.match.words import rarity

# work id, name, normal form, kind of name ("name", "alias", "hashtag", "cast"), kind of work
NameRow = tuple[str, str, str, str, str]


@dataclass(frozen=True, order=True)
class NameMatch:
    """A registered name found: ``span`` is start and end in characters of the text as given.

    ``distance`` is errors of spelling per letter of the name; 0 for a name spelt right.
    """

    span: tuple[int, int]
    work_id: str
    name: str
    kind: str
    distance: float = 0.0


class NameSignal:
    """The text signal: a name's folded letters, equal or nearly."""

    name: Final = "name"
    computed_from: Final[Literal["text"]] = "text"
    max_distance: Final = 1.0
    ladder: Final = Ladder((Rung("named", 0.0), Rung("misspelt", 0.1), Rung("resembling", 0.2)))

    def compute(self, item: str) -> str | None:
        """Return the folded letters of a name, or None if it has none."""
        return fold(item).letters or None

    def distance(self, left: str, right: str) -> float:
        """Return errors per letter of ``right``, 0 to 1; 1 if there are more than it may have."""
        errors = errors_between(left, right, errors_allowed(len(right)))
        return 1.0 if errors is None else errors / len(right)


NAME_SIGNAL: Final = NameSignal()


_TELLING_MIN: Final = 6  # letters of a person's name that another initial leaves the same

CAST: Final = "cast"
"""The kind of a name that only stands as evidence for its work."""


@dataclass(frozen=True)
class Kinship:
    """Which works vouch for each other: ``owners`` of works, and the work each belongs to."""

    owners: Mapping[str, str | None] = field(default_factory=dict)
    wholes: Mapping[str, str] = field(default_factory=dict)

    def vouched(self, named: set[str], cast: set[str], seen: set[str]) -> set[str]:
        """Return the works of ``seen`` that count beside those ``named``, or of whose ``cast``
        somebody is named, or beside their own whole or part that was seen.
        """
        if len(seen) < 2 and not cast:
            return seen & named
        owners = {self.owners.get(work) for work in named} - {None}
        families = {self._family(work) for work in named | cast}
        vouched = {w for w in seen if self.owners.get(w) in owners or self._family(w) in families}
        pairs = {work: self.wholes.get(work) for work in seen}
        vouched |= {w for part, whole in pairs.items() if whole in seen for w in (part, str(whole))}
        return vouched

    def _family(self, work: str) -> str:
        """Return the outermost whole; a bound keeps a loop, which is refused earlier, harmless."""
        for _ in range(_DEEPEST):
            whole = self.wholes.get(work)
            if whole is None:
                break
            work = whole
        return work


_DEEPEST: Final = 20


class NameIndex:
    """All names of a registry revision; build once, search in time linear in the text."""

    def __init__(self, rows: list[NameRow], kinship: "Kinship") -> None:
        self.rows = rows
        self._kinship = kinship
        self._shapes: dict[int, Shape] = {}
        by_key: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            by_key.setdefault(key_of(row[2]), []).append(number)
        by_key.pop("", None)
        self._keys = list(by_key)
        self._groups = list(by_key.values())
        self._automaton = AhoCorasick(self._keys, store_patterns=False)
        self._typos = TypoIndex(self._keys)

    @classmethod
    def build(cls, rows: Iterable[NameRow], kinship: "Kinship | None" = None) -> "NameIndex":
        """Build from rows; those whose normal form has no letters drop out.

        Names of works that are akin vouch for each other; names of kind "cast" do nothing else.
        """
        return cls(list(rows), kinship or Kinship())

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self.rows)

    def find(self, text: str) -> list[NameMatch]:
        """Return the works a text names, ordered by place; a name within a longer one is dropped.

        Spans point at the characters of ``text`` as given. No text is an error. A common word
        with its capital, which alone would name nothing, counts beside a name of the same owner's,
        of the same family or of its cast, and beside its whole or part of which the same is true.
        """
        return self.find_folded(text, fold(text)) if self._may_name(text) else []

    def _may_name(self, text: str) -> bool:
        """Tell, at a tenth of the cost of looking, whether there is anything to look at."""
        letters = letters_of(text)
        if self._typos.may_hold(letters) or self._holds(letters):
            return True
        return any(self._holds(letters_of(reading)) for reading in readings(text))

    def _holds(self, letters: str) -> bool:
        return bool(self._automaton.find_matches_as_indexes(letters))

    def find_folded(self, text: str, folded: Folded) -> list[NameMatch]:
        """Return as ``find``, of a text that was folded before."""
        standings = dict(self._search(text, folded, text))
        for reading in readings(text):
            for match, standing in self._search(reading, fold(reading), text):
                standings[match] = max(standing, standings.get(match, Standing.NOT))
        cast = {m.work_id for m, s in standings.items() if m.kind == CAST and s == Standing.NAMED}
        standings = {match: s for match, s in standings.items() if match.kind != CAST}
        found = {match for match, standing in standings.items() if standing == Standing.NAMED}
        misspelt = [m for m in self._misspelt(text, folded, found) if m.kind != CAST]
        named = {match.work_id for match in found.union(misspelt)}
        vouched = self._kinship.vouched(named, cast, {match.work_id for match in standings})
        beside = (match for match in standings if match.work_id in vouched)
        return sorted([*_outermost(found.union(beside)), *misspelt])

    def _search(
        self, text: str, folded: Folded, given: str
    ) -> Iterable[tuple[NameMatch, Standing]]:
        """Search one reading of a text, in which only what differs from the text counts."""
        place = Place(text, folded, given)
        letters, is_reading = folded.letters, text is not given
        for pattern, start, end in self._automaton.find_matches_as_indexes(
            letters, overlapping=True
        ):
            if not place.may_be_name(start, end):
                continue
            span = folded.span(start, end)
            if is_reading and text[slice(*span)] == given[slice(*span)]:
                continue
            for number in self._groups[pattern]:
                shape = self._shape(number)
                standing = place.names(shape, start, end)
                if standing:
                    work_id, name, _, kind, _ = self.rows[number]
                    yield NameMatch(span, work_id, name, kind), standing

    def _misspelt(self, text: str, folded: Folded, found: Iterable[NameMatch]) -> list[NameMatch]:
        """Return names nearly spelt, the nearest where several windows overlap."""
        if not folded.letters:
            return []
        near = sorted(self._typos.find(folded, _marked(folded, found)), key=_by_nearness)
        kept: list[NameMatch] = []
        claimed, case = bytearray(len(folded.letters)), CaseOfText(text)
        for number, start, end, errors in near:
            span = folded.span(start, end)
            titled = errors <= 1 and case.is_title(*span)
            rows = [
                row for row in self._groups[number] if self._may_be(row, folded, start, end, titled)
            ]
            if not rows or (any(claimed[start:end]) and (not kept or kept[-1].span != span)):
                continue
            claimed[start:end] = b"\1" * (end - start)
            distance = round(errors / len(self._keys[number]), 4)
            for work_id, name, _, kind, _ in (self.rows[row] for row in rows):
                kept.append(NameMatch(span, work_id, name, kind, distance))
        return kept

    def _may_be(self, number: int, folded: Folded, start: int, end: int, titled: bool) -> bool:
        """Tell whether letters that nearly spell a name may be it, and not another one's.

        A title of everyday words must be ``titled``: with capitals, and one error at most.
        """
        shape, normal = self._shape(number), self.rows[number][2]
        if Gap.SENTENCE in folded.gaps[start + 1 : end] and "|" not in normal:
            return False
        words, own = _words(folded, start, end), normal.replace("-", " ").split()
        if shape.demand != Demand.ANY:
            return titled and shape.is_long_title and len(words) == len(own)
        if len(words) != len(own):
            return len(shape.gaps) >= ONE_ERROR_MIN
        if words[0] != own[0] and rarity(words[0]) == 0:  # "of Los Angeles" is not Old Los Angeles
            return False
        is_person = self.rows[number][4] == "person"
        return not is_person or all(map(_may_begin, words, own))

    def _shape(self, number: int) -> Shape:
        shape = self._shapes.get(number)
        if shape is None:
            shape = self._shapes[number] = shape_of(*self.rows[number][1:])
        return shape


def _words(folded: Folded, start: int, end: int) -> list[str]:
    edges = (Gap.MARK, Gap.SPACE, Gap.SENTENCE)
    inner = (k for k in range(start + 1, end) if folded.gaps[k] in edges)
    return [folded.letters[low:high] for low, high in pairwise([start, *inner, end])]


def _may_begin(word: str, name: str) -> bool:
    """Tell whether a word has the initial of a name, swapped or left out at most.

    Another initial makes another person's name, Zhang Peng is not Zhang Heng, unless what follows
    it is long.
    """
    if len(name) >= _TELLING_MIN and word[1:] == name[1:]:
        return True
    return name[0] in word[:2] or word[0] == name[1:2]


def _by_nearness(found: tuple[int, int, int, float]) -> tuple[float, int, int, int]:
    number, start, end, errors = found
    return errors, start - end, start, number


def _marked(folded: Folded, found: Iterable[NameMatch]) -> bytearray:
    """Return one byte per letter, 1 where a name was found."""
    marked = bytearray(len(folded.letters))
    for match in found:
        low, high = (bisect_left(folded.origin, at) for at in match.span)
        marked[low:high] = b"\1" * (high - low)
    return marked


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
