"""Where each token is: angles for rotary attention, and features of the place in the frame.

Time is shared by the modalities, so that a sound and the frame it belongs to are near each other.
Rotary embedding: Su et al. 2021, https://arxiv.org/abs/2104.09864.
"""

import math

import numpy as np
from numpy.typing import NDArray

from cleardance.pocket.config import PLACE_FEATURES, Config

Floats = NDArray[np.float32]

_TIME_SHARE = 4  # a quarter of each head's pairs turn with time, the others with row and column
_SLOWEST = 64.0  # tokens: the longest wavelength in space
_LONGEST_S = 32.0  # the longest wavelength in time
_SHORTEST_S = 0.25


def angles(config: Config, moments: int, audio_tokens: int, text_tokens: int) -> Floats:
    """Return how far each pair of channels turns, float32 [N, head_dims / 2].

    N counts video (moments x rows x columns), then audio, then text tokens; text is nowhere.
    """
    pairs = config.head_dims // 2
    in_time = pairs // _TIME_SHARE
    in_rows = (pairs - in_time) // 2
    in_columns = pairs - in_time - in_rows
    time_s, row, column = _grid(config, moments)  # [Nv] each
    video = np.concatenate(
        (
            np.outer(time_s, _turns_per_s(in_time)),  # [Nv, in_time]
            np.outer(row, _turns_per_token(in_rows)),  # [Nv, in_rows]
            np.outer(column, _turns_per_token(in_columns)),  # [Nv, in_columns]
        ),
        axis=1,
    )
    other = np.zeros((audio_tokens + text_tokens, pairs))  # [Na + Nt, pairs]
    heard_s = (np.arange(audio_tokens) + 0.5) / config.audio_fps  # [Na]
    other[:audio_tokens, :in_time] = np.outer(heard_s, _turns_per_s(in_time))
    return np.concatenate((video, other)).astype(np.float32)  # [N, pairs]


def places(config: Config, moments: int) -> Floats:
    """Return sines and cosines of where video tokens are in the frame, [Nv, PLACE_FEATURES]."""
    _, row, column = _grid(config, moments)  # [Nv] each
    waves = PLACE_FEATURES // 4
    turns = 0.5 * 2.0 ** (np.arange(waves) / 2)  # [waves] half a turn over the frame, and faster
    y = np.outer((row + 0.5) / config.rows, math.tau * turns)  # [Nv, waves]
    x = np.outer((column + 0.5) / config.columns, math.tau * turns)  # [Nv, waves]
    return np.concatenate((np.sin(y), np.cos(y), np.sin(x), np.cos(x)), axis=1).astype(np.float32)


def _grid(config: Config, moments: int) -> tuple[Floats, Floats, Floats]:
    """Return seconds, rows and columns of all video tokens, [Nv] each."""
    axes = (
        _seconds(config, moments),
        np.arange(config.rows, dtype=np.float32),
        np.arange(config.columns, dtype=np.float32),
    )
    time_s, row, column = np.meshgrid(*axes, indexing="ij")  # [moments, rows, columns] each
    return time_s.ravel(), row.ravel(), column.ravel()


def _seconds(config: Config, moments: int) -> Floats:
    """Return when moments are shown: frames in the middle of their time, pairs between theirs."""
    number = np.arange(moments, dtype=np.float32)  # [M]
    frame = np.maximum(2 * number - 0.5, 0) if config.motion_dims else number + 0.5
    return np.asarray(frame / config.key_fps, np.float32)


def _turns_per_token(count: int) -> NDArray[np.float64]:
    return _geometric(count, math.tau / 4, math.tau / _SLOWEST)


def _turns_per_s(count: int) -> NDArray[np.float64]:
    return _geometric(count, math.tau / _SHORTEST_S / 2, math.tau / _LONGEST_S)


def _geometric(count: int, first: float, last: float) -> NDArray[np.float64]:
    return np.geomspace(first, last, count) if count else np.zeros(0)
