"""What a reviewer has to see: the pictures that wait, and what each was matched with.

They are written as PNG for the reviewer's own eyes. The media themselves stay where they are: only
what is sealed is ever handed over.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cleardance.clearance.judging import reference_frames, spread
from cleardance.clearance.review import ReviewRow
from cleardance.clearance.service import Service
from cleardance.errors import BlobDamaged, FileFailed, MediaError
from cleardance.store.tables import Stage

if TYPE_CHECKING:
    from cleardance.media import Frame

MAX_PICTURES = 24
"""So many of each kind: more would not be looked at."""


def write_pictures(service: Service, row: ReviewRow, folder: Path) -> list[Path]:
    """Write what is to be looked at into ``folder``; return the files, in order of time.

    Those at which something was found, or a few spread over all where nothing says when; and the
    registered pictures that were matched. Raises FileFailed if the folder is none, UnreadableMedia
    if what waits cannot be read, DiskFull.
    """
    from cleardance.media import write_png  # slow to import

    if not folder.is_dir():
        raise FileFailed(f"There is no folder {folder}.")
    written = []
    for name, pixels in (*_waiting(service, row), *_matched(service, row)):
        written.append(folder / f"{name}.png")
        write_png(written[-1], pixels)
    return written


def folder_of(service: Service, review_id: str) -> Path:
    """Return where the pages keep what is to be looked at in a review, while it is open."""
    return service.store.home.cache / "reviews" / review_id


def forget_pictures(service: Service, task_id: str) -> None:
    """Delete the pictures of a task that pages kept for reviewers: they are unsealed."""
    for folder in folder_of(service, "").glob(f"{task_id}.*"):
        shutil.rmtree(folder, ignore_errors=True)


def _waiting(service: Service, row: ReviewRow) -> Iterator[tuple[str, "Frame"]]:
    times = {finding.evidence.time_s for finding in row.verdict.findings} - {None}
    found = ((t, pixels) for t, pixels in _frames(service, row) if round(t, 3) in times)
    shown = list(zip(range(MAX_PICTURES), found, strict=False))
    if shown:
        yield from ((f"seen-{t:.3f}s", pixels) for _, (t, pixels) in shown)
        return
    for number, frame in enumerate(spread(_frames(service, row))):
        yield f"seen-{number}-{frame.time_s:.3f}s", frame.pixels


def _frames(service: Service, row: ReviewRow) -> Iterator[tuple[float, "Frame"]]:
    from cleardance.media import read_image, sample_keyframes

    task = service.task(row.task_id)
    if row.stage is Stage.ASK:
        yield from reference_frames(service, task.request)
    elif task.raw_blob is not None:
        path = service.store.blobs.path(task.raw_blob)
        yield from [(0.0, read_image(path))] if task.request.still else sample_keyframes(path)


def _matched(service: Service, row: ReviewRow) -> Iterator[tuple[str, "Frame"]]:
    """Yield the registered pictures, of clips the first; what is gone or sound is left out."""
    from cleardance.media import read_image

    seen = dict.fromkeys(finding.evidence.reference for finding in row.verdict.findings)
    for digest in [one for one in seen if one is not None][:MAX_PICTURES]:
        try:
            service.store.blobs.verify(digest)
            yield f"matched-{digest[:12]}", read_image(service.store.blobs.path(digest))
        except (BlobDamaged, MediaError):
            continue
