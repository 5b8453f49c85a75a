"""What each action looks like: one small closed-form function per action, on firm footing.

An action turns a `Part` (who, how big, where, along which route) into a `Motion`: poses as a pure
function of time, and the sounds that go with them. Actions of air and water are in ``aloft``.

Gait: one turn is one cycle of the limbs. Walkers and runners touch down `contacts_per_turn` times
a turn, first at the integer: a STEP sounds exactly when ``gait * contacts_per_turn`` is an integer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from cleardance.world.motion.kinetics import (
    GRAVITY,
    TURN,
    Route,
    bump,
    half_extent,
    keyed,
    nearest,
    parabolas,
    ticks,
)
from cleardance.world.places import Medium
from cleardance.world.scene import Action
from cleardance.world.take import Bed, BedKind, Event, EventKind, Floats, Poses
from cleardance.world.vocabulary import Gait, Kind, Subject

PAST_S = 4.0
"""How long before the shot a motion is defined, so that a follower can look back."""

_MOTOR_VOICES = frozenset({"car_horn", "truck_horn", "siren", "train_whistle", "ship_horn"})

STRIDERS = frozenset({Gait.LEGS, Gait.BIPED})
"""Gaits that touch down twice a turn: left and right."""


@dataclass(frozen=True)
class Part:
    """What an actor brings to its action. Lengths in stage units."""

    index: int
    action: Action  # as staged: what this subject does in this medium when asked for the actor's
    subject: Subject
    height: float
    width: float
    route: Route
    medium: Medium
    floor: float  # y it stands or floats on
    hangs: bool  # nothing is under it: it is kept by water, air or weightlessness
    top: float  # y of the frame's upper edge
    bottom: float  # y of the frame's lower edge
    frame_width: float
    duration_s: float
    luck: tuple[float, float, float, float]  # uniform draws in [0, 1)
    heading: float  # +1 or -1: which way it faces at first

    @property
    def room(self) -> float:
        """Free height above the standing sprite."""
        return max(self.top - self.floor - self.height - 0.03, 0.05)

    def events(self, kind: EventKind, times: Iterable[float], strength: float) -> list[Event]:
        """Return one event per time that lies inside the shot."""
        inside = (float(t) for t in times if 0 <= t < self.duration_s)
        return [Event(t, kind, self.index, strength) for t in inside]

    def bed(self, kind: BedKind, start_s: float, end_s: float, strength: float) -> tuple[Bed, ...]:
        """Return one lasting sound."""
        return (Bed(kind, self.index, start_s, end_s, strength),)


@dataclass(frozen=True)
class Motion:
    """What an action made of a part."""

    poses: Callable[[Floats], Poses]
    events: tuple[Event, ...] = ()
    beds: tuple[Bed, ...] = ()


def pose(part: Part, t: Floats, **fields: Floats | float) -> Poses:
    """Return poses along the part's route, upright and at rest but for ``fields``."""
    rest: dict[str, Floats | float] = {"y": part.floor, "height": part.height, "squash": 1.0}
    rest |= {"angle_rad": 0.0, "gait": 0.0} | fields
    rest.setdefault("x", part.route.x(t))
    rest.setdefault("facing", part.route.facing(t))
    zero = np.zeros_like(t)
    return Poses(**{name: zero + value for name, value in rest.items()})


def contacts_per_turn(gait: Gait) -> int:
    """Return how often in one turn of the gait something touches down."""
    return 2 if gait in STRIDERS else 1


def stand(part: Part) -> Motion:
    """Breathe; where there is no ground, or on water, drift up and down."""
    afloat = part.hangs or part.medium is Medium.WATER
    bob = min(0.06 * part.height, 0.02) if afloat else 0.0
    alive = part.subject.kind in (Kind.ANIMAL, Kind.PERSON)
    depth = 0.018 if alive else 0.004
    paddle = 0.6 if part.subject.gait is Gait.FINS and afloat else 0.0

    def poses(t: Floats) -> Poses:
        breath = np.sin(TURN * (0.38 * t + part.luck[0]))
        sway = np.sin(TURN * (0.3 * t + part.luck[1]))
        return pose(
            part,
            t,
            y=part.floor + bob * sway,
            squash=1 + depth * breath,
            angle_rad=0.03 * afloat * np.sin(TURN * (0.23 * t + part.luck[2])),
            gait=paddle * t,
        )

    return Motion(poses)


