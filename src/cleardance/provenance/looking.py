"""Looking for marks in a file: in its pictures and in its sound, as far as it can be read."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf
from pathlib import Path

from cleardance.errors import CleardanceError
from cleardance.media import Frame, Limits, Samples, probe, read_sound, sample_frames
from cleardance.media.output import SAMPLE_RATE_HZ

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
    """Yield frames as far as the file can be read, and no further than the limit."""
    try:
        for time_s, frame in sample_frames(path, _whole(limits), _FRAMES_PER_SECOND):
            if time_s > limits.max_duration_s:
                problems.append(_too_long(path, limits))
                return
            yield frame
    except CleardanceError as error:
        problems.append(str(error))


def _sound(
    path: Path, watermark: Watermark, issued: Sequence[int], limits: Limits, problems: list[str]
) -> Detection:
    try:
        if not probe(path, _whole(limits)).has_audio:
            return NOTHING
    except CleardanceError as error:
        problems.append(str(error))
        return NOTHING
    return watermark.detect_sound(lambda: _blocks(path, limits, problems), issued)


def _blocks(path: Path, limits: Limits, problems: list[str]) -> Iterator[Samples]:
    """Yield sound as far as the file can be read, and no further than the limit."""
    left = round(limits.max_duration_s * SAMPLE_RATE_HZ)
    try:
        for block in read_sound(path, _whole(limits)):
            if left <= 0:
                problems.append(_too_long(path, limits))
                return
            left -= len(block)
            yield block
    except CleardanceError as error:
        problems.append(str(error))


def _whole(limits: Limits) -> Limits:
    """Return limits that do not refuse a long file: its beginning is looked at."""
    return replace(limits, max_duration_s=inf, max_frames=sys.maxsize)


def _too_long(path: Path, limits: Limits) -> str:
    return f"{path.name} lasts more than {limits.max_duration_s:g} s, later is not looked at"


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
