"""What every synthesised sound is made of: contours, harmonics, shaped noise, ringing modes.

Grains are synthesised once at `SYNTH_HZ`, mono, float64 [n], and brought to the track's rate by
`resampled`. Spectra are given as points (Hz, dB), straight lines in log frequency between them.
"""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Samples = NDArray[np.float32]
Points = Sequence[tuple[float, float]]

SYNTH_HZ = 48_000
_NYQUIST_GUARD_HZ = 20_000.0
_SILENT_DB = -90.0


def generator(*parts: str | int) -> np.random.Generator:
    """Return the generator that belongs to these names: the same in every process."""
    return np.random.default_rng([zlib.crc32(str(part).encode()) for part in parts])


def clock(duration_s: float) -> Floats:
    """Return the times of a grain's samples, in seconds, [n]."""
    return np.arange(max(1, round(duration_s * SYNTH_HZ))) / SYNTH_HZ


def contour(times: Floats, points: Points) -> Floats:
    """Return a curve through (second, value) points, eased at each of them, [n]."""
    knots, values = (np.array(column, dtype=np.float64) for column in zip(*points, strict=True))
    place = np.interp(times, knots, np.arange(len(knots)))
    whole = np.minimum(place.astype(np.int64), len(knots) - 2)
    eased = (1 - np.cos(np.pi * (place - whole))) / 2
    curve: Floats = values[whole] + (values[whole + 1] - values[whole]) * eased
    return curve


def pluck(times: Floats, decay_s: float, attack_s: float = 0.0005) -> Floats:
    """Return a struck envelope: up in ``attack_s``, down to 1/e in ``decay_s``, [n]."""
    fall: Floats = np.minimum(times / attack_s, 1.0) * np.exp(-times / decay_s)
    return fall


def hold(times: Floats, attack_s: float, release_s: float) -> Floats:
    """Return a sustained envelope that starts and ends at zero with the grain, [n]."""
    left = times[-1] - times
    shape: Floats = np.sin(
        np.pi / 2 * np.minimum(1.0, np.minimum(times / attack_s, left / release_s))
    )
    return shape


def wander(n: int, rate_hz: float, rng: np.random.Generator) -> Floats:
    """Return slow smooth noise of about unit deviation that moves ``rate_hz`` times a second."""
    knots = rng.standard_normal(max(2, round(n / SYNTH_HZ * rate_hz) + 2))
    spread = np.linspace(0, len(knots) - 1, n)
    return contour(spread, list(enumerate(knots)))


def harmonics(pitch_hz: Floats, weights: Floats) -> Floats:
    """Return sum_k weights[k-1] sin(k phase) along a pitch contour [n]; partials never alias.

    Successive partials come from sin(k a) = 2 cos(a) sin((k-1) a) - sin((k-2) a).
    """
    phase = 2 * np.pi * (np.cumsum(pitch_hz / SYNTH_HZ) % 1.0)
    double_cosine = 2 * np.cos(phase)
    before, now, after = np.zeros_like(phase), np.sin(phase), np.empty_like(phase)
    total = np.zeros_like(phase)
    highest, lowest = float(pitch_hz.max()), float(pitch_hz.min())
    for k, weight in enumerate(weights, start=1):
        if k * lowest > _NYQUIST_GUARD_HZ:
            break
        np.multiply(now, weight, out=after)
        if k * highest > _NYQUIST_GUARD_HZ:
            after *= np.clip((_NYQUIST_GUARD_HZ + 2000 - k * pitch_hz) / 2000, 0, 1)
        total += after
        np.multiply(double_cosine, now, out=after)
        after -= before
        before, now, after = now, after, before
    return total


def slope(count: int, tilt: float) -> Floats:
    """Return the weights k ** -tilt of ``count`` harmonics."""
    weights: Floats = np.arange(1, count + 1, dtype=np.float64) ** -tilt
    return weights


def spectrum(frequencies_hz: NDArray[np.floating[Any]], points: Points) -> Floats:
    """Return linear gains at these frequencies for (Hz, dB) points; nothing at 0 Hz."""
    corners, levels = (np.array(column, dtype=np.float64) for column in zip(*points, strict=True))
    level = np.interp(np.log2(np.maximum(frequencies_hz, 1.0)), np.log2(corners), levels)
    gains: Floats = np.where((frequencies_hz <= 0) | (level <= _SILENT_DB), 0.0, 10 ** (level / 20))
    return gains


def filtered(x: Floats, points: Points) -> Floats:
    """Return ``x`` through a zero-phase filter of (Hz, dB) points."""
    size = fast_size(len(x) + 512)
    shape = spectrum(np.fft.rfftfreq(size, 1 / SYNTH_HZ), points)
    result: Floats = np.fft.irfft(np.fft.rfft(x, size) * shape, size)[: len(x)]
    return result


def noise(n: int, points: Points, rng: np.random.Generator) -> Floats:
    """Return shaped noise of unit deviation, [n]."""
    size = fast_size(n)
    bins = size // 2 + 1
    pairs = rng.standard_normal((bins, 2), dtype=np.float32)
    shape = spectrum(np.fft.rfftfreq(size, 1 / SYNTH_HZ), points).astype(np.float32)
    x = np.fft.irfft(pairs.view(np.complex64)[:, 0] * shape, size)[:n]
    result: Floats = (x / (np.sqrt(np.mean(x**2)) + 1e-12)).astype(np.float64)
    return result


