"""The process that carries tasks: one at a time, for the worker that started it, and no longer."""

import resource
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from cleardance.clearance import flow
from cleardance.clearance.leases import Lease, fenced
from cleardance.clearance.mortality import die_with
from cleardance.clearance.previews import Previews
from cleardance.clearance.progress import Watch
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.tasks import Step, tell
from cleardance.errors import CleardanceError, LeaseLost
from cleardance.rights.snapshot import current

PROGRESS_EVERY_S = 1.0


@dataclass(frozen=True)
class Ready:
    """All is loaded; a task can be handed over."""


@dataclass(frozen=True)
class Done:
    """A task has ended, waits for a person, or is somebody else's now."""

    lease: Lease


@dataclass(frozen=True)
class Blocked:
    """A task can go on later: no fault of its own holds it up."""

    lease: Lease
    code: str
    message: str


def run(pipe: Connection, home: Path, parent: int, memory_bytes: int | None) -> None:
    """Carry the tasks that come through ``pipe`` until it closes."""
    die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker is told as well, and tells us
    if memory_bytes is not None:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    with open_service(home) as service:
        _warm(service)
        pipe.send(Ready())
        while True:
            try:
                lease = pipe.recv()
            except EOFError:
                return
            pipe.send(carry(service, lease))


def carry(service: Service, lease: Lease) -> Done | Blocked:
    """Go on with a task until it ends; raises nothing that is not a defect."""
    ours = fenced(service, lease)
    try:
        with Previews(ours, lease.task_id) as preview:
            flow.go_on(ours, lease.task_id, Watch(_Telling(ours, lease.task_id), preview))
    except LeaseLost:
        return Done(lease)
    except CleardanceError as error:
        return Blocked(lease, error.code, error.message)
    return Done(lease)


class _Telling:
    """Stores progress as events, not more often than anybody would look."""

    def __init__(self, service: Service, task_id: str) -> None:
        self._service, self._task_id = service, task_id
        self._told_s = time.monotonic()

    def __call__(self, step: Step, fraction: float) -> None:
        begins = step is Step.GENERATE and fraction == 0.0
        is_due = time.monotonic() - self._told_s >= PROGRESS_EVERY_S
        if not begins and not (is_due and 0.0 < fraction < 1.0):
            return
        self._told_s = time.monotonic()
        body = {"step": step.value, "name": step.name.lower(), "fraction": round(fraction, 3)}
        with self._service.store.begin() as session:
            tell(session, self._task_id, "progress", body)


def _warm(service: Service) -> None:
    """Load what every task needs, so that none waits for it."""
    for module in ("clearance.making", "clearance.releasing", "generate.backends.draft"):
        import_module(f"cleardance.{module}")
    current(service.store)
    for part in ("matchers", "watermark", "authority"):
        with suppress(CleardanceError):  # the task that needs it will say what is wrong
            getattr(service, part)
