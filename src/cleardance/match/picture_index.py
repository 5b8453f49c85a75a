"""Registered pictures, searched by the hashes of their views and by their local features."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleardance.match.copies import LOCAL_SIGNAL
from cleardance.match.geometry import Alignment, Box, align
from cleardance.match.hamming import Codes, HammingIndex
from cleardance.match.local import Features
from cleardance.match.local_index import MIN_VOTES, LocalIndex, Suspect
from cleardance.match.pdq import MAX_DISTANCE
from cleardance.match.picture import Glance, Look
from cleardance.match.sketch import Sketch

SUSPECTS: Final = 6  # of a frame are compared feature by feature
COVERED_MIN: Final = 0.04  # of the reference's area
CORE_MIN: Final = 0.015


class PictureHit(NamedTuple):
    """Frame ``query`` shows ``picture`` (positions), ``distance`` in the signal's units.

    ``box`` is where in the frame it lies, left, top, right, bottom as fractions.
    """

    query: int
    picture: int
    distance: float
    box: Box


class PictureIndex:
    """Pictures as they were looked at when registered, numbered in their order.

    ``cache`` is a file for the index of very many; it may be deleted at any time.
    """

    def __init__(self, pictures: Sequence[Look], cache: Path | None = None) -> None:
        codes = _codes(pictures)
        self._codes = HammingIndex.cached(codes, cache) if cache else HammingIndex.build(codes)
        self._owners: NDArray[np.int64] = np.repeat(
            np.arange(len(pictures)), [len(one.codes) for one in pictures]
        )
        self._features = tuple(one.features for one in pictures)

    def __len__(self) -> int:
        """Return the number of pictures."""
        return len(self._features)

    @cached_property
    def _local(self) -> LocalIndex:
        return LocalIndex.build(self._features)

    def find_hashes(self, frames: Sequence[Look | Glance]) -> list[PictureHit]:
        """Return, for each frame and picture within 31 bits, their nearest views."""
        asked = np.repeat(np.arange(len(frames)), [len(one.codes) for one in frames])
        return self.find_codes(_codes(frames), asked)

    def find_codes(self, codes: Codes, frames: NDArray[np.int64]) -> list[PictureHit]:
        """Return what ``find_hashes`` does, of codes [n, 4] of views of ``frames`` [n]."""
        hits = self._codes.search(codes, MAX_DISTANCE)
        nearest: dict[tuple[int, int], int] = {}
        for query, reference, distance in zip(*hits, strict=True):
            pair = int(frames[query]), int(self._owners[reference])
            nearest[pair] = min(int(distance), nearest.get(pair, MAX_DISTANCE))
        whole = (0.0, 0.0, 1.0, 1.0)
        return [PictureHit(*pair, float(bits), whole) for pair, bits in sorted(nearest.items())]

    def suspects(self, frames: Sequence[Sketch], votes: int = MIN_VOTES) -> list[list[Suspect]]:
        """Return, for each frame, the pictures that seem to share its features; not yet proof."""
        return self._local.suspects(frames, SUSPECTS, votes)

    def find_local(self, frames: Sequence[Look], votes: int = MIN_VOTES) -> list[PictureHit]:
        """Return the pictures that share features with a frame which moved together."""
        listed = self.suspects([frame.sketch for frame in frames], votes)
        hits = (
            self._proved(number, frame.features, suspect)
            for number, (frame, suspects) in enumerate(zip(frames, listed, strict=True))
            for suspect in suspects
        )
        return [hit for hit in hits if hit]

    def _proved(self, number: int, frame: Features, suspect: Suspect) -> PictureHit | None:
        seen = frame.mirrored() if suspect.mirrored else frame
        alignment = align(seen, self._features[suspect.picture], LOCAL_SIGNAL.least_agreeing)
        if alignment is None or not is_spread(alignment):
            return None
        distance = LOCAL_SIGNAL.distance_of(alignment.inliers)
        if LOCAL_SIGNAL.ladder.rung_of(distance) is None:
            return None
        box = _mirrored(alignment.box) if suspect.mirrored else alignment.box
        return PictureHit(number, suspect.picture, distance, box)


def is_spread(alignment: Alignment) -> bool:
    """Tell whether what agrees is more than a logo or a word that both pictures bear."""
    return alignment.covered >= COVERED_MIN and alignment.core >= CORE_MIN


def _mirrored(box: Box) -> Box:
    left, top, right, bottom = box
    return round(1 - right, 3), top, round(1 - left, 3), bottom


def _codes(looks: Sequence[Look | Glance]) -> NDArray[np.uint64]:
    return np.concatenate([np.zeros((0, 4), np.uint64), *(one.codes for one in looks)])
