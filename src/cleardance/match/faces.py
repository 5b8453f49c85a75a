"""The face signal: 128 numbers a face, nearer than 0.42 for the same person.

dlib's detector (Dalal and Triggs 2005), its 5-point landmarks and its ResNet, whose authors give
the weights to the public domain. Both come with the ``faces`` extra; without it every function that
looks raises SignalUnavailable. A profile, a drawn face, and one under 80 pixels of a frame that is
scaled to 960 are mostly not seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal

from cleardance.errors import SignalUnavailable, UnreadableMedia
from cleardance.match.signal import Ladder, Rung

if TYPE_CHECKING:  # rules are read where nothing heavy may be imported
    import numpy as np
    from numpy.typing import NDArray

    from cleardance.media import Frame

Box = tuple[float, float, float, float]

INSTALL: Final = "To compare faces: pip install 'cleardance[faces]'"
_SIDE_PX: Final = 960
_LEAST_SURE: Final = 0.3  # of the detector's score: below lie patterns that are no faces
_NUMBERS: Final = 128
_PAIRS_AT_ONCE: Final = 1 << 22
_ROUGH: Final = 1e-3  # of a squared distance, which float32 may be off by
_LOCK: Final = Lock()  # dlib's objects are not made for several threads


class FaceSignal:
    """Euclidean distance of two faces; its authors call 0.6 the same, at one error in 160 pairs."""

    name: Final = "face"
    computed_from: Final[Literal["frame"]] = "frame"
    max_distance: Final = 1.0
    ladder: Final = Ladder((Rung("same", 0.42), Rung("near", 0.52)))


FACE_SIGNAL: Final = FaceSignal()


@dataclass(frozen=True)
class Face:
    """A face seen: left, top, right, bottom as fractions of the frame; 128 float32 as bytes."""

    box: Box
    value: bytes


def is_installed() -> bool:
    """Tell whether faces can be compared here."""
    return find_spec("dlib") is not None and _models() is not None


def faces_in(frame: "Frame") -> list[Face]:
    """Return the faces in an RGB frame, uint8 [H, W, 3], from left to right.

    Raises SignalUnavailable where the extra is not installed, UnreadableMedia for what is no frame.
    """
    import cv2
    import numpy as np

    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or 0 in frame.shape:
        raise UnreadableMedia(f"an RGB frame is uint8 [H, W, 3], not {frame.dtype} {frame.shape}")
    detector, landmarks, net = _nets()
    scale = min(1.5, _SIDE_PX / max(frame.shape[:2]))
    size = tuple(max(1, round(side * scale)) for side in frame.shape[1::-1])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    pixels = np.ascontiguousarray(cv2.resize(frame, size, interpolation=how), np.uint8)
    with _LOCK:
        found, _, _ = detector.run(pixels, 0, _LEAST_SURE)
        shapes = [(box, landmarks(pixels, box)) for box in found]
        faces = [Face(_box(box, size), _value(net, pixels, shape)) for box, shape in shapes]
    return sorted(faces, key=lambda face: face.box)


def _value(net: Any, pixels: "Frame", shape: Any) -> bytes:
    import numpy as np

    return np.asarray(net.compute_face_descriptor(pixels, shape), np.float32).tobytes()


def _box(box: Any, size: tuple[int, ...]) -> Box:
    width, height = size
    left, top = max(0, box.left()) / width, max(0, box.top()) / height
    right, bottom = min(width, box.right()) / width, min(height, box.bottom()) / height
    return round(left, 4), round(top, 4), round(right, 4), round(bottom, 4)


@cache
def _nets() -> tuple[Any, Any, Any]:
    models = _models()
    try:
        import dlib
    except ImportError as error:
        raise _unavailable() from error
    if models is None:
        raise _unavailable()
    # The package also holds a 68-point file that forbids commercial use: it is never opened.
    landmarks = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
    net = dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))
    return dlib.get_frontal_face_detector(), landmarks, net


def _unavailable() -> SignalUnavailable:
    return SignalUnavailable("Faces cannot be compared here.", hint=INSTALL)


def _models() -> Path | None:
    spec = find_spec("face_recognition_models")  # found, not imported: it needs setuptools
    places = (spec.submodule_search_locations if spec else None) or []
    return next((Path(place) / "models" for place in places), None)


@dataclass(frozen=True)
class FaceMatch:
    """Query ``query`` lies ``distance`` from reference ``reference`` (positions in both)."""

    query: int
    reference: int
    distance: float


class FaceIndex:
    """All registered faces, compared exhaustively: a million take 0.5 GB and 0.2 s a face."""

    def __init__(self, references: Sequence[bytes]) -> None:
        self._faces = _rows(references)

    def __len__(self) -> int:
        """Return the number of references."""
        return len(self._faces)

    def search(
        self,
        faces: Sequence[bytes],
        max_distance: float = FACE_SIGNAL.ladder.rungs[-1].max_distance,
    ) -> list[FaceMatch]:
        """Return each pair within ``max_distance``, by query, then by distance."""
        import numpy as np

        found = []
        queries = _rows(faces)
        squares = (self._faces**2).sum(axis=1)
        step = max(1, _PAIRS_AT_ONCE // max(1, len(self._faces)))
        for start in range(0, len(queries), step):
            some = queries[start : start + step]
            rough = (some**2).sum(axis=1)[:, None] + squares - 2 * some @ self._faces.T
            for row, reference in np.argwhere(rough <= max_distance**2 + _ROUGH):
                distance = float(np.linalg.norm(some[row] - self._faces[reference]))
                if distance <= max_distance:
                    match = FaceMatch(start + int(row), int(reference), round(distance, 4))
                    found.append(match)
        return sorted(found, key=lambda match: (match.query, match.distance, match.reference))


def _rows(values: Sequence[bytes]) -> "NDArray[np.float32]":
    """Return faces as [n, 128]; ValueError for bytes of another length."""
    import numpy as np

    if any(len(value) != 4 * _NUMBERS for value in values):
        raise ValueError("a face has 128 numbers of 4 bytes")
    return np.frombuffer(b"".join(values), np.float32).reshape(-1, _NUMBERS)
