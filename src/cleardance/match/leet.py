"""Digits and signs that stand for letters: ``Sp1d3r-M4n``, ``$quid G4me``.

A reading replaces characters one for one, so positions in the text stay what they are.
"""

import re
from collections.abc import Iterator
from typing import Final

_SIGNS: Final = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g",
                 "@": "a", "$": "s", "€": "e"}  # fmt: skip
_ONES: Final = "1!|"
_READINGS: Final = tuple(
    str.maketrans({**_SIGNS, **dict.fromkeys(_ONES, letter)}) for letter in ("i", "l")
)
_LEET: Final = frozenset([*_SIGNS, *_ONES])
_CHUNK: Final = re.compile(r"\S+")


def _is_word(chunk: str) -> bool:
    """Tell words with a few stand-ins from numbers with a unit (1080p, 4K) and plain words."""
    core = chunk.rstrip("!|")
    signs = sum(char in _LEET for char in core)
    letters = sum(char.isalpha() for char in core)
    return 0 < signs <= letters and signs + letters >= 3


# A capital i within or before letters where only an l can stand, and the reverse: EIon, lron.
_SWAPPED: Final = re.compile(r"(?<=[a-z])I|(?<=[A-Z])I(?=[a-z])|\bl(?=[b-df-hjkmnp-tv-xz])")
_SWAP: Final = {"I": "l", "l": "I"}


def readings(text: str) -> Iterator[str]:
    """Yield the texts, same length, in which words with stand-ins are spelt out; often none.

    A one may be an i or an l: there are two readings, and one more where a capital i and a small l
    changed places. Words without a stand-in are left as they are, so a reading only adds matches
    where a stand-in was used.
    """
    swapped = _SWAPPED.sub(lambda found: _SWAP[found.group()], text)
    if swapped != text:
        yield swapped
    words = [m.span() for m in _CHUNK.finditer(text) if _is_word(m.group())]
    if not words:
        return
    for table in _READINGS:
        parts, done = [], 0
        for start, end in words:
            kept = text[start:end].rstrip("!|")
            parts += [text[done:start], kept.translate(table)]
            done = start + len(kept)
        yield "".join([*parts, text[done:]])
