"""The first and the last picture of a released video, each a signed file of its own.

They are made of the sealed video when somebody first asks, kept in the home's cache under the
video's digest, and read back before they are given to anybody: one that is not a signed picture of
this output any more is made again. An output that was removed has none.
"""

import os
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cleardance.clearance.service import Service
from cleardance.clearance.serving import ServedFile, open_output
from cleardance.errors import SealInvalid, UnreadableMedia
from cleardance.store.failures import os_failures

if TYPE_CHECKING:
    from cleardance.media import Frame

Which = Literal["first", "last"]


def open_picture(service: Service, task_id: str, which: Which) -> ServedFile:
    """Return a picture of a released output for one person to be given it, and count that.

    A still is its own. Raises as ``open_output``, and SealInvalid.
    """
    file = open_output(service, task_id)
    if file.media_type == "image/png":
        return file
    return _picture(service, task_id, file, which)


def _picture(service: Service, task_id: str, file: ServedFile, which: Which) -> ServedFile:
    from cleardance.provenance.seal import file_sha256

    place = service.store.home.cache / "pictures" / f"{file.sha256}-{which}.png"
    if not _is_of(task_id, place, service.authority.root_pem):
        _make(service, file.path, which, place)
    name = f"{Path(file.name).stem}-{which}.png"
    return replace(file, path=place, sha256=file_sha256(place), media_type="image/png", name=name)


def _is_of(task_id: str, picture: Path, root_pem: str) -> bool:
    from cleardance.provenance.verify import verify_signed

    try:
        record = verify_signed(picture, root_pem).record
    except (SealInvalid, UnreadableMedia):  # not there yet; damaged, or of keys that were replaced
        return False
    return record is not None and record.output == task_id


def _make(service: Service, video: Path, which: Which, place: Path) -> None:
    from cleardance.provenance.seal import seal_picture

    with os_failures(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f"{place.stem}.{os.getpid()}.png")
    seal_picture(video, pixels_of(video, which), part, service.authority, service.settings.origin)
    part.replace(place)


def pixels_of(video: Path, which: Which) -> "Frame":
    """Return the first or the last picture of a video."""
    from cleardance.media import read_image, read_video

    if which == "first":
        return read_image(video)
    return deque(read_video(video).frames, maxlen=1).pop()
