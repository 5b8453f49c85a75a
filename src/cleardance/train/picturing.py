"""Frames in other shapes, and pictures of a subject alone, as somebody would hand one in."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_LEAST, _MOST = 0.6, 0.95  # of the frame that a subject fills
_DARKEST = 96


def cropped(
    pixels: Pixels, marks: Pixels, size_px: tuple[int, int], rng: Generator
) -> tuple[Pixels, Pixels]:
    """Return parts of so many rows and columns of frames [B, T, H, W, 3] and their ``marks``.

    The subject is in each, somewhere, as far as it fits.
    """
    high, wide = size_px
    parts = []
    for frames, mark in zip(pixels, marks, strict=True):
        seen = mark.any(axis=0)  # [H, W]
        top, left = _start(seen.any(axis=1), high, rng), _start(seen.any(axis=0), wide, rng)
        box = slice(None), slice(top, top + high), slice(left, left + wide)
        parts.append((frames[box], mark[box]))
    shown, where = zip(*parts, strict=True)
    return np.stack(shown), np.stack(where)


def _start(seen: NDArray[np.bool_], length: int, rng: Generator) -> int:
    """Return where a part of ``length`` begins that has what is ``seen`` [n], or its middle."""
    most = len(seen) - length
    places = np.flatnonzero(seen) if seen.any() else np.arange(len(seen))
    first, last = int(places[0]), int(places[-1]) + 1
    low, high = last - length, first  # it begins between these if all of it fits
    if low > high:
        low = high = (first + last - length) // 2
    return int(np.clip(rng.integers(low, high + 1), 0, most))


def cut_out(pixels: Pixels, marks: Pixels, rng: Generator) -> Pixels:
    """Return the subjects of frames [B, 1, H, W, 3], where ``marks`` [B, 1, H, W] has them, alone.

    Each is in the middle of a plain grey of its own, in a size of its own.
    """
    return np.stack([_alone(*one, rng) for one in zip(pixels[:, 0], marks[:, 0], strict=True)])


def _alone(frame: Pixels, mark: Pixels, rng: Generator) -> Pixels:
    """Return one subject of a frame [H, W, 3] as [1, H, W, 3]; the ground if there is none."""
    height, width = mark.shape
    ground = int(rng.integers(_DARKEST, 256))
    share = float(rng.uniform(_LEAST, _MOST))
    whole = np.full_like(frame, ground)
    rows, columns = np.nonzero(mark)
    if len(rows):
        box = slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)
        cut = np.where(mark[box][..., None] > 0, frame[box], ground).astype(np.uint8)
        scale = share * min(height / cut.shape[0], width / cut.shape[1])
        high, wide = (max(round(n * scale), 1) for n in cut.shape[:2])
        top, left = (height - high) // 2, (width - wide) // 2
        resized = cv2.resize(cut, (wide, high), interpolation=cv2.INTER_AREA)
        whole[top : top + high, left : left + wide] = resized
    return whole[None]
