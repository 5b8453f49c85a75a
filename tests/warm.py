"""Imports every command, and reads what every process that screens an output reads.

No thread is left running, so that it can be forked.
"""

import pkgutil
from importlib import import_module

import cv2
import numpy as np

from cleardance import cli
from cleardance.match.faces import faces_in
from cleardance.match.frame_text import read_lines

for command in pkgutil.iter_modules(cli.__path__, "cleardance.cli."):
    import_module(command.name)
import_module("cleardance.generate.backends.draft")
cv2.setNumThreads(1)
_NOTHING = np.zeros((64, 64, 3), np.uint8)
faces_in(_NOTHING)
read_lines(_NOTHING)
