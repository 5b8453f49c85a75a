"""What is heard when bodies meet ground, water and air: steps, landings, splashes, wing-beats.

A contact is an impact (body against surface, in its first two milliseconds), the body's ring, the
ground's thump and the surface's texture: grass swishes, leaves crackle, snow crunches. Mono [n] at
`SYNTH_HZ`, unnormalised. ``weight`` is log2 of the body's size against a dog's, in half octaves.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cleardance.world.places import Surface
from cleardance.world.sound.animals import splash_bubble
from cleardance.world.sound.synth import (
    Floats,
    Points,
    band,
    clock,
    contour,
    crackle,
    filtered,
    harmonics,
    modes,
    noise,
    phrase,
    pluck,
    wander,
)
from cleardance.world.vocabulary import Gait, Kind, Subject

Rng = np.random.Generator


class Body(StrEnum):
    """What a subject meets the ground with."""

    PAW = "paw"
    HOOF = "hoof"
    SHOE = "shoe"
    RUBBER = "rubber"
    METAL = "metal"
    SOFT = "soft"
    HARD = "hard"


_HOOFED_VOICES = {"neigh", "moo", "baa", "oink"}
_HOOFED_AND_MUTE = {"deer", "giraffe", "camel"}
_MACHINES = {Gait.WHEELS, Gait.ROTOR, Gait.BOAT, Gait.JET}
_BODY_OF_KIND = {
    Kind.ANIMAL: Body.PAW,
    Kind.VEHICLE: Body.METAL,
    Kind.PERSON: Body.SHOE,
    Kind.FOOD: Body.SOFT,
    Kind.PLANT: Body.SOFT,
    Kind.WEATHER: Body.SOFT,
    Kind.OBJECT: Body.HARD,
}


def body_of(subject: Subject) -> Body:
    """Return what a subject meets the ground with."""
    hoofed = subject.voice in _HOOFED_VOICES or subject.key in _HOOFED_AND_MUTE
    if subject.gait is Gait.LEGS and hoofed:
        return Body.HOOF
    if subject.gait in _MACHINES and subject.kind is not Kind.ANIMAL:
        return Body.METAL
    if subject.kind is Kind.OBJECT and subject.key.endswith("ball"):
        return Body.RUBBER
    return _BODY_OF_KIND[subject.kind]


@dataclass(frozen=True)
class _Ground:
    """How a surface answers: 0 to 1 each, and its texture's spectrum, length and grit."""

    hardness: float
    thump: float
    texture: float
    tone: Points
    decay_s: float
    grit_per_s: float  # 0 is smooth


_GROUNDS: dict[Surface, _Ground] = {
    Surface.GRASS: _Ground(0.35, 0.8, 0.45, band(1800, 6500), 0.045, 0),
    Surface.LEAVES: _Ground(0.35, 0.5, 0.9, band(2200, 9000), 0.09, 260),
    Surface.SAND: _Ground(0.2, 0.7, 0.6, band(500, 3200), 0.06, 0),
    Surface.SNOW: _Ground(0.2, 0.45, 1.0, band(900, 4200), 0.085, 700),
    Surface.STONE: _Ground(1.0, 0.25, 0.15, band(2500, 8000), 0.02, 120),
    Surface.ASPHALT: _Ground(0.6, 0.6, 0.4, band(900, 4000), 0.035, 500),
    Surface.WOOD: _Ground(0.75, 0.9, 0.1, band(600, 3000), 0.02, 0),
    Surface.WATER: _Ground(0.3, 0.6, 1.0, band(700, 6500), 0.12, 500),
    Surface.NONE: _Ground(0.3, 0.6, 0.25, band(400, 2500), 0.05, 0),
}
# (Hz, gain, seconds to 1/e) at weight 0 on a hard floor; the click's band and length in seconds
_RINGS: dict[Body, list[tuple[float, float, float]]] = {
    Body.PAW: [(420, 0.3, 0.008)],
    Body.HOOF: [(760, 1, 0.014), (1180, 0.8, 0.011), (1930, 0.5, 0.007)],
    Body.SHOE: [(310, 0.6, 0.012), (640, 0.4, 0.008)],
    Body.RUBBER: [(205, 1.1, 0.055), (395, 0.6, 0.035), (720, 0.35, 0.02), (1240, 0.2, 0.012)],
    Body.METAL: [(310, 0.7, 0.1), (707, 0.6, 0.13), (1187, 0.5, 0.09), (1935, 0.35, 0.06)],
    Body.SOFT: [(170, 0.7, 0.03), (290, 0.3, 0.02)],
    Body.HARD: [(880, 0.8, 0.022), (1510, 0.7, 0.016), (2630, 0.4, 0.01)],
}
_CLICKS: dict[Body, tuple[float, float, float]] = {
    Body.PAW: (500, 3500, 0.004),
    Body.HOOF: (1200, 6500, 0.003),
    Body.SHOE: (700, 5000, 0.004),
    Body.RUBBER: (500, 4000, 0.004),
    Body.METAL: (1500, 9000, 0.004),
    Body.SOFT: (250, 2000, 0.008),
    Body.HARD: (1500, 8000, 0.0025),
}
_WOOD_BOARD = [(128, 0.9, 0.06), (241, 0.6, 0.045), (388, 0.4, 0.03), (611, 0.25, 0.018)]


