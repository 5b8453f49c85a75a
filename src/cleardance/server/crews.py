"""Work that requests wait for, handed to one thread for all that come in at once.

A hand-over to a thread and back costs as much as a short piece of work, and each thread that is
woken takes the interpreter from those that run. So what gathered while the last piece was done is
handed over together, and so are the answers.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Generic, TypeVar

from cleardance.accounts import keys
from cleardance.accounts.limits import take_request
from cleardance.accounts.roles import Principal
from cleardance.clearance import asking
from cleardance.clearance.asking import Asked
from cleardance.clearance.jobs.admitting import Outcome
from cleardance.clearance.jobs.together import Together
from cleardance.clearance.jobs.turns import Promise, Settled, Turns, settle
from cleardance.clearance.service import Service
from cleardance.errors import CleardanceError

MOST_WAITING = 1_000
_MOST_AT_ONCE = 64

Item = TypeVar("Item")
Done = TypeVar("Done")
Work = Callable[[Sequence[tuple[Item, Promise[Done]]]], Settled[Done]]


class Crew(Generic[Item, Done]):
    """One thread, and what waits for it. Use it in the event loop that it was made in.

    ``work`` returns what became of which; the promises that it leaves out, others keep.
    """

    def __init__(self, name: str, work: Work[Item, Done], at_once: int = _MOST_AT_ONCE) -> None:
        self._work, self._at_once = work, at_once
        self._loop = asyncio.get_running_loop()
        self._turns: Turns[tuple[Item, Promise[Done]]] = Turns(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    async def call(self, who: str, item: Item) -> Done:
        """Return what becomes of an item, or raise it. QueueFull if too much of ``who`` waits."""
        done: asyncio.Future[Done] = self._loop.create_future()
        self._turns.put(who, (item, done))
        return await done

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Do what comes, until the end of the block."""
        self._thread.start()
        try:
            yield
        finally:
            self._turns.close()
            self._thread.join()

    def _run(self) -> None:
        while batch := self._turns.take(self._at_once):
            try:
                settled: Settled[Done] = list(self._work(batch))
            except Exception as error:  # of all of them
                settled = [(promise, error) for _, promise in batch]
            if settled:
                settle_in(self._loop, settled)


def settle_in(loop: asyncio.AbstractEventLoop, settled: Settled[Done]) -> None:
    """Tell all those who wait in an event loop, waking it once."""
    loop.call_soon_threadsafe(partial(settle, settled))


def admitting(service: Service) -> Work[str, Principal]:
    """Return what finds out who holds keys: as the database knows it after they were shown."""

    def admit(batch: Sequence[tuple[str, Promise[Principal]]]) -> Settled[Principal]:
        with service.store.read() as session:
            secrets = {secret for secret, _ in batch}
            known = keys.authenticate_all(session, secrets, datetime.now(UTC))
        return [(promise, known[secret]) for secret, promise in batch]

    return admit


def pacing(service: Service) -> Work[Principal, Principal]:
    """Return what counts requests of keys that may make so many a minute."""

    def pace(batch: Sequence[tuple[Principal, Promise[Principal]]]) -> Settled[Principal]:
        settled: list[tuple[Promise[Principal], Principal | Exception]] = []
        with service.store.begin() as session:
            now = datetime.now(UTC)
            for principal, promise in batch:
                try:
                    with session.begin_nested():  # for all the keys that bind it, or none
                        take_request(session, principal, now)
                    settled.append((promise, principal))
                except CleardanceError as error:
                    settled.append((promise, error))
        return settled

    return pace


@dataclass(frozen=True)
class Wanted:
    """A short request of somebody, as yet unread."""

    principal: Principal
    read: Callable[[], Asked]


def judging(service: Service, together: Together) -> Work[Wanted, Asked | Outcome]:
    """Return what reads short requests, judges them, and passes them on to be stored.

    What brings files is only read.
    """

    def judge(
        batch: Sequence[tuple[Wanted, Promise[Asked | Outcome]]],
    ) -> Iterator[tuple[Promise[Asked | Outcome], Asked | Exception]]:
        for wanted, promise in batch:
            try:
                asked = wanted.read()
                if asked.brings_files:
                    yield promise, asked
                else:
                    together.put(asking.prepare(service, wanted.principal, asked), promise)
            except Exception as error:
                yield promise, error

    return judge
