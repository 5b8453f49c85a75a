"""Going on from what was made: the last picture of an output begins the next one."""

from collections import deque
from pathlib import Path

from cleardance.clearance.service import Service
from cleardance.clearance.serving import released_file


def write_last_frame(service: Service, task_id: str, path: Path) -> None:
    """Write the last picture of a released output as a PNG. Raises as ``released_file``."""
    from cleardance.media import read_image, read_video, write_png

    file = released_file(service, task_id)
    if file.media_type == "image/png":
        write_png(path, read_image(file.path))
    else:
        write_png(path, deque(read_video(file.path).frames, maxlen=1).pop())
