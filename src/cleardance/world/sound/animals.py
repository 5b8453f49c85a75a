"""Animals' (and one person's) calls. Each takes a pitch factor and a generator; mono [n].

``pitch`` is 1 for a subject of natural size, below 1 for a big one; a big body's formants are lower
too, though less than its pitch.
"""

import numpy as np

from cleardance.world.sound.synth import (
    Floats,
    band,
    clock,
    contour,
    crackle,
    filtered,
    harmonics,
    hold,
    noise,
    phrase,
    pluck,
    slope,
    wander,
)
from cleardance.world.sound.tract import glottis, spoken, through

Rng = np.random.Generator


def bark(pitch: float, rng: Rng) -> Floats:
    """Woof, woof."""

    def woof(height: float) -> Floats:
        t = clock(0.2)
        line = [(0, 330 * height), (0.04, 560 * height), (0.18, 260 * height)]
        x = glottis(t, line, rng, tilt=0.7, breath=0.35, rough=0.35)
        voice = spoken(x, t, [(0, "eh"), (0.06, "ah"), (0.2, "oo")], 1.25 * pitch**0.7)
        return voice * contour(t, [(0, 0), (0.006, 1), (0.07, 0.8), (0.2, 0)])

    return phrase((0, woof(pitch)), (rng.uniform(0.27, 0.33), 0.8 * woof(pitch * 0.94)))


def meow(pitch: float, rng: Rng) -> Floats:
    """Mee-ah-ow."""
    t = clock(rng.uniform(0.7, 0.85))
    end = t[-1]
    line = [
        (0, 480 * pitch),
        (0.25 * end, 760 * pitch),
        (0.6 * end, 690 * pitch),
        (end, 400 * pitch),
    ]
    x = glottis(t, line, rng, tilt=0.8, breath=0.06)
    vowels = [(0, "mm"), (0.2 * end, "ee"), (0.55 * end, "ah"), (end, "oo")]
    swell = contour(t, [(0, 0), (0.02, 0.35), (0.35 * end, 1), (0.7 * end, 0.7), (end, 0)])
    return spoken(x, t, vowels, 1.3 * pitch**0.7) * swell


def moo(pitch: float, rng: Rng) -> Floats:
    """A cow."""
    t = clock(rng.uniform(1.3, 1.6))
    end = t[-1]
    line = [(0, 105 * pitch), (0.3 * end, 165 * pitch), (0.7 * end, 150 * pitch), (end, 95 * pitch)]
    x = glottis(t, line, rng, tilt=0.55, breath=0.08, rough=0.12)
    voice = spoken(
        x, t, [(0, "mm"), (0.3 * end, "oo"), (0.65 * end, "oh"), (end, "oo")], pitch**0.7
    )
    return voice * contour(t, [(0, 0), (0.015, 0.6), (0.3 * end, 0.9), (0.7 * end, 1), (end, 0)])


def baa(pitch: float, rng: Rng) -> Floats:
    """A sheep: nasal, and shaken eight times a second."""
    t = clock(rng.uniform(0.75, 0.95))
    end = t[-1]
    shake = np.sin(2 * np.pi * (rng.uniform(8, 9.5) * t + 0.05 * wander(len(t), 5, rng)))
    x = glottis(t, [(0, 300 * pitch), (0.3 * end, 350 * pitch), (end, 290 * pitch)], rng, tilt=0.6)
    voice = spoken(x, t, [(0, "mm"), (0.08, "ae"), (end, "ae")], 1.15 * pitch**0.7)
    return voice * (1 + 0.55 * shake) * contour(t, [(0, 0), (0.015, 0.6), (0.3, 1), (end, 0)])


def neigh(pitch: float, rng: Rng) -> Floats:
    """A whinny that trembles down, and a snort."""
    t = clock(1.25)
    tremble = np.sin(2 * np.pi * np.cumsum(contour(t, [(0, 9), (1.25, 13)])) / 48_000)
    line = contour(t, [(0, 620), (0.12, 1050), (0.6, 880), (1.25, 430)]) * pitch
    x = harmonics(line * (1 + 0.07 * tremble), slope(20, 0.8))
    x += 0.25 * noise(len(t), band(700, 5000), rng)
    voice = through(x, "eh", 1.1 * pitch**0.7) * (0.65 + 0.35 * tremble) * hold(t, 0.02, 0.3)
    s = clock(0.4)
    flutter = 0.5 + 0.5 * np.sin(2 * np.pi * 24 * s)
    snort = through(noise(len(s), band(200, 3000), rng), "mm", 1.3) * flutter * pluck(s, 0.15, 0.02)
    return phrase((0, voice), (1.2, snort * 0.3 * np.abs(voice).max() / np.abs(snort).max()))


