"""The error-correcting code: convolutional, rate 1/3, constraint length 7, read with soft Viterbi.

Generators 133, 145, 175 (octal), free distance 15: Proakis, Digital Communications, table 8.2-2.
Ended by six zeros. A. Viterbi, IEEE Trans. Inf. Theory 13 (1967), gives the most likely message.
"""

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]  # 0 or 1
Soft = NDArray[np.float32]  # positive for a coded 0, negative for a coded 1; size is certainty

_GENERATORS = (0o133, 0o145, 0o175)
_MEMORY = 6
_STATES = 2**_MEMORY
_TAPS = np.array([[g >> (_MEMORY - k) & 1 for k in range(_MEMORY + 1)] for g in _GENERATORS])


def coded_length(bit_count: int) -> int:
    """Return how many coded bits a message of ``bit_count`` bits becomes."""
    return len(_GENERATORS) * (bit_count + _MEMORY)


def encode(bits: Bits) -> NDArray[np.int8]:
    """Return messages [..., n] as coded signs [..., 3 (n + 6)], +1 for a coded 0."""
    padding = [(0, 0)] * (bits.ndim - 1) + [(_MEMORY, _MEMORY)]
    padded = np.pad(bits, padding).astype(np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _MEMORY + 1, axis=-1)
    parity = (windows @ _TAPS[:, ::-1].T) & 1  # newest bit last in a window, first in the taps
    coded: NDArray[np.int8] = (1 - 2 * parity).astype(np.int8)
    return coded.reshape(*bits.shape[:-1], -1)


def decode(soft: Soft) -> Bits:
    """Return the most likely message [n] of soft coded bits [3 (n + 6)]."""
    steps = soft.reshape(-1, len(_GENERATORS))
    metric = np.full(_STATES, -np.inf)
    metric[0] = 0.0
    choices = np.empty((len(steps), _STATES), np.uint8)
    for index, step in enumerate(steps):
        paths = metric[_BEFORE] + _SIGNS @ step  # [state, which of two predecessors]
        choices[index] = paths.argmax(axis=1)
        metric = paths.max(axis=1)
    return _traced(choices)


def _traced(choices: NDArray[np.uint8]) -> Bits:
    """Walk back from the state that six zeros lead to."""
    bits = np.empty(len(choices), np.uint8)
    state = 0
    for index in range(len(choices) - 1, -1, -1):
        bits[index] = state >> (_MEMORY - 1)
        state = int(_BEFORE[state, choices[index, state]])
    return bits[:-_MEMORY]


def _trellis() -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return each state's two predecessors [64, 2] and their coded signs [64, 2, 3].

    A state is the last six bits, the newest on top.
    """
    states = np.arange(_STATES)[:, None]
    before = ((states << 1) & (_STATES - 1)) | np.arange(2)
    register = ((states >> (_MEMORY - 1)) << _MEMORY) | before
    ones = np.bitwise_count(register[..., None] & np.array(_GENERATORS))
    return before.astype(np.intp), 1.0 - 2.0 * (ones & 1)


_BEFORE, _SIGNS = _trellis()
