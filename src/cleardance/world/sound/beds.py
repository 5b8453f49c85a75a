"""Sounds that last while their actor moves: engines, rotors, rockets, wheels, wings, shimmer.

Everything that changes is a curve at a control rate (`Motion`); oscillators read band-limited
tables along a phase, noises read seamless loops. Mono float32 [n].
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cleardance.world.places import Surface
from cleardance.world.sound.contacts import Body, body_of
from cleardance.world.sound.synth import (
    Floats,
    Points,
    Samples,
    band,
    generator,
    seamless,
    stretched,
)
from cleardance.world.take import BedKind
from cleardance.world.vocabulary import Gait, Subject

CONTROL_HZ = 100
_NOISE_S = 4
_TABLE_BITS = 16
_TABLE = 1 << _TABLE_BITS


@dataclass(frozen=True)
class Motion:
    """An actor on a control grid [k], one point every ``hop`` samples."""

    hop: int
    sample_rate_hz: int
    speed: Floats  # |dx/dt|, stage units a second
    height: Floats  # stage units
    loudness: Floats  # 0 to 1: the bed's own fades and strength, and the distance past the edge
    weight: int  # as in ``contacts``

    @property
    def n(self) -> int:
        """Samples between the first and the last point."""
        return (len(self.speed) - 1) * self.hop

    def stretched(self, curve: Floats) -> Samples:
        """Return a control curve [k] at the track's rate, [n]."""
        return stretched(curve, self.hop)


def bed(kind: BedKind, subject: Subject, surface: Surface, motion: Motion, seed: int) -> Samples:
    """Return a bed along a motion, about 0.3 RMS at full loudness, float32 [n]."""
    start = seed % (_NOISE_S * motion.sample_rate_hz)
    match kind:
        case BedKind.ENGINE:
            sound = _engine(subject, motion, start)
        case BedKind.ROTOR:
            sound = _rotor(motion, start)
        case BedKind.ROCKET:
            sound = _rocket(motion, start)
        case BedKind.ROLLING:
            sound = _rolling(subject, surface, motion, start)
        case BedKind.BUZZ:
            sound = _buzz(motion, start)
        case BedKind.SHIMMER:
            sound = _shimmer(motion)
    return sound * motion.stretched(motion.loudness)


def _engine(subject: Subject, motion: Motion, start: int) -> Samples:
    """Return the drive that a vehicle's body promises; pitch and loudness follow its speed."""
    if subject.gait is Gait.JET:
        return _jet(motion, start)
    if subject.voice == "train_whistle":
        return _steam(motion, start)
    boat = subject.gait is Gait.BOAT
    idle_hz = (17.0 if boat else 44.0) * 2 ** (-motion.weight / 6)
    pitch_hz = idle_hz * (1 + (0.7 if boat else 1.6) * np.tanh(motion.speed))
    load = 0.55 + 0.45 * np.tanh(1.5 * motion.speed)
    pulses = _read(_table("engine"), pitch_hz / 4, motion)
    air = _noise("exhaust", motion, start) * motion.stretched(0.1 + 0.2 * np.tanh(motion.speed))
    return (0.28 * pulses + air) * motion.stretched(load)


def _jet(motion: Motion, start: int) -> Samples:
    """Return a turbine: broad noise and a thin whine."""
    whine = _read(
        _table("whine"), 700 * 2 ** (-motion.weight / 8) * (1 + 0.3 * motion.speed), motion
    )
    return 0.25 * _noise("jet", motion, start) + 0.03 * whine


