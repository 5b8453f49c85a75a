"""The loop that works the queue: claim, hand to a child process, kill what was cancelled.

Any number of workers, on any number of machines, share a queue. Stopping one hands back what it has
not finished; killing one does no harm: its children die with it, its leases end, and others go on
from the last committed step.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import wait
from threading import Event, Thread

from cleardance.clearance import garbage, leases, remote_jobs, tasks
from cleardance.clearance.jobs import children, ending, queue
from cleardance.clearance.jobs.child import Blocked
from cleardance.clearance.jobs.children import Child
from cleardance.clearance.leases import Holder
from cleardance.clearance.notices.executing import resume_interrupted
from cleardance.clearance.service import Service
from cleardance.errors import CleardanceError, GenerationFailed, StoreError
from cleardance.store.database import clock

LOOK_EVERY_S = 0.05
"""How long a task waits at most until an idle worker sees it; the same for what was cancelled."""
_TIDY_EVERY_S = 5.0
_SWEEP_EVERY_S = 3600.0
_RETRY_AFTER_S = 15.0
_log = logging.getLogger(__name__)


def work(
    service: Service, slots: int, stop: Event, *, until_empty: bool = False, grace_s: float = 30.0
) -> None:
    """Work the queue with ``slots`` child processes until ``stop`` is set.

    Then what runs may go on for ``grace_s``; what has not ended is handed back. ``until_empty``
    returns once nothing waits and nothing runs. A database that is away is waited for.
    """
    with leases.holder(service.store) as holder, _forgetting(service):
        loop = _Loop(service, holder, slots)
        try:
            while not stop.is_set() and not (until_empty and loop.is_done()):
                loop.turn()
            deadline_s = time.monotonic() + grace_s
            while loop.is_busy() and time.monotonic() < deadline_s:
                loop.turn(claims=False)
        finally:
            loop.close()


@contextmanager
def _forgetting(service: Service) -> Iterator[None]:
    """Have other servers delete what they made for us, if there are any, while we work."""
    stop = Event()
    thread = Thread(target=remote_jobs.keep_forgetting, args=(service, stop), daemon=True)
    if service.settings.upstreams:
        thread.start()
    try:
        yield
    finally:
        stop.set()  # not waited for: it may be asking a server that is slow


class _Loop:
    """One worker: its children, and when it last looked after what."""

    def __init__(self, service: Service, holder: Holder, slots: int) -> None:
        self._service, self._holder = service, holder
        self._memory_bytes = service.settings.worker_memory_mb and (
            service.settings.worker_memory_mb * 2**20
        )
        # A file that goes to a folder goes to one of this machine: with a database of its own, the
        # tasks that say so were asked for here.
        self._delivers = service.settings.database_url is None
        self._children = [self._start() for _ in range(slots)]
        self._due_s: dict[str, float] = {}
        self._resuming: Thread | None = None

    def turn(self, *, claims: bool = True) -> None:
        """Do what is to be done now, and wait a moment for something to happen."""
        try:
            self._now_and_then("tidy", _TIDY_EVERY_S, self._tidy)
            self._now_and_then("sweep", _SWEEP_EVERY_S, lambda: garbage.collect(self._service))
            if self.is_busy():
                self._kill_what_is_not_ours()
            if claims:
                self._claim()
            self._listen()
        except StoreError as error:
            _log.warning("The store failed, trying again: %s", error.message)
            time.sleep(1.0)

    def is_busy(self) -> bool:
        """Whether any child carries a task."""
        return any(one.lease for one in self._children)

    def is_done(self) -> bool:
        """Whether nothing runs here and nothing waits."""
        return not self.is_busy() and not queue.is_waiting(
            self._service.store, delivers=self._delivers
        )

    def close(self) -> None:
        """Kill the children; the tasks that they carried go back with the holder's leases."""
        for one in self._children:
            one.kill()

    def _start(self) -> Child:
        return children.start(self._service.settings.home, self._memory_bytes)

    def _now_and_then(self, name: str, every_s: float, what: Callable[[], None]) -> None:
        if time.monotonic() >= self._due_s.get(name, 0.0):
            self._due_s[name] = time.monotonic() + every_s
            what()

    def _tidy(self) -> None:
        leases.reap(self._service.store)
        ending.expire_due(self._service)
        if self._resuming is None or not self._resuming.is_alive():
            # Beside us, as it may take long; it is durable, so that nothing waits for its end.
            self._resuming = Thread(target=self._resume_notices, name="notices", daemon=True)
            self._resuming.start()

    def _resume_notices(self) -> None:
        try:
            for done in resume_interrupted(self._service):
                _log.warning("Notice %s was interrupted; it is executed now", done.notice_id)
        except CleardanceError as error:
            _log.warning("A notice cannot be executed yet: %s", error.message)

    def _kill_what_is_not_ours(self) -> None:
        """Its task was cancelled, has expired, or somebody took us for dead."""
        held = self._holder.held()
        for at, one in enumerate(self._children):
            if one.lease is not None and one.lease not in held:
                one.answer()  # unless it has just finished
                if one.lease is not None:
                    self._replace(at)

    def _claim(self) -> None:
        limits, store = self._service.settings.max_running, self._service.store
        for one in self._children:
            if not one.is_idle or not queue.is_waiting(store, delivers=self._delivers):
                continue
            claimed = queue.claim(store, self._holder, limits, delivers=self._delivers)
            if claimed is None:
                return
            if claimed.deaths >= self._service.settings.max_deaths:
                self._give_up(claimed)
            else:
                one.carry(claimed.lease)

    def _give_up(self, claimed: queue.Claimed) -> None:
        lease = claimed.lease
        with leases.working(self._service, self._holder, lease) as ours:
            message = f"{claimed.deaths} processes died while they worked on it."
            tasks.fail(ours.store, lease.task_id, GenerationFailed(message))

    def _listen(self) -> None:
        wait([one.pipe for one in self._children], timeout=LOOK_EVERY_S)
        for at, one in enumerate(self._children):
            lease = one.lease
            try:
                said = one.answer()
            except EOFError:
                self._bury(at)
                continue
            if isinstance(said, Blocked):
                self._put_off(said)
            elif lease is not None and one.lease is None:
                self._holder.give_back(lease)

    def _bury(self, at: int) -> None:
        lost = self._children[at]
        how = lost.died_of()
        _log.warning("A child process died (%s) with %s", how, lost.lease or "no task")
        lease = lost.lease
        self._replace(at)
        if lease is not None:
            self._holder.give_back(lease, died=True)

    def _replace(self, at: int) -> None:
        self._children[at].kill()
        self._service.store.blobs.sweep()  # what it was writing
        self._children[at] = self._start()

    def _put_off(self, said: Blocked) -> None:
        _log.warning("Task %s waits: %s [%s]", said.lease.task_id, said.message, said.code)
        with self._service.store.read() as session:
            later = clock(session) + timedelta(seconds=_RETRY_AFTER_S)
        self._holder.give_back(said.lease, not_before=later)
