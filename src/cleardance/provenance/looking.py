"""Looking for marks in a file: in its pictures and in its sound, as far as it can be read."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from cleardance.errors import CleardanceError
from cleardance.media import Frame, Limits, Samples, probe, read_sound, sample_frames

from .watermark import NOTHING, Detection, NoWatermark, Watermark

_FRAMES_PER_SECOND = 4.0  # enough to average content out; more only costs time


def look(path: Path, watermark: Watermark, issued: Sequence[int], limits: Limits) -> Detection:
    """Return what marks a file carries; what cannot be read is its `Detection.problem`.

    ``issued`` are the ledger indices that outputs carry, oldest first. Never raises for what is
    in the file.
    """
    if type(watermark) is NoWatermark:
        return NOTHING
    problems: list[str] = []
    picture = watermark.detect(_frames(path, limits, problems), issued)
    sound = _sound(path, watermark, issued, limits, problems)
    return replace(_together(picture, sound), problem="; ".join(dict.fromkeys(problems)) or None)


def _frames(path: Path, limits: Limits, problems: list[str]) -> Iterator[Frame]:
    """Yield frames as far as the file can be read."""
    try:
        for _, frame in sample_frames(path, limits, _FRAMES_PER_SECOND):
            yield frame
    except CleardanceError as error:
        problems.append(str(error))


def _sound(
    path: Path, watermark: Watermark, issued: Sequence[int], limits: Limits, problems: list[str]
) -> Detection:
    try:
        if not probe(path, limits).has_audio:
            return NOTHING
    except CleardanceError as error:
        problems.append(str(error))
        return NOTHING
    return watermark.detect_sound(lambda: _blocks(path, limits, problems), issued)


def _blocks(path: Path, limits: Limits, problems: list[str]) -> Iterator[Samples]:
    """Yield sound as far as the file can be read."""
    try:
        yield from read_sound(path, limits)
    except CleardanceError as error:
        problems.append(str(error))


def _together(picture: Detection, sound: Detection) -> Detection:
    """Return one finding: the picture's entry first, ours before another deployment's."""
    found = [
        replace(mark, where=(where,))
        for mark, where in ((picture, "picture"), (sound, "sound"))
        if mark.found
    ]
    found.sort(key=lambda mark: mark.deployment is not None)
    if not found:
        return NOTHING
    first, *rest = found
    for mark in rest:
        if mark.deployment == first.deployment:
            further = (mark.ledger_index, *mark.also)
            also = {*first.also, *(index for index in further if index is not None)}
            first = replace(
                first,
                where=first.where + mark.where,
                also=tuple(sorted(also - {first.ledger_index})),
            )
    return first
