"""What became of a file since it was released: compared with the released file itself."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.errors import MediaError
from cleardance.media import DEFAULT_LIMITS, Limits, Probe, probe, read_image, sample_frames

_SIDE_PX = 48  # pictures are compared this small: re-encoding does not count, edits do
_SAME = 6.0  # mean difference of luma, 0 to 255, up to which pictures look the same
_MOMENTS_PER_SECOND = 8.0
_LOOKED_AT = 12  # sampled pictures, from the start


def changes(found: Path, released: Path, limits: Limits = DEFAULT_LIMITS) -> tuple[str, ...]:
    """Return what differs, in words, each for itself; empty if nothing that we look at does.

    Container, codecs, size, duration, frame rate and sound are compared by their headers;
    pictures shrunk to 48 pixels, at up to 12 moments. Never raises for a damaged ``found``: that
    is one of the changes. Raises MediaError if the released file cannot be read.
    """
    was = probe(released, limits)
    try:
        now = probe(found, limits)
        return (*_header_changes(now, was), *_picture_changes(found, released, now, was, limits))
    except MediaError as error:
        return (f"it can no longer be read whole: {error.message}",)


def _header_changes(now: Probe, was: Probe) -> Iterator[str]:
    if now.kind != was.kind:
        yield f"it is {_a(now.kind)}; {_a(was.kind)} was released"
    elif now.container != was.container:
        yield f"the container is {now.container}, not {was.container}"
    size_now, size_was = (now.width_px, now.height_px), (was.width_px, was.height_px)
    if size_now != size_was:
        yield f"the picture is {_by(size_now)} pixels, not {_by(size_was)}"
    if now.kind != was.kind:
        return
    if abs(now.duration_s - was.duration_s) > 0.1:
        yield f"it lasts {now.duration_s:.1f} s, not {was.duration_s:.1f} s"
    if abs(now.fps - was.fps) > 0.01:
        yield f"it has {now.fps:g} frames a second, not {was.fps:g}"
    if now.has_audio != was.has_audio:
        yield "sound was added" if now.has_audio else "the sound was removed"
    codecs_now, codecs_was = _codecs(now), _codecs(was)
    if codecs_now != codecs_was:
        yield f"it is encoded as {codecs_now}, not {codecs_was}"


def _picture_changes(
    found: Path, released: Path, now: Probe, was: Probe, limits: Limits
) -> Iterator[str]:
    if "audio" in (now.kind, was.kind):
        return
    if (now.kind, was.kind) == ("image", "video"):
        yield from _moment(found, released, limits)
    if now.kind != was.kind:
        return
    if abs(now.duration_s - was.duration_s) > 0.1 or abs(now.fps - was.fps) > 0.01:
        return  # moments no longer correspond
    pairs = zip(sample_frames(found, limits), sample_frames(released, limits), strict=False)
    for number, ((time_s, ours), (_, theirs)) in enumerate(pairs):
        if number >= _LOOKED_AT:
            break
        if float(np.abs(_small(ours) - _small(theirs)).mean()) > _SAME:
            yield f"the picture at {time_s:.1f} s looks different"
            return
    yield "the pictures look as they did"


def _moment(found: Path, released: Path, limits: Limits) -> Iterator[str]:
    """Say of which moment a picture is, if the whole frame is in it."""
    picture = _small(read_image(found, limits))
    frames = sample_frames(released, limits, _MOMENTS_PER_SECOND)
    far = ((float(np.abs(_small(frame) - picture).mean()), time_s) for time_s, frame in frames)
    difference, time_s = min(far)
    if difference <= _SAME:
        yield f"it looks like the picture at {time_s:.1f} s"


def _small(frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return luma of [48, 48], float32 in 0 to 255."""
    shrunk = cv2.resize(frame, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(shrunk, cv2.COLOR_RGB2GRAY), np.float32)


def _a(kind: str) -> str:
    return "a sound" if kind == "audio" else "an image" if kind == "image" else f"a {kind}"


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"


def _codecs(header: Probe) -> str:
    return " and ".join(stream.codec or "something unknown" for stream in header.streams)
