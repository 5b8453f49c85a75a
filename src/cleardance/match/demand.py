"""What a name must show, beyond its letters, before a text counts as naming the work.

``Shrek`` is a name wherever it stands; ``Friends``, ``Up`` or ``The Matrix`` mostly are not. The
rarity of its words (:mod:`cleardance.match.words`) sorts every name once:

====== ========================================== ==========================================
demand example                                    a text names it if
====== ========================================== ==========================================
ANY    Shrek, Harry Potter, 오징어 게임              the letters stand there as a word
CASED  Star Wars, The Matrix, MCU                 and capitals as registered, in a text not all
                                                  in capitals; or quoted, or after "the film"
CUED   Friends, Matrix, 42                        quoted, or after "the film"; or capitalised in
                                                  mid-sentence beside a word like "sitcom", "from"
TITLED New York, Snow White                       quoted, or after "the film"
TAGGED #SquidGame                                 as a hashtag
====== ========================================== ==========================================

A name registered without any capital ("star wars") is meant to match in any case: the owner or
operator has said so. Thresholds were set on the development prompts; see the benchmark.
"""

# ruff: noqa: RUF001 - typographic quotes and the fullwidth number sign are meant

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cleardance.match.fold import Gap, fold, is_unspaced, parse_normal_form
from cleardance.match.words import (
    RARE,
    is_everybodys,
    is_given_name,
    is_joined_phrase,
    is_only_name,
    is_phrase,
    rarity,
)

_SHORT: Final = 4
_TITLE_MIN: Final = 8
_PEOPLE_POINTS: Final = 5
_TITLE_POINTS: Final = 7
_PEOPLE: Final = frozenset({"person", "character"})


class Demand(IntEnum):
    """How much evidence a name needs; see the module."""

    ANY = 0
    CASED = 1
    CUED = 2
    TITLED = 3
    TAGGED = 4


@dataclass(frozen=True)
class Shape:
    """A name taken apart once: letters, the gap before each, which are capitals, its demand."""

    gaps: bytes
    capitals: tuple[int, ...]
    demand: Demand
    unspaced: bool

    @property
    def seams(self) -> int:
        """How often one word of the name ends and the next begins."""
        return sum(gap >= Gap.MARK for gap in self.gaps[1:])

    @property
    def is_long_title(self) -> bool:
        """Whether a name of everyday words is long enough that cutting it up gives it away."""
        return self.demand == Demand.CASED and self.seams > 0 and len(self.gaps) >= _TITLE_MIN


def shape_of(name: str, normal: str, name_kind: str, work_kind: str) -> Shape:
    """Take a registered name apart; ``normal`` is its normal form."""
    letters, gaps = parse_normal_form(normal)
    unspaced = any(map(is_unspaced, letters))
    if name_kind == "hashtag":
        demand = Demand.TAGGED
    elif unspaced:
        written = len(set(fold(name).origin))
        stands_alone = written == 2 and all("\u4e00" <= letter <= "\u9fff" for letter in letters)
        demand = Demand.CUED if written == 1 or stands_alone else Demand.ANY
    else:
        demand = _demand(name, normal, work_kind)
    return Shape(gaps, _capitals(name), demand, unspaced)


def _capitals(name: str) -> tuple[int, ...]:
    return tuple(k for k, at in enumerate(fold(name).origin) if name[at].isupper())


def _demand(name: str, normal: str, work_kind: str) -> Demand:
    words = re.split(r"[ \-|]", normal)
    points = [rarity(word) for word in words if rarity(word)] or [0]
    rare = [word for word in words if rarity(word) == RARE]
    if name == name.lower() != name.upper() and (len(points) > 1 or points[0] > 2):
        return Demand.ANY
    if work_kind != "person" and _belongs_to_everybody(normal):
        return Demand.TITLED
    if len(points) == 1:
        return _demand_of_word(name, words, points[0], work_kind)
    if rare and max(map(len, rare)) < _SHORT:  # A'yin
        return Demand.CASED
    if is_phrase(" ".join(words)) or is_phrase(" ".join(_without_article(words))):
        return Demand.CASED
    if work_kind == "person" and is_only_name(words[-1]):  # Miles Davis, but not Mark Strong
        return Demand.ANY
    enough = _PEOPLE_POINTS if work_kind == "person" else _TITLE_POINTS
    return Demand.ANY if rare or sum(points) >= enough else Demand.CASED


def _without_article(words: list[str]) -> list[str]:
    return words[1:] if words[0] in {"a", "an", "the"} else words


def _belongs_to_everybody(normal: str) -> bool:
    """Tell whether a name is a place, as ``The Bund, Shanghai``, a tale or a person long dead."""
    *_, last = normal.split("|")
    words = _without_article(re.split(r"[ \-|]", normal))
    return is_everybodys(" ".join(words)) or (last != normal and is_everybodys(last))


