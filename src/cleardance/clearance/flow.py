"""The one path to a released video: eight steps, each committed before the next one starts.

docs/concepts/1-the-one-path.md has the table of steps and what happens when one fails.
"""

from collections.abc import Iterator
from pathlib import Path

from cleardance.clearance import intake, making, releasing, screening, tasks
from cleardance.clearance.home import Home
from cleardance.clearance.progress import StepProgress
from cleardance.clearance.record import Record
from cleardance.clearance.stages import Queued, Refused, Released
from cleardance.errors import CleardanceError, TaskBusy
from cleardance.request import Request


def clear(home: Home, request: Request, destination: Path, progress: StepProgress) -> Record:
    """Take a request the whole way and return what became of it.

    Returns a record whose status is released, denied or held. Raises the CleardanceError that
    ended the task; by then the task is marked failed, and nothing was released.
    """
    checked = intake.check(home, request, destination, progress)
    queued = intake.enqueue(home, checked, progress)
    with tasks.working_on(home, queued.task_id):
        _carry(home, queued, progress)
    return tasks.record(home, queued.task_id)


def resume_unfinished(home: Home, progress: StepProgress) -> Iterator[Record]:
    """Finish every task that no living process works on, from its last committed step."""
    home.store.blobs.sweep()
    for task_id in tasks.unfinished(home):
        try:
            with tasks.working_on(home, task_id):
                _carry(home, intake.reload(home, task_id), progress)
        except TaskBusy:
            continue
        except CleardanceError:
            pass  # the task is marked failed, and its record says why
        yield tasks.record(home, task_id)


def _carry(home: Home, queued: Queued, progress: StepProgress) -> Released | Refused:
    """Steps 3 to 8. Each step finds out by itself whether it was already done."""
    try:
        ask = screening.screen_ask(home, queued, progress)
        if isinstance(ask, Refused):
            return ask
        generated = making.generate(home, ask, progress)
        while True:
            cleared = screening.screen_output(home, generated, progress)
            if isinstance(cleared, Refused):
                return cleared
            output = releasing.seal(home, cleared, progress)
            released = releasing.release(home, output, progress)
            if released is not None:  # None: the registry moved, so look again
                return released
    except CleardanceError as error:
        tasks.fail(home, queued.task_id, error)
        raise
