"""Small pictures of references, made at first use and kept in the home's cache."""

import os
from pathlib import Path

from cleardance.clearance.service import Service
from cleardance.errors import NotFound
from cleardance.store.failures import os_failures


def picture_of(service: Service, digest: str) -> Path:
    """Return a JPEG of a reference's first picture. Raises NotFound for a sound."""
    place = service.store.home.cache / "references" / f"{digest}.jpg"
    if not place.exists():
        with os_failures(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(_jpeg(service.store.blobs.path(digest)))
            part.replace(place)
    return place


def _jpeg(path: Path) -> bytes:
    from cleardance.media import probe
    from cleardance.rights.references import picture_frames
    from cleardance.screen.thumbnails import thumbnail

    media = probe(path).kind
    if media == "audio":
        raise NotFound("A sound has no picture.")
    _, frame = next(iter(picture_frames(path, media)))
    return thumbnail(frame)
