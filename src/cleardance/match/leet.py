"""Digits and signs that stand for letters: ``Sp1d3r-M4n``, ``$quid G4me``.

A reading replaces characters one for one, so positions in the text stay what they are.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import cycle, product
from typing import Final

_SIGNS: Final = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g",
                 "@": "a", "$": "s", "€": "e"}  # fmt: skip
_ONES: Final = "1!|"
_TABLE: Final = str.maketrans(_SIGNS)
_ONE: Final = re.compile(f"[{re.escape(_ONES)}]")
_LEET: Final = frozenset([*_SIGNS, *_ONES])
_ANY: Final = re.escape("".join(sorted(_LEET)))
_CHUNK: Final = re.compile(rf"(?<!\S)[^\s{_ANY}]*+[{_ANY}]\S*+")  # with a stand-in in it
_MIXED_WORDS: Final = 3  # words with ones that are read each in its own way


def _is_word(chunk: str) -> bool:
    """Tell words with stand-ins from numbers with a unit (1080p) and plain words."""
    if chunk.isalpha():
        return False
    core = chunk.rstrip("!|")
    signs = sum(char in _LEET for char in core)
    letters = sum(char.isalpha() for char in core)
    return 0 < signs <= 2 * letters and signs + letters >= 2


def _spellings(word: str) -> tuple[str, ...]:
    """Return a word spelt out: ones are all i, all l, or i and l by turns."""
    plain = word.translate(_TABLE)
    ones = len(_ONE.findall(plain))
    turns = ("",) if not ones else ("i", "l") if ones == 1 else ("i", "l", "il", "li")
    return tuple(_with_ones(plain, turn) for turn in turns)


def _with_ones(word: str, letters: str) -> str:
    turn = cycle(letters)
    return _ONE.sub(lambda _: next(turn), word) if letters else word


# A capital i within or before letters where only an l can stand, and the reverse: EIon, lron.
_SWAPPED: Final = re.compile(r"(?<=[a-z])I|(?<=[A-Z])I(?=[a-z])|\bl(?=[b-df-hjkmnp-tv-xz])")
_SWAP: Final = {"I": "l", "l": "I"}


def readings(text: str) -> Iterator[str]:
    """Yield the texts, same length, in which words with stand-ins are spelt out; often none.

    A one may be an i or an l. Up to three words with ones are read in every way; more are all read
    alike, so that the readings stay few however long the text. One more reading undoes capital i
    and small l that changed places. Words without a stand-in are left as they are.
    """
    swapped = _SWAPPED.sub(lambda found: _SWAP[found.group()], text)
    if swapped != text:
        yield swapped
    words = [m.span() for m in _CHUNK.finditer(text) if _is_word(m.group())]
    if not words:
        return
    choices = [_spellings(text[start:end].rstrip("!|")) for start, end in words]
    mixed = sum(len(spellings) > 1 for spellings in choices)
    if mixed <= _MIXED_WORDS:
        chosen: Iterable[tuple[str, ...]] = product(*choices)
    else:
        chosen = (tuple(s[min(k, len(s) - 1)] for s in choices) for k in range(4))
    for spellings in chosen:
        yield _replaced(text, words, spellings)


def _replaced(text: str, words: list[tuple[int, int]], spellings: tuple[str, ...]) -> str:
    parts, done = [], 0
    for (start, _), spelling in zip(words, spellings, strict=True):
        parts += [text[done:start], spelling]
        done = start + len(spelling)
    return "".join([*parts, text[done:]])
