"""Keep what was made last, within a budget of bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Shelf(Generic[Made]):
    """Things by their keys; those used least recently go when the budget is spent.

    ``size`` tells how many bytes a thing takes, always the same for one thing. Safe to share
    between threads: two that miss at once both make the thing, and one of them is kept.
    """

    def __init__(self, budget_bytes: int, size: Callable[[Made], int]) -> None:
        self._budget, self._size, self._used = budget_bytes, size, 0
        self._kept: OrderedDict[Hashable, Made] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what is kept under a key; make and keep it first if it is not there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        bytes_ = self._size(made)
        with self._lock:
            if key in self._kept:
                return self._kept[key]
            self._kept[key] = made
            self._used += bytes_
            while self._used > self._budget and len(self._kept) > 1:
                self._used -= self._size(self._kept.popitem(last=False)[1])
        return made
