"""Where each token is: angles for rotary attention, and features of the place in the frame.

Time is shared by the modalities, so that a sound and the frame it belongs to are near each other.
Rotary embedding: Su et al. 2021, https://arxiv.org/abs/2104.09864. The network is told all of this
from outside, so that one network serves stills and clips of any grid.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleardance.pocket.config import PLACE_FEATURES, Config

Floats = NDArray[np.float32]
Grid = tuple[int, int]
"""Rows and columns of tokens in a frame."""

_TIME_SHARE = 4  # a quarter of each head's pairs turn with time, the others with row and column
_SLOWEST = 64.0  # tokens: the longest wavelength in space
_LONGEST_S = 32.0  # the longest wavelength in time
_SHORTEST_S = 0.25
_PICTURED_S = -4.0  # a picture of the subject is long before everything that happens


@dataclass(frozen=True)
class Layout:
    """Which tokens a sample has: moments of rows x columns, sound, and words.

    If it is ``pictured``, one more moment shows the subject, beside what happens.
    """

    rows: int
    columns: int
    moments: int
    audio: int
    words: int
    pictured: bool = False

    @property
    def frame(self) -> int:
        """Tokens of one moment."""
        return self.rows * self.columns

    @property
    def video(self) -> int:
        """Tokens of all moments, that of the picture last."""
        return (self.moments + self.pictured) * self.frame


class Geometry(NamedTuple):
    """What the network is told of a layout: features and angles."""

    places: Floats  # [Nv, PLACE_FEATURES]
    angles: Floats  # [Nv + Na + T, head_dims / 2]


def layout_of(config: Config, frames: int, audio: int, words: int) -> Layout:
    """Return the layout of so many key frames of a size's own shape."""
    return Layout(config.rows, config.columns, config.moments(frames), audio, words)


@lru_cache(maxsize=32)
def geometry(config: Config, layout: Layout) -> Geometry:
    """Return what the network is told of a layout. Nobody may write into it."""
    made = Geometry(_places(layout), _angles(config, layout))
    for array in made:
        array.flags.writeable = False
    return made


def _angles(config: Config, layout: Layout) -> Floats:
    """Return how far each pair of channels turns, float32 [N, head_dims / 2].

    N counts video (moments x rows x columns), then audio, then text tokens; text is nowhere.
    """
    pairs = config.head_dims // 2
    in_time = pairs // _TIME_SHARE
    in_rows = (pairs - in_time) // 2
    in_columns = pairs - in_time - in_rows
    time_s, row, column = _grid(layout, _seconds(config, layout))  # [Nv] each
    video = np.concatenate(
        (
            np.outer(time_s, _turns_per_s(in_time)),  # [Nv, in_time]
            np.outer(row, _turns_per_token(in_rows)),  # [Nv, in_rows]
            np.outer(column, _turns_per_token(in_columns)),  # [Nv, in_columns]
        ),
        axis=1,
    )
    other = np.zeros((layout.audio + layout.words, pairs))  # [Na + T, pairs]
    heard_s = (np.arange(layout.audio) + 0.5) / config.audio_fps  # [Na]
    other[: layout.audio, :in_time] = np.outer(heard_s, _turns_per_s(in_time))
    return np.concatenate((video, other)).astype(np.float32)  # [N, pairs]


def _places(layout: Layout) -> Floats:
    """Return sines and cosines of where video tokens are in the frame, [Nv, PLACE_FEATURES]."""
    moments = np.arange(layout.moments + layout.pictured, dtype=np.float32)
    _, row, column = _grid(layout, moments)  # [Nv] each
    waves = PLACE_FEATURES // 4
    turns = 0.5 * 2.0 ** (np.arange(waves) / 2)  # [waves] half a turn over the frame, and faster
    y = np.outer((row + 0.5) / layout.rows, math.tau * turns)  # [Nv, waves]
    x = np.outer((column + 0.5) / layout.columns, math.tau * turns)  # [Nv, waves]
    return np.concatenate((np.sin(y), np.cos(y), np.sin(x), np.cos(x)), axis=1).astype(np.float32)


def _grid(layout: Layout, moments: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what belongs to each moment, rows and columns of all video tokens, [Nv] each."""
    rows, columns = (np.arange(n, dtype=np.float32) for n in (layout.rows, layout.columns))
    at, row, column = np.meshgrid(moments, rows, columns, indexing="ij")
    return at.ravel(), row.ravel(), column.ravel()


def _seconds(config: Config, layout: Layout) -> Floats:
    """Return when moments are shown: frames in the middle of their time, pairs between theirs."""
    number = np.arange(layout.moments, dtype=np.float32)  # [M]
    frame = np.maximum(2 * number - 0.5, 0) if config.motion_dims else number + 0.5
    shown = np.asarray(frame / config.key_fps, np.float32)
    return np.append(shown, np.float32(_PICTURED_S)) if layout.pictured else shown


def _turns_per_token(count: int) -> NDArray[np.float64]:
    return _geometric(count, math.tau / 4, math.tau / _SLOWEST)


def _turns_per_s(count: int) -> NDArray[np.float64]:
    return _geometric(count, math.tau / _SHORTEST_S / 2, math.tau / _LONGEST_S)


def _geometric(count: int, first: float, last: float) -> NDArray[np.float64]:
    return np.geomspace(first, last, count) if count else np.zeros(0)