def _stride(part: Part, contact_hz: float, lift: float, lean_rad: float, loud: float) -> Motion:
    """Go along the route in strides: on the floor at each contact, ``lift`` above it between."""
    gait_hz = contact_hz / contacts_per_turn(part.subject.gait)
    contact_phase = part.luck[0]

    def poses(t: Floats) -> Poses:
        contact = contact_hz * t + contact_phase
        between = contact - np.floor(contact)
        gait = contact * (gait_hz / contact_hz)
        facing = part.route.facing(t)
        rock = 0.35 * lean_rad * np.sin(TURN * gait)
        return pose(
            part,
            t,
            y=part.floor + lift * 4 * between * (1 - between),
            squash=1 + 0.03 * np.cos(TURN * (contact + 0.5)),
            angle_rad=facing * (rock - lean_rad),
            gait=gait,
            facing=facing,
        )

    steps = ticks(contact_hz, contact_phase, part.duration_s)
    return Motion(poses, tuple(part.events(EventKind.STEP, steps, loud)))


def run(part: Part) -> Motion:
    """Gallop, or hop: 2.6 to 4 steps/s by size (hoppers two thirds of that), leaning forward."""
    rate = float(np.clip(3.3 * (0.22 / part.height) ** 0.3, 2.6, 4.0))
    if part.subject.gait is Gait.SLITHER:
        return _slide(part, 1.8)
    if part.subject.gait in (Gait.HOP, Gait.NONE):
        return _stride(part, rate * 0.66, min(0.32 * part.height, 0.07), 0.05, 0.9)
    return _stride(part, rate, min(0.09 * part.height, 0.03), 0.06, 0.9)


def walk(part: Part) -> Motion:
    """Walk: 1.6 to 2 steps/s by size, upright."""
    rate = float(np.clip(1.8 * (0.22 / part.height) ** 0.2, 1.6, 2.0))
    if part.subject.gait is Gait.SLITHER:
        return _slide(part, 0.9)
    if part.subject.gait in (Gait.HOP, Gait.NONE):
        return _stride(part, rate, min(0.15 * part.height, 0.035), 0.02, 0.5)
    return _stride(part, rate, 0.0, 0.015, 0.5)


def _slide(part: Part, gait_hz: float) -> Motion:
    """Slither: lengthen and shorten, never leaving the floor."""

    def poses(t: Floats) -> Poses:
        gait = gait_hz * t + part.luck[0]
        return pose(part, t, squash=1 + 0.06 * np.sin(TURN * gait), gait=gait)

    return Motion(poses)


