"""Misspelt names: candidates from exact pieces, then a bounded edit distance.

A name of n letters with at most d errors keeps at least one of d + 1 pieces intact (the pigeonhole
principle of Wu and Manber 1992), so a window of the text is compared only with names that share a
piece with it. Distance is optimal string alignment (Damerau 1964): one error is a letter added,
left out, replaced, or swapped with the next. A letter written several times costs half an error.
Names of five or six letters are one letter from too many words: none of theirs may be replaced, and
they are looked for as words of their own (:class:`ShortNames`).
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from ahocorasick_rs import AhoCorasick

from cleardance.match.fold import Folded, Gap, is_unspaced
from cleardance.match.words import is_given_name, is_in_place_name, is_listed, is_ordinary

_REPEATED_MIN: Final = 5  # letters of a name that may have letters repeated
ONE_ERROR_MIN: Final = 7
_TWO_ERRORS_MIN: Final = 12
_LONGEST: Final = 64
_FEW: Final = 500  # names: of more, most texts hold some piece
_WORDS_MAX: Final = 10
_RUN: Final = re.compile(r"(.)\1+")
_STRETCHED: Final = re.compile(r"(.)\1\1")

Piece = tuple[int, int, str]  # letters of the name, which piece, its letters


def errors_allowed(letters: int) -> int:
    """Return how many errors a name of so many letters may have."""
    return (letters >= ONE_ERROR_MIN) + (letters >= _TWO_ERRORS_MIN)


def squashed(letters: str) -> str:
    """Return letters with every run of one letter written once."""
    return _RUN.sub(r"\1", letters)


def errors_between(left: str, right: str, most: int) -> int | None:
    """Return the optimal string alignment distance, or None if it is above ``most``."""
    if abs(len(left) - len(right)) > most:
        return None
    same = next((k for k, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    same = min(len(left), len(right)) if same is None else same
    left, right = left[same:], right[same:]
    if not left or not right:
        rest = len(left) + len(right)
        return rest if rest <= most else None
    if not most:
        return None
    tails = [(left[1:], right[1:]), (left[1:], right), (left, right[1:])]
    if left[:2] == right[1::-1] and len(right) > 1:
        tails.append((left[2:], right[2:]))
    if most == 1:
        return 1 if any(a == b for a, b in tails) else None
    rests = [errors_between(a, b, most - 1) for a, b in tails]
    return min((1 + rest for rest in rests if rest is not None), default=None)


class TypoIndex:
    """Keys (letters of names) to be found misspelt; those too short or unspaced are left out."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = list(keys)
        self._pieces: dict[Piece, list[int]] = {}
        self._squashed: dict[str, list[int]] = {}
        for number, key in enumerate(self._keys):
            if not _REPEATED_MIN <= len(key) <= _LONGEST or is_unspaced(key[0]):
                continue
            self._squashed.setdefault(squashed(key), []).append(number)
            for place, (low, high) in enumerate(_cuts(len(key))):
                self._pieces.setdefault((len(key), place, key[low:high]), []).append(number)
        self._short = ShortNames(self._keys)
        # Of a few names alone most lengths are none's, and need no look.
        self._lengths = frozenset(length for length, _, _ in self._pieces)
        self._hints = _hints(self._keys) if len(self._keys) <= _FEW else None
        self._stretched = AhoCorasick(list(self._squashed)) if self._hints else None

    def find(self, folded: Folded, taken: bytearray) -> Iterator[tuple[int, int, int, float]]:
        """Yield (key, start, end, errors) for windows of whole words that nearly spell a key.

        Only windows with a word in no dictionary are looked at, and none that touches a letter
        marked in ``taken``: what is spelt right needs no second reading. A window may hold the end
        of a sentence; whether the name has one there is for the caller.
        """
        yield from self._find_short(folded, taken)
        if not self._may_hold_long(folded.letters):
            return
        looked_up: dict[str, dict[int, float]] = {}
        for start, end in _windows(folded, taken):
            letters = folded.letters[start:end]
            if letters not in looked_up:
                looked_up[letters] = self._near(letters)
            for number, errors in looked_up[letters].items():
                yield number, start, end, errors

    def _find_short(
        self, folded: Folded, taken: bytearray
    ) -> Iterator[tuple[int, int, int, float]]:
        for start, end in _words_alone(folded) if self._short else ():
            near = self._short.find(folded.letters[start:end])
            if near and not any(taken[start:end]) and _is_odd(folded.letters[start:end]):
                yield from ((number, start, end, 1.0) for number in near)

    def may_hold(self, letters: str) -> bool:
        """Tell whether a text of these letters can hold any key misspelt; of many keys, always."""
        return self._may_hold_long(letters) or self._short.may_be_in(letters)

    def _may_hold_long(self, letters: str) -> bool:
        """Tell whether any window can be a key: it holds a piece, or is one with letters repeated.

        A piece is left whole, or the first of two has its last letter swapped with the next one's.
        """
        if self._hints is None or self._stretched is None or _holds(self._hints, letters):
            return True
        return _holds(self._stretched, squashed(letters))

    def _near(self, letters: str) -> dict[int, float]:
        near: dict[int, float] = {}
        if len(letters) >= ONE_ERROR_MIN or _STRETCHED.search(letters):
            near = dict.fromkeys(self._squashed.get(squashed(letters), ()), 0.5)
        for number in self._candidates(letters):
            key = self._keys[number]
            errors = errors_between(letters, key, errors_allowed(len(key)))
            if errors is not None:
                near.setdefault(number, float(errors))
        return near

    def _candidates(self, letters: str) -> set[int]:
        found: set[int] = set()
        size = len(letters)
        for length in self._lengths.intersection(range(size - 2, size + 3)):
            cuts = _cuts(length)
            last = len(cuts) - 1
            if abs(length - size) > last:
                continue
            for place, (low, high) in enumerate(cuts):
                first = 0 if place == 0 else size - length if place == last else None
                shifts = range(-last, last + 1) if first is None else (first,)
                for shift in shifts:
                    piece = letters[low + shift : high + shift]
                    found.update(self._pieces.get((length, place, piece), ()))
        if size in self._lengths:
            found.update(self._swapped_at_a_cut(letters))
        return found

    def _swapped_at_a_cut(self, letters: str) -> Iterator[int]:
        """Yield keys of which two neighbours are swapped that stand in different pieces."""
        cuts = _cuts(len(letters))
        for place, (low, high) in enumerate(cuts[:-1]):
            after = cuts[place + 1][1]
            left = letters[low : high - 1] + letters[high]
            right = letters[high - 1] + letters[high + 1 : after]
            yield from self._pieces.get((len(letters), place, left), ())
            yield from self._pieces.get((len(letters), place + 1, right), ())


