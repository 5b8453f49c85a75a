"""The first picture of a released output, small: what galleries show."""

import os
from pathlib import Path
from typing import Final

from cleardance.clearance.cached import forget_files
from cleardance.clearance.service import Service
from cleardance.clearance.serving import refuse_removed, released_file
from cleardance.errors import Removed
from cleardance.store.failures import os_failures

WIDTH_PX: Final = 480
_QUALITY: Final = 78


def poster_of(service: Service, task_id: str) -> Path:
    """Return a JPEG of an output's first picture, made at first use and kept in the home's cache.

    Raises as ``released_file``: an output that was removed has no picture either.
    """
    file = released_file(service, task_id)
    place = service.store.home.cache / "posters" / f"{file.sha256}.jpg"
    if not place.exists():
        with os_failures(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(_jpeg(file.path, still=file.media_type == "image/png"))
            part.replace(place)
    try:
        with service.store.read() as session:
            refuse_removed(session, task_id)  # again: making the picture took its time
    except Removed:
        forget_files(service.store, [file.sha256])
        raise
    return place


def _jpeg(path: Path, *, still: bool) -> bytes:
    import cv2

    from cleardance.media import read_image, sample_frames

    pixels = read_image(path) if still else next(iter(sample_frames(path, per_second=1.0)))[1]
    height, width = pixels.shape[:2]
    size = WIDTH_PX, round(WIDTH_PX * height / width)
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    done, jpeg = cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done
    return jpeg.tobytes()
