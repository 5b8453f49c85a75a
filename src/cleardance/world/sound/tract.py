"""Voices as source and filter: a harmonic source along a pitch contour, through vowels.

The source-filter model of speech is Fant's (1960); the vowels' formants are those of Peterson and
Barney (1952), rounded. Animals are the same machine with another pitch and another tract length.
"""

import numpy as np

from cleardance.world.sound.synth import (
    SYNTH_HZ,
    Floats,
    Points,
    contour,
    harmonics,
    noise,
    slope,
    wander,
)

VOWELS: dict[str, tuple[tuple[float, float, float], ...]] = {
    # (Hz, gain, bandwidth in Hz)
    "ah": ((750, 1.0, 110), (1200, 0.7, 130), (2550, 0.25, 200), (3500, 0.12, 300)),
    "eh": ((560, 1.0, 90), (1800, 0.5, 140), (2500, 0.3, 200), (3600, 0.12, 300)),
    "ae": ((690, 1.0, 110), (1650, 0.6, 150), (2450, 0.35, 200), (3600, 0.15, 300)),
    "ee": ((300, 1.0, 70), (2300, 0.45, 150), (3000, 0.35, 220), (3700, 0.15, 300)),
    "oo": ((320, 1.0, 80), (850, 0.35, 110), (2300, 0.05, 200), (3300, 0.02, 300)),
    "oh": ((500, 1.0, 90), (950, 0.55, 120), (2400, 0.1, 200), (3300, 0.05, 300)),
    "mm": ((260, 1.0, 80), (1050, 0.06, 200), (2200, 0.03, 300)),
    "nasal": ((480, 0.5, 150), (1250, 1.0, 220), (2100, 0.8, 300), (3100, 0.3, 400)),
    "beak": ((1100, 0.6, 250), (1900, 1.0, 350), (3200, 0.6, 500), (4700, 0.3, 700)),
}


def through(x: Floats, vowel: str, scale: float = 1.0) -> Floats:
    """Return ``x`` through a vowel whose formants are ``scale`` times as high."""
    size = 1 << len(x).bit_length()
    frequencies_hz = np.fft.rfftfreq(size, 1 / SYNTH_HZ)
    gain = np.full_like(frequencies_hz, 0.004)
    for formant_hz, weight, width_hz in VOWELS[vowel]:
        distance = (frequencies_hz - formant_hz * scale) / (width_hz * scale / 2)
        gain += weight / np.sqrt(1 + distance**2)
    result: Floats = np.fft.irfft(np.fft.rfft(x, size) * gain, size)[: len(x)]
    return result


def spoken(x: Floats, times: Floats, vowels: list[tuple[float, str]], scale: float = 1.0) -> Floats:
    """Return ``x`` gliding through vowels, each fully reached at its (second, vowel) moment."""
    moments = [moment for moment, _ in vowels]
    total = np.zeros_like(x)
    for i, (_, vowel) in enumerate(vowels):
        weights = [float(i == j) for j in range(len(vowels))]
        presence = (
            contour(times, list(zip(moments, weights, strict=True))) if i or moments[1:] else 1
        )
        total += presence * through(x, vowel, scale)
    return total


def glottis(
    times: Floats,
    pitch: Points,
    rng: np.random.Generator,
    *,
    tilt: float = 1.0,
    breath: float = 0.05,
    rough: float = 0.0,
    jitter: float = 0.01,
) -> Floats:
    """Return a voice's source along a (second, Hz) pitch contour, [n].

    ``breath`` mixes in noise; ``rough`` (0 to 1) beats the voice at half its pitch and with noise,
    as loud animals' throats do; ``jitter`` is the relative unsteadiness of the pitch.
    """
    pitch_hz = contour(times, pitch) * (1 + jitter * wander(len(times), 25, rng))
    count = int(min(90, 16_000 / pitch_hz.min()))
    x = harmonics(pitch_hz, slope(count, tilt))
    x /= np.sqrt(np.mean(x**2)) + 1e-12
    if rough:
        shake = noise(len(x), [(20, 0), (90, 0), (300, -60)], rng)
        beat = np.tanh(harmonics(pitch_hz / 2, np.ones(1)) + 0.7 * shake)
        x *= 1 + rough * beat
    return x + breath * noise(len(x), [(200, -6), (1000, 0), (9000, 0), (18000, -12)], rng)
