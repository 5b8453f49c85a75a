"""How ordinary an English word is, from the SCOWL word lists (licence beside the data).

Only names made of ordinary words need more than their letters to count as named, so the list is
read on the first candidate, not at import.
"""

from functools import cache
from importlib.resources import files
from typing import Final

# Sections of the data file are SCOWL's size classes; "upper" holds places and given names.
_POINTS: Final = {"10": 1, "20": 2, "35": 3, "50": 4, "upper": 3}
RARE: Final = 5
_LITTLE: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "and",
        "or",
        "in",
        "on",
        "to",
        "for",
        "with",
        "at",
        "by",
        "from",
        "is",
        "it",
        "as",
        "no",
        "my",
        "your",
        "his",
        "her",
        "our",
        "we",
        "you",
        "i",
        "me",
        "le",
        "la",
        "les",
        "el",
        "los",
        "las",
        "un",
        "une",
        "der",
        "die",
        "das",
        "de",
        "du",
        "des",
    ]
)


@cache
def _levels() -> dict[str, int]:
    text = (files("cleardance.match") / "data" / "common_words.txt").read_text("ascii")
    words: dict[str, int] = {}
    for section in text.split("# ")[1:]:
        label, _, listed = section.partition("\n")
        words |= dict.fromkeys(listed.split(), _POINTS[label])
    return words


def rarity(word: str) -> int:
    """Return 0 for articles and the like, 1 to 4 for listed words, else ``RARE`` (5).

    ``word`` is folded (lower case, no accents). Digits and single letters count 1.
    """
    if word in _LITTLE:
        return 0
    if word.isdigit() or len(word) == 1:
        return 1
    return _levels().get(word, RARE)


def is_ordinary(word: str) -> bool:
    """Tell whether a folded word is one that most people use."""
    return rarity(word) <= _POINTS["35"]
