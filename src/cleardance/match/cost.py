"""What a name or a description would cost: how many innocent texts it would stop if registered.

The sentences are the examples of WordNet 3.0 (``data/sentences.txt``), none written with any work
in mind; prompts speak more of what can be seen, and the benchmark says by how much that matters. A
name that stops none of n is not free: at 95 % confidence it stops at most 3 in n (the
rule of three, Hanley and Lippman-Hand 1983).

Prompts (``data/prompts.txt``) are half of the short English ones of VBench, Apache-2.0, written to
be made into videos; the other half is left for measuring.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from cleardance.match.descriptor import DescriptorIndex
from cleardance.match.fold import Folded, fold
from cleardance.match.names import NameIndex, NameRow
from cleardance.match.words import is_listed

_WORDS: Final = re.compile(r"[ \-|]")


@cache
def sentences() -> tuple[str, ...]:
    """Return the ordinary sentences that names are tried on."""
    text = (files("cleardance.match") / "data" / "sentences.txt").read_text("ascii")
    return tuple(text.splitlines())


@cache
def _folded() -> tuple[Folded, ...]:
    """Fold them once: that takes longer than looking for a name in all of them."""
    return tuple(map(fold, sentences()))


@cache
def prompts() -> tuple[str, ...]:
    """Return the harmless prompts that names and descriptions are tried on."""
    text = (files("cleardance.match") / "data" / "prompts.txt").read_text("ascii")
    return tuple(text.splitlines())


def prompts_stopped(index: NameIndex | DescriptorIndex) -> int:
    """Return how many of the harmless prompts something in an index is found in."""
    return sum(bool(index.find(prompt)) for prompt in prompts())


def per_thousand(stopped: int, tried: int) -> tuple[float, float]:
    """Return how many of 1,000 are expected to be stopped, and at most, at 95 % confidence.

    The bound is the upper end of Wilson's interval (1927), one-sided; for none, the rule of three.
    """
    if stopped == 0:
        return 0.0, min(1000.0, 3000.0 / tried)
    share, z = stopped / tried, 1.6449
    middle = share + z**2 / (2 * tried)
    spread = z * math.sqrt(share * (1 - share) / tried + z**2 / (4 * tried**2))
    return 1000 * share, min(1000.0, 1000 * (middle + spread) / (1 + z**2 / tried))


def sentences_stopped(rows: Iterable[NameRow]) -> dict[tuple[str, str], int]:
    """Return how many sentences each name stops, by (work id, name).

    Names with a word that is in no dictionary are left out; so are names that stop none, unless
    they are registered in small letters, and so count in any case.
    """
    risky = [row for row in rows if all(is_listed(word) for word in _WORDS.split(row[2]))]
    if not risky:
        return {}
    stopped: Counter[tuple[str, str]] = Counter()
    stopped.update({(row[0], row[1]): 0 for row in risky if row[1] == row[1].lower()})
    index = NameIndex.build(risky)
    for sentence, folded in zip(sentences(), _folded(), strict=True):
        found = index.find_folded(sentence, folded)
        stopped.update({(match.work_id, match.name) for match in found})
    return dict(stopped)
