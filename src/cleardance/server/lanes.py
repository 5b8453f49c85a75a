"""So many threads for each account, so that one that asks for much leaves some to the others."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import anyio
import anyio.to_thread

from cleardance.server.errors import Overloaded

T = TypeVar("T")

MOST_THREADS = 4
MOST_WAITING = 1_000


class Lanes:
    """Who uses threads now, and who waits for one; by account, or by whatever names the asker."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._lanes: dict[str, tuple[anyio.Semaphore, int]] = {}

    async def run(self, who: str, work: Callable[[], T]) -> T:
        """Call ``work`` in a thread, when it is the turn of ``who``. Raises Overloaded."""
        async with self.place(who):
            return await anyio.to_thread.run_sync(work)

    @asynccontextmanager
    async def place(self, who: str) -> AsyncIterator[None]:
        """Hold one of the places of ``who``; Overloaded if too many wait for one already."""
        lane, users = self._lanes.get(who) or (anyio.Semaphore(MOST_THREADS), 0)
        if users >= self._most_waiting:
            raise Overloaded("Too many requests of yours are under way; wait for some to end.")
        self._lanes[who] = lane, users + 1
        try:
            async with lane:
                yield
        finally:
            lane, users = self._lanes[who]
            if users == 1:
                del self._lanes[who]
            else:
                self._lanes[who] = lane, users - 1