def seamless(
    tone: Points, duration_s: int, sample_rate_hz: int, rng: np.random.Generator, sides: int
) -> Samples:
    """Return independent noises [sides, duration * rate] that continue from end to start.

    Their power up to 24 kHz would be 1, so what a low rate cannot carry is missing, not made up
    for; the first side's spectrum below is the same at every rate.
    """
    n = duration_s * sample_rate_hz
    power = float(np.sum(spectrum(np.arange(1, 24_000, 8.0), tone) ** 2)) * 8.0 * duration_s
    gains = spectrum(np.fft.rfftfreq(n, 1 / sample_rate_hz), tone) * n / 2 / np.sqrt(power)
    pairs = rng.standard_normal((sides, n // 2 + 1, 2), dtype=np.float32)
    coefficients = pairs.view(np.complex64)[..., 0] * gains.astype(np.float32)
    return np.fft.irfft(coefficients, n).astype(np.float32, copy=False)


def stretched(curve: Floats, hop: int) -> Samples:
    """Return straight lines between the points of ``curve`` [k], float32 [(k - 1) * hop]."""
    points = curve.astype(np.float32)
    ramp = np.arange(hop, dtype=np.float32) / np.float32(hop)
    return (points[:-1, None] + np.diff(points)[:, None] * ramp).ravel()


def band(low_hz: float, high_hz: float, slope_db: float = 24.0) -> list[tuple[float, float]]:
    """Return the points of a band-pass with skirts of ``slope_db`` an octave."""
    return [
        (low_hz / 8, -3 * slope_db),
        (low_hz, 0.0),
        (high_hz, 0.0),
        (high_hz * 8, -3 * slope_db),
    ]


def modes(times: Floats, partials: Sequence[tuple[float, float, float]]) -> Floats:
    """Return damped sines: (Hz, gain, seconds to 1/e) each, struck at time zero, [n]."""
    total = np.zeros_like(times)
    for frequency_hz, gain, decay_s in partials:
        if frequency_hz < _NYQUIST_GUARD_HZ:
            t = times[: round(8 * decay_s * SYNTH_HZ)]  # e^-8 is -69 dB
            turns = frequency_hz * t
            angle = (2 * np.pi * (turns - np.floor(turns))).astype(np.float32)
            total[: len(t)] += gain * np.sin(angle) * np.exp((-t / decay_s).astype(np.float32))
    return total


def crackle(n: int, per_second: float, rng: np.random.Generator) -> Floats:
    """Return sparse impulses of random weight at random moments, [n]."""
    impulses = np.zeros(n)
    count = int(rng.poisson(per_second * n / SYNTH_HZ))
    heights = rng.exponential(1.0, count) * rng.choice([-1.0, 1.0], count)
    np.add.at(impulses, rng.integers(0, n, count), heights)
    return impulses


def phrase(*notes: tuple[float, Floats]) -> Floats:
    """Return sounds laid at their (second, sound) moments in one grain."""
    starts = [round(start_s * SYNTH_HZ) for start_s, _ in notes]
    total = np.zeros(max(start + len(x) for start, (_, x) in zip(starts, notes, strict=True)))
    for start, (_, x) in zip(starts, notes, strict=True):
        total[start : start + len(x)] += x
    return total


def finished(x: Floats, fade_s: float = 0.008) -> Floats:
    """Return a grain without DC (a causal one-pole cut at 20 Hz) that ends at zero, peaks at 1."""
    fade = min(len(x), round(fade_s * SYNTH_HZ))
    size = fast_size(len(x) + SYNTH_HZ // 8)
    frequencies_hz = np.fft.rfftfreq(size, 1 / SYNTH_HZ)
    cut = 1j * frequencies_hz / (1j * frequencies_hz + 20.0)
    x = np.fft.irfft(np.fft.rfft(x, size) * cut, size)[: len(x)]
    x[len(x) - fade :] *= np.linspace(1.0, 0.0, fade)
    scaled: Floats = x / max(float(np.abs(x).max()), 1e-9)
    return scaled


def resampled(x: Floats | Samples, sample_rate_hz: int) -> Samples:
    """Return ``x`` [..., n] from `SYNTH_HZ` to another rate, band-limited with a soft edge."""
    if sample_rate_hz == SYNTH_HZ:
        return x.astype(np.float32)
    step = SYNTH_HZ // int(np.gcd(SYNTH_HZ, sample_rate_hz))
    size = step * fast_size(-(-(x.shape[-1] + 256) // step))
    out = size * sample_rate_hz // SYNTH_HZ
    coefficients = np.fft.rfft(x.astype(np.float32), size)[..., : out // 2 + 1]
    place = np.arange(coefficients.shape[-1], dtype=np.float32) / np.float32(out / 2)
    edge = np.cos(np.pi / 2 * np.clip((place - 0.9) / 0.1, 0, 1)) ** 2 * (out / size)
    length = -(-x.shape[-1] * sample_rate_hz // SYNTH_HZ)
    y = np.fft.irfft(coefficients * edge.astype(np.float32), out)[..., :length]
    return np.ascontiguousarray(y, np.float32)


def fast_size(n: int) -> int:
    """Return the least 2^a or 3 * 2^a that is at least ``n``: a quick length to transform."""
    power = 1 << max(0, n - 1).bit_length()
    return power * 3 // 4 if power * 3 // 4 >= n else power
