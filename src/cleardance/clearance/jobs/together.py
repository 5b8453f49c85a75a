"""Many requests that come in at once, stored with one commit: the disk is waited for together.

One thread stores, and takes what has gathered while it stored before. Accounts take turns in what
it takes, so that one that sends thousands holds up nobody else's next request for longer than a
transaction.
"""

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from concurrent.futures import Future

from sqlalchemy.exc import InterfaceError, OperationalError

from cleardance.clearance.jobs.admitting import Outcome, Room, admit_all
from cleardance.clearance.jobs.incoming import Incoming
from cleardance.clearance.service import Service
from cleardance.errors import CleardanceError, QueueFull, StoreError

MOST_AT_ONCE = 64
MOST_WAITING = 512
"""Requests of one account that may wait here to be stored; more are told to come again."""
_COUNTED_FOR_S = 0.25
_log = logging.getLogger(__name__)

_Waiting = tuple[Incoming, "Future[Outcome]"]


class Together:
    """What waits to be stored. ``run`` stores it, in one thread of a process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting: OrderedDict[str, deque[_Waiting]] = OrderedDict()
        self._something = threading.Condition()
        self._closed = False
        self._room: tuple[float, Room] | None = None

    def put(self, incoming: Incoming) -> "Future[Outcome]":
        """Have a request stored; the future is done once that is committed.

        Its result is as of ``admit_all``; it raises StoreError. Raises QueueFull while too many of
        the account wait here.
        """
        done: Future[Outcome] = Future()
        with self._something:
            if self._closed:
                raise StoreError("The server is stopping.")
            own = self._waiting.setdefault(incoming.request.account, deque())
            if len(own) >= MOST_WAITING:
                raise QueueFull("Too many requests of yours come at once.", retry_after_s=1.0)
            own.append((incoming, done))
            self._something.notify()
        return done

    @property
    def waiting(self) -> int:
        """How many requests wait to be stored."""
        with self._something:
            return sum(map(len, self._waiting.values()))

    def run(self) -> None:
        """Store what comes, until ``close``; what came before that is stored."""
        while batch := self._next():
            self._store(batch)

    def close(self) -> None:
        """Take nothing in any more."""
        with self._something:
            self._closed = True
            self._something.notify()

    def _next(self) -> list[_Waiting]:
        """Wait for requests and return some, one of each account in turn; none once closed."""
        with self._something:
            while not self._waiting and not self._closed:
                self._something.wait()
            batch: list[_Waiting] = []
            while self._waiting and len(batch) < MOST_AT_ONCE:
                name, own = self._waiting.popitem(last=False)
                batch.append(own.popleft())
                if own:
                    self._waiting[name] = own
            return batch

    def _store(self, batch: Sequence[_Waiting]) -> None:
        try:
            outcomes = self._commit([incoming for incoming, _ in batch])
        except Exception as error:
            self._room = None
            self._fail(batch, error)
            return
        for (_, done), outcome in zip(batch, outcomes, strict=True):
            done.set_result(outcome)

    def _commit(self, batch: Sequence[Incoming]) -> list[Outcome]:
        with self._service.store.begin() as session:
            counted_s, room = self._room or (0.0, None)
            if room is None or time.monotonic() - counted_s > _COUNTED_FOR_S:
                room = Room.counted(session, self._service.settings)
                self._room = time.monotonic(), room
            return admit_all(session, self._service, batch, room)

    def _fail(self, batch: Sequence[_Waiting], error: Exception) -> None:
        """Tell them; what the database refused for one of them alone is no fault of the others."""
        away = isinstance(error.__cause__, OperationalError | InterfaceError)
        if len(batch) > 1 and not away:
            for one in batch:
                self._store([one])
            return
        if not isinstance(error, CleardanceError):
            _log.exception("A defect: %s", type(error).__name__)
        for _, done in batch:
            done.set_exception(error)