def jump(part: Part) -> Motion:
    """Crouch, fly a parabola, land in a squash, rest; as often as the shot allows."""
    gravity = GRAVITY[part.medium]
    apex = min(float(np.clip(1.1 * part.height, 0.12, 0.34)), part.room)
    crouch_s, air_s, recover_s = 0.28, float(np.sqrt(8 * apex / gravity)), 0.36
    count = max(int(part.duration_s / (crouch_s + air_s + recover_s + 0.12)), 1)
    cycle_s = max(part.duration_s / count, crouch_s + air_s + recover_s)
    keys = [0, 0.72, 1, 1 + 0.1, 1 + 0.4, 1 + 0.9, 2, 2.22, 3]
    scale = np.interp(keys, [0, 1, 2, 3], [0, crouch_s, crouch_s + air_s, cycle_s])
    scale[-2:] = crouch_s + air_s + 0.08, crouch_s + air_s + recover_s
    shape = [1, 0.74, 1.0, 1.14, 1, 1.08, 1, 0.74, 1]

    def poses(t: Floats) -> Poses:
        turn = np.floor(t / cycle_s)
        u = t - turn * cycle_s
        aloft = np.clip((u - crouch_s) / air_s, 0.0, 1.0)
        along = cycle_s * (turn + aloft)
        facing = part.route.facing(along)
        return pose(
            part,
            t,
            x=part.route.x(along),
            y=part.floor + gravity / 2 * air_s**2 * aloft * (1 - aloft),
            squash=keyed(u, scale, shape),
            angle_rad=facing * 0.16 * np.sin(TURN * aloft),
            gait=turn + aloft,
            facing=facing,
        )

    starts = cycle_s * np.arange(count) + crouch_s
    landed = EventKind.SPLASH if part.medium is Medium.WATER else EventKind.LAND
    up = part.events(EventKind.TAKEOFF, starts, 0.6)
    return Motion(poses, tuple(up + part.events(landed, starts + air_s, 0.8)))


def _bounce_contacts(part: Part, gravity: float) -> tuple[Floats, Floats]:
    """Return contact times, and the strength of each; things lose height, the living do not."""
    apex = min(float(np.clip(1.4 * part.height, 0.14, 0.42)), part.room)
    period = float(np.sqrt(8 * apex / gravity))
    if part.subject.kind in (Kind.ANIMAL, Kind.PERSON):
        first = -np.ceil(PAST_S / period)
        times = period * (np.arange(first, part.duration_s / period + 2) + 0.5 - 0.4 * part.luck[0])
        return times, np.ones_like(times)
    many = max(0.95 * part.duration_s / period - 0.5, 0.1)
    keep = float(np.clip(many / (1 + many), 0.55, 0.93))
    gaps = period * keep ** np.arange(40)
    gaps = gaps[gaps > 0.1]
    times = np.concatenate(([0.0], np.cumsum(gaps))) - period / 2
    return times, np.concatenate((gaps, gaps[-1:])) / period


def bounce(part: Part) -> Motion:
    """Bounce along the route on true parabolas, squashed at contact, stretched in between."""
    gravity = GRAVITY[part.medium]
    contacts, strengths = _bounce_contacts(part, gravity)
    top_speed = gravity / 2 * float(np.max(np.diff(contacts)))

    def poses(t: Floats) -> Poses:
        height, speed = parabolas(t, contacts, gravity)
        since = nearest(t, contacts)
        hit = bump(since, 0.0, 0.2) * np.interp(t, contacts, strengths)
        stretch = 0.1 * np.abs(speed) / top_speed * (1 - bump(since, 0.0, 0.2))
        gait = np.interp(t, contacts, np.arange(len(contacts)))
        return pose(part, t, y=part.floor + height, squash=1 + stretch - 0.26 * hit, gait=gait)

    kind = EventKind.SPLASH if part.medium is Medium.WATER else EventKind.LAND
    loud = zip(contacts, strengths, strict=True)
    landed = [e for at, strength in loud for e in part.events(kind, [at], float(strength))]
    return Motion(poses, tuple(landed))


def roll(part: Part) -> Motion:
    """Roll without slipping: angle = distance / radius, the rim always on the floor."""
    noise = part.bed(BedKind.ROLLING, 0.0, part.duration_s, 0.8)
    if part.subject.gait is Gait.WHEELS:
        return replace(drive(part), beds=noise)
    radius = (part.width + part.height) / 4

    def poses(t: Floats) -> Poses:
        x = part.route.x(t)
        angle = -(x - part.route.x(np.zeros(1))[0]) / radius
        lift = half_extent(part.width, part.height, angle) - part.height / 2
        return pose(
            part, t, x=x, y=part.floor + lift, angle_rad=angle, facing=np.full_like(t, part.heading)
        )

    return Motion(poses, (), noise)