def oink(pitch: float, rng: Rng) -> Floats:
    """Two grunts through the nose."""

    def grunt(height: float, length_s: float) -> Floats:
        t = clock(length_s)
        x = glottis(
            t,
            [(0, 95 * height), (0.6 * length_s, 150 * height), (length_s, 110 * height)],
            rng,
            tilt=0.3,
            breath=0.7,
            rough=0.8,
            jitter=0.05,
        )
        return through(x, "nasal", 0.95 * pitch**0.7) * hold(t, 0.008, 0.6 * length_s)

    return phrase((0, grunt(pitch, 0.2)), (rng.uniform(0.26, 0.32), grunt(pitch * 1.25, 0.26)))


def cluck(pitch: float, rng: Rng) -> Floats:
    """Bok, bok, bok, b-gawk."""

    def bok(height: float, length_s: float) -> Floats:
        t = clock(length_s)
        line = [(0, 420 * height), (0.35 * length_s, 780 * height), (length_s, 460 * height)]
        x = glottis(t, line, rng, tilt=0.6, breath=0.2, rough=0.25)
        return spoken(x, t, [(0, "oh"), (0.4 * length_s, "ae"), (length_s, "oh")], 1.5) * hold(
            t, 0.004, 0.7 * length_s
        )

    gap = rng.uniform(0.17, 0.21)
    boks = [(i * gap, 0.7 * bok(pitch * rng.uniform(0.92, 1.05), 0.07)) for i in range(3)]
    return phrase(*boks, (3 * gap + 0.02, bok(pitch * 1.25, 0.3)))


def quack(pitch: float, rng: Rng) -> Floats:
    """Three quacks, each a little lower."""

    def one(height: float) -> Floats:
        t = clock(0.19)
        x = glottis(
            t, [(0, 250 * height), (0.05, 270 * height), (0.19, 190 * height)], rng, tilt=0.2
        )
        x *= 1 + 0.5 * np.tanh(noise(len(x), [(20, 0), (120, 0), (400, -60)], rng))
        vowels = [(0, "nasal"), (0.08, "ae"), (0.19, "nasal")]
        return spoken(x, t, vowels, 1.25 * pitch**0.7) * hold(t, 0.006, 0.1)

    gap = rng.uniform(0.24, 0.28)
    return phrase(*((i * gap, (1 - 0.2 * i) * one(pitch * (1 - 0.05 * i))) for i in range(3)))


def _whistle(line: list[tuple[float, float]], second_harmonic: float = 0.08) -> Floats:
    """Return a whistled note along (second, Hz) points."""
    t = clock(line[-1][0])
    return harmonics(contour(t, line), np.array([1.0, second_harmonic])) * hold(t, 0.006, 0.02)


def chirp(pitch: float, rng: Rng) -> Floats:
    """A songbird: a handful of quick sweeps."""
    base = rng.uniform(3000, 3900) * pitch
    rise = rng.choice([-1.0, 1.0])
    notes = []
    for i in range(int(rng.integers(4, 7))):
        start = base * (1 + 0.1 * rng.standard_normal())
        line = [(0, start), (0.03, start * (1 + 0.35 * rise)), (0.075, start * (1 - 0.15 * rise))]
        notes.append((i * rng.uniform(0.1, 0.125), rng.uniform(0.7, 1) * _whistle(line)))
    return phrase(*notes)


def hoot(pitch: float, rng: Rng) -> Floats:
    """An owl: hoo, hu-hoo."""

    def one(length_s: float) -> Floats:
        t = clock(length_s)
        line = [(0, 340 * pitch), (0.3 * length_s, 385 * pitch), (length_s, 350 * pitch)]
        x = harmonics(contour(t, line), np.array([1.0, 0.12, 0.06]))
        breath = 0.04 * noise(len(t), band(300 * pitch, 900 * pitch), rng)
        return (x + breath) * hold(t, 0.05, 0.45 * length_s)

    return phrase((0, one(0.42)), (0.66, 0.6 * one(0.16)), (0.86, one(0.55)))


def caw(pitch: float, rng: Rng) -> Floats:
    """A crow, twice."""

    def one() -> Floats:
        t = clock(0.36)
        line = [(0, 480 * pitch), (0.1, 560 * pitch), (0.36, 430 * pitch)]
        x = glottis(t, line, rng, tilt=0.25, breath=0.4, rough=0.8, jitter=0.04)
        return spoken(x, t, [(0, "ae"), (0.12, "ah"), (0.36, "ah")], 1.45) * hold(t, 0.012, 0.16)

    return phrase((0, one()), (rng.uniform(0.5, 0.58), 0.9 * one()))


