"""Works described without their name: cosine similarity of weighted words.

A text is compared with each registered descriptor and with each work's keywords as one list. A
word weighs its sublinear term frequency times an inverse document frequency (Salton and Buckley
1988) whose background is the frequency classes of :mod:`cleardance.match.words`, so that it does
not depend on how many works are registered. Long texts are compared stretch by stretch.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from cleardance.match.fold import fold
from cleardance.match.signal import Ladder, Rung
from cleardance.match.words import rarity

# work id, descriptors, keywords
DescriptorRow = tuple[str, tuple[str, ...], tuple[str, ...]]
Vector = dict[str, float]

_STRETCH: Final = 28  # weighed words compared at once
_STEP: Final = 14
_SHARED_MIN: Final = 3  # words in common without which no likeness counts
_WORD: Final = re.compile(r"\w+")
_ENDINGS: Final = ("ies", "ing", "ed", "es", "s", "y", "e")
_STEM_MIN: Final = 3
_CACHED: Final = 1 << 15  # words: most of a text's are among the commonest
_UNWEIGHED: Final = frozenset(
    re.findall(
        r"\w+",
        "be are was were been has have had having that this these those who which whose its their "
        "they them he she him into over under out up down off then than through while there here "
        "very not but so if one two all some any each such like looking look looks scene video "
        "shot camera style photo image picture background show shows view",
    )
)


@dataclass(frozen=True, order=True)
class DescriptorMatch:
    """A registered description found: ``span`` runs from the first shared word to the last."""

    span: tuple[int, int]
    work_id: str
    distance: float


class DescriptorSignal:
    """The text signal: one minus the cosine of two texts' weighted words."""

    name: Final = "descriptor"
    computed_from: Final[Literal["text"]] = "text"
    max_distance: Final = 1.0
    ladder: Final = Ladder((Rung("repeated", 0.2), Rung("described", 0.66)))

    def compute(self, item: str) -> Vector | None:
        """Return the weights of a text's words, of length 1; None if no word weighs anything."""
        return vector_of(stem for stem, _ in _weighed_words(item)) or None

    def distance(self, left: Vector, right: Vector) -> float:
        """Return one minus the cosine, 0 (the same words) to 1 (none in common)."""
        return 1.0 - sum(weight * right.get(stem, 0.0) for stem, weight in left.items())


DESCRIPTOR_SIGNAL: Final = DescriptorSignal()


class DescriptorIndex:
    """The descriptors and keywords of a registry revision, by word."""

    def __init__(self, rows: Iterable[DescriptorRow]) -> None:
        self._works: list[str] = []
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for work_id, descriptors, keywords in rows:
            for text in (*descriptors, *([" ".join(keywords)] if keywords else [])):
                vector = DESCRIPTOR_SIGNAL.compute(text) or {}
                for stem, weight in vector.items():
                    self._postings.setdefault(stem, []).append((len(self._works), weight))
                self._works.append(work_id)

    def __len__(self) -> int:
        """Return the number of descriptions."""
        return len(self._works)

    def find(self, text: str) -> list[DescriptorMatch]:
        """Return the works described, at most one match each, ordered by place."""
        if not self._works:
            return []
        best: dict[str, DescriptorMatch] = {}
        for words in _stretches(_weighed_words(text)):
            for match in self._compare(words):
                known = best.get(match.work_id)
                if known is None or match.distance < known.distance:
                    best[match.work_id] = match
        return sorted(best.values())

    def nearest(self, text: str, count: int) -> list[str]:
        """Return up to ``count`` works that share a word with a text, the most alike first."""
        best: dict[str, float] = {}
        for words in _stretches(_weighed_words(text)):
            for description, score in self._scores(words)[0].items():
                work_id = self._works[description]
                best[work_id] = max(best.get(work_id, 0.0), score)
        return sorted(best, key=lambda work_id: (-best[work_id], work_id))[:count]

    def _scores(
        self, words: list[tuple[str, tuple[int, int]]]
    ) -> tuple[dict[int, float], Counter[int]]:
        """Return the cosine with each description that shares a word, and how many it shares."""
        scores: dict[int, float] = {}
        shared: Counter[int] = Counter()
        for stem, weight in vector_of(stem for stem, _ in words).items():
            for description, other in self._postings.get(stem, ()):
                scores[description] = scores.get(description, 0.0) + weight * other
                shared[description] += 1
        return scores, shared

    def _compare(self, words: list[tuple[str, tuple[int, int]]]) -> Iterator[DescriptorMatch]:
        scores, shared = self._scores(words)
        for description, score in scores.items():
            distance = round(1.0 - score, 4)
            near = DESCRIPTOR_SIGNAL.ladder.rung_of(distance)
            if near is not None and shared[description] >= _SHARED_MIN:
                spans = [at for stem, at in words if self._has(description, stem)]
                span = (spans[0][0], spans[-1][1])
                yield DescriptorMatch(span, self._works[description], distance)

    def _has(self, description: int, stem: str) -> bool:
        return any(number == description for number, _ in self._postings.get(stem, ()))


def vector_of(stems: Iterable[str]) -> Vector:
    """Return the weights of stems, scaled to length 1; empty for none."""
    counts = Counter(stems)
    weights = {stem: (1.0 + math.log(n)) * _weight(stem) for stem, n in counts.items()}
    length = math.sqrt(sum(weight**2 for weight in weights.values()))
    return {stem: weight / length for stem, weight in weights.items()} if length else {}


@lru_cache(maxsize=_CACHED)
def _weight(stem: str) -> float:
    """Return the inverse document frequency of a stem's class: 1 (everyday) to 2 (in no list)."""
    points = min(filter(None, (rarity(stem + ending) for ending in ("", *_ENDINGS))), default=1)
    return 0.75 + 0.25 * points


def _weighed_words(text: str) -> list[tuple[str, tuple[int, int]]]:
    """Return stems and where their words stand, in order; little words are left out."""
    words = ((_stem(word.group()), word.span()) for word in _WORD.finditer(text))
    return [(stem, span) for stem, span in words if stem]


@lru_cache(maxsize=_CACHED)
def _stem(word: str) -> str | None:
    """Return the stem of a word as written; None of little ones."""
    folded = fold(word).letters
    is_weighed = len(folded) > 1 and rarity(folded) and folded not in _UNWEIGHED
    return stem_of(folded) if is_weighed else None


def stem_of(word: str) -> str:
    """Return a folded word without its commonest English endings: crude, the same for all texts."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_MIN:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > _STEM_MIN and word[-1] == word[-2] else word


def _stretches(
    words: list[tuple[str, tuple[int, int]]],
) -> Iterator[list[tuple[str, tuple[int, int]]]]:
    for start in range(0, max(len(words) - _STRETCH + _STEP, 1), _STEP):
        yield words[start : start + _STRETCH]