def spin(part: Part) -> Motion:
    """Turn about the upright axis (who stands) or like a wheel (things); a WHOOSH each turn."""
    rate = 0.9 + 0.3 * part.luck[0]
    upright = part.subject.gait not in (Gait.NONE, Gait.JET, Gait.FINS)

    def pirouette(t: Floats) -> Poses:
        turned = part.heading * np.cos(TURN * rate * t)
        hop = np.sin(TURN * rate * t) ** 2
        return pose(part, t, facing=turned, y=part.floor + 0.04 * part.height * hop)

    def wheel(t: Floats) -> Poses:
        angle = -part.heading * TURN * rate * t
        lift = half_extent(part.width, part.height, angle) - part.height / 2
        return pose(part, t, angle_rad=angle, y=part.floor + lift)

    turns = part.events(EventKind.WHOOSH, ticks(rate, 0.75, part.duration_s), 0.6)
    return Motion(pirouette if upright else wheel, tuple(turns))


def _resize(part: Part, first: float, last: float) -> Motion:
    """Change height from one factor to another over most of the shot."""
    keys = [0.12 * part.duration_s, 0.85 * part.duration_s]
    upwards = 1.0 if part.hangs else part.top - part.floor
    limit = 0.92 * min(upwards / part.height, part.frame_width / part.width)
    factors = np.minimum([first, last], limit)

    def poses(t: Floats) -> Poses:
        height = part.height * keyed(t, keys, factors)
        base = part.floor - (height - part.height) / 2 * part.hangs
        throb = 0.03 * np.sin(TURN * 1.6 * t) * bump(t, part.duration_s / 2, part.duration_s)
        return pose(part, t, height=height, y=base, squash=1 + throb)

    return Motion(poses, (), part.bed(BedKind.SHIMMER, keys[0], keys[1], 0.7))


def grow(part: Part) -> Motion:
    """Grow from half to nearly twice the natural height."""
    return _resize(part, 0.5, 1.9)


def shrink(part: Part) -> Motion:
    """Shrink from half as high again to a third."""
    return _resize(part, 1.5, 0.35)


def powered(subject: Subject) -> bool:
    """Return whether an engine is heard when it drives: what has a motor has a motor's voice."""
    rails = subject.gait is Gait.WHEELS and subject.voice == "bell"
    return rails or subject.voice in _MOTOR_VOICES


def drive(part: Part) -> Motion:
    """Go on wheels, with the road felt in the springs, or rock over the water."""
    if part.medium is Medium.WATER:
        return _sail(part)

    def poses(t: Floats) -> Poses:
        wave = TURN * (3.1 * t + part.luck[0])
        road = np.sin(wave) + 0.5 * np.sin(1.7 * wave)
        gait = part.route.speed * t / (0.25 * part.height * np.pi)  # a wheel a quarter as high
        return pose(
            part,
            t,
            y=part.floor + 0.008 * part.height * np.maximum(road, 0.0),
            angle_rad=0.006 * np.sin(0.8 * wave + part.luck[1]),
            gait=gait,
        )

    noise = BedKind.ENGINE if powered(part.subject) else BedKind.ROLLING
    return Motion(poses, (), part.bed(noise, 0.0, part.duration_s, 0.8))


def _sail(part: Part) -> Motion:
    """Rock over the water under motor, or by a stroke (of oars, arms, feet) a turn."""
    stroke_hz = 0.8 + 0.2 * part.luck[2]

    def poses(t: Floats) -> Poses:
        wave = TURN * (0.45 * t + part.luck[0])
        return pose(
            part,
            t,
            y=part.floor + 0.02 * part.height * np.sin(wave),
            angle_rad=0.045 * np.sin(0.8 * wave + part.luck[1]),
            gait=stroke_hz * t + part.luck[3],
        )

    if powered(part.subject):
        return Motion(poses, (), part.bed(BedKind.ENGINE, 0.0, part.duration_s, 0.8))
    strokes = ticks(stroke_hz, part.luck[3], part.duration_s)
    return Motion(poses, tuple(part.events(EventKind.STROKE, strokes, 0.5)))
