"""Going on from what was made: the last picture of an output begins the next one."""

from pathlib import Path

from cleardance.clearance.pictures import pixels_of
from cleardance.clearance.service import Service
from cleardance.clearance.serving import released_file


def write_last_frame(service: Service, task_id: str, path: Path) -> None:
    """Write the last picture of a released output as a PNG. Raises as ``released_file``."""
    from cleardance.media import read_image, write_png

    file = released_file(service, task_id)
    if file.media_type == "image/png":
        write_png(path, read_image(file.path))
    else:
        write_png(path, pixels_of(file.path, "last"))
