"""Putting the tile into a picture where the picture hides it."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.media.final import Luma

from .tile import STARTS_EACH_WAY, start, tile, tile_px

Plane = NDArray[np.float32]  # [H, W]

# Levels, on flat areas: a third of the pixels there change, by one level, and it does not show.
_FLAT_AMPLITUDE = 0.5
# Busy areas give away this share of their structural similarity (Wang et al., IEEE Trans. Image
# Process. 13, 2004): 1 - SSIM = n / 2 v for noise of variance n on variance v.
_BUSY_SHARE = 0.065
_MAX_MSE = 255**2 / 10 ** (42.5 / 10)  # a frame's PSNR stays above 42 dB after rounding
# A reader gains most where content varies least, so the busiest areas are not given more.
_MAX_AMPLITUDE = 4.0
_HALVINGS = 10
_RMS = 0.98  # of the tile after interpolation
_CELLS = 128  # a tile: activity is measured in cells
_WINDOW = 3  # cells
_LARGE_PX = 360  # short side
_LONELY = 5  # cells: activity narrower than this is an edge, beside which the mark would show


def embed(luma: Luma, pattern: Plane) -> Luma:
    """Return a plane uint8 [H, W] with a `pattern` of its own size added, as strong as it hides."""
    strength = cv2.resize(_strength(luma), luma.shape[::-1], interpolation=cv2.INTER_LINEAR)
    change = np.asarray(strength, np.float32).reshape(luma.shape) * pattern
    if luma.size == 1:  # OpenCV would take it for a number
        return luma.copy()
    marked: Luma = cv2.add(luma, change, dtype=cv2.CV_8U)  # type: ignore[assignment]
    return marked


@lru_cache(maxsize=4)
def pattern(key: bytes, index: int, width: int, height: int) -> Plane:
    """Return the tiles that cover a picture, float32 [H, W]."""
    samples = tile(key, index)
    step = len(samples) // STARTS_EACH_WAY
    down_steps, across_steps = divmod(start(key, index), STARTS_EACH_WAY)
    placed = np.roll(samples, (-down_steps * step, -across_steps * step), (0, 1))
    pitch = tile_px(height, width) / len(samples)
    across, down = _between(width, pitch), _between(height, pitch)
    rows: Plane = np.ascontiguousarray(_mixed(_mixed(placed, down).T, across).T, np.float32)
    rows.setflags(write=False)
    return rows


@dataclass(frozen=True)
class _Between:
    """For each pixel the sample before it and how far it is past that, 0 to 1."""

    sample: NDArray[np.intp]
    past: Plane


def _between(length_px: int, pitch_px: float) -> _Between:
    place = (np.arange(length_px) + 0.5) / pitch_px
    sample = np.floor(place).astype(np.intp)
    return _Between(sample, (place - sample).astype(np.float32))


def _mixed(samples: Plane, between: _Between) -> Plane:
    side = len(samples)
    before, after = samples[between.sample % side], samples[(between.sample + 1) % side]
    mixed: Plane = before + (after - before) * between.past[:, None]
    return mixed


def _strength(luma: Luma) -> Plane:
    """Return the amplitude for each cell of a picture, [rows, columns] of cells."""
    height, width = luma.shape
    pitch = tile_px(height, width) / _CELLS
    size = max(1, round(width / pitch)), max(1, round(height / pitch))
    allowed = _BUSY_SHARE * 2 * _activity(luma, size) + (_FLAT_AMPLITUDE * _RMS) ** 2
    return np.asarray(np.sqrt(_capped(allowed)) / np.float32(_RMS), np.float32)


def _capped(allowed: Plane) -> Plane:
    """Return variances whose mean stays below the limit: the busiest areas give way first."""
    cap, low = (_MAX_AMPLITUDE * _RMS) ** 2, 0.0
    if float(np.minimum(allowed, cap).mean()) > _MAX_MSE:
        for _ in range(_HALVINGS):
            middle = (low + cap) / 2
            above = float(np.minimum(allowed, middle).mean()) > _MAX_MSE
            low, cap = (low, middle) if above else (middle, cap)
        cap = low
    capped: Plane = np.minimum(allowed, np.float32(cap))
    return capped


def _activity(luma: Luma, size: tuple[int, int]) -> Plane:
    """Return the luma's variance around each cell, without lone edges."""
    values = _halved(luma).astype(np.float32)
    window = (_WINDOW, _WINDOW)
    mean = cv2.blur(cv2.resize(values, size, interpolation=cv2.INTER_AREA), window)
    square = cv2.blur(cv2.resize(values * values, size, interpolation=cv2.INTER_AREA), window)
    variance = cv2.max(square - mean * mean, 0.0)  # type: ignore[call-overload]
    broad = cv2.erode(variance, np.ones((_LONELY, _LONELY), np.uint8))
    smooth: Plane = cv2.blur(broad, window)  # type: ignore[assignment]
    return smooth


def _halved(luma: Luma) -> Luma:
    """Return a large plane at half its size: texture finer than that hides little."""
    if min(luma.shape) < _LARGE_PX:
        return luma
    halved: Luma = cv2.resize(luma, (0, 0), fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return halved
