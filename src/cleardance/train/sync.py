"""Whether contacts are heard when they are seen: from pictures and sound alone, made or real.

A subject under a still camera is what differs from the median of a clip's frames; it touches the
ground when its lowest point has come down and goes up again. What is heard is where the loudness
of the spectrogram rises. The same measure serves real clips and pairs that do not belong together,
so that what it cannot see or hear is in the same table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleardance.pocket import audio

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

MATCHED_S = 0.125
"""A contact counts as heard if an onset is as near as this."""

_CHANGED = 40  # of 255, in the channel that changes most
_LEAST_PX = 12  # changed pixels in a row of the picture, and in all of it
_ROW_PX = 3
_FALL_PX = 3.0  # that the lowest point comes down before, and goes up after a contact
_RISE = 0.35  # nepers of the mean log magnitude, from one frame to the next but one
_APART_S = 0.12


@dataclass(frozen=True)
class Sync:
    """Over all contacts seen: how many, the share heard, the median distance to an onset."""

    contacts: int
    matched: float
    median_s: float | None


def contacts(frames: Pixels, fps: float) -> Floats:
    """Return when the subject of frames [T, H, W, 3] touches the ground, in seconds from the first.

    Times lie between frames: a parabola through the lowest points of three.
    """
    low = _lowest(frames)  # [T], downwards, NaN where nothing is seen
    found = []
    for k in range(1, len(low) - 1):
        before, here, after = low[k - 1 : k + 2]
        if not (here >= before and here > after):  # NaN is neither
            continue
        if here - np.nanmin(low[: k + 1]) < _FALL_PX or here - np.nanmin(low[k:]) < _FALL_PX:
            continue
        bend = before - 2 * here + after
        shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
        found.append((k + shift) / fps)
    return np.array(found, np.float32)


def onsets(patched: Floats) -> Floats:
    """Return when something begins in patches of sound [N, 512], in seconds."""
    hop_s = audio.HOP / audio.SAMPLE_RATE_HZ
    loud = patched.reshape(-1, audio.BANDS).mean(axis=1)  # [T]
    rise = np.maximum(loud[2:] - loud[:-2], 0)  # [T - 2]
    apart = round(_APART_S / hop_s)
    found: list[int] = []
    for k in np.flatnonzero(rise >= _RISE):
        around = rise[max(k - apart, 0) : k + apart + 1]
        if rise[k] == around.max() and (not found or k - found[-1] > apart):
            found.append(int(k))
    return (np.array(found, np.float32) + 1.5) * np.float32(hop_s)


def measured(seen: Sequence[Floats], heard: Sequence[Floats]) -> Sync:
    """Return how contacts [n] of each clip lie to the onsets [m] of the sound at its place."""
    distances = [
        float(np.abs(times - at).min()) if len(times) else np.inf
        for contacts_s, times in zip(seen, heard, strict=True)
        for at in contacts_s
    ]
    if not distances:
        return Sync(0, 0.0, None)
    near = float(np.mean([distance <= MATCHED_S for distance in distances]))
    return Sync(len(distances), near, float(np.median(distances)))


def shuffled(heard: Sequence[Floats]) -> list[Floats]:
    """Return the sounds of others: each clip gets that of the next."""
    return [*heard[1:], *heard[:1]]


def _lowest(frames: Pixels) -> Floats:
    """Return the lowest row [T] of what differs from the clip's median, NaN if nothing does."""
    ground = np.median(frames, axis=0).astype(np.int16)  # [H, W, 3]
    changed = np.abs(frames.astype(np.int16) - ground).max(axis=-1) > _CHANGED  # [T, H, W]
    rows = changed.sum(axis=2)  # [T, H]
    found = np.full(len(frames), np.nan, np.float32)
    for k, row in enumerate(rows):
        if row.sum() >= _LEAST_PX and (row >= _ROW_PX).any():
            lowest = int(np.flatnonzero(row >= _ROW_PX)[-1])
            found[k] = lowest + min(row[lowest], 10) / 10  # a fraction by how much is in it
    return found
