"""What is kept of one picture: PDQ hashes of several views of it, and its local features.

A query is hashed as it is, turned and mirrored in all eight ways, with and without its plain
border. A reference is hashed upright, without its border, and with 5 and 10 % cut off each edge:
together they meet most re-framing at little cost, and local features meet the rest.
"""

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import pdqhash
from numpy.typing import NDArray

from cleardance.match.hamming import Codes, packed
from cleardance.match.local import Features, features_of
from cleardance.match.pdq import MIN_QUALITY, scaled
from cleardance.match.sketch import Sketch

if TYPE_CHECKING:
    from cleardance.media import Frame

KIND: Final = "picture"
"""The kind under which ``Look.pack`` is stored, for references and for outputs."""

GLANCE: Final = "glance"
"""The kind under which ``Glance.pack`` is stored, for outputs."""

_HEAD: Final = struct.Struct("<fB")
_CODE_BYTES: Final = 32
_CUTS: Final = (0.05, 0.10)  # off each edge: 90 % and 80 % of each side are left
_PLAIN: Final = 6.0  # standard deviation of a row or column that shows nothing, of 255
_LEFT_MIN: Final = 0.3  # of a side must be left when the border is taken off


@dataclass(frozen=True, eq=False)
class Glance:
    """A picture as it is searched for: when it was shown, codes of its views [n, 4], a sketch.

    A seventh of a ``Look``; what it is taken for is proved on that.
    """

    time_s: float
    codes: Codes
    sketch: Sketch

    def pack(self) -> bytes:
        """Return it as bytes: time, number of codes, codes, sketch."""
        return _packed(self.time_s, self.codes) + self.sketch.pack()

    @classmethod
    def unpack(cls, value: bytes) -> "Glance":
        """Read ``pack``'s bytes; ValueError if they are not."""
        time_s, codes, rest = _unpacked(value)
        return cls(time_s, codes, Sketch.unpack(rest))


@dataclass(frozen=True, eq=False)
class Look:
    """One picture as it is compared: codes of its views [n, 4], features, when it was shown."""

    time_s: float
    codes: Codes
    features: Features

    @property
    def is_blank(self) -> bool:
        """Tell whether there is nothing to compare."""
        return not len(self.codes) and not len(self.features)

    @cached_property
    def sketch(self) -> Sketch:
        """Return its features as they are looked up."""
        return Sketch.of(self.features)

    def sketched(self, sketch: Sketch) -> "Look":
        """Return it with the sketch that was made of it before."""
        known = Look(self.time_s, self.codes, self.features)
        known.__dict__["sketch"] = sketch
        return known

    def pack(self) -> bytes:
        """Return it as bytes: time, number of codes, codes, features."""
        return _packed(self.time_s, self.codes) + self.features.pack()

    @classmethod
    def unpack(cls, value: bytes) -> "Look":
        """Read ``pack``'s bytes; ValueError if they are not."""
        time_s, codes, rest = _unpacked(value)
        return cls(time_s, codes, Features.unpack(rest))

    @property
    def glance(self) -> Glance:
        """Return what it is searched for by."""
        return Glance(self.time_s, self.codes, self.sketch)


def _packed(time_s: float, codes: Codes) -> bytes:
    return _HEAD.pack(time_s, len(codes)) + codes.tobytes()


def _unpacked(value: bytes) -> tuple[float, Codes, bytes]:
    try:
        time_s, count = _HEAD.unpack_from(value)
    except struct.error as error:
        raise ValueError("too short for a picture") from error
    end = _HEAD.size + count * _CODE_BYTES
    return round(time_s, 3), packed(value[_HEAD.size : end]), value[end:]


def look_at_query(frame: "Frame", time_s: float = 0.0) -> Look:
    """Look at an RGB frame, uint8 [H, W, 3], that may show something registered, in any way up."""
    small = scaled(frame)
    inner = without_border(small)
    views = [small] if inner.shape == small.shape else [small, inner]
    codes = [code for view in views for code in _turned_codes(view)]
    return Look(round(time_s, 3), _stacked(codes), features_of(small))


def look_at_reference(frame: "Frame", time_s: float = 0.0) -> Look:
    """Look at an RGB frame, uint8 [H, W, 3], that is to be found again."""
    small = scaled(frame)
    inner = without_border(small)
    views = [small] if inner.shape == small.shape else [small, inner]
    views += [_cut(inner, share) for share in _CUTS]
    codes = [code for view in views for code in _code(view)]
    return Look(round(time_s, 3), _stacked(codes), features_of(small))


def without_border(frame: "Frame") -> "Frame":
    """Return the part inside plain bars or a plain frame; all of it if there are none."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
    top, bottom = _inside(grey.std(axis=1))
    left, right = _inside(grey[top:bottom].std(axis=0))
    return np.ascontiguousarray(frame[top:bottom, left:right])


def _inside(deviations: NDArray[np.float32]) -> tuple[int, int]:
    lively = np.flatnonzero(deviations > _PLAIN)
    if not len(lively):
        return 0, len(deviations)
    start, end = int(lively[0]), int(lively[-1]) + 1
    return (start, end) if end - start >= _LEFT_MIN * len(deviations) else (0, len(deviations))


def _cut(frame: "Frame", share: float) -> "Frame":
    height, width = frame.shape[:2]
    rows, columns = int(height * share), int(width * share)
    return np.ascontiguousarray(frame[rows : height - rows, columns : width - columns])


def _turned_codes(frame: "Frame") -> list[bytes]:
    codes, quality = pdqhash.compute_dihedral(frame)
    if quality < MIN_QUALITY:
        return []
    return [np.packbits(np.asarray(code, np.uint8)).tobytes() for code in codes]


def _code(frame: "Frame") -> list[bytes]:
    code, quality = pdqhash.compute(frame)
    return [np.packbits(np.asarray(code, np.uint8)).tobytes()] if quality >= MIN_QUALITY else []


def _stacked(codes: list[bytes]) -> Codes:
    return packed(b"".join(codes))
