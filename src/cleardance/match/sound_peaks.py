"""Peaks of a spectrogram: where in time and pitch a sound is loudest around, and rises.

Silence, steady tones and hum have none and are nothing to compare.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from cleardance.errors import UnreadableMedia

if TYPE_CHECKING:
    from cleardance.media import Audio

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

FRAME_S: Final = 0.016
BINS_PER_OCTAVE: Final = 36

_WINDOW_S: Final = 0.128
_LOWEST_HZ: Final = 180.0
BINS: Final = (
    162  # four and a half octaves, to 4,070 Hz: what telephones and low-pass filters leave
)
_PEAKS_A_SECOND: Final = 32
_FLOOR_DB: Final = -75.0  # against a full-scale sine
_BELOW_LOUDEST_DB: Final = 48.0  # within two seconds around
_RISE_DB: Final = 3.0  # over the same pitch's mean half a second around
_AROUND: Final = (6, 4)  # frames and bins in which a peak is the highest
_BLOCK: Final = 512  # frames analysed at once
_PEAK: Final = np.dtype([("frame", "<u2"), ("bin", "u1")])


@dataclass(frozen=True)
class Peaks:
    """Peaks in order of time: ``frames`` of 16 ms, ``bins`` of a third of a semitone."""

    frames: Ints
    bins: Ints

    def __len__(self) -> int:
        """Return the number of peaks."""
        return len(self.frames)

    def between(self, first: int, end: int) -> "Peaks":
        """Return the peaks of frames ``first`` up to, not including, ``end``."""
        low, high = np.searchsorted(self.frames, (first, end))
        return Peaks(self.frames[low:high], self.bins[low:high])

    def to_bytes(self) -> bytes:
        """Return three bytes a peak."""
        packed = np.empty(len(self.frames), _PEAK)
        packed["frame"], packed["bin"] = self.frames, self.bins
        return packed.tobytes()

    @classmethod
    def from_bytes(cls, value: bytes) -> "Peaks":
        """Read what ``to_bytes`` wrote; ValueError for anything else."""
        packed = np.frombuffer(value, _PEAK)
        return cls(packed["frame"].astype(np.int64), packed["bin"].astype(np.int64))


def peaks_of(sound: "Audio") -> Peaks:
    """Return the peaks of a sound, at most 32 a second; none in silence and steady tones.

    The power of all channels is added, so that opposite phases cannot cancel. Raises
    UnreadableMedia for samples that are not finite, or more than 1,000 s of them.
    """
    samples = np.asarray(sound.samples, np.float32)
    if not np.isfinite(samples).all() or len(samples) / sound.sample_rate_hz > 1000:
        raise UnreadableMedia("the sound is not finite, or too long")
    levels = _levels(samples, sound.sample_rate_hz)
    if not len(levels):
        return Peaks(np.zeros(0, np.int64), np.zeros(0, np.int64))
    return _strongest(*_maxima(levels))


def _levels(samples: Floats, rate_hz: int) -> Floats:
    """Return the level in dB of each frame and bin, [frames, BINS]."""
    length, hop = round(_WINDOW_S * rate_hz), FRAME_S * rate_hz
    count = int((len(samples) - length) // hop) + 1 if len(samples) >= length else 0
    window = np.hanning(length).astype(np.float32)
    bank, top = _bank(length, rate_hz)
    scale = (2 / window.sum()) ** 2
    out = np.empty((count, BINS), np.float32)
    for first in range(0, count, _BLOCK):
        starts = np.round(np.arange(first, min(count, first + _BLOCK)) * hop).astype(np.int64)
        power = np.zeros((len(starts), top), np.float32)
        for channel in range(samples.shape[1]):
            pieces = np.lib.stride_tricks.sliding_window_view(samples[:, channel], length)[starts]
            spectrum = np.fft.rfft(pieces * window, axis=1)[:, :top]
            power += scale * (spectrum.real**2 + spectrum.imag**2)
        out[first : first + len(starts)] = 10 * np.log10(power @ bank + 1e-12)
    return out


def _bank(length: int, rate_hz: int) -> tuple[Floats, int]:
    """Return triangular filters, [spectrum, BINS], and how much of the spectrum they need."""
    centres = _LOWEST_HZ * 2 ** (np.arange(BINS) / BINS_PER_OCTAVE)
    top = min(length // 2 + 1, int(4500 * length / rate_hz) + 2)
    hz = np.arange(top) * rate_hz / length
    width = np.maximum(centres * (2 ** (1 / BINS_PER_OCTAVE) - 1), rate_hz / length)
    return np.maximum(0, 1 - np.abs(hz[:, None] - centres) / width).astype(np.float32), top


def _maxima(levels: Floats) -> tuple[Ints, Ints, Floats]:
    """Return frames, bins and prominence in dB of all local maxima that rise from their pitch."""
    import cv2  # slow to import

    frames, bins = _AROUND
    highest = cv2.dilate(levels, np.ones((2 * frames + 1, 2 * bins + 1), np.uint8))
    around = cv2.blur(levels, (1, 63), borderType=cv2.BORDER_REPLICATE)
    loudest = cv2.dilate(levels.max(axis=1, keepdims=True), np.ones((251, 1), np.uint8))
    rise = levels - around
    floor = np.maximum(_FLOOR_DB, loudest.reshape(-1, 1) - _BELOW_LOUDEST_DB)
    found = (levels >= highest) & (levels > floor) & (rise >= _RISE_DB)
    frame, pitch = np.nonzero(found)
    return frame, pitch, rise[frame, pitch]


def _strongest(frames: Ints, bins: Ints, rise: Floats) -> Peaks:
    """Keep the most prominent of each second."""
    second = np.floor(frames * FRAME_S).astype(np.int64)
    order = np.lexsort((bins, frames, -rise, second))
    starts = np.searchsorted(second[order], second[order])
    kept = np.sort(order[np.arange(len(order)) - starts < _PEAKS_A_SECOND])
    return Peaks(frames[kept], bins[kept])
