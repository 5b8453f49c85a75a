"""Queries name a few hundred things at once: databases bind no more than so many values."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

AT_ONCE: Final = 500
T = TypeVar("T")


def batches(items: Sequence[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """Yield items in their order, at most ``size`` at once; nothing for none."""
    return ([*items[at : at + size]] for at in range(0, len(items), size))
