"""Whether the features two pictures share moved together: the proof that one shows the other."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.match.local import SIDE_PX, Features

Box = tuple[float, float, float, float]

_RATIO: Final = 0.8  # Lowe's: nearest against second nearest
_NEAR_PX: Final = 5.0
_TRIES: Final = 1000
_SCALES: Final = (0.1, 10.0)


@dataclass(frozen=True)
class Alignment:
    """``inliers`` features agree; they span ``covered`` of the reference's area (0 to 1).

    ``core`` is the share that the middle 80 % of them span across and down: a word that two
    pictures bear, and two stray features, cover much and have a small core.

    ``box`` is where in the query the reference lies: left, top, right, bottom as fractions.
    """

    inliers: int
    covered: float
    core: float
    box: Box


def align(query: Features, reference: Features, least: int = 4) -> Alignment | None:
    """Return how the reference lies in the query, or None if fewer than ``least`` features agree.

    The affine map is found by RANSAC (Fischler, Bolles 1981) with a fixed seed: the same
    features, the same answer.
    """
    seen, meant = _pairs(query, reference)
    if len(seen) < max(4, least):
        return None
    found, inside = cv2.estimateAffine2D(
        meant, seen, method=cv2.RANSAC, ransacReprojThreshold=_NEAR_PX, maxIters=_TRIES
    )
    way = np.asarray(found, np.float64)  # [2, 3], or None where nothing agrees
    if way.shape != (2, 3) or not _is_plausible(way):
        return None
    keep = inside[:, 0] > 0
    seen, meant = seen[keep], meant[keep]
    inliers = min(len(_places(seen)), len(_places(meant)))
    if inliers < max(4, least):
        return None
    covered, core = _covered(meant, reference), _core(meant, reference)
    return Alignment(inliers, covered, core, _box(way, query, reference))


def _pairs(query: Features, reference: Features) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return places in pixels [n, 2] and [n, 2] of features that are each other's clear best."""
    if min(len(query), len(reference)) < 4:
        nothing = np.zeros((0, 2), np.float32)
        return nothing, nothing
    likeness = query.directions @ reference.directions.T
    rows, best = np.arange(len(likeness)), likeness.argmax(axis=1)
    first = likeness[rows, best]
    likeness[rows, best] = -np.inf
    second = likeness.max(axis=1)
    clear = (1 - first) < _RATIO**2 * (1 - second)  # squared distances are 2 - 2 cos
    return _pixels(query)[clear], _pixels(reference)[best[clear]]


def _size_px(features: Features) -> tuple[float, float]:
    aspect = features.aspect
    return (SIDE_PX, SIDE_PX / aspect) if aspect >= 1 else (SIDE_PX * aspect, SIDE_PX)


def _pixels(features: Features) -> NDArray[np.float32]:
    return np.asarray(features.points * np.array(_size_px(features)), np.float32)


def _is_plausible(way: NDArray[np.float64]) -> bool:
    """Tell whether a map neither mirrors (that is asked separately), squeezes nor blows up."""
    if np.linalg.det(way[:, :2]) <= 0:
        return False
    large, small = np.linalg.svd(way[:, :2], compute_uv=False)
    return bool(_SCALES[0] <= small and large <= _SCALES[1] and large <= 3 * small)


def _places(points: NDArray[np.float32]) -> set[tuple[int, int]]:
    """Return distinct places: a corner found at three scales, or in two directions, counts once."""
    return {(int(x), int(y)) for x, y in points // 4}


def _covered(points: NDArray[np.float32], reference: Features) -> float:
    width, height = _size_px(reference)
    return float(cv2.contourArea(cv2.convexHull(points)) / (width * height))


def _core(points: NDArray[np.float32], reference: Features) -> float:
    low, high = np.percentile(points, (10, 90), axis=0)
    return float(np.prod((high - low) / _size_px(reference)))


def _box(way: NDArray[np.float64], query: Features, reference: Features) -> Box:
    width, height = _size_px(reference)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)])
    placed = (corners @ way[:, :2].T + way[:, 2]) / _size_px(query)
    (left, top), (right, bottom) = np.clip([placed.min(axis=0), placed.max(axis=0)], 0, 1)
    sides = (round(float(side), 3) for side in (left, top, right, bottom))
    return next(sides), next(sides), next(sides), next(sides)
