"""A copy descriptor of the operator's own: an SSCD-class model, from an ONNX file in the settings.

SSCD (Pizzi et al., "A Self-Supervised Descriptor for Image Copy Detection", CVPR 2022) turns a
picture into 512 numbers whose cosine tells copies apart. No weights come with us. Similarities are
normalised by how like everything else a query is (ibid., section 4.4): a picture that resembles
half the registry is a copy of none of it.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.errors import SignalUnavailable

if TYPE_CHECKING:
    from cleardance.media import Frame

Vectors = NDArray[np.float32]  # [n, D], each of length 1

_SIDE_PX: Final = 288  # where the file leaves it open
_MEAN: Final = np.array([0.485, 0.456, 0.406], np.float32)  # ImageNet's, as SSCD was trained
_DEVIATION: Final = np.array([0.229, 0.224, 0.225], np.float32)
_CROWD: Final = 10  # neighbours after the first, whose likeness is anybody's
_ORDINARY: Final = 0.35  # likeness to strangers that takes nothing off a score
_CROWD_MIN: Final = 50  # registered pictures, or there is no crowd to compare with

_INSTALL: Final = 'Install it: pip install "cleardance[copy]".'


class CopyDescriptor:
    """An ONNX model [1, 3, H, W] to [1, D]; opened when the first picture is described."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def describe(self, frame: "Frame") -> Vectors:
        """Return the descriptor of an RGB frame, uint8 [H, W, 3], as [1, D] of length 1.

        Raises SignalUnavailable if the file or onnxruntime is missing or is no such model.
        """
        session, (height, width) = self._opened
        pixels = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA) / np.float32(255)
        given = ((pixels - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None].astype(np.float32)
        found = np.asarray(session.run(None, {session.get_inputs()[0].name: given})[0], np.float32)
        length = float(np.linalg.norm(found))
        if found.ndim != 2 or len(found) != 1 or not np.isfinite(length) or length == 0:
            raise SignalUnavailable(f"{self._path.name} gives no descriptor of a picture.")
        return found / np.float32(length)

    @cached_property
    def _opened(self) -> tuple[Any, tuple[int, int]]:
        try:
            import onnxruntime
        except ImportError as error:
            raise SignalUnavailable("onnxruntime is not installed.", hint=_INSTALL) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the same sums in the same order, whatever else runs
        try:
            session = onnxruntime.InferenceSession(
                self._path, options, providers=["CPUExecutionProvider"]
            )
            _, channels, height, width = session.get_inputs()[0].shape
        except Exception as error:  # its errors have no common type
            raise SignalUnavailable(
                f"The copy descriptor {self._path} cannot be used: {error}",
                hint="Set copy_descriptor to an ONNX file that takes pictures [1, 3, H, W].",
            ) from error
        if channels != 3:
            raise SignalUnavailable(f"{self._path.name} does not take RGB pictures.")
        return session, (_side(height), _side(width))


def normalised(queries: Vectors, references: Vectors) -> NDArray[np.float32]:
    """Return the likeness of each pair, -1 to 1, [queries, references], less for everybody's."""
    likeness = queries @ references.T
    if len(references) < _CROWD_MIN:
        return likeness
    crowd = np.sort(np.partition(likeness, -_CROWD - 1, axis=1)[:, -_CROWD - 1 :], axis=1)
    ordinary = np.maximum(crowd[:, :-1].mean(axis=1, keepdims=True) - _ORDINARY, 0)
    return np.asarray(likeness - ordinary, np.float32)


def stacked(vectors: Sequence[Vectors]) -> Vectors:
    """Return [1, D] vectors as [n, D]."""
    return np.concatenate(vectors)


def _side(declared: object) -> int:
    return declared if isinstance(declared, int) and declared > 0 else _SIDE_PX
