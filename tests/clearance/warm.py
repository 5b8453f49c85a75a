"""Reads what every process that screens an output reads. No thread is left, so it can be forked."""

import cv2
import numpy as np

from cleardance.match.faces import faces_in
from cleardance.match.frame_text import read_lines
from tests.clearance import crash, crash_review

__all__ = ["crash", "crash_review"]

cv2.setNumThreads(1)
_NOTHING = np.zeros((64, 64, 3), np.uint8)
faces_in(_NOTHING)
read_lines(_NOTHING)
