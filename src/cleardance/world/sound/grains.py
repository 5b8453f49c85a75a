"""Cached one-shot sounds, in the acoustics of their place, at the track's rate.

A grain depends on its key alone, so a track does not depend on what was rendered before it.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from cleardance.world.places import Surface
from cleardance.world.scene import Place
from cleardance.world.shelf import Shelf
from cleardance.world.sound import contacts
from cleardance.world.sound.synth import (
    SYNTH_HZ,
    Floats,
    Samples,
    band,
    clock,
    fast_size,
    filtered,
    finished,
    generator,
    noise,
    resampled,
)
from cleardance.world.sound.voices import call
from cleardance.world.take import EventKind

VARIANTS = 4
_KEPT_BYTES = 128 * 2**20
_KEPT_DRY_BYTES = 128 * 2**20


class Acoustic(StrEnum):
    """How a place answers a sound."""

    OPEN = "open"
    WOODS = "woods"
    ROOM = "room"
    STREET = "street"
    CANYON = "canyon"
    MUFFLED = "muffled"
    DEPTHS = "depths"
    VOID = "void"


ACOUSTICS: dict[Place, Acoustic] = {
    Place.FOREST: Acoustic.WOODS,
    Place.CITY: Acoustic.STREET,
    Place.ROOM: Acoustic.ROOM,
    Place.MOUNTAINS: Acoustic.CANYON,
    Place.SNOWFIELD: Acoustic.MUFFLED,
    Place.UNDERWATER: Acoustic.DEPTHS,
    Place.SPACE: Acoustic.VOID,
}  # every other place is OPEN

# seconds to -60 dB, level of the tail, (second, gain) of early echoes
_ECHOES: dict[Acoustic, tuple[float, float, tuple[tuple[float, float], ...]]] = {
    Acoustic.WOODS: (0.5, 0.05, ((0.031, 0.08), (0.047, 0.06))),
    Acoustic.ROOM: (0.35, 0.16, ((0.0071, 0.3), (0.0113, 0.25), (0.0167, 0.2), (0.0231, 0.16))),
    Acoustic.STREET: (0.9, 0.07, ((0.029, 0.2), (0.043, 0.16), (0.071, 0.1))),
    Acoustic.CANYON: (1.4, 0.05, ((0.31, 0.16), (0.47, 0.1), (0.83, 0.05))),
    Acoustic.DEPTHS: (1.0, 0.12, ((0.023, 0.2),)),
}
_COLOURS: dict[Acoustic, list[tuple[float, float]]] = {
    Acoustic.MUFFLED: [(20, 0), (1500, 0), (8000, -7), (20000, -14)],
    Acoustic.DEPTHS: [(20, 0), (700, 0), (2500, -9), (8000, -24), (20000, -50)],
    Acoustic.VOID: [(20, 0), (500, 0), (2000, -10), (8000, -30), (20000, -60)],
}


@dataclass(frozen=True)
class Sound:
    """What a grain is made from. ``name`` is an `EventKind` value or, for a CALL, the voice."""

    kind: EventKind
    name: str
    body: contacts.Body
    surface: Surface
    size: int  # in half octaves: against a dog for contacts, against its own nature for calls
    variant: int


@dataclass(frozen=True)
class Grain:
    """``samples`` is float32 [2, n] peaking at 1; ``lead`` samples come before the moment."""

    samples: Samples
    lead: int


def _size(one: Grain) -> int:
    held = one.samples if one.samples.base is None else one.samples.base
    return int(np.asarray(held).nbytes)


_shelf: Shelf[Grain] = Shelf(_KEPT_BYTES, _size)
_dry: Shelf[Samples] = Shelf(_KEPT_DRY_BYTES, lambda samples: samples.nbytes)


def grain(sound: Sound, acoustic: Acoustic, sample_rate_hz: int) -> Grain:
    """Return a sound as heard in a place, at a rate. Kept; the samples are read-only."""
    key = (sound, acoustic, sample_rate_hz)
    return _shelf.get(key, lambda: _made(sound, acoustic, sample_rate_hz))


def _made(sound: Sound, acoustic: Acoustic, sample_rate_hz: int) -> Grain:
    dry = _dry.get(sound, lambda: finished(_synthesised(sound)).astype(np.float32))
    heard = resampled(_heard_in(dry, acoustic), sample_rate_hz)
    heard = heard * np.float32(1 / max(float(np.abs(heard).max()), 1e-9))
    heard.flags.writeable = False
    lead_s = contacts.WHOOSH_LEAD_S if sound.kind is EventKind.WHOOSH else 0.0
    both = np.broadcast_to(heard, (2, heard.shape[1]))
    return Grain(both, round(lead_s * sample_rate_hz))


def _synthesised(sound: Sound) -> Floats:
    """Return a sound at `SYNTH_HZ`, mono."""
    if sound.kind is EventKind.CALL:
        return call(sound.name, 2 ** (-0.3 * sound.size), sound.variant)
    rng = generator(sound.kind, sound.body, sound.surface, sound.size, sound.variant)
    match sound.kind:
        case EventKind.STEP:
            return contacts.step(sound.body, sound.surface, sound.size, rng)
        case EventKind.LAND:
            return contacts.land(sound.body, sound.surface, sound.size, rng)
        case EventKind.TAKEOFF:
            return contacts.takeoff(sound.body, sound.surface, sound.size, rng)
        case EventKind.SPLASH:
            return contacts.splash(sound.size, rng)
        case EventKind.STROKE:
            return contacts.stroke(sound.size, rng)
        case EventKind.FLAP:
            return contacts.flap(sound.size, rng)
        case EventKind.WHOOSH:
            return contacts.whoosh(sound.size, rng)
        case EventKind.IGNITION:
            return contacts.ignition(sound.size, rng)


def _heard_in(dry: Samples, acoustic: Acoustic) -> Samples:
    """Return a mono sound as heard in a place: by both ears [1, n], or by each [2, n + tail]."""
    if acoustic in _COLOURS:
        dry = filtered(dry.astype(np.float64), _COLOURS[acoustic]).astype(np.float32)
    if acoustic not in _ECHOES:
        return dry[None]
    rooms = _responses(acoustic)
    n = len(dry) + rooms.shape[-1]
    size = fast_size(n)
    wet = np.fft.irfft(np.fft.rfft(rooms, size) * np.fft.rfft(dry, size), size)[:, :n]
    return wet.astype(np.float32, copy=False)


@lru_cache(maxsize=len(Acoustic))
def _responses(acoustic: Acoustic) -> Samples:
    """Return a place's impulse response at each ear, [2, n]: direct, early echoes, tail."""
    length_s, level, early = _ECHOES[acoustic]
    t = clock(max(length_s, early[-1][0] + 0.02))
    tail = level * 10 ** (-3 * t / length_s) * np.clip((t - 0.005) / 0.02, 0, 1) / 30
    ears = []
    for side in (0, 1):
        rng = generator("echo", acoustic, side)
        ear = tail * noise(len(t), [(80, -12), (300, 0), (2500, -2), (9000, -16)], rng)
        for after_s, gain in early:
            ear[round(after_s * SYNTH_HZ * rng.uniform(0.9, 1.1))] += gain * rng.uniform(0.7, 1.1)
        ears.append(filtered(ear, band(120, 5000, 6)))
    response = np.stack(ears)
    response[:, 0] = 1.0
    return response.astype(np.float32)
