"""Whether letters that spell a name stand in the text as that name."""
# ruff: noqa: RUF001 - the fullwidth number sign is meant

from enum import IntEnum
from itertools import pairwise
from typing import Final

from cleardance.match.demand import CaseOfText, Demand, Shape, is_met, is_tagged
from cleardance.match.fold import Folded, Gap
from cleardance.match.words import is_given_name, is_listed, is_ordinary

_JOINED_MIN: Final = 6  # letters of a name that may be written together or in two
_JOINED_WORDS_MIN: Final = 8  # the same, of a name made of everyday words: no "tophat"
_PIECE_MIN: Final = 3  # letters of each half of a name written in two
_SPELT_MIN: Final = 5  # letters of a name that may be spelt out, one by one
_IN_TAG_MIN: Final = 8  # letters of a name found anywhere inside a hashtag


class Standing(IntEnum):
    """What a candidate is: nothing, a name beside another of the same owner, or a name."""

    NOT = 0
    BESIDE = 1
    NAMED = 2

    @classmethod
    def of(cls, named: bool) -> "Standing":
        """Return NAMED or NOT."""
        return cls.NAMED if named else cls.NOT


class Place:
    """One text, as given or in one reading, in which candidates are judged.

    A candidate is letters ``start`` to ``end`` of ``folded``, equal to the letters of a name.
    """

    def __init__(self, text: str, folded: Folded) -> None:
        self.folded = folded
        self._text = text
        self._case = CaseOfText(text)
        self._has_tags = "#" in text or "＃" in text

    def may_be_name(self, start: int, end: int) -> bool:
        """Tell, cheaply and for any name, whether a candidate deserves a closer look."""
        return self._has_edges(start, end) or (end - start >= _IN_TAG_MIN and self._has_tags)

    def names(self, shape: Shape, start: int, end: int) -> Standing:
        """Tell whether the candidate names the work, or would beside another of its owner."""
        text, gaps, span = self._text, self.folded.gaps, self.folded.span(start, end)
        if not self._has_edges(start, end):
            inside = gaps[start] != Gap.WITHIN != gaps[end]
            tagged = inside and shape.demand == Demand.ANY and is_tagged(text, span[0])
            return Standing.of(tagged)
        if shape.demand == Demand.TAGGED:
            return Standing.of(is_tagged(text, span[0]))
        joined, split = _compare(shape, gaps, start)
        if joined is None or self._is_another_word(start, end):
            return Standing.NOT
        if joined or split:
            return Standing.of(self._is_variant(shape, start, joined, split))
        if shape.demand == Demand.ANY:
            return Standing.NAMED
        if shape.unspaced and len(shape.gaps) > 1 and gaps[start] >= Gap.SPACE <= gaps[end]:
            return Standing.NAMED  # two Chinese characters, which are within many words
        whole = gaps[start] >= Gap.MARK and Gap.MARK <= gaps[end] <= Gap.SENTENCE
        capitals = self._has_capitals(shape, start)
        if whole and is_met(shape, text, self._case, span, capitals):
            return Standing.NAMED
        return Standing.BESIDE if whole and capitals else Standing.NOT

    def _has_edges(self, start: int, end: int) -> bool:
        """Tell whether the letters may start and end a word; a plural s may follow."""
        gaps = self.folded.gaps
        if gaps[start] == Gap.INSIDE or gaps[start] == Gap.WITHIN or gaps[end] == Gap.WITHIN:
            return False
        return gaps[end] != Gap.INSIDE or (
            self.folded.letters[end] == "s" and gaps[end + 1] not in (Gap.INSIDE, Gap.WITHIN)
        )

    def _is_another_word(self, start: int, end: int) -> bool:
        """Tell whether an s after the name makes another word of it: "cosmos", "carries"."""
        gaps, letters = self.folded.gaps, self.folded.letters
        if gaps[end] != Gap.INSIDE:
            return False
        first = max(k for k in range(start, end) if k == start or gaps[k] != Gap.INSIDE)
        longer = letters[first : end + 1]
        return not is_listed(letters[first:end]) and (is_listed(longer) or is_given_name(longer))

    def _is_variant(self, shape: Shape, start: int, joined: int, split: int) -> bool:
        """Decide a name written together or taken apart."""
        end = start + len(shape.gaps)
        if split:
            return shape.demand == Demand.ANY and self._is_taken_apart(start, end)
        letters = self.folded.letters[start:end]
        least = _JOINED_MIN if shape.demand == Demand.ANY else _JOINED_WORDS_MIN
        if end - start < least or is_listed(letters) or is_listed(letters + "s"):
            return False
        seams = sum(gap >= Gap.MARK for gap in shape.gaps[1:])
        return shape.demand == Demand.ANY or joined == seams

    def _is_taken_apart(self, start: int, end: int) -> bool:
        """Decide ``S h r e k`` and ``Dead Pool``; a ``dead pool`` is just two words."""
        gaps, letters = self.folded.gaps, self.folded.letters
        cuts = [start, *(k for k in range(start + 1, end) if gaps[k] == Gap.SPACE), end]
        pieces = list(pairwise(cuts))
        shortest = min(high - low for low, high in pieces)
        if max(high - low for low, high in pieces) == 1:
            return end - start >= _SPELT_MIN
        if shortest < _PIECE_MIN or end - start < _JOINED_MIN:
            return False
        capitals = all(self._text[self.folded.origin[low]].isupper() for low, _ in pieces)
        return capitals or not all(is_ordinary(letters[low:high]) for low, high in pieces)

    def _has_capitals(self, shape: Shape, start: int) -> bool:
        """Tell whether the name's capitals are capitals here, and not just a sentence's first."""
        origin = self.folded.origin
        if not shape.capitals or not all(
            self._text[origin[start + k]].isupper() for k in shape.capitals
        ):
            return False
        return len(shape.capitals) > 1 or self.folded.gaps[start] != Gap.SENTENCE


def _compare(shape: Shape, gaps: bytearray, start: int) -> tuple[int | None, int]:
    """Count the name's seams missing from the text, and the text's spaces not in the name.

    The first is None if the text ends a sentence where the name does not.
    """
    joined = split = 0
    for k in range(1, len(shape.gaps)):
        own, seen = shape.gaps[k], gaps[start + k]
        if seen == Gap.SENTENCE and own != Gap.SENTENCE:
            return None, 0
        joined += own >= Gap.MARK and seen < Gap.MARK
        split += own == Gap.INSIDE and seen == Gap.SPACE and not shape.unspaced
    return joined, split