def roar(pitch: float, rng: Rng) -> Floats:
    """A lion, or something larger."""
    t = clock(1.7)
    line = [(0, 95 * pitch), (0.35, 165 * pitch), (0.9, 140 * pitch), (1.7, 60 * pitch)]
    x = glottis(t, line, rng, tilt=0.45, breath=0.55, rough=0.9, jitter=0.05)
    voice = spoken(x, t, [(0, "oh"), (0.35, "ah"), (1.0, "ah"), (1.7, "oo")], 0.72 * pitch**0.6)
    return voice * contour(t, [(0, 0), (0.012, 0.7), (0.35, 1), (0.9, 0.85), (1.7, 0)])


def trumpet(pitch: float, rng: Rng) -> Floats:
    """An elephant."""
    t = clock(1.15)
    line = [(0, 330 * pitch), (0.15, 560 * pitch), (0.6, 640 * pitch), (1.15, 420 * pitch)]
    x = glottis(t, line, rng, tilt=0.35, breath=0.2, rough=0.35, jitter=0.035)
    bright = filtered(x, [(150, -20), (500, 0), (2600, 2), (5000, -8), (12000, -30)])
    return bright * contour(t, [(0, 0), (0.012, 0.7), (0.3, 1), (0.8, 0.9), (1.15, 0)])


def howl(pitch: float, rng: Rng) -> Floats:
    """A wolf."""
    t = clock(2.3)
    line = [(0, 300), (0.35, 620), (0.6, 570), (1.6, 590), (2.3, 360)]
    x = glottis(t, [(s, hz * pitch) for s, hz in line], rng, tilt=1.9, breath=0.03, jitter=0.006)
    voice = spoken(x, t, [(0, "oo"), (1.0, "oh"), (2.3, "oo")], 1.2 * pitch**0.7)
    return voice * contour(t, [(0, 0), (0.03, 0.3), (0.4, 1), (1.5, 0.8), (2.3, 0)])


def ribbit(pitch: float, rng: Rng) -> Floats:
    """A frog: two rattled syllables."""

    def syllable(length_s: float, low_hz: float, high_hz: float) -> Floats:
        t = clock(length_s)
        carrier = contour(t, [(0, low_hz * pitch), (length_s, high_hz * pitch)])
        rattle = np.maximum(0, np.sin(2 * np.pi * rng.uniform(52, 60) * t)) ** 1.5
        return harmonics(carrier, np.array([0.7, 1.0, 0.4, 0.2])) * rattle * hold(t, 0.004, 0.03)

    return phrase((0, 0.8 * syllable(0.13, 520, 600)), (0.17, syllable(0.2, 600, 900)))


def hiss(pitch: float, rng: Rng) -> Floats:
    """A snake."""
    t = clock(1.0)
    x = noise(len(t), band(3600 * pitch, 8500 * pitch, 18), rng)
    return x * contour(t, [(0, 0), (0.01, 0.6), (0.3, 1), (0.6, 0.7), (1.0, 0)])


def squeak(pitch: float, rng: Rng) -> Floats:
    """A mouse, or a toy."""
    notes = []
    for i in range(3):
        top = rng.uniform(2900, 3500) * pitch
        line = [(0, top * 0.75), (0.03, top), (0.08, top * 0.7)]
        notes.append((i * rng.uniform(0.11, 0.14), _whistle(line, 0.4)))
    return phrase(*notes)


def buzz(pitch: float, rng: Rng) -> Floats:
    """A bee that passes."""
    t = clock(0.9)
    line = contour(t, [(0, 215 * pitch), (0.4, 245 * pitch), (0.9, 190 * pitch)])
    x = harmonics(line * (1 + 0.012 * wander(len(t), 30, rng)), slope(40, 0.6))
    x = filtered(x, [(100, -10), (220, 0), (900, 0), (2600, -6), (9000, -34)])
    return x * (1 + 0.2 * wander(len(t), 18, rng)) * hold(t, 0.03, 0.25)


def growl(pitch: float, rng: Rng) -> Floats:
    """A bear."""
    t = clock(1.2)
    line = [(0, 62 * pitch), (0.5, 85 * pitch), (1.2, 55 * pitch)]
    x = glottis(t, line, rng, tilt=0.35, breath=0.4, rough=0.95, jitter=0.06)
    voice = spoken(x, t, [(0, "oo"), (0.5, "oh"), (1.2, "oo")], 0.85 * pitch**0.6)
    return voice * contour(t, [(0, 0), (0.012, 0.75), (0.5, 1), (1.2, 0)])


