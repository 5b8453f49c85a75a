"""Whether letters that spell a name stand in the text as that name."""
# ruff: noqa: RUF001 - the fullwidth number sign is meant

from enum import IntEnum
from itertools import pairwise
from typing import Final

from cleardance.match.confusables import LOOK_ALIKES
from cleardance.match.demand import CaseOfText, Demand, Shape, is_met, is_tagged
from cleardance.match.fold import Folded, Gap
from cleardance.match.words import is_given_name, is_listed, is_ordinary, rarity

_JOINED_MIN: Final = 6  # letters of a name that may be written together or in two
_JOINED_WORDS_MIN: Final = 8  # the same, of a name made of everyday words: no "tophat"
_PIECE_MIN: Final = 3  # letters of each half of a name written in two
_SPELT_MIN: Final = (
    5  # letters of a name that may be spelt out, one by one, or cut into what is no word
)
_CUT_MIN: Final = 8  # letters of a name of which only some pieces are no words
_LETTERS_ALONE: Final = frozenset("aio")  # words of one letter
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

    A candidate is letters ``start`` to ``end`` of ``folded``, equal to the letters of a name. A
    reading is as long as the text ``given``.
    """

    def __init__(self, text: str, folded: Folded, given: str) -> None:
        self.folded = folded
        self._text, self._given = text, given
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
        if split:
            return Standing.of(self._is_taken_apart(shape, start))
        if joined:
            return Standing.of(self._is_written_together(shape, start, joined))
        if shape.demand == Demand.ANY or (
            shape.is_long_title and self._is_disguised(start, end, span)
        ):
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

    def _is_written_together(self, shape: Shape, start: int, joined: int) -> bool:
        """Decide ``squidgame`` and ``#StarWars``; of everyday words all must be joined."""
        letters = self.folded.letters[start : start + len(shape.gaps)]
        least = _JOINED_MIN if shape.demand == Demand.ANY else _JOINED_WORDS_MIN
        if len(letters) < least or is_listed(letters) or is_listed(letters + "s"):
            return False
        return shape.demand == Demand.ANY or joined == shape.seams

    def _is_taken_apart(self, shape: Shape, start: int) -> bool:
        """Decide ``S h r e k``, ``Sq u id Game`` and ``Dead Pool``; a ``dead pool`` is two words.

        Pieces that are no words show that a name was cut on purpose; of a title made of everyday
        words nothing else does.
        """
        end = start + len(shape.gaps)
        cuts = (k for k in range(start + 1, end) if self.folded.gaps[k] == Gap.SPACE)
        pieces = list(pairwise([start, *cuts, end]))
        letters = [self.folded.letters[low:high] for low, high in pieces]
        odd = sum(map(_is_fragment, letters)) if self.folded.gaps[start] >= Gap.SPACE else 0
        if shape.demand != Demand.ANY:
            return shape.is_long_title and odd > 0
        if end - start >= (_SPELT_MIN if odd == len(letters) else _CUT_MIN) and odd:
            return True
        if end - start >= _SPELT_MIN and max(map(len, letters)) == 1:
            return True
        if min(map(len, letters)) < _PIECE_MIN or end - start < _JOINED_MIN:
            return False
        capitals = all(self._text[self.folded.origin[low]].isupper() for low, _ in pieces)
        return capitals or not all(map(is_ordinary, letters))

    def _is_disguised(self, start: int, end: int, span: tuple[int, int]) -> bool:
        """Tell whether letters have stand-ins, or a mark after each: ``s.q.u.i.d g.a.m.e``."""
        given = self._given[slice(*span)]
        if self._text[slice(*span)] != given or min(self.folded.gaps[start + 1 : end]) >= Gap.MARK:
            return True
        is_mixed = any(char.isascii() and char.isalpha() for char in given)
        return is_mixed and any(char in LOOK_ALIKES for char in given)

    def _has_capitals(self, shape: Shape, start: int) -> bool:
        """Tell whether the name's capitals are capitals here, and not just a sentence's first."""
        origin = self.folded.origin
        seen = [self._text[origin[start + k]].isupper() for k in shape.capitals]
        opens = self.folded.gaps[start] == Gap.SENTENCE
        if len(seen) > 1 and seen[0] and not any(seen[1:]):  # "an Iron man"
            return not opens and shape.capitals[1] >= _PIECE_MIN
        return bool(seen) and all(seen) and (len(seen) > 1 or not opens)


def _compare(shape: Shape, gaps: bytearray, start: int) -> tuple[int | None, int]:
    """Count the name's seams missing from the text, and the text's spaces not in the name.

    The first is None if the text ends a sentence where the name does not. A stop after a letter
    that stands alone ends none: J. R. R. Tolkien.
    """
    joined = split = 0
    for k in range(1, len(shape.gaps)):
        own, seen = shape.gaps[k], gaps[start + k]
        if seen == Gap.SENTENCE and own != Gap.SENTENCE:
            if gaps[start + k - 1] < Gap.MARK:
                return None, 0
            seen = Gap.SPACE
        joined += own >= Gap.MARK and seen < Gap.MARK
        split += own == Gap.INSIDE and seen == Gap.SPACE and not shape.unspaced
    return joined, split


def _is_fragment(piece: str) -> bool:
    """Tell whether letters between spaces are no word of their own, as "sq", "u" or "ter"."""
    if len(piece) == 1:
        return piece not in _LETTERS_ALONE
    return rarity(piece) > (1 if len(piece) == 2 else 4)
