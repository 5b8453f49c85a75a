"""Horns, bells, instruments, machines and weather: the calls of things. As in ``animals``."""

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
    modes,
    noise,
    phrase,
    pluck,
    slope,
    wander,
)

Rng = np.random.Generator


def _reeds(hz: tuple[float, ...], length_s: float, tilt: float, rng: Rng) -> Floats:
    """Return reeds that sound together, each a little out of tune."""
    t = clock(length_s)
    x = np.zeros(len(t))
    for one in hz:
        drift = one * rng.uniform(0.996, 1.004) * contour(t, [(0, 0.97), (0.04, 1), (length_s, 1)])
        x += harmonics(drift, slope(int(min(60, 15_000 / one)), tilt))
    return x * hold(t, 0.006, 0.06)


def car_horn(pitch: float, rng: Rng) -> Floats:
    """Beep, beep."""
    size = pitch**0.7
    shape = [(150, -20), (400, 0), (3200 * size, 3), (6000 * size, -8), (16000, -40)]
    short, long = (
        filtered(_reeds((415 * pitch, 523 * pitch), s, 0.7, rng), shape) for s in (0.16, 0.4)
    )
    return phrase((0, short), (0.25, long))


def truck_horn(pitch: float, rng: Rng) -> Floats:
    """An air horn of three trumpets."""
    x = _reeds((148 * pitch, 186 * pitch, 222 * pitch), 1.0, 0.45, rng)
    air = 0.15 * np.std(x) * noise(len(x), band(800, 6000), rng)
    return filtered(
        x + air * hold(clock(1.0), 0.01, 0.1), [(80, -6), (300, 0), (1800, 2), (9000, -24)]
    )


def bike_bell(pitch: float, rng: Rng) -> Floats:
    """Dring, dring."""

    def dring() -> Floats:
        t = clock(0.8)
        base = 2150 * pitch
        strike = modes(t, [(base, 1, 0.25), (base * 1.503, 0.6, 0.18), (base * 2.61, 0.4, 0.09)])
        return phrase(*((i * 0.045, rng.uniform(0.6, 1) * strike) for i in range(6)))

    return phrase((0, dring()), (0.42, dring()))


def siren(pitch: float, rng: Rng) -> Floats:
    """A wail, up and down twice."""
    t = clock(2.4)
    top = rng.uniform(1280, 1400)
    line = [(0, 620), (0.5, top), (1.15, 640), (1.7, top), (2.4, 600)]
    x = harmonics(contour(t, line) * pitch, slope(14, 0.9))
    return filtered(x, [(300, -12), (900, 0), (3000, 0), (9000, -25)]) * hold(t, 0.01, 0.15)


def train_whistle(pitch: float, rng: Rng) -> Floats:
    """A steam whistle's chord, long after short."""

    def toot(length_s: float) -> Floats:
        t = clock(length_s)
        x = np.zeros(len(t))
        for hz in (311, 370, 415, 494, 622):
            rise = contour(t, [(0, 0.94), (0.09, 1), (length_s - 0.1, 1), (length_s, 0.95)])
            x += harmonics(hz * pitch * rng.uniform(0.997, 1.003) * rise, slope(6, 1.3))
        steam = 0.3 * np.std(x) * noise(len(t), band(900, 8000, 12), rng)
        return (x + steam) * hold(t, 0.02, 0.12)

    return phrase((0, toot(0.35)), (0.48, toot(1.1)))


def ship_horn(pitch: float, rng: Rng) -> Floats:
    """One long low blast."""
    t = clock(2.0)
    pitch *= rng.uniform(0.97, 1.03)
    x = harmonics(contour(t, [(0, 74), (0.15, 78), (2, 77)]) * pitch, slope(50, 0.55))
    x += 0.6 * harmonics(np.full(len(t), 117.0 * pitch), slope(30, 0.7))
    return filtered(x, [(40, -6), (90, 0), (500, 0), (1500, -9), (6000, -40)]) * hold(t, 0.03, 0.5)


def bell(pitch: float, rng: Rng) -> Floats:
    """A church bell: hum, prime, tierce, quint, nominal and above."""
    t = clock(2.8)
    partials = ((0.5, 0.5, 2.2), (1, 0.8, 1.5), (1.19, 0.7, 1.1), (1.5, 0.35, 0.9), (2, 1, 0.9))
    upper = ((2.52, 0.4, 0.5), (3.01, 0.4, 0.4), (4.17, 0.3, 0.25), (5.43, 0.2, 0.15))
    base = 420 * pitch * rng.uniform(0.99, 1.01)
    ring = modes(t, [(base * ratio, gain, decay) for ratio, gain, decay in partials + upper])
    clapper = noise(len(t), band(1500, 7000), rng) * pluck(t, 0.004)
    return ring * np.minimum(t / 0.0008, 1) + 0.35 * clapper


def drum(pitch: float, rng: Rng) -> Floats:
    """Boom, ba-dum: a membrane whose pitch drops after each stroke."""

    def stroke(gain: float) -> Floats:
        t = clock(0.9)
        line = contour(t, [(0, 150 * pitch), (0.05, 95 * pitch), (0.9, 85 * pitch)])
        skin = harmonics(line, np.ones(1)) * pluck(t, 0.14, 0.001)
        over = modes(
            t, [(165 * pitch, 0.35, 0.07), (222 * pitch, 0.2, 0.05), (305 * pitch, 0.15, 0.04)]
        )
        stick = noise(len(t), band(900, 5000), rng) * pluck(t, 0.006)
        return gain * (skin + over + 0.4 * stick)

    return phrase((0, stroke(1.0)), (0.34, stroke(0.6)), (0.51, stroke(0.9)))


