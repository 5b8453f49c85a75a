"""Two portraits, and what happens to pictures on their way."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from cleardance.media import read_image
from tests.match.pictures import Picture, picture, re_encoded

FOLDER = Path(__file__).parent / "portraits"
COLLINS, HOPPER = FOLDER / "eileen_collins.jpg", FOLDER / "grace_hopper.jpg"

ATTACKS: dict[str, Callable[[Picture], Picture]] = {
    "as it is": lambda face: face,
    "half the size, as a poor JPEG": lambda face: re_encoded(face, 30, 0.6),
    "mirrored": lambda face: np.ascontiguousarray(face[:, ::-1]),
    "without colour": lambda face: np.repeat(face.mean(axis=2, keepdims=True), 3, 2).astype("u1"),
    "darker": lambda face: (face * 0.4).astype(np.uint8),
    "blurred": lambda face: np.asarray(cv2.GaussianBlur(face, (0, 0), 2), np.uint8),
    "turned a little": lambda face: _turned(face, 8),
    "in a scene": lambda face: _pasted(face),
}


def portrait(path: Path) -> Picture:
    """Return a portrait as RGB."""
    return read_image(path)


def _turned(face: Picture, degrees: float) -> Picture:
    height, width = face.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(face, turn, (width, height)), np.uint8)


def _pasted(face: Picture) -> Picture:
    scene = picture(1, 1280, 720)
    scene[100 : 100 + face.shape[0], 200 : 200 + face.shape[1]] = face
    return scene
