"""The one path to a released video: eight steps, each committed before the next one starts.

docs/concepts/1-the-one-path.md has the table of steps and what happens when one fails.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cleardance.clearance import garbage, intake, leases, screening, serving, tasks
from cleardance.clearance.progress import StepProgress, Watch, silent
from cleardance.clearance.record import Record, record_of
from cleardance.clearance.service import Service
from cleardance.clearance.stages import AskCleared, Queued, Refused, Released
from cleardance.errors import (
    BlobDamaged,
    Cancelled,
    CleardanceError,
    LeaseLost,
    StoreError,
    TaskBusy,
    TimeStampUnavailable,
    WitnessUnavailable,
)
from cleardance.generate.backend import Preview, unseen
from cleardance.request import Request
from cleardance.store.tables import TaskStatus
from cleardance.tracing import span


def clear(
    service: Service,
    request: Request,
    destination: Path,
    progress: StepProgress = silent,
    preview: Preview = unseen,
) -> Record:
    """Take a request the whole way and return what became of it.

    ``preview`` sees the model's steps, screened by nobody: it is for the machine's operator.

    The record's status is released, denied, held, or failed with the error that ended the task.
    Raises UsageError or MediaError for a request that never became a task; StoreError (a full
    disk, say), TimeStampUnavailable or WitnessUnavailable, after which ``resume_unfinished`` goes
    on from the last committed step. Stopped by the keyboard, the task is cancelled.
    """
    watch, task_id = Watch(progress, preview), tasks.new_task_id()
    checked = intake.check(request, destination, watch, service.settings)
    with leases.holder(service.store) as holder:
        # Ours from the beginning, or a worker might take it.
        lease, columns = holder.first(task_id)
        columns |= {"status": TaskStatus.RUNNING}
        queued = intake.enqueue(service, task_id, checked, watch, columns)
        with suppress(LeaseLost), leases.working(service, holder, lease) as ours:
            _carry(ours, queued, watch)
    return record_of(service, task_id)


def resume_unfinished(service: Service, progress: StepProgress = silent) -> Iterator[Record]:
    """Finish every task that no living process works on; yield what became of each.

    A task that cannot go on yet (its destination is gone, say) does not hold up the others: the
    first error of that kind is raised at the end.
    """
    garbage.collect(service)
    leases.reap(service.store)
    blocked: list[CleardanceError] = []
    with leases.holder(service.store) as holder:
        for task_id in tasks.unfinished(service.store):
            try:
                _take_up(service, holder, task_id, progress)
            except TaskBusy:
                continue
            except CleardanceError as error:
                blocked.append(error)
            yield record_of(service, task_id)
    if blocked:
        raise blocked[0]


def resume(service: Service, task_id: str, progress: StepProgress = silent) -> Record:
    """Finish one task, interrupted or released by a reviewer; return what became of it.

    One that has ended, or waits for a person, is left as it is. Raises NotFound, TaskBusy if a
    living process works on it, and what ``clear`` raises.
    """
    leases.reap(service.store)
    with leases.holder(service.store) as holder:
        _take_up(service, holder, task_id, progress)
    return record_of(service, task_id)


def _take_up(service: Service, holder: leases.Holder, task_id: str, progress: StepProgress) -> None:
    with service.store.begin() as session:
        lease = holder.take(session, task_id)
    with leases.working(service, holder, lease) as ours:
        go_on(ours, task_id, Watch(progress))


def go_on(service: Service, task_id: str, watch: Watch) -> None:
    """Finish one task from its last committed step; ``service`` is fenced by a lease on it.

    Returns when it has ended, or waits for a person. Raises what ``clear`` raises.
    """
    with service.store.read() as session:
        finished = not tasks.is_unfinished(session, task_id)
    if finished:  # by its own process, between our looking and our locking
        return
    if service.task(task_id).status is TaskStatus.RELEASED:  # logged, but not yet in its place
        from cleardance.clearance.releasing import hand_over

        with _marking_failures(service, task_id):
            hand_over(service, task_id)
    else:
        _carry(service, intake.reload(service, task_id), watch)


def _carry(service: Service, queued: Queued, watch: Watch) -> None:
    """Steps 3 to 8. Each step finds out by itself whether it was done before."""
    with span("task", task=queued.task_id), _marking_failures(service, queued.task_id):
        ask = screening.screen_ask(service, queued, watch)
        if isinstance(ask, AskCleared):
            _make(service, ask, watch)
    tasks.save_timings(service.store, queued.task_id, watch.seconds)


@contextmanager
def _marking_failures(service: Service, task_id: str) -> Iterator[None]:
    """End the task as failed when a step fails for good; let only what can go on later out."""
    try:
        yield
    except CleardanceError as error:
        if _can_go_on_later(error):
            raise
        tasks.fail(service.store, task_id, error)
    except KeyboardInterrupt:
        if service.task(task_id).status is not TaskStatus.RELEASED:  # what is logged is kept to
            tasks.fail(service.store, task_id, Cancelled("Stopped from the keyboard."))
        raise
    except Exception as error:
        tasks.fail(service.store, task_id, CleardanceError(f"This is a defect: {error!r}"))
        logging.getLogger(__name__).exception("Task %s failed by a defect", task_id)


def _can_go_on_later(error: CleardanceError) -> bool:
    """Whether it is not the task's fault: it can go on once there is space again, say."""
    waits = isinstance(error, StoreError | TimeStampUnavailable | WitnessUnavailable)
    return waits and not isinstance(error, BlobDamaged)


def _make(service: Service, ask: AskCleared, watch: Watch) -> Released | Refused:
    # What a refused prompt never needs, and should not wait for, is imported only now.
    from cleardance.clearance import making, releasing

    with service.store.read() as session:  # before a model works for nothing
        serving.refuse_removed(session, ask.queued.task_id)
    generated = making.generate(service, ask, watch)
    while True:
        sealed_before = service.task(generated.task_id).sealed_blob
        cleared = screening.screen_generated(service, generated, watch)
        if isinstance(cleared, Refused):
            garbage.discard(service, sealed_before)
            return cleared
        output = releasing.seal_output(service, cleared, watch)
        released = releasing.release(service, output, watch)
        if released is not None:  # None: the registry has moved since, so look again
            return released
