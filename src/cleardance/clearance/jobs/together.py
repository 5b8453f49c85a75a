"""Many requests that come in at once, stored with one commit: the disk is waited for together.

One thread stores, and takes what has gathered while it stored before. Accounts take turns in what
it takes, so that one that sends thousands holds up nobody else's next request for longer than a
transaction.
"""

import logging
import time
from collections.abc import Callable, Sequence

from sqlalchemy.exc import InterfaceError, OperationalError

from cleardance.clearance.jobs.admitting import Outcome, Room, admit_all
from cleardance.clearance.jobs.incoming import Incoming
from cleardance.clearance.jobs.turns import Promise, Settled, Turns, settle
from cleardance.clearance.service import Service
from cleardance.errors import CleardanceError

MOST_AT_ONCE = 64
MOST_WAITING = 512
"""Requests of one account that may wait here to be stored; more are told to come again."""
_COUNTED_FOR_S = 0.25
_log = logging.getLogger(__name__)

_Waiting = tuple[Incoming, Promise[Outcome]]


class Together:
    """What waits to be stored. ``run`` stores it, in one thread of a process.

    ``hand_over`` is called with what became of all that one transaction stored.
    """

    def __init__(
        self, service: Service, hand_over: Callable[[Settled[Outcome]], object] = settle
    ) -> None:
        self._service, self._hand_over = service, hand_over
        self._waiting: Turns[_Waiting] = Turns(MOST_WAITING)
        self._room: tuple[float, Room] | None = None

    def put(self, incoming: Incoming, promise: Promise[Outcome]) -> None:
        """Have a request stored; the promise is kept once that is committed.

        It gets what ``admit_all`` says, its errors raised, or StoreError. Raises QueueFull while
        too many of the account wait here, StoreError once closed.
        """
        self._waiting.put(incoming.request.account, (incoming, promise))

    @property
    def waiting(self) -> int:
        """How many requests wait to be stored."""
        return len(self._waiting)

    def run(self) -> None:
        """Store what comes, until ``close``; what came before that is stored."""
        while batch := self._waiting.take(MOST_AT_ONCE):
            self._hand_over(self._stored(batch))

    def close(self) -> None:
        """Take nothing in any more."""
        self._waiting.close()

    def _stored(self, batch: Sequence[_Waiting]) -> Settled[Outcome]:
        try:
            outcomes = self._commit([incoming for incoming, _ in batch])
        except Exception as error:
            self._room = None
            return self._failed(batch, error)
        return [(done, outcome) for (_, done), outcome in zip(batch, outcomes, strict=True)]

    def _commit(self, batch: Sequence[Incoming]) -> list[Outcome]:
        with self._service.store.begin() as session:
            counted_s, room = self._room or (0.0, None)
            if room is None or time.monotonic() - counted_s > _COUNTED_FOR_S:
                room = Room.counted(session, self._service.settings)
                self._room = time.monotonic(), room
            return admit_all(session, self._service, batch, room)

    def _failed(self, batch: Sequence[_Waiting], error: Exception) -> Settled[Outcome]:
        """Tell them; what the database refused for one of them alone is no fault of the others."""
        away = isinstance(error.__cause__, OperationalError | InterfaceError)
        if len(batch) > 1 and not away:
            return [told for one in batch for told in self._stored([one])]
        if not isinstance(error, CleardanceError):
            _log.exception("A defect: %s", type(error).__name__)
        return [(done, error) for _, done in batch]