def step(body: Body, surface: Surface, weight: int, rng: Rng) -> Floats:
    """Return one footfall."""
    return _contact(body, surface, weight, 1.0, rng)


def land(body: Body, surface: Surface, weight: int, rng: Rng) -> Floats:
    """Return a whole body that comes down: lower, longer, heavier than a step."""
    heavy = _contact(body, surface, weight + 2, 1.5, rng)
    return phrase((0, heavy), (0, 0.8 * splash(weight, rng))) if surface is Surface.WATER else heavy


def takeoff(body: Body, surface: Surface, weight: int, rng: Rng) -> Floats:
    """Return a push off the ground: the contact, softer, and the air after it."""
    push = _contact(body, surface, weight, 0.7, rng)
    t = clock(0.22)
    air = noise(len(t), band(350, 1600), rng) * contour(t, [(0, 0), (0.07, 1), (0.22, 0)])
    return phrase((0, push / np.abs(push).max()), (0, 0.16 * air))


def _contact(body: Body, surface: Surface, weight: int, length: float, rng: Rng) -> Floats:
    """Return impact, ring, thump and texture. Random detail differs with every generator."""
    ground = _GROUNDS[surface]
    high = 2 ** (-weight / 4) * rng.uniform(
        0.95, 1.06
    )  # a body twice as big rings half an octave down
    long = length / high**0.6
    t = clock(0.1 + 5 * long * max(ground.decay_s, 0.08))
    low_hz, high_hz, click_s = _CLICKS[body]
    bright = 0.45 + 0.55 * ground.hardness
    click = noise(len(t), band(low_hz * high * bright, high_hz * high**0.5 * bright), rng)
    ring = [(f * high, g * rng.uniform(0.8, 1.2), d * long) for f, g, d in _RINGS[body]]
    if surface is Surface.WOOD:
        ring += [(f * high**0.5, g, d * long) for f, g, d in _WOOD_BOARD]
    damp = 1.0 if body is Body.RUBBER else 0.25 + 0.75 * ground.hardness
    x = (
        (0.5 + 0.5 * ground.hardness) * click * pluck(t, click_s * long, 0.0003)
        + damp * modes(t, ring)
        + ground.thump * _thump(t, high, long)
        + ground.texture * _texture(t, ground, long, rng)
    )
    pressed: Floats = np.tanh(1.8 * x / np.abs(x).max())  # body, without a higher peak
    return pressed


def _thump(t: Floats, high: float, long: float) -> Floats:
    """Return the ground's own low knock, which falls as it fades."""
    line = contour(t, [(0, 170 * high), (0.03, 95 * high), (float(t[-1]) + 0.04, 70 * high)])
    return harmonics(line, np.array([1.0, 0.3])) * pluck(t, 0.045 * long)


