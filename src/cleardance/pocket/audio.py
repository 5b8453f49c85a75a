"""Sound to spectrogram patches and back: what the codec of the audio stream works on.

Log-mel spectrograms (64 bands, a frame every 250 samples of 16 kHz); eight frames are one token's
patch, so there are eight tokens a second. The way back is Griffin and Lim's (1984,
https://doi.org/10.1109/TASSP.1984.1164317, with the momentum of Perraudin et al. 2013), until a
small network learns to do better.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cleardance.errors import UsageError

Floats = NDArray[np.float32]
Complex = NDArray[np.complex64]

SAMPLE_RATE_HZ = 16_000
BANDS = 64
HOP = 250  # samples
FRAMES_A_TOKEN = 8
TOKENS_PER_S = SAMPLE_RATE_HZ // (HOP * FRAMES_A_TOKEN)

_WINDOW = 1024  # samples
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 7_600.0
_FLOOR = 1e-4  # of the magnitude of a full-scale sine, about: -80 dB
_ROUNDS = 40
_MOMENTUM = 0.99


def patches(sound: Floats) -> Floats:
    """Return mono samples [S] as patches [N, 512] of log magnitudes, in nepers above the floor.

    Eight a second, the last one filled with silence. Raises UsageError for sound that is not mono
    or shorter than one patch.
    """
    if sound.ndim != 1 or len(sound) < HOP * FRAMES_A_TOKEN:
        raise UsageError("Sound must be mono, and at least an eighth of a second long.")
    bands = np.abs(_transform(sound)) @ _filters().T  # [T, BANDS]
    count = -(-len(sound) // (HOP * FRAMES_A_TOKEN))  # N
    log = np.zeros((count * FRAMES_A_TOKEN, BANDS), np.float32)
    kept = min(len(bands), len(log))
    log[:kept] = np.log(np.maximum(bands[:kept], _FLOOR) / _FLOOR)
    return log.reshape(count, FRAMES_A_TOKEN * BANDS)


def onsets(patched: Floats) -> Floats:
    """Return how much of a beginning is in each patch [..., N, 512]: 0 to 1, [..., N].

    The greatest rise of the mean log magnitude from one frame to the next, up to one neper.
    """
    *lead, count, _ = patched.shape
    loud = patched.reshape(*lead, count * FRAMES_A_TOKEN, BANDS).mean(axis=-1)  # [..., T]
    rise = np.diff(loud, axis=-1, prepend=loud[..., :1])  # [..., T]
    most = rise.reshape(*lead, count, FRAMES_A_TOKEN).max(axis=-1)  # [..., N]
    return np.asarray(np.clip(most, 0, 1), np.float32)


def sound_of(patched: Floats, rounds: int = _ROUNDS) -> Floats:
    """Return patches [N, 512] as mono samples [N * 2000], float32 within -1 to 1.

    Deterministic: the phases begin from a fixed seed.
    """
    log = np.clip(patched.reshape(-1, BANDS), 0.0, 12.0)  # [T, BANDS]
    bands = _FLOOR * (np.exp(log) - 1)  # the floor itself is silence
    wanted = np.maximum(bands @ _inverse(), 0.0).astype(np.float32)  # [T, F]
    turns = np.random.default_rng(0).uniform(0, 2 * np.pi, wanted.shape)
    phases: Complex = np.exp(1j * turns).astype(np.complex64)  # [T, F]
    before = np.zeros_like(phases)
    samples = len(log) * HOP
    for _ in range(rounds):
        rebuilt = _transform(_overlapped(wanted * phases, samples))[: len(log)]  # [T, F]
        ahead = rebuilt + _MOMENTUM * (rebuilt - before)
        phases = (ahead / np.maximum(np.abs(ahead), 1e-9)).astype(np.complex64)
        before = rebuilt
    return np.clip(_overlapped(wanted * phases, samples), -1.0, 1.0)


def _transform(sound: Floats) -> Complex:
    """Return the short-time spectrum [T, F] of samples [S]: frames centred on every hop."""
    around = _WINDOW // 2
    padded = np.pad(sound, (around - HOP // 2, around + HOP))
    count = len(sound) // HOP  # T
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP][:count]
    return np.fft.rfft(frames * _hann(), axis=1).astype(np.complex64) * np.float32(4 / _WINDOW)


def _overlapped(spectrum: Complex, samples: int) -> Floats:
    """Return the samples [S] whose spectrum is nearest, by overlapping windows."""
    frames = np.fft.irfft(spectrum * (_WINDOW / 4), _WINDOW, axis=1) * _hann()  # [T, window]
    length = (len(frames) - 1) * HOP + _WINDOW
    sound, weight = np.zeros(length), np.zeros(length)
    for i, frame in enumerate(frames):
        sound[i * HOP : i * HOP + _WINDOW] += frame
        weight[i * HOP : i * HOP + _WINDOW] += _hann() ** 2
    first = _WINDOW // 2 - HOP // 2
    whole = (sound / np.maximum(weight, 1e-3))[first : first + samples]
    return np.pad(whole, (0, samples - len(whole))).astype(np.float32)


@cache
def _hann() -> Floats:
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    return np.asarray(window, np.float32)


@cache
def _filters() -> Floats:
    """Return triangles [BANDS, F], evenly apart on the mel scale (O'Shaughnessy 1987), of sum 1."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)  # [BANDS + 2]
    bins = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE_HZ)  # [F]
    rise = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    filters = np.maximum(0, np.minimum(rise, fall))  # [BANDS, F]
    empty = filters.sum(axis=1) == 0  # narrower than a bin: take the nearest
    nearest = np.abs(bins - edges[1:-1, None]).argmin(axis=1)
    filters[empty, nearest[empty]] = 1
    return np.asarray(filters / filters.sum(axis=1, keepdims=True), np.float32)


@cache
def _inverse() -> Floats:
    """Return the map [BANDS, F] from bands to the smoothest spectrum that has them."""
    filters = _filters()
    return np.asarray(filters / np.maximum((filters**2).sum(axis=1, keepdims=True), 1e-9))
