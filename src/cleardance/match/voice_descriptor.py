"""A voice descriptor of the operator's own: a speaker embedding, from an ONNX file in the settings.

The model takes mono sound, float32 [1, N] in -1..1 at 16 kHz, and gives one vector, [1, D] or [D];
we make its length 1. No weights come with us. A sound is described in windows of 3 s, one every
1.5 s and one at its end; those that are silent or steady are left out.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from cleardance.errors import SignalUnavailable
from cleardance.match.sound import MIN_PEAKS
from cleardance.match.sound_peaks import FRAME_S, peaks_of

if TYPE_CHECKING:
    from cleardance.media import Audio

Floats = NDArray[np.float32]

WINDOW_S: Final = 3.0
RATE_HZ: Final = 16_000

_HOP_S: Final = 1.5
_CANCELLED: Final = 0.1  # of a channel's power left in the mix: the channels cancel each other

SETTING_HINT: Final = (
    "To compare voices: set voice_descriptor to an ONNX file that takes sound [1, N] at 16 kHz, "
    "and pip install 'cleardance[voice]'"
)


@dataclass(frozen=True)
class VoiceWindow:
    """Three seconds of a sound: where they begin in it, and mono float32 [48000] at 16 kHz."""

    time_s: float
    samples: Floats


def windows_of(sound: "Audio") -> list[VoiceWindow]:
    """Return the windows of a sound in which there is something to hear, in order of time.

    A sound shorter than a window is repeated until it fills one. Raises UnreadableMedia for samples
    that are not finite, or more than 1,000 s of them.
    """
    peaks = peaks_of(sound)
    rate_hz, end = sound.sample_rate_hz, len(sound.samples)
    length, hop = round(WINDOW_S * rate_hz), round(_HOP_S * rate_hz)
    last = max(0, end - length)
    windows = []
    for start in (*range(0, last, hop), last):
        first, stop = (round(at / rate_hz / FRAME_S) for at in (start, start + length))
        if len(peaks.between(first, stop)) >= MIN_PEAKS:
            samples = _mono_16k(sound.samples[start : start + length], rate_hz)
            windows.append(VoiceWindow(round(start / rate_hz, 3), samples))
    return windows


class VoiceDescriptor:
    """An ONNX model [1, N] to [1, D]; opened when the first window is described."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def describe(self, samples: Floats) -> Floats:
        """Return the descriptor of mono sound at 16 kHz, float32 [N], as [1, D] of length 1.

        Raises SignalUnavailable if the file or onnxruntime is missing or is no such model.
        """
        session = self._session
        try:
            found = session.run(None, {session.get_inputs()[0].name: samples[None]})[0]
        except Exception as error:  # its errors have no common type
            raise self._unusable(str(error)) from error
        vector = np.asarray(found, np.float32)
        length = float(np.linalg.norm(vector))
        if vector.size < 2 or vector.size != vector.shape[-1]:
            raise self._unusable(f"it gives {vector.shape}, not one vector")
        if not np.isfinite(length) or length == 0:
            raise self._unusable("it gives no vector that can be compared")
        return vector.reshape(1, -1) / np.float32(length)

    @cached_property
    def _session(self) -> Any:
        try:
            import onnxruntime
        except ImportError as error:
            raise SignalUnavailable("onnxruntime is not installed.", hint=SETTING_HINT) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the same sums in the same order, whatever else runs
        try:
            session = onnxruntime.InferenceSession(
                self._path, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise self._unusable(str(error)) from error
        shapes = [given.shape for given in session.get_inputs()]
        if [len(shape) for shape in shapes] != [2]:
            raise self._unusable(f"it takes {shapes}, not [1, N]")
        return session

    def _unusable(self, why: str) -> SignalUnavailable:
        message = f"The voice descriptor {self._path} cannot be used: {why}"
        return SignalUnavailable(message, hint=SETTING_HINT)


def _mono_16k(samples: Floats, rate_hz: int) -> Floats:
    """Return [N, C] at ``rate_hz`` as [48000] at 16 kHz; opposite channels are not mixed away."""
    import av  # slow to import

    mixed, power = samples.mean(axis=1), (samples**2).mean(axis=0)
    if (mixed**2).mean() < _CANCELLED * power.max():
        mixed = samples[:, int(power.argmax())]
    given = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(mixed[None], np.float32), format="fltp", layout="mono"
    )
    given.sample_rate = rate_hz
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE_HZ)
    pieces = [*resampler.resample(given), *resampler.resample(None)]
    heard = np.concatenate([np.asarray(piece.to_ndarray(), np.float32)[0] for piece in pieces])
    return np.resize(heard, round(WINDOW_S * RATE_HZ))