def whale(pitch: float, rng: Rng) -> Floats:
    """A song of two long glides."""

    def glide(line: list[tuple[float, float]]) -> Floats:
        t = clock(line[-1][0])
        wave = 1 + 0.012 * np.sin(2 * np.pi * 5.5 * t)
        x = harmonics(contour(t, line) * pitch * wave, np.array([1, 0.6, 0.4, 0.2, 0.12, 0.06]))
        return x * hold(t, 0.03, 0.5)

    low = glide([(0, 150), (0.6, 330), (1.3, 240), (1.6, 180)])
    high = glide([(0, 420), (0.4, 610), (0.9, 480)])
    x = phrase((0, low), (rng.uniform(1.35, 1.5), 0.6 * high))
    return phrase((0, x), (0.23, 0.35 * x), (0.51, 0.18 * x))


def dolphin_click(pitch: float, rng: Rng) -> Floats:
    """A train of clicks that quickens, then a whistle."""
    t = clock(0.55)
    beat = np.cumsum(contour(t, [(0, 22), (0.55, 95)])) / 48_000
    strikes = np.flatnonzero(np.diff(np.floor(beat), prepend=-1) > 0)
    impulses = np.zeros(len(t))
    impulses[strikes] = rng.uniform(0.7, 1, len(strikes))
    clicks = filtered(impulses, band(2200 * pitch, 12_000 * pitch, 12))
    line = [(0, 4200 * pitch), (0.18, 6800 * pitch), (0.3, 5200 * pitch), (0.42, 7400 * pitch)]
    return phrase((0, clicks / np.abs(clicks).max()), (0.5, 0.45 * _whistle(line, 0.15)))


def monkey(pitch: float, rng: Rng) -> Floats:
    """Oo, oo, ah, ah."""
    notes = []
    for i, (vowel, height) in enumerate((("oo", 1.0), ("oo", 1.12), ("ah", 1.5), ("ah", 1.65))):
        t = clock(0.17)
        line = [
            (0, 380 * height * pitch),
            (0.08, 520 * height * pitch),
            (0.17, 400 * height * pitch),
        ]
        x = glottis(t, line, rng, tilt=0.8, breath=0.2, rough=0.1 * i)
        notes.append((i * rng.uniform(0.21, 0.23), through(x, vowel, 1.35) * hold(t, 0.012, 0.09)))
    return phrase(*notes)


def voice_hey(pitch: float, rng: Rng) -> Floats:
    """Hey!"""
    t = clock(0.48)
    line = [(0, 190 * pitch), (0.14, 265 * pitch), (0.48, 165 * pitch)]
    x = glottis(t, line, rng, tilt=0.9, breath=0.06)
    vowels = [(0, "eh"), (0.16, "eh"), (0.4, "ee"), (0.48, "ee")]
    voiced = spoken(x, t, vowels, 1.08 * pitch**0.5)
    voiced *= contour(t, [(0, 0), (0.05, 0.25), (0.11, 1), (0.3, 0.75), (0.48, 0)])
    h = clock(0.1)
    aspirate = through(noise(len(h), band(400, 8000), rng), "eh", 1.1)
    aspirate *= contour(h, [(0, 0), (0.008, 1), (0.1, 0)]) * 0.3 / np.abs(aspirate).max()
    return phrase((0, aspirate), (0, voiced / np.abs(voiced).max()))


def gull(pitch: float, rng: Rng) -> Floats:
    """A seagull: falling cries."""
    notes = []
    for i in range(int(rng.integers(2, 5))):
        t = clock(0.32)
        line = [(0, 1050 * pitch), (0.07, 1500 * pitch), (0.32, 900 * pitch)]
        x = glottis(t, line, rng, tilt=0.5, breath=0.05, rough=0.15)
        notes.append((i * 0.4, through(x, "beak", 1.1) * hold(t, 0.02, 0.18)))
    return phrase(*notes)


def cricket(pitch: float, rng: Rng) -> Floats:
    """Three pulses of one high note."""
    hz = rng.uniform(4200, 4900) * pitch
    t = clock(0.018)
    pulse = harmonics(np.full(len(t), hz), np.array([1.0, 0.05])) * hold(t, 0.005, 0.008)
    return phrase(*((i * 0.03, (0.6 + 0.2 * i) * pulse) for i in range(3)))


def splash_bubble(pitch: float, rng: Rng) -> Floats:
    """Bubbles: each a note that rises as it shrinks (Minnaert, 1933)."""
    notes = []
    for i in range(int(rng.integers(7, 11))):
        t = clock(rng.uniform(0.05, 0.11))
        hz = rng.uniform(350, 1100) * pitch
        x = harmonics(contour(t, [(0, hz), (t[-1], hz * rng.uniform(1.5, 2.1))]), np.ones(1))
        notes.append(
            (
                0.0 if i == 0 else rng.uniform(0, 0.5),
                rng.uniform(0.3, 1) * x * pluck(t, 0.03, 0.002),
            )
        )
    spray = clock(0.2)
    water = filtered(crackle(len(spray), 900, rng), band(1500, 7000)) * pluck(spray, 0.05)
    return phrase(*notes, (0, 0.5 * water))
