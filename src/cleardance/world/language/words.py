"""A prompt as words, each with the pause before it. Linear in the prompt, whatever it contains."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum


class Pause(IntEnum):
    """What stands between a word and the one before it."""

    NONE = 0  # a space, a hyphen, a quotation mark
    COMMA = 1  # or a bracket, a dash
    STOP = 2  # the end of a sentence or a line, a colon


@dataclass(frozen=True)
class Word:
    """One word or symbol. ``text`` is as written; ``key`` is what the lexicon knows it by."""

    text: str
    key: str
    pause: Pause
    possessive: bool = False


_STOPS = frozenset(".!?;:\n\r\u2026\u3002\uff01\uff1f\uff1a\u2028\u2029")
_COMMAS = frozenset(",()[]{}<>|/\\\u2013\u2014\u3001\uff0c")
_APOSTROPHES = frozenset("'\u2019\u02bc")
_WORD = re.compile(r"w+(?:'w+)*|s")


def _shape(char: str) -> str:
    """Return w(ord), ' (apostrophe), . (sentence ends), comma, s(ymbol) or space."""
    if char in _APOSTROPHES:
        return "'"
    if char in _STOPS:
        return "."
    if char in _COMMAS:
        return ","
    category = unicodedata.category(char)
    if category[0] in "LNM" or category in ("Cf", "Co", "Cs"):
        return "w"
    return "s" if category[0] == "S" or char == "&" else " "


def _key(text: str) -> str:
    """Return ``text`` without case, accents, invisible characters and compatibility forms."""
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'").replace("\u02bc", "'"))
    kept = (c for c in plain if unicodedata.category(c) not in ("Mn", "Mc", "Me", "Cf"))
    return "".join(kept).casefold()


def _pause(between: str) -> Pause:
    if "." in between:
        return Pause.STOP
    return Pause.COMMA if "," in between else Pause.NONE


def words(prompt: str) -> tuple[Word, ...]:
    """Return the words of ``prompt`` in order; invisible ones are left out."""
    return tuple(_words(prompt))


def _words(prompt: str) -> Iterator[Word]:
    shapes: dict[str, str] = {}
    shape = "".join(shapes.setdefault(c, _shape(c)) for c in prompt)
    pause, end = Pause.STOP, 0
    for match in _WORD.finditer(shape):
        pause = max(pause, _pause(shape[end : match.start()]))
        end = match.end()
        text = prompt[match.start() : end]
        stem, mark, suffix = _key(text).partition("'")
        possessive = bool(mark) and suffix in ("s", "")
        key = stem if possessive else stem + suffix
        if key:
            yield Word(text, key, pause, possessive)
            pause = Pause.NONE
