"""Actions that leave the ground or take place in water; see ``actions`` for the contract."""

import numpy as np

from cleardance.world.motion.actions import Motion, Part, pose
from cleardance.world.motion.kinetics import GRAVITY, TURN, bump, parabolas, ticks, wobble
from cleardance.world.places import Medium
from cleardance.world.take import Bed, BedKind, EventKind, Floats, Poses
from cleardance.world.vocabulary import Gait

_INSECT_HEIGHT = 0.15
_IGNITION_S = 0.8


def _altitude(part: Part) -> float:
    """Return the y of the sprite's bottom around which it flies."""
    if part.hangs:
        return part.floor + 0.12 * (part.luck[0] - 0.5)
    return part.floor + part.room * (0.5 + 0.2 * part.luck[0])


def _flap_hz(part: Part) -> float:
    """Small wings beat fast."""
    return float(np.clip(0.75 / part.height, 2.2, 6.0))


def _buzzes(part: Part) -> bool:
    """Return whether its wings are too fast to be heard one by one."""
    insect = part.subject.voice == "buzz" or part.subject.height < _INSECT_HEIGHT
    return part.subject.gait is Gait.WINGS and insect


def _pointed(part: Part) -> bool:
    """Return whether it is a rocket: a jet drawn upright, which lies down to fly across."""
    return part.subject.gait is Gait.JET and part.width < 0.75 * part.height


def _engine(part: Part) -> tuple[Bed, ...]:
    """Return what is heard of a flyer all the time: nothing of a bird."""
    kinds = {Gait.ROTOR: BedKind.ROTOR, Gait.JET: BedKind.ENGINE, Gait.WHEELS: BedKind.ENGINE}
    kind = kinds.get(part.subject.gait)
    if _pointed(part):
        kind = BedKind.ROCKET
    if _buzzes(part):
        kind = BedKind.BUZZ
    return part.bed(kind, 0.0, part.duration_s, 0.8) if kind else ()


def _wing_hz(part: Part) -> float:
    """Return turns a second of whatever keeps it up; 0 when nothing moves."""
    rates = {Gait.WINGS: _flap_hz(part), Gait.ROTOR: 5.0, Gait.FINS: 1.2}
    return rates.get(part.subject.gait, 0.0)


def _airborne(part: Part, sway_x: float, sway_y: float, lie_rad: float = 0.0) -> Motion:
    """Go along the route at altitude, swaying; wings lift the body at each down-stroke."""
    base, beat = _altitude(part), _wing_hz(part)
    wings = part.subject.gait is Gait.WINGS
    lift = 0.05 * part.height if wings else 0.0

    def poses(t: Floats) -> Poses:
        gait = beat * t + part.luck[1]
        wave = TURN * (0.21 * t + part.luck[2])
        facing = part.route.facing(t)
        slope = sway_y * 0.21 * TURN * np.cos(wave) / max(part.route.speed, 0.3)
        return pose(
            part,
            t,
            x=part.route.x(t) + sway_x * np.sin(1.6 * wave + part.luck[3]),
            y=base + sway_y * np.sin(wave) - lift * np.cos(TURN * gait),
            angle_rad=facing * (0.7 * slope - 0.03) - lie_rad * part.heading,
            gait=gait,
            facing=facing,
        )

    audible = wings and not _buzzes(part)
    beats = ticks(beat, part.luck[1], part.duration_s) if audible else ()
    return Motion(poses, tuple(part.events(EventKind.FLAP, beats, 0.6)), _engine(part))


def fly(part: Part) -> Motion:
    """Glide across on flapping wings, a rotor or a jet."""
    return _airborne(part, 0.0, min(0.05, 0.3 * part.room), 1.35 if _pointed(part) else 0.0)


def hover(part: Part) -> Motion:
    """Stay in the air, wandering a little."""
    return _airborne(part, 0.04, min(0.035, 0.3 * part.room))


def swim(part: Part) -> Motion:
    """Bob along the water line with a stroke a turn; under water, sway."""
    stroke_hz = float(np.clip(0.3 / part.height, 0.8, 1.7))
    surface = part.medium is Medium.WATER
    base = part.floor if part.medium is not Medium.LAND else part.floor + 0.2 * part.room
    bob = 0.05 * part.height if surface else min(0.04, 0.2 * part.height)
    bob_hz = stroke_hz if surface else 0.27

    def poses(t: Floats) -> Poses:
        gait = stroke_hz * t + part.luck[0]
        facing = part.route.facing(t)
        wave = TURN * (bob_hz * t + part.luck[0])
        return pose(
            part,
            t,
            y=base - bob * np.cos(wave),
            angle_rad=facing * 0.06 * np.sin(wave),
            squash=1 - 0.02 * np.cos(TURN * gait),
            gait=gait,
            facing=facing,
        )

    strokes = ticks(stroke_hz, part.luck[0], part.duration_s)
    events = part.events(EventKind.STROKE, strokes, 0.7 if surface else 0.4)
    if surface:
        events += part.events(EventKind.SPLASH, strokes[1::3], 0.4)
    return Motion(poses, tuple(events))