def _string(hz: float, length_s: float, rng: Rng) -> Floats:
    """Return a plucked string: a comb of partials, high ones dying first, slightly stiff."""
    t = clock(length_s)
    where = rng.uniform(0.13, 0.2)
    partials = [
        (
            hz * k * np.sqrt(1 + 6e-5 * k * k),
            float(np.sin(np.pi * k * where)) / k,
            0.9 / (1 + 0.12 * k + hz * k / 1200),
        )
        for k in range(1, 24)
    ]
    finger = 0.06 * noise(len(t), band(800, 5000), rng) * pluck(t, 0.004)
    return modes(t, partials) * np.minimum(t / 0.001, 1) + finger


def guitar(pitch: float, rng: Rng) -> Floats:
    """A strummed chord."""
    chord = ((110.0, 164.8, 220.0, 277.2, 329.6), (98.0, 146.8, 196.0, 246.9, 293.7))[
        int(rng.integers(2))
    ]
    notes = [
        (i * rng.uniform(0.02, 0.03), _string(hz * pitch, 1.8, rng)) for i, hz in enumerate(chord)
    ]
    return filtered(phrase(*notes), [(60, -6), (110, 2), (230, 2), (2500, 0), (9000, -18)])


def trumpet_call(pitch: float, rng: Rng) -> Floats:
    """A fanfare of four notes, each brighter as it swells."""
    pitch *= rng.uniform(0.89, 1.06)
    notes = []
    for start_s, hz, length_s in (
        (0, 392, 0.14),
        (0.17, 523, 0.14),
        (0.34, 659, 0.14),
        (0.51, 784, 0.6),
    ):
        t = clock(length_s)
        wave = 1 + 0.006 * np.sin(2 * np.pi * 5.5 * t) * np.clip(t / 0.3, 0, 1)
        line = hz * pitch * wave * contour(t, [(0, 0.975), (0.03, 1), (length_s, 1)])
        swell = hold(t, 0.02, 0.05)
        mellow, bright = (harmonics(line, slope(24, tilt)) for tilt in (1.6, 0.7))
        notes.append((start_s, (0.6 * mellow + bright * swell) * swell))
    return filtered(phrase(*notes), [(200, -8), (700, 0), (2500, 3), (7000, -12), (16000, -40)])


def clock_tick(pitch: float, rng: Rng) -> Floats:
    """Tick, tock."""

    def tick(height: float) -> Floats:
        t = clock(0.06)
        ring = modes(
            t, [(2300 * height, 1, 0.006), (3700 * height, 0.7, 0.004), (980 * height, 0.6, 0.01)]
        )
        return (ring + 0.5 * noise(len(t), band(2000, 9000), rng) * pluck(t, 0.0015)) * np.minimum(
            t / 2e-4, 1
        )

    return phrase((0, tick(pitch)), (0.5, 0.85 * tick(0.8 * pitch)))


def robot_beep(pitch: float, rng: Rng) -> Floats:
    """A few electronic syllables."""
    notes, start_s = [], 0.0
    for _ in range(int(rng.integers(4, 6))):
        length_s = rng.uniform(0.06, 0.14)
        t = clock(length_s)
        low, high = sorted(rng.uniform(500, 2200, 2) * pitch)
        line = contour(t, [(0, low), (length_s, high if rng.random() < 0.6 else low)])
        odd = np.array([1, 0, 0.33, 0, 0.2, 0, 0.14])
        notes.append((start_s, harmonics(line, odd) * hold(t, 0.003, 0.01)))
        start_s += length_s + rng.uniform(0.02, 0.05)
    return phrase(*notes)


def thunder(pitch: float, rng: Rng) -> Floats:
    """A crack and its long echo."""
    t = clock(3.0)
    crack = noise(len(t), [(60, 0), (900, 0), (6000, -12), (16000, -30)], rng)
    crack *= pluck(t, 0.07, 0.001) + 0.6 * pluck(np.maximum(t - 0.09, 0), 0.1, 0.01)
    rumble = noise(len(t), [(25, 0), (90 * pitch, 0), (350 * pitch, -18), (2000, -50)], rng)
    roll = (0.3 + np.abs(wander(len(t), 5, rng))) * contour(
        t, [(0, 0.2), (0.3, 1), (1.4, 0.6), (3, 0)]
    )
    return 0.55 * crack + 0.7 * rumble * roll


def fire_crackle(pitch: float, rng: Rng) -> Floats:
    """Pops over a soft roar."""
    t = clock(2.0)
    pops = filtered(crackle(len(t), 28, rng), band(1200 * pitch, 9000, 12))
    small = filtered(crackle(len(t), 160, rng), band(2500 * pitch, 10_000, 12))
    roar = noise(len(t), [(40, 0), (250, 0), (1200, -14), (6000, -36)], rng)
    first = pluck(t, 0.004) * noise(len(t), band(1500, 9000), rng) * 0.3
    x = 0.6 * pops / np.abs(pops).max() + 0.25 * small / np.abs(small).max() + first
    burning: Floats = x + 0.05 * roar * (1 + 0.3 * wander(len(t), 8, rng))
    return burning * hold(t, 0.002, 0.3)


def drop(pitch: float, rng: Rng) -> Floats:
    """One raindrop: a tick, and sometimes the bubble it traps."""
    t = clock(0.05)
    low_hz = rng.uniform(1500, 4000) * pitch
    tick = noise(len(t), band(low_hz, 3 * low_hz), rng) * pluck(
        t, rng.uniform(0.0015, 0.005), 0.0003
    )
    hz = rng.uniform(1500, 4200) * pitch
    line = contour(t, [(0, hz), (0.05, 1.15 * hz)])
    trapped = 0.5 * float(rng.integers(2))
    return tick + trapped * harmonics(line, np.ones(1)) * pluck(t, 0.01, 0.002)
