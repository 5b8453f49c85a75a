"""Direct a shot: a performance for every actor, and the moments that are heard."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from cleardance.world.motion import actions, aloft, anatomy, camera
from cleardance.world.motion.actions import Motion, Part
from cleardance.world.motion.casting import cast
from cleardance.world.motion.kinetics import bump, half_extent
from cleardance.world.scene import Action, Relation, Shot
from cleardance.world.take import Event, EventKind, Floats, Performance, Poses, Take

PERFORM: dict[Action, Callable[[Part], Motion]] = {
    Action.STAND: actions.stand,
    Action.RUN: actions.run,
    Action.WALK: actions.walk,
    Action.FOLLOW: actions.walk,
    Action.JUMP: actions.jump,
    Action.BOUNCE: actions.bounce,
    Action.ROLL: actions.roll,
    Action.SPIN: actions.spin,
    Action.GROW: actions.grow,
    Action.SHRINK: actions.shrink,
    Action.DRIVE: actions.drive,
    Action.FLY: aloft.fly,
    Action.HOVER: aloft.hover,
    Action.SWIM: aloft.swim,
    Action.FALL: aloft.fall,
    Action.BLAST_OFF: aloft.blast_off,
    Action.FLOAT: aloft.float_up,
}
"""How each action is performed once it is staged (`casting.staged`)."""

_TUMBLING = frozenset({Action.ROLL, Action.SPIN, Action.FALL})
_CALL_S = 0.34


def direct(shot: Shot, aspect: float, seed: int) -> Take:
    """Return the directed shot for a frame ``aspect`` wide per unit of height.

    The same arguments give the same take; poses and view are exact at any time, so a take can be
    rendered at any frame rate. Raises KeyError for a subject that is not in the vocabulary.
    """
    rng = np.random.default_rng(seed)
    parts = cast(shot, aspect, rng)
    motions = [PERFORM[part.action](part) for part in parts]
    calls = [_calls(part, rng) for part in parts]
    motions = [_voiced(motion, times) for motion, times in zip(motions, calls, strict=True)]
    poses = [_mounted(shot, i, parts, motions) for i in range(len(parts))]
    events = [e for motion in motions for e in motion.events]
    events += [Event(t, EventKind.CALL, i) for i, times in enumerate(calls) for t in times]
    return Take(
        shot=shot,
        performances=tuple(map(Performance, shot.actors, poses)),
        view=camera.look(shot, aspect, poses, rng),
        events=tuple(sorted(events, key=lambda e: (e.time_s, e.actor, e.kind))),
        beds=tuple(bed for motion in motions for bed in motion.beds),
        aspect=aspect,
        seed=seed,
    )


def _calls(part: Part, rng: Generator) -> list[float]:
    """Return when a subject with a voice is heard: early, and late too in a long enough shot."""
    early, late = rng.uniform((0.12, 0.58), (0.36, 0.82)) * part.duration_s
    if not part.subject.voice:
        return []
    apart = 0.22 * part.index
    return [float(t) + apart for t in ([early, late] if part.duration_s > 3.5 else [early])]


def _voiced(motion: Motion, calls: list[float]) -> Motion:
    """Make the body heave at each call, so that it is seen who calls."""
    if not calls:
        return motion

    def poses(t: Floats) -> Poses:
        heave = np.max([bump(t, at + 0.07, _CALL_S) for at in calls], axis=0)
        still = motion.poses(t)
        return replace(still, squash=still.squash * (1 + 0.07 * heave))

    return Motion(poses, motion.events, motion.beds)


def _mounted(
    shot: Shot, index: int, parts: Sequence[Part], motions: Sequence[Motion]
) -> Callable[[Floats], Poses]:
    """Return an actor's poses; a rider's are set on top of whom it rides, however deep."""
    own, target = motions[index].poses, shot.actors[index].target
    if shot.actors[index].relation is not Relation.ON or target is None:
        return own
    below = _mounted(shot, target, parts, motions) if target < index else motions[target].poses
    mount, rider = parts[target], parts[index]
    seat = anatomy.seat(mount.subject.key)
    tumbles = mount.action in _TUMBLING

    def poses(t: Floats) -> Poses:
        seen, by = own(t), below(t)
        tall = by.height * by.squash
        across = mount.width / mount.height * by.height / by.squash
        sunk = (1 - seat) * tall * np.abs(np.cos(by.angle_rad))
        top = by.y + tall / 2 + half_extent(across, tall, by.angle_rad) - sunk
        lean = 0.0 if tumbles else 0.8 * by.angle_rad
        turned = by.facing * rider.heading if mount.route.speed > 0 else 1.0
        return Poses(
            x=seen.x + by.x,
            y=seen.y + top,
            height=seen.height,
            angle_rad=seen.angle_rad + lean,
            squash=seen.squash,
            gait=seen.gait,
            facing=seen.facing * turned,
        )

    return poses