def _steam(motion: Motion, start: int) -> Samples:
    """Return a locomotive: four puffs a turn of its wheels, faster with speed."""
    puffs_hz = 2.0 + 5.0 * motion.speed
    puff = _read(_table("puff"), puffs_hz, motion)
    steam = _noise("exhaust", motion, start) + 0.5 * _noise("hiss", motion, start // 2)
    return 0.55 * puff * steam + 0.12 * _noise("rumble", motion, start)


def _rotor(motion: Motion, start: int) -> Samples:
    """Return blades that slap the air thirteen times a second, and their turbine."""
    blades_hz = 13.0 * 2 ** (-motion.weight / 8) * (1 + 0.12 * np.tanh(motion.speed))
    slap = _read(_table("puff"), blades_hz, motion)
    whine = _read(_table("whine"), 40 * blades_hz, motion)
    wash = _noise("rumble", motion, start) + 0.6 * _noise("exhaust", motion, start // 2)
    return slap * wash * 0.55 + 0.12 * wash + 0.012 * whine


def _rocket(motion: Motion, start: int) -> Samples:
    """Return a rocket: rumble, roar, and the crackle of its shocks."""
    roar = _noise("jet", motion, start)
    roar = 0.15 * roar + 0.035 * roar * roar * roar
    return 0.3 * _noise("rumble", motion, start) + roar


def _rolling(subject: Subject, surface: Surface, motion: Motion, start: int) -> Samples:
    """Return a rumble that turns with the wheel or ball and swells with speed."""
    hard = surface in (Surface.STONE, Surface.ASPHALT, Surface.WOOD)
    tone = _noise("rolling hard" if hard else "rolling soft", motion, start)
    round_m = np.pi * np.maximum(motion.height, 0.05)
    turn = _read(_table("turn"), motion.speed / round_m, motion)
    uneven = 0.15 if body_of(subject) is Body.METAL else 0.45
    level = np.minimum(1.2, motion.speed) ** 0.8
    return 0.28 * tone * (1 + uneven * turn) * motion.stretched(level)


def _buzz(motion: Motion, start: int) -> Samples:
    """Return small wings."""
    t = np.arange(len(motion.speed)) / CONTROL_HZ
    wobble = 1 + 0.03 * np.sin(2 * np.pi * 3.1 * t + start) + 0.02 * np.sin(2 * np.pi * 7.3 * t)
    pitch_hz = 165 * 2 ** (-motion.weight / 6) * wobble * (1 + 0.15 * np.tanh(motion.speed))
    return 0.25 * _read(_table("wings"), pitch_hz, motion)


def _shimmer(motion: Motion) -> Samples:
    """Return soft bells whose pitch rises as the actor grows and falls as it shrinks."""
    t = np.arange(len(motion.speed)) / CONTROL_HZ
    pitch_hz = 330 * (motion.height / motion.height[0]) ** 0.7
    beat = 0.75 + 0.25 * np.sin(2 * np.pi * 4.5 * t)
    low, high = (_read(_table("shimmer"), pitch_hz * ratio, motion) for ratio in (0.5, 0.7525))
    return (0.16 * low + 0.1 * high) * motion.stretched(beat)


def _read(table: Samples, turns_hz: Floats, motion: Motion) -> Samples:
    """Return a table read along a frequency curve [k], [n].

    Phase is a 32-bit fraction of a turn that wraps by itself; the table is long enough (partial 96
    errs by -46 dB of itself) that its nearest point will do.
    """
    step = motion.stretched(turns_hz * (2.0**32 / motion.sample_rate_hz)).astype(np.uint32)
    phase = np.cumsum(step, dtype=np.uint32)
    result: Samples = table.take(phase >> np.uint32(32 - _TABLE_BITS), mode="clip")
    return result


_TABLES: dict[str, dict[int, float]] = {
    "whine": {1: 1.0, 2: 0.4, 3: 0.15},
    "turn": {1: 1.0, 2: 0.5, 5: 0.4},
    "shimmer": {2: 1.0, 4: 0.45, 6: 0.3, 10: 0.12},
    "wings": {k: k**-0.6 / (1 + (k / 9) ** 4) for k in range(1, 24)},
}


@lru_cache(maxsize=8)
def _table(name: str) -> Samples:
    """Return one turn of a waveform of unit deviation (a puff peaks near 1), [_TABLE]."""
    if name == "puff":
        phase = np.arange(_TABLE) / _TABLE
        wave = np.minimum(phase / 0.05, 1) * np.exp(-phase / 0.25) * (1 - phase) * 2
        return wave.astype(np.float32)
    rng = generator("table", name)
    coefficients = np.zeros(_TABLE // 2 + 1, np.complex128)
    if name == "engine":  # four strokes a turn, none quite like the other
        order = np.arange(1, 97)
        firing = order % 4 == 0
        gains = np.where(firing, 1.0, 0.28) * (order / 4.0) ** -0.75 / (1 + (order / 60) ** 4)
        angles = np.where(firing, 0.3 * order, rng.uniform(0, 2 * np.pi, 96))
        coefficients[1:97] = gains * np.exp(1j * angles)
    for k, weight in _TABLES.get(name, {}).items():
        coefficients[k] = weight * np.exp(2j * np.pi * rng.random())
    wave = np.fft.irfft(coefficients, _TABLE)
    wave /= np.std(wave)
    return wave.astype(np.float32)


_NOISES: dict[str, Points] = {
    "exhaust": [(60, -12), (160, 0), (900, -4), (3000, -16), (10_000, -36)],
    "jet": [(40, -8), (140, 0), (1200, -4), (4000, -12), (12_000, -30)],
    "hiss": band(1500, 6000, 12),
    "rumble": [(28, -40), (50, 0), (160, -2), (700, -18), (3000, -40)],
    "rolling hard": [(50, -12), (180, 0), (700, -4), (2500, -12), (9000, -34)],
    "rolling soft": [(40, -8), (120, 0), (400, -8), (1500, -22), (6000, -44)],
}


def _noise(name: str, motion: Motion, start: int) -> Samples:
    """Return noise of unit deviation from ``start`` in its loop, [n]."""
    loop = _noise_loop(name, motion.sample_rate_hz)
    start %= len(loop)
    if start + motion.n <= len(loop):
        return loop[start : start + motion.n]
    return np.take(loop, np.arange(start, start + motion.n) % len(loop))


@lru_cache(maxsize=4 * len(_NOISES))
def _noise_loop(name: str, sample_rate_hz: int) -> Samples:
    """Return a noise's loop, [_NOISE_S * rate], read-only."""
    rng = generator("noise", name)
    loop: Samples = seamless(_NOISES[name], _NOISE_S, sample_rate_hz, rng, 1)[0]
    loop.flags.writeable = False
    return loop
