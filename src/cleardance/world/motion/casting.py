"""Who stands where: sizes, places and routes of a shot's actors, before anybody moves.

Actors linked by a relation form a group. Groups that travel the same way share one speed and go
one behind the other; groups that stay share the width of the frame.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from cleardance.world.motion import camera
from cleardance.world.motion.actions import Part
from cleardance.world.motion.kinetics import TURN, Route, shuttle, straight
from cleardance.world.picture import sprites
from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import Action, Actor, Camera, Heading, Relation, Shot, Size
from cleardance.world.take import Floats
from cleardance.world.vocabulary import Gait, Kind, Subject, subjects

SCALE: dict[Size, float] = {
    Size.TINY: 0.5,
    Size.SMALL: 0.72,
    Size.NORMAL: 1.0,
    Size.BIG: 1.35,
    Size.HUGE: 1.75,
}

PACE: dict[Action, tuple[float, float]] = {
    Action.RUN: (0.20, 0.80),
    Action.WALK: (0.09, 0.22),
    Action.JUMP: (0.04, 0.20),
    Action.BOUNCE: (0.06, 0.25),
    Action.ROLL: (0.16, 0.60),
    Action.FLY: (0.18, 0.70),
    Action.SWIM: (0.10, 0.32),
    Action.DRIVE: (0.20, 0.90),
}
"""Actions that travel, with the slowest and fastest believable speed, stage units per second."""

_RUNNING = frozenset({Action.RUN, Action.WALK, Action.FOLLOW, Action.DRIVE})
_GAPS: dict[Relation | None, float] = {
    Relation.CHASES: 1.65,
    Relation.FOLLOWS: 1.25,
}  # in widths, middle to middle
_ONE_WAY_S = 8.0  # nobody turns round in a shot as short as this
_SWING_PERIOD_S = 4.5
_MOST_SWING_S = 0.6 * _SWING_PERIOD_S / TURN  # beyond 1 / TURN a chaser would step back
_FAST = frozenset({Action.RUN, Action.DRIVE, Action.FLY, Action.ROLL})
_ON_THE_SPOT = frozenset({Action.JUMP, Action.BOUNCE})
_PURSUITS = (Relation.CHASES, Relation.FOLLOWS)
_NEEDS = {Action.GROW: 1.9, Action.SHRINK: 1.5, Action.HOVER: 1.2, Action.FLOAT: 1.2}
_ALOFT = frozenset({Action.FLY, Action.HOVER, Action.FLOAT, Action.FALL})
_IMMERSION = {
    Gait.BOAT: 0.13,
    Gait.WINGS: 0.18,
    Gait.BIPED: 0.26,
    Gait.FINS: 0.35,
    Gait.NONE: 0.25,
}
_SEABED_Y = -0.43


def staged(action: Action, subject: Subject, medium: Medium) -> Action:
    """Return what a subject asked for an action does in a medium: fish asked to run swim."""
    gait = subject.gait
    wet = medium in (Medium.WATER, Medium.DEPTHS)
    rolls = gait is Gait.WHEELS or subject.sails
    if action in _RUNNING:
        if gait in (Gait.JET, Gait.ROTOR) or (gait is Gait.WINGS and medium is Medium.AIR):
            return Action.FLY
        if gait is Gait.FINS or (wet and not rolls):
            return Action.SWIM
        if rolls:
            return Action.DRIVE
        return Action.RUN if action in (Action.RUN, Action.DRIVE) else Action.WALK
    if action is Action.SWIM and subject.sails:
        return Action.DRIVE
    if action is Action.STAND and medium in (Medium.AIR, Medium.VOID):
        return Action.HOVER if gait in (Gait.WINGS, Gait.ROTOR, Gait.JET) else action
    return action


def cast(shot: Shot, aspect: float, rng: Generator) -> tuple[Part, ...]:
    """Return one part per actor of the shot, in order.

    ``aspect`` is the frame's width over its height. Draws a fixed number of values from ``rng``.
    """
    return _Casting(shot, aspect, rng).parts()


def _pursuit(member: "_Member", target: Action) -> Action:
    """Return how somebody goes after a target that does ``target``."""
    if member.subject.gait is Gait.WINGS:
        return Action.FLY
    if member.action in PACE:
        return member.action
    fast = member.actor.relation is Relation.CHASES or target in _FAST
    return Action.RUN if fast else Action.WALK


@dataclass
class _Member:
    """One actor while places are being found."""

    actor: Actor
    subject: Subject
    action: Action
    height: float
    width: float
    root: int
    depth: int  # targets between it and its root
    behind: float = 0.0  # distance to the head of its row

    @property
    def needs(self) -> float:
        """The width it needs for itself."""
        return self.width * _NEEDS.get(self.action, 1.0)

    @property
    def rides(self) -> bool:
        return self.actor.relation is Relation.ON


class _Casting:
    """The steps of `cast`, in order."""

    def __init__(self, shot: Shot, aspect: float, rng: Generator) -> None:
        self.shot, self.aspect = shot, aspect
        self.place = PLACES[shot.place]
        self.luck = rng.random((len(shot.actors), 4))
        self.top = self.place.ground_y
        self.members = [self._member(i, actor) for i, actor in enumerate(shot.actors)]
        self._agree_on_actions()
        self._fit()

    def _member(self, index: int, actor: Actor) -> _Member:
        subject = subjects()[actor.subject]
        narrow = min(1.0, (self.aspect / 1.3) ** 0.5)
        height = subject.height * SCALE[actor.size] * narrow
        shape = sprites.aspect(actor.subject)
        limit = min(0.62, 0.8 * self.aspect / shape, 0.85 * self.top)
        height = float(np.clip(height, 0.05, limit))
        root, depth = _root(self.shot, index)
        return _Member(actor, subject, actor.action, height, height * shape, root, depth)

    def _agree_on_actions(self) -> None:
        """Make what is chased run, what is followed walk, neighbours and mounts move together."""
        for member in sorted(self.members, key=lambda m: m.depth):
            if member.actor.target is None:
                continue
            target = self.members[member.actor.target]
            asked, relation = target.action, member.actor.relation
            if relation in _PURSUITS:
                if asked is Action.STAND:
                    target.action = Action.RUN if relation is Relation.CHASES else Action.WALK
                member.action = _pursuit(member, target.action)
            elif member.action is Action.STAND and relation is Relation.NEXT_TO:
                member.action = asked
            elif relation is Relation.ON and member.action in PACE.keys() - _ON_THE_SPOT:
                target.action = member.action if asked is Action.STAND else asked
                member.action = Action.STAND
        for member in self.members:
            medium = Medium.LAND if member.rides else self.place.medium
            member.action = staged(member.action, member.subject, medium)

    def _fit(self) -> None:
        """Shrink everybody alike until rows fit the width, and riders with mounts the height."""
        walkers = [m for m in self.members if not m.rides]
        across = sum(m.needs for m in walkers) * (1.15 if len(walkers) > 1 else 1.0 / 1.9)
        scale = min(1.0, (0.6 if self._travels() else 0.86) * self.aspect / max(across, 0.01))
        for m in self.members:
            if m.rides and m.actor.target is not None:
                stack = m.height + self.members[m.actor.target].height
                scale = min(scale, 0.88 * self.top / stack)
        for m in self.members:
            m.height, m.width = m.height * scale, m.width * scale

    def _travels(self) -> bool:
        return any(m.action in PACE for m in self.members)

    def parts(self) -> tuple[Part, ...]:
        routes: dict[int, Route] = {}
        for heading in (1.0, -1.0):
            row = [i for i in self._rows() if self._moves(i) and self._heading(i) == heading]
            routes |= self._convoy(row, heading)
        routes |= self._standing([i for i in self._rows() if not self._moves(i)])
        return tuple(self._part(i, routes) for i in range(len(self.members)))

    def _rows(self) -> list[int]:
        """Return everybody who needs a place on the ground, group by group, roots first."""
        walkers = [i for i, m in enumerate(self.members) if not m.rides]
        return sorted(walkers, key=lambda i: (self.members[i].root, self.members[i].depth, i))

    def _moves(self, index: int) -> bool:
        """Return whether an actor's group travels: jumpers only if nobody stands in the way."""
        action = self.members[self.members[index].root].action
        others = {m.action for m in self.members if not m.rides} - _ON_THE_SPOT
        return action in PACE and (action not in _ON_THE_SPOT or not others)

    def _heading(self, index: int) -> float:
        root = self.members[self.members[index].root]
        group = root if self._moves(index) else self.members[index]
        return 1.0 if group.actor.heading is Heading.RIGHT else -1.0

    def _line_up(self, row: list[int]) -> float:
        """Set each one's distance behind the first; return the length of the row between ends."""
        for ahead, index in pairwise(row):
            before, member = self.members[ahead], self.members[index]
            gap = _GAPS.get(member.actor.relation, 1.15)
            member.behind = before.behind + gap * (before.needs + member.needs) / 2
        return self.members[row[-1]].behind

    def _convoy(self, row: list[int], heading: float) -> dict[int, Route]:
        if not row:
            return {}
        length = self._line_up(row)
        ends = (self.members[row[0]].needs + self.members[row[-1]].needs) / 2
        room = self.aspect * 0.94 - ends - length - 2 * camera.pan_reach(self.shot, self.aspect)
        lead = self._lead(row[0], max(room, 0.06), length, heading)
        return {i: self._behind(i, row, lead, heading) for i in row}

    def _lead(self, first: int, room: float, length: float, heading: float) -> Route:
        """Return the route of the head of a row ``length`` long with ``room`` to go."""
        member, duration_s = self.members[first], self.shot.duration_s
        quick = float(np.clip((member.height / 0.25) ** 0.5, 0.7, 1.4))
        low, high = (limit * quick for limit in PACE[self.members[member.root].action])
        centre = heading * length / 2
        if self.shot.camera is Camera.FOLLOW and self.members[0].root == member.root:
            speed = min(0.9 * high, camera.FOLLOW_TRAVEL / duration_s)
            return straight(centre - heading * speed * duration_s / 2, heading * speed, heading)
        low *= 0.5 if length else 1.0  # a row would rather be slow than turn into itself
        speed = float(np.clip(room / duration_s, low * min(1.0, room), high))
        if duration_s <= _ONE_WAY_S:
            speed = min(speed, (room + self._overhang(member)) / duration_s)
        elif speed * duration_s > 1.001 * room:
            return shuttle(centre, room, speed, heading, min(length, room))
        return straight(centre - heading * speed * duration_s / 2, heading * speed, heading)

    def _overhang(self, member: _Member) -> float:
        """Return how far beyond the frame's edges a crossing may go, both taken together."""
        return member.width * (1.0 if member.subject.kind is Kind.VEHICLE else 0.4)

    def _behind(self, index: int, row: list[int], lead: Route, heading: float) -> Route:
        """Return the lead's route shifted back, in time for pursuers and in space for others."""
        member, aim = self.members[index], self.members[index].actor.target
        target = self.members[aim] if aim in row else member
        if aim is None or member.actor.relation not in _PURSUITS or target.behind >= member.behind:
            return _shifted(lead, -heading * member.behind)
        ahead = self._behind(aim, row, lead, heading)
        lag_s = (member.behind - target.behind) / lead.speed
        swing_s = 0.2 * lag_s if member.actor.relation is Relation.CHASES else 0.0
        return trailing(ahead, lag_s, min(swing_s, _MOST_SWING_S))

    def _standing(self, row: list[int]) -> dict[int, Route]:
        """Spread who stays over the frame, in groups, with even gaps."""
        if not row:
            return {}
        length = self._line_up(row)
        root = [self.members[i].root for i in row]
        breaks = [a != b for a, b in pairwise(root)]
        ends = (self.members[row[0]].needs + self.members[row[-1]].needs) / 2
        spare = max(self.aspect * 0.8 - ends - length, 0.0)
        gap = min(spare / (sum(breaks) + 1), 0.25 * self.aspect)
        routes, x = {}, -(length + gap * sum(breaks)) / 2 + 0.2 * spare * (self.luck[0, 3] - 0.5)
        for n, i in enumerate(row):
            x += gap * breaks[n - 1] if n else 0.0
            routes[i] = self._arriving(i, x + self.members[i].behind)
        return routes

    def _arriving(self, index: int, x: float) -> Route:
        """Stay at x, or, when in pursuit of someone who stays, come up to them."""
        member, heading = self.members[index], self._heading(index)
        if member.actor.relation not in _PURSUITS:
            return straight(x, 0.0, heading)
        goal = -1.0 if member.behind > 0 else 1.0
        way = min(0.2 * self.aspect, self.aspect / 2 - abs(x) - member.width / 2)
        speed = max(way, 0.02) / self.shot.duration_s
        return straight(x - goal * speed * self.shot.duration_s, goal * speed, goal)

    def _part(self, index: int, routes: dict[int, Route]) -> Part:
        member = self.members[index]
        medium = Medium.LAND if member.rides else self.place.medium
        heading = self._heading(index)
        route = routes.get(index) or straight(0.0, 0.0, heading)
        return Part(
            index=index,
            action=member.action,
            subject=member.subject,
            height=member.height,
            width=member.width,
            route=route,
            medium=medium,
            floor=_floor(member, medium),
            hangs=_hangs(member, medium),
            top=self.top,
            bottom=self.top - 1.0,
            frame_width=self.aspect,
            duration_s=self.shot.duration_s,
            luck=(*(float(v) for v in self.luck[index]),),  # type: ignore[arg-type]
            heading=heading,
        )