def _demand_of_word(name: str, words: list[str], points: int, work_kind: str) -> Demand:
    is_given = any(map(is_given_name, words))
    if is_given and work_kind != "person":
        return Demand.CUED
    inner_capital = any(char.isupper() for char in name.split()[-1][1:])
    if points == RARE and is_joined_phrase(words[-1]):  # Freefall
        points = RARE - 1
    if points == RARE and max(map(len, words)) < _SHORT:  # MCU, Kai
        return Demand.CASED if inner_capital else Demand.CUED
    if points == RARE:
        return Demand.CASED if is_given else Demand.ANY
    if len(words) > 1 or inner_capital or (points == RARE - 1 and work_kind in _PEOPLE):
        return Demand.CASED
    return Demand.CUED


_KIND: Final = (
    r"movies?|films?|tv series|tv show|the show|series|sitcom|anime|cartoon|comics?|franchise|"
    r"video ?game|blockbuster|hashtag|trilogy|musical"
)
_BEFORE: Final = re.compile(
    rf"\b(the (?=\S))?(?:{_KIND})( (?:called|named|titled|like))?[ :,\-]{{0,3}}$", re.I
)
_NEAR: Final = re.compile(r"\b(?:from|style of|world of|universe of|scene in|cast of) {1,2}$", re.I)
_AFTER: Final = re.compile(
    rf"(?:['’]?s)?[ \-]{{1,2}}(?:{_KIND}|show|tv|characters?|universe|trailer|cosplay|fan ?art|"
    r"superhero(?:es)?|episode|season|style|concept art)\b",
    re.I,
)
_SEQUEL: Final = re.compile(r" (?:II|III|IV|VI{1,3}|IX|XI{1,3})\b")
_QUOTES: Final = {
    '"': '"',
    "“": "”",
    "«": "»",
    "《": "》",
    "〈": "〉",
    "『": "』",
    "「": "」",
    "‘": "’",
}
_WINDOW: Final = 32


def is_quoted(text: str, start: int, end: int) -> bool:
    """Tell whether quotation marks stand right around the span."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return before in _QUOTES and _QUOTES[before] == after


def is_title(text: str, start: int, end: int) -> bool:
    """Tell whether a span is quoted, or called a film or the like right before."""
    return is_quoted(text, start, end) or has_cue_before(text, start, capitals=True)


def is_tagged(text: str, start: int) -> bool:
    """Tell whether ``start`` lies in a hashtag, looking back at most one window."""
    at = start
    while at and start - at <= _WINDOW and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at -= 1
    return at > 0 and text[at - 1] in "#＃"


def has_cue_before(text: str, start: int, *, capitals: bool) -> bool:
    """Tell whether words such as "the film" or "a film called" stand right before.

    A capital may follow the kind alone: "sitcom Friends", but not "a cartoon tiger".
    """
    cue = _BEFORE.search(text[max(0, start - _WINDOW) : start])
    return cue is not None and (capitals or any(cue.groups()))


def has_cue_near(text: str, start: int, end: int) -> bool:
    """Tell whether "from" stands right before or a word such as "sitcom" right after."""
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    return _NEAR.search(before) is not None or _AFTER.match(after) is not None


class CaseOfText:
    """Whether a text's capitals mean anything; counted once per text, on first need."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._counted: tuple[int, int] | None = None

    def tells(self, start: int, end: int) -> bool:
        """Tell whether the words outside the span are mostly in small letters, or few."""
        if self._counted is None:
            self._counted = _count_words(self._text)
        words, capitalised = self._counted
        inner_words, inner_capitalised = _count_words(self._text[start:end])
        others, other_capitals = words - inner_words, capitalised - inner_capitalised
        return others < 4 or other_capitals <= 0.5 * others

    def is_title(self, start: int, end: int) -> bool:
        """Tell whether a span's words, but for little ones, have capitals and those around not."""
        words = [word for word in self._text[start:end].split() if word[0].isalpha()]
        weighty = [word for word in words if rarity(fold(word).letters)]
        return all(word[0].isupper() for word in weighty) and self.tells(start, end)


def _count_words(text: str) -> tuple[int, int]:
    words = [word for word in text.split() if word[0].isalpha()]
    return len(words), sum(word[0].isupper() for word in words)


def is_met(shape: Shape, text: str, case: CaseOfText, at: tuple[int, int], capitals: bool) -> bool:
    """Tell whether the span ``at`` shows what a CASED or CUED name demands.

    ``capitals`` says that the letters registered as capitals are capitals here, other than by
    opening a sentence with the only one.
    """
    start, end = at
    if is_quoted(text, start, end) or has_cue_before(text, start, capitals=capitals):
        return True
    if shape.demand == Demand.TITLED or not capitals:
        return False
    near = has_cue_near(text, start, end)
    if shape.demand == Demand.CASED:
        return near or case.tells(start, end) or _SEQUEL.match(text, end) is not None
    return near and case.tells(start, end)
