"""Work on media from strangers, in processes aside: a decoder that dies takes nobody with it.

Each process opens the home once and keeps its indexes. There are few, and an account has at most
two requests there at a time, so that nobody's files keep others waiting for long.
"""

import asyncio
import multiprocessing
import os
from asyncio import CancelledError
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from cleardance.clearance.service import Service, open_service
from cleardance.errors import CleardanceError, UnreadableMedia
from cleardance.server.errors import Overloaded

P = ParamSpec("P")
T = TypeVar("T")

PROCESSES = 2
MOST_OF_ONE_ACCOUNT = 2
MOST_WAITING = 64
_NICE = 5


@dataclass(frozen=True)
class _Raised:
    """An error of ours on its way between processes, where only its attributes survive."""

    kind: type[CleardanceError]
    attributes: dict[str, Any]

    def error(self) -> CleardanceError:
        error = self.kind.__new__(self.kind)
        Exception.__init__(error, self.attributes["message"])
        vars(error).update(self.attributes)
        return error


class Aside:
    """The processes of one server."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._pool: ProcessPoolExecutor | None = None
        self._busy: Counter[str] = Counter()

    async def run(
        self,
        account_id: str,
        work: Callable[Concatenate[Service, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Call ``work(service, …)`` in a process aside and return what it returns.

        Raises what it raises; UnreadableMedia if the process died of it, Overloaded while the
        account, or everybody together, has too much there.
        """
        with self._place(account_id):
            try:
                done = await self._call(self._started(), work, *args, **kwargs)
            except BrokenProcessPool:
                # Whoever was there dies together: only alone is it seen who did it.
                self._pool = None
                done = await self._alone(work, *args, **kwargs)
        if isinstance(done, _Raised):
            raise done.error()
        return done

    async def warm(self, work: Callable[[Service], None]) -> None:
        """Start one process and let it do ``work``, so that the first file need not wait."""
        with suppress(BrokenProcessPool, CancelledError):
            await self._call(self._started(), work)

    def close(self) -> None:
        """End the processes; what is under way there is dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    @contextmanager
    def _place(self, account_id: str) -> Iterator[None]:
        if self._busy[account_id] >= MOST_OF_ONE_ACCOUNT or self._busy.total() >= MOST_WAITING:
            raise Overloaded("Too many files of yours are being looked at; wait for some to end.")
        self._busy[account_id] += 1
        try:
            yield
        finally:
            self._busy[account_id] -= 1
            if not self._busy[account_id]:
                del self._busy[account_id]

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = _pool(self._home, PROCESSES)
        return self._pool

    async def _alone(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> T | _Raised:
        with _pool(self._home, 1) as pool:
            try:
                return await self._call(pool, work, *args, **kwargs)
            except BrokenProcessPool:
                raise UnreadableMedia("The file ended the decoder that looked at it.") from None

    async def _call(
        self, pool: ProcessPoolExecutor, work: Callable[..., T], *args: Any, **kwargs: Any
    ) -> T | _Raised:
        future = pool.submit(_work, work, args, kwargs)
        return await asyncio.wrap_future(future)


def _pool(home: Path, processes: int) -> ProcessPoolExecutor:
    # Spawned: a copy of this process would have its threads' locks, held by nobody.
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, spawn, initializer=_open, initargs=(home,))


_opened: list[Service] = []
_open_for_good = ExitStack()


def _open(home: Path) -> None:
    os.nice(_NICE)  # what answers people goes before
    _opened.append(_open_for_good.enter_context(open_service(home)))


def _work(work: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T | _Raised:
    try:
        return work(_opened[0], *args, **kwargs)
    except CleardanceError as error:
        return _Raised(type(error), {**vars(error), "message": error.message})