def trailing(route: Route, lag_s: float, swing_s: float) -> Route:
    """Return the route of a pursuer: the same way ``lag_s`` later, give or take ``swing_s``."""

    def then(t: Floats) -> Floats:
        return t - lag_s + swing_s * np.sin(TURN * t / _SWING_PERIOD_S)

    return Route(lambda t: route.x(then(t)), lambda t: route.facing(then(t)), route.speed)


def _shifted(route: Route, by: float) -> Route:
    return Route(lambda t: route.x(t) + by, route.facing, route.speed)


def _root(shot: Shot, index: int) -> tuple[int, int]:
    """Return the end of an actor's chain of targets (the lowest of a circle), and how far it is."""
    seen = [index]
    while (target := shot.actors[seen[-1]].target) is not None:
        if target in seen:
            return min(seen), seen.index(min(seen))
        seen.append(target)
    return seen[-1], len(seen) - 1


def _floor(member: _Member, medium: Medium) -> float:
    """Return the y of the sprite's bottom when it stands, floats or hangs in the medium."""
    if _hangs(member, medium):
        return -member.height / 2
    if medium is Medium.DEPTHS:
        return _SEABED_Y
    if medium is Medium.WATER and member.action not in _ALOFT:
        return -member.height * _IMMERSION.get(member.subject.gait, 0.38)
    return 0.0


def _hangs(member: _Member, medium: Medium) -> bool:
    """Return whether there is nothing under it; in the depths, swimmers and flyers do not sink."""
    swims = member.subject.gait in (Gait.FINS, Gait.BOAT) or member.action is Action.SWIM
    return medium in (Medium.AIR, Medium.VOID) or (
        medium is Medium.DEPTHS and (swims or member.action in _ALOFT)
    )
