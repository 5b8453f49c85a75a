"""A queue between threads in which accounts take turns, and promises of what becomes of an item."""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from cleardance.errors import QueueFull, StoreError

Item = TypeVar("Item")
Kept = TypeVar("Kept", contravariant=True)


class Promise(Protocol[Kept]):
    """What somebody waits for: a future of a thread, or of an event loop."""

    def done(self) -> bool:
        """Whether nobody waits any more."""

    def set_result(self, result: Kept, /) -> None:
        """Keep it."""

    def set_exception(self, exception: BaseException, /) -> None:
        """Break it."""


Settled = Iterable[tuple[Promise[Kept], Kept | Exception]]


def settle(settled: Settled[Kept]) -> None:
    """Keep promises, or break those of which an error became."""
    for promise, outcome in settled:
        if promise.done():  # whoever waited has gone
            continue
        if isinstance(outcome, Exception):
            promise.set_exception(outcome)
        else:
            promise.set_result(outcome)


class Turns(Generic[Item]):
    """What waits for a thread; whoever has put in a thousand gets one turn as all others do."""

    def __init__(self, most_of_one: int) -> None:
        self._most_of_one = most_of_one
        self._waiting: OrderedDict[str, deque[Item]] = OrderedDict()
        self._something = threading.Condition()
        self._closed = False

    def put(self, who: str, item: Item) -> None:
        """Let an item wait. Raises QueueFull while too many of ``who`` do, StoreError if closed."""
        with self._something:
            if self._closed:
                raise StoreError("The server is stopping.")
            own = self._waiting.setdefault(who, deque())
            if len(own) >= self._most_of_one:
                raise QueueFull("Too many requests of yours come at once.", retry_after_s=1.0)
            own.append(item)
            self._something.notify()

    def take(self, most: int) -> list[Item]:
        """Wait for items and return some, one of each in turn; none once closed and empty."""
        with self._something:
            while not self._waiting and not self._closed:
                self._something.wait()
            taken: list[Item] = []
            while self._waiting and len(taken) < most:
                who, own = self._waiting.popitem(last=False)
                taken.append(own.popleft())
                if own:
                    self._waiting[who] = own
            return taken

    def close(self) -> None:
        """Let nothing more wait; what does can still be taken."""
        with self._something:
            self._closed = True
            self._something.notify_all()

    def __len__(self) -> int:
        """Return how many items wait."""
        with self._something:
            return sum(map(len, self._waiting.values()))
