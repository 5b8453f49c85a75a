"""How ordinary an English word or phrase is, from word lists (licences beside the data).

``common_words.txt`` and the first section of ``uncommon_words.txt`` are SCOWL's size classes; the
other sections are phrases, places and persons who died before 1956 from WordNet 3.0, given names
from the 1990 census of the United States, and our own list of tales and figures that belong to
everybody. Only names made of ordinary words need more than their letters to count as named,
so the lists are read on the first candidate, not at import.
"""

from functools import cache
from importlib.resources import files
from typing import Final

# Sections of the data file are SCOWL's size classes; "upper" holds places and given names.
_POINTS: Final = {"10": 1, "20": 2, "35": 3, "50": 4, "upper": 3, "70": 4}
RARE: Final = 5
_NAMES_FIRST: Final = frozenset({"superman"})  # in the dictionary, and yet a name to everybody
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
def _sections() -> dict[str, frozenset[str]]:
    sections: dict[str, frozenset[str]] = {}
    for name in ("uncommon_words.txt", "common_words.txt"):
        text = (files("cleardance.match") / "data" / name).read_text("ascii")
        for section in text.split("# ")[1:]:
            label, _, listed = section.partition("\n")
            sections[label] = frozenset(listed.splitlines())
    return sections


@cache
def _points() -> dict[str, int]:
    """Return the points of every listed word; one that stands in several sections has the least."""
    points: dict[str, int] = {}
    for label, listed in _sections().items():
        for word in listed if label in _POINTS else ():
            points[word] = min(_POINTS[label], points.get(word, RARE))
    return points


def rarity(word: str) -> int:
    """Return 0 for articles and the like, 1 to 4 for listed words, else ``RARE`` (5).

    ``word`` is folded (lower case, no accents). Digits and single letters count 1.
    """
    if word in _LITTLE:
        return 0
    if word.isdigit() or len(word) == 1:
        return 1
    if word in _NAMES_FIRST:
        return RARE
    return _points().get(word, RARE)


def is_ordinary(word: str) -> bool:
    """Tell whether a folded word is one that most people use."""
    return rarity(word) <= _POINTS["35"]


def is_listed(word: str) -> bool:
    """Tell whether a folded word stands in a dictionary, however rare, or is a plural of one."""
    if rarity(word) < RARE:
        return True
    return word.endswith("s") and not word.endswith("ss") and rarity(word[:-1]) < RARE


@cache
def _in_places() -> frozenset[str]:
    sections = _sections()
    return frozenset(
        w for label in ("place", "tale") for name in sections[label] for w in name.split()
    )


def is_in_place_name(word: str) -> bool:
    """Tell whether a folded word is part of the name of a place or tale: Picchu, Mahal."""
    return word in _in_places()


def is_phrase(phrase: str) -> bool:
    """Tell whether folded words with one space between are an everyday expression."""
    return phrase in _sections()["phrase"]


@cache
def _joined_phrases() -> frozenset[str]:
    return frozenset(phrase.replace(" ", "") for phrase in _sections()["phrase"])


def is_joined_phrase(word: str) -> bool:
    """Tell whether a folded word is an everyday expression written as one: "freefall"."""
    return word in _joined_phrases()


def is_only_name(word: str) -> bool:
    """Tell whether a folded word is a name of people or places, and no other word."""
    sections = _sections()
    return word in sections["upper"] and not any(
        word in sections[label] for label in ("10", "20", "35", "50", "70")
    )


def is_everybodys(phrase: str) -> bool:
    """Tell whether folded words name a place, a person long dead or a tale in the public domain."""
    sections = _sections()
    return any(phrase in sections[label] for label in ("place", "past", "tale"))


def is_given_name(word: str) -> bool:
    """Tell whether a folded word is a given name that many people bear."""
    return word in _sections()["given"]
