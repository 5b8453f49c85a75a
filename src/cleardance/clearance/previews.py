"""Small pictures of what is being made, screened before its requester sees them.

They are the only pictures that leave before they are sealed, so they are no larger than a
thumbnail, kept only while the task is being made, and each is screened as outputs are: one that is
not clear ends them for its task (docs/decisions/0011).
"""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cleardance.clearance.service import Service
from cleardance.clearance.serving import refuse_removed
from cleardance.errors import CleardanceError, NotFound
from cleardance.rights.licence import Use
from cleardance.rights.snapshot import current
from cleardance.screen.matching import Footage
from cleardance.screen.output import screen_output
from cleardance.store.tables import TaskStatus
from cleardance.verdict import Decision

if TYPE_CHECKING:  # FFmpeg comes with it
    from cleardance.media import Frame

WIDTH_PX: Final = 240
EVERY_S: Final = 2.0
_QUALITY: Final = 70


class Previews:
    """A ``Preview`` that keeps the newest clear picture of one task; used as a context."""

    def __init__(self, service: Service, task_id: str, every_s: float = EVERY_S) -> None:
        self._service, self._task_id, self._every_s = service, task_id, every_s
        self._place = _place(service, task_id)
        self._ended = service.judge is not None  # it is asked of whole outputs only
        self._shown_s = -every_s

    def __enter__(self) -> "Previews":
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._place.parent, ignore_errors=True)

    def __call__(self, step: int, steps: int, frame: "Frame") -> None:
        """Show a frame [H, W, 3] to the requester, if it is time for one and it is clear.

        Raises OSError where nothing can be written, which is no reason to stop the work.
        """
        if self._ended or time.monotonic() - self._shown_s < self._every_s:
            return
        if self._is_clear(frame):
            self._keep(frame)
        else:
            self._ended = True
            self.__exit__()
        self._shown_s = time.monotonic()  # screening takes time, too

    def _is_clear(self, frame: "Frame") -> bool:
        service = self._service
        try:
            account = service.task(self._task_id).request.account
            with service.store.read() as session:
                asker = service.asker(session, account, datetime.now(UTC)).asking(Use.OUTPUT)
            footage, registry = Footage([(0.0, frame)]), current(service.store)
            screened = screen_output(footage, registry, service.matchers, asker=asker)
        except CleardanceError:
            return False  # what could not be looked at is not shown
        return screened.verdict.decision is Decision.CLEAR

    def _keep(self, frame: "Frame") -> None:
        import cv2

        height, width = frame.shape[:2]
        size = WIDTH_PX, max(1, round(WIDTH_PX * height / width))
        small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        done, jpeg = cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        assert done
        self._place.parent.mkdir(exist_ok=True)
        part = self._place.with_suffix(".part")
        part.write_bytes(jpeg.tobytes())
        part.replace(self._place)


def preview_of(service: Service, task_id: str) -> Path:
    """Return the newest preview of a task that is being made.

    Raises NotFound if there is none, Removed if a notice has stopped the task.
    """
    with service.store.read() as session:
        refuse_removed(session, task_id)
    place = _place(service, task_id)
    if service.task(task_id).status is not TaskStatus.RUNNING or not place.exists():
        raise NotFound(f"There is no preview of task {task_id}.")
    return place


def _place(service: Service, task_id: str) -> Path:
    return service.store.home.work / f"{task_id}-preview" / "newest.jpg"