def fall(part: Part) -> Motion:
    """Hang, drop, rebound twice and lie; where there is no ground, keep falling."""
    endless = {Medium.DEPTHS: _sink, Medium.AIR: _plunge, Medium.VOID: _tumble}
    if part.medium in endless:
        return endless[part.medium](part)
    gravity = GRAVITY[part.medium]
    hang_s = float(np.clip(0.16 * part.duration_s, 0.3, 1.0))
    drop_s = float(np.sqrt(2 * part.room / gravity))
    hits = hang_s + drop_s + np.cumsum([0.0, 0.56 * drop_s, 0.2 * drop_s])
    contacts = np.concatenate(([hang_s - drop_s], hits))

    def poses(t: Floats) -> Poses:
        y, speed = parabolas(t, contacts, gravity)
        y = np.where(t < hang_s, part.room, y)
        tilt = 0.12 * np.sin(TURN * 0.9 * t) * bump(t, hang_s / 2, 2 * hang_s)
        crush = sum(0.3 * 0.45**i * bump(t, at + 0.06, 0.3) for i, at in enumerate(hits))
        stretch = 0.08 * np.abs(speed) / (gravity * drop_s) * (t > hang_s) * (t < hits[0])
        return pose(part, t, y=part.floor + y, angle_rad=tilt, squash=1 - crush + stretch)

    kind = EventKind.SPLASH if part.medium is Medium.WATER else EventKind.LAND
    events = part.events(EventKind.WHOOSH, [hang_s], 0.5)
    for strength, at in zip((1.0, 0.4, 0.15), hits, strict=True):
        events += part.events(kind, [at], strength)
    return Motion(poses, tuple(events))


def _plunge(part: Part) -> Motion:
    """Fall through the frame, tumbling, and come in again at the top, out of sight meanwhile."""
    half = float(np.hypot(part.height, part.width)) / 2
    reach = part.top - part.bottom + 2 * half
    start, speed = 0.42 * reach, 0.65
    passes = ticks(speed / reach, start / reach, part.duration_s)

    def poses(t: Floats) -> Poses:
        middle = part.top + half - np.mod(start + speed * t, reach)
        angle = -part.heading * TURN * 0.3 * t
        return pose(part, t, y=middle - part.height / 2, angle_rad=angle)

    return Motion(poses, tuple(part.events(EventKind.WHOOSH, [0.2, *(passes + 0.6)], 0.6)))


def _tumble(part: Part) -> Motion:
    """Fall where nothing weighs: drift down the frame, head over heels."""
    way = part.top - part.bottom - max(part.height, part.width) - 0.1

    def poses(t: Floats) -> Poses:
        middle = way * (0.5 - t / part.duration_s)
        angle = -part.heading * TURN * 0.17 * t
        return pose(part, t, y=middle - part.height / 2, angle_rad=angle)

    return Motion(poses)


def _sink(part: Part) -> Motion:
    """Sink through water, swinging like a leaf, slower and slower."""
    top, low = part.top - part.height - 0.06, part.bottom + 0.12
    pace = part.duration_s / 2.5

    def poses(t: Floats) -> Poses:
        left = np.exp(-np.maximum(t, 0.0) / pace)
        swing = TURN * 0.4 * t + TURN * part.luck[0]
        return pose(
            part,
            t,
            x=part.route.x(t) + 0.04 * np.sin(swing),
            y=low + (top - low) * left,
            angle_rad=0.3 * np.cos(swing) * left,
        )

    return Motion(poses)


def blast_off(part: Part) -> Motion:
    """Stand, ignite and shake, then accelerate up until gone as the shot ends."""
    ignite_s = 0.12 * part.duration_s
    lift_s = ignite_s + min(_IGNITION_S, 0.2 * part.duration_s)
    way = part.top - part.floor + 0.1 * part.height
    climb_s = part.duration_s - lift_s
    seeds = np.array(part.luck)

    def poses(t: Floats) -> Poses:
        aloft = np.maximum(t - lift_s, 0.0) / climb_s
        fury = np.clip((t - ignite_s) / 0.2, 0.0, 1.0) * np.clip(1 - 1.5 * aloft, 0.15, 1.0)
        shake = fury * wobble(t, seeds, 7.0, 13.0)
        squat = 0.1 * bump(t, lift_s, 0.9) - 0.1 * np.clip(3 * aloft, 0.0, 1.0)
        return pose(
            part,
            t,
            x=part.route.x(t) + 0.012 * part.height * shake,
            y=part.floor + way * aloft**2,
            angle_rad=0.012 * shake,
            squash=1 - squat,
            gait=8.0 * t,
        )

    events = part.events(EventKind.IGNITION, [ignite_s], 1.0)
    events += part.events(EventKind.TAKEOFF, [lift_s], 0.8)
    bed = part.bed(BedKind.ROCKET, ignite_s, part.duration_s, 1.0)
    return Motion(poses, tuple(events), bed)


def float_up(part: Part) -> Motion:
    """Drift upward like a balloon, swinging."""
    low = part.floor + (-0.15 if part.hangs else 0.15 * part.room)
    way = 0.3 if part.hangs else 0.6 * part.room

    def poses(t: Floats) -> Poses:
        swing = TURN * (0.24 * t + part.luck[0])
        return pose(
            part,
            t,
            x=part.route.x(t) + 0.035 * np.sin(swing),
            y=low + way * t / part.duration_s + 0.012 * np.sin(1.7 * swing),
            angle_rad=-0.07 * np.cos(swing),
            gait=0.3 * t,
        )

    return Motion(poses, (), part.bed(BedKind.SHIMMER, 0.0, part.duration_s, 0.35))
