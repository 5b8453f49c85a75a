"""Words to numbers: a closed vocabulary, so that what the model was never taught is reported."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cleardance.errors import UsageError

PAD, NOTHING = 0, 1
"""Ids of an empty place, and of the prompt that asks for nothing (guidance needs one)."""

_FIRST = 2
_GLUE = frozenset(("a", "an", "the", "is", "facing"))  # they tell nothing apart
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")


def words_of(text: str) -> list[str]:
    """Return the words of a text that can matter, in order and in lower case."""
    return [word for word in _WORD.findall(text.lower()) if word not in _GLUE]


@dataclass(frozen=True)
class Vocabulary:
    """The words a model knows; their place in the list is what it learnt them by."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, captions: Iterable[str]) -> Self:
        """Return the vocabulary that says all these captions."""
        return cls(tuple(sorted({word for caption in captions for word in words_of(caption)})))

    def grown(self, captions: Iterable[str]) -> Self:
        """Return the vocabulary with what these captions need at its end: old ids stay."""
        return type(self)((*self.words, *sorted(set(self.of(captions).words) - set(self.words))))

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: i for i, word in enumerate(self.words, _FIRST)}

    def __len__(self) -> int:
        """Return how many ids there are, the two special ones included."""
        return len(self.words) + _FIRST

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the words, one a line: weights are useless with another list."""
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()

    def ids(self, text: str, length: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """Return a text as ids [length], and the words the model does not know.

        A text without a known word is the prompt that asks for nothing. Raises UsageError if more
        known words than ``length`` are in it.
        """
        words = words_of(text)
        known = [self._ids[word] for word in words if word in self._ids]
        if len(known) > length:
            raise UsageError(
                f"The prompt has {len(known)} words the model knows; it reads {length}.",
                hint="Say less, or in several shots.",
            )
        ids = np.full(length, PAD, np.int64)  # [length]
        ids[: max(len(known), 1)] = known or [NOTHING]
        return ids, tuple(word for word in words if word not in self._ids)


NO_WORDS = Vocabulary(())


def nothing(length: int) -> NDArray[np.int64]:
    """Return the ids [length] of the prompt that asks for nothing."""
    ids = np.full(length, PAD, np.int64)  # [length]
    ids[0] = NOTHING
    return ids