def _hints(keys: Iterable[str]) -> AhoCorasick:
    pieces: set[str] = set()
    for key in keys:
        cuts = _cuts(len(key))
        pieces.update(key[low:high] for low, high in cuts)
        pieces.update(key[low : high - 1] + key[high] + key[high - 1] for low, high in cuts[:-1])
    return AhoCorasick(list(pieces))


def _holds(patterns: AhoCorasick, letters: str) -> bool:
    return bool(patterns.find_matches_as_indexes(letters))


class ShortNames:
    """Keys of five or six letters, found with a letter too many, too few, or swapped.

    Deleting a letter from either side finds both (the symmetric deletion of Garbe's SymSpell).
    """

    def __init__(self, keys: list[str]) -> None:
        self._keys: dict[str, int] = {}
        self._shorter: dict[str, list[int]] = {}
        for number, key in enumerate(keys):
            if not _REPEATED_MIN <= len(key) < ONE_ERROR_MIN or is_unspaced(key[0]):
                continue
            self._keys[key] = number
            for shorter in _with_one_less(key):
                self._shorter.setdefault(shorter, []).append(number)
        # Of a word with a letter too many, the first or the last three letters are the key's.
        ends = {end for key in self._keys for end in (key[:3], key[-3:])}
        others = (other for key in self._keys for other in _swapped(key))
        self._hints = AhoCorasick([*ends, *self._shorter, *others])

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._keys)

    def may_be_in(self, letters: str) -> bool:
        """Tell whether a text of these letters can hold a word that nearly spells a key."""
        return bool(self._keys) and _holds(self._hints, letters)

    def find(self, word: str) -> list[int]:
        """Return the keys a word nearly spells, unless it nearly spells an everyday word."""
        if not _REPEATED_MIN <= len(word) <= ONE_ERROR_MIN:
            return []
        variants = _with_one_less(word) | _swapped(word)
        near = {self._keys[variant] for variant in variants if variant in self._keys}
        near.update(self._shorter.get(word, ()))
        return [] if not near or any(map(is_ordinary, variants)) else sorted(near)


def _with_one_less(word: str) -> set[str]:
    return {word[:k] + word[k + 1 :] for k in range(len(word))}


def _swapped(word: str) -> set[str]:
    return {word[:k] + word[k + 1] + word[k] + word[k + 2 :] for k in range(len(word) - 1)}


@cache
def _cuts(length: int) -> tuple[tuple[int, int], ...]:
    """Return where a name is cut: one piece more than it may have errors, none if it may not."""
    errors = errors_allowed(length)
    if not errors:
        return ()
    bounds = [length * k // (errors + 1) for k in range(errors + 2)]
    return tuple(pairwise(bounds))


def _windows(folded: Folded, taken: bytearray) -> Iterator[tuple[int, int]]:
    """Yield runs of whole words, at least one of them in no dictionary."""
    words = _words(folded)
    odd = [not any(taken[low:high]) and _is_odd(folded.letters[low:high]) for low, high in words]
    for first, (start, _) in enumerate(words):
        last = min(first + _WORDS_MAX, len(words))
        if not any(odd[first:last]):
            continue
        is_odd = False
        for at in range(first, last):
            end = words[at][1]
            if end - start > _LONGEST:
                break
            is_odd = is_odd or odd[at]
            if is_odd and end - start >= _REPEATED_MIN:
                yield start, end


def _words_alone(folded: Folded) -> Iterator[tuple[int, int]]:
    """Yield words that are no part of a hyphenated one; a possessive may follow."""
    gaps = folded.gaps
    for low, high in _words(folded):
        possessive = folded.letters[high : high + 1] == "s" and gaps[high + 1] >= Gap.MARK
        if gaps[low] != Gap.MARK and (gaps[high] != Gap.MARK or possessive):
            yield low, high


def _words(folded: Folded) -> list[tuple[int, int]]:
    size = len(folded.letters)
    edges = (Gap.MARK, Gap.SPACE, Gap.SENTENCE)
    starts = [k for k in range(size) if folded.gaps[k] in edges]
    return list(zip(starts, [*starts[1:], size], strict=True))


def _is_odd(word: str) -> bool:
    return (
        len(word) > 1
        and word.isalpha()
        and not (is_listed(word) or is_given_name(word) or is_in_place_name(word))
    )
