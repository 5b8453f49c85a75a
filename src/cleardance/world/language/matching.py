"""Words to hits: the longest known phrase at each point of a prompt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cleardance.world.language.lexicon import Lexicon, Sense
from cleardance.world.language.words import Pause, Word

T = TypeVar("T")


@dataclass(frozen=True)
class Hit:
    """A phrase at the word positions ``span``; an unknown word has no senses."""

    span: range
    senses: tuple[Sense, ...]
    pause: Pause
    possessive: bool

    def first(self, kind: type[T]) -> T | None:
        """Return the first sense of a kind, if there is one."""
        return next((sense for sense in self.senses if isinstance(sense, kind)), None)


def hits(words: Sequence[Word], lexicon: Lexicon) -> Iterator[Hit]:
    """Yield hits that cover ``words`` exactly, in order. No phrase crosses a pause."""
    start = 0
    while start < len(words):
        length = _reach(words, start, lexicon.longest.get(words[start].key, 1))
        while length > 1 and _keys(words, start, length) not in lexicon.senses:
            length -= 1
        senses = lexicon.senses.get(_keys(words, start, length), ())
        end = start + length
        yield Hit(range(start, end), senses, words[start].pause, words[end - 1].possessive)
        start = end


def _keys(words: Sequence[Word], start: int, length: int) -> tuple[str, ...]:
    return tuple(word.key for word in words[start : start + length])


def _reach(words: Sequence[Word], start: int, longest: int) -> int:
    """Return how many words from ``start`` may form one phrase."""
    length = 1
    while length < longest and start + length < len(words):
        if words[start + length].pause or words[start + length - 1].possessive:
            break
        length += 1
    return length