def _texture(t: Floats, ground: _Ground, long: float, rng: Rng) -> Floats:
    """Return the surface's own noise: smooth, or made of grit that breaks."""
    if not ground.grit_per_s:
        smooth = noise(len(t), ground.tone, rng)
        return 0.8 * smooth * pluck(t, ground.decay_s * long, 0.001)
    grit = crackle(len(t), ground.grit_per_s, rng)
    grit[: round(0.001 * 48_000)] += rng.standard_normal(48)
    broken = filtered(grit, ground.tone) * np.exp(-t / (ground.decay_s * long))
    scaled: Floats = broken / (np.abs(broken).max() + 1e-9) * 1.3
    return scaled


def splash(weight: int, rng: Rng) -> Floats:
    """Return a body that enters water: slap, spray, and the bubbles it drags down."""
    low = 2 ** (-weight / 5)
    t = clock(min(1.4, 0.75 / low))
    end = float(t[-1])
    slap = noise(len(t), band(250 * low, 5000), rng) * pluck(t, 0.035 / low, 0.0004)
    sheet = noise(len(t), band(900 * low, 7000), rng)
    sheet *= contour(t, [(0, 0), (0.05, 1), (0.4 * end, 0.35), (end, 0)]) * (
        1 + 0.3 * wander(len(t), 40, rng)
    )
    thud = harmonics(contour(t, [(0, 140 * low), (end, 60 * low)]), np.ones(1)) * pluck(
        t, 0.06 / low
    )
    drops = filtered(crackle(len(t), 300, rng), band(1800, 9000)) * contour(
        t, [(0, 0), (0.15, 1), (end, 0)]
    )
    body = slap + 0.35 * sheet + 0.9 * thud + 0.8 * drops
    return phrase((0, body), (0.09, 0.8 * splash_bubble(0.8 * low, rng)))


def stroke(weight: int, rng: Rng) -> Floats:
    """Return one swimming stroke: a small entry, and water that is pushed."""
    low = 2 ** (-weight / 5)
    t = clock(0.45)
    entry = noise(len(t), band(500 * low, 4500), rng) * pluck(t, 0.025, 0.0005)
    push = noise(len(t), band(300 * low, 1800), rng)
    push *= contour(t, [(0, 0), (0.12, 1), (0.45, 0)]) * (1 + 0.35 * wander(len(t), 25, rng))
    return phrase((0, entry + 0.5 * push), (0.05, 0.5 * splash_bubble(low, rng)))


def flap(weight: int, rng: Rng) -> Floats:
    """Return one wing-beat: feathers that catch the air, and the air."""
    high = 2 ** (-weight / 4)
    t = clock(0.16 / high**0.5)
    end = float(t[-1])
    snap = noise(len(t), band(700 * high, 4500), rng) * pluck(t, 0.006, 0.0005)
    air = noise(len(t), band(140 * high, 900 * high), rng)
    air *= contour(t, [(0, 0.5), (0.25 * end, 1), (end, 0)]) * np.minimum(t / 0.001, 1)
    return 0.8 * snap + air


WHOOSH_LEAD_S = 0.16


def whoosh(weight: int, rng: Rng) -> Floats:
    """Return air that parts; loudest `WHOOSH_LEAD_S` after the grain's start."""
    high = 2 ** (-weight / 4)
    t = clock(0.42)
    points: list[tuple[float, float]] = [(0, 0), (WHOOSH_LEAD_S, 1), (0.42, 0)]
    swell = contour(t, points) ** 1.5
    dark = noise(len(t), band(220 * high, 900 * high), rng)
    bright = noise(len(t), band(900 * high, 4200 * high), rng)
    return dark * swell + 0.8 * bright * swell**2.5


def ignition(weight: int, rng: Rng) -> Floats:
    """Return an engine that lights: a bang, and fire that builds."""
    t = clock(1.6)
    low = 2 ** (-weight / 6)
    bang = noise(len(t), [(30, 0), (500, 0), (6000, -14), (16000, -40)], rng) * pluck(
        t, 0.09, 0.0005
    )
    fire = noise(len(t), [(30, 0), (140 * low, 0), (900, -10), (7000, -28)], rng)
    fire *= contour(t, [(0, 0), (0.35, 1), (0.8, 0.6), (1.6, 0)])
    spit = filtered(crackle(len(t), 180, rng), band(1200, 8000)) * contour(
        t, [(0, 0), (0.3, 1), (1.6, 0)]
    )
    return bang + 0.7 * fire + spit
