"""Shots while they are being read, and how what was not said is filled in."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from cleardance.world.language.habits import fitted, haunt, idle, mover
from cleardance.world.places import PLACES
from cleardance.world.scene import (
    MAX_ACTORS,
    Action,
    Actor,
    Camera,
    Colour,
    Heading,
    Place,
    Relation,
    Scene,
    Shot,
    Size,
    TimeOfDay,
    Weather,
)
from cleardance.world.vocabulary import subjects

FPS = 24
MAX_SHOTS = 8
MIN_SHOT_S = 1.0
_NARROW = frozenset({Place.SKY, Place.ROOM})
"""Guesses that give way when the company lives elsewhere."""


@dataclass(eq=False)
class ActorDraft:
    """An actor so far; None is not said. ``moves`` is movement of whatever kind is its own."""

    subject: str
    action: Action | None = None
    moves: bool = False
    heading: Heading | None = None
    size: Size | None = None
    colour: Colour | None = None
    relation: Relation | None = None
    target: "ActorDraft | None" = None
    spare: bool = False  # the third of "birds": gives its place up to someone named

    @property
    def busy(self) -> bool:
        """Whether something is already said about what it does."""
        return self.moves or self.action is not None

    def leads_to(self, other: "ActorDraft") -> bool:
        """Whether following targets from here arrives at ``other``."""
        here: ActorDraft | None = self
        while here is not None and here is not other:
            here = here.target
        return here is other


@dataclass
class ShotDraft:
    """A shot so far; None is not said."""

    actors: list[ActorDraft] = field(default_factory=list)
    place: Place | None = None
    time: TimeOfDay | None = None
    weather: Weather | None = None
    camera: Camera | None = None
    continues: bool = False  # its actors come from the shot before

    @property
    def empty(self) -> bool:
        """Whether nothing at all has been said yet."""
        said = (self.place, self.time, self.weather, self.camera)
        return not self.actors and all(value is None for value in said)

    @property
    def room(self) -> int:
        """How many more actors it can hold."""
        return MAX_ACTORS - len(self.actors)

    def make_room(self, count: int) -> None:
        """Let spare actors go, if no one points at them, until ``count`` more fit."""
        pointed_at = {id(actor.target) for actor in self.actors}
        for actor in reversed(self.actors):
            if self.room < count and actor.spare and id(actor) not in pointed_at:
                self.actors.remove(actor)

    def sequel(self) -> tuple["ShotDraft", dict[int, ActorDraft]]:
        """Return a shot with copies of the actors, and the copies by the originals' ``id``."""
        copies = {id(a): replace(a, action=a.action) for a in self.actors}
        for copy in copies.values():
            copy.target = copies.get(id(copy.target))
        return ShotDraft(list(copies.values()), continues=True), copies


def scene(drafts: Sequence[ShotDraft], duration_s: float, heading: Heading, seed: int) -> Scene:
    """Return the scene: defaults filled in, the duration shared out on whole frames.

    ``heading`` is that of every actor whose own is not said. Later shots inherit what earlier
    ones say of time and weather, and of the place; a guessed place is inherited with the actors.
    """
    _share_place(drafts)
    shots: list[Shot] = []
    said: Place | None = None
    for draft, seconds in zip(drafts, shares_s(duration_s, len(drafts)), strict=True):
        said = draft.place or said
        before = shots[-1] if shots else None
        shots.append(_shot(draft, said, before, heading, seconds))
    return Scene(tuple(shots), seed)


def _share_place(drafts: Sequence[ShotDraft]) -> None:
    """Take a place that is only named later to hold from the start, if the actors stay."""
    for i, draft in enumerate(drafts):
        if i and not draft.continues:
            return
        if draft.place is not None:
            drafts[0].place = draft.place
            return


def shares_s(duration_s: float, count: int) -> list[float]:
    """Divide a duration into ``count`` parts of whole frames that differ by one at most."""
    frames = max(round(duration_s * FPS), count)
    edges = [frames * i // count for i in range(count + 1)]
    return [(end - start) / FPS for start, end in pairwise(edges)]


def implied(shot: Shot, index: int) -> Action:
    """Return what a reader takes an actor to do if only its relations are told."""
    cast = [ActorDraft(a.subject, a.action, relation=a.relation) for a in shot.actors]
    for draft, actor in zip(cast, shot.actors, strict=True):
        draft.target = None if actor.target is None else cast[actor.target]
    cast[index].action = None
    return _action(cast[index], cast, shot.place)


def _shot(
    draft: ShotDraft, said: Place | None, before: Shot | None, heading: Heading, seconds: float
) -> Shot:
    weather = draft.weather or (before.weather if before else None)
    place = said
    if place is None and before is not None and draft.continues:
        place = before.place
    place = place or _guess_place(draft.actors, weather)
    return Shot(
        actors=tuple(_actor(a, draft.actors, place, heading) for a in draft.actors),
        place=place,
        time=draft.time or (before.time if before else TimeOfDay.DAY),
        weather=weather or Weather.CLEAR,
        camera=draft.camera or Camera.STATIC,
        duration_s=seconds,
    )


def _guess_place(actors: Sequence[ActorDraft], weather: Weather | None) -> Place:
    """Return where the most telling actor is: one that does something, else the first."""
    if not actors:
        return Place.MEADOW
    telling = next((a for a in actors if a.busy), actors[0])
    place = _haunt(telling, weather)
    if place not in _NARROW:
        return place
    others = (_haunt(actor, weather) for actor in actors)
    return next((other for other in others if other not in _NARROW), place)


def _haunt(draft: ActorDraft, weather: Weather | None) -> Place:
    subject = subjects()[draft.subject]
    if draft.action is not None:
        return haunt(subject, fitted(draft.action, subject), weather)
    place = haunt(subject, None, weather)
    moving = mover(subject, PLACES[place].medium) if draft.moves else None
    return haunt(subject, moving, weather)


def _actor(draft: ActorDraft, cast: Sequence[ActorDraft], place: Place, default: Heading) -> Actor:
    target = None if draft.target is None else cast.index(draft.target)
    return Actor(
        subject=draft.subject,
        action=_action(draft, cast, place),
        heading=_heading(draft, cast) or default,
        size=draft.size or Size.NORMAL,
        colour=draft.colour,
        relation=draft.relation,
        target=target,
    )


def _action(draft: ActorDraft, cast: Sequence[ActorDraft], place: Place) -> Action:
    subject = subjects()[draft.subject]
    medium = PLACES[place].medium
    if draft.action is not None:
        return fitted(draft.action, subject)
    if draft.relation is Relation.FOLLOWS:
        return Action.FOLLOW
    chasing = draft.relation is Relation.CHASES
    chased = any(a.target is draft and a.relation is Relation.CHASES for a in cast)
    followed = any(a.target is draft and a.relation is Relation.FOLLOWS for a in cast)
    if chasing or chased:
        way = mover(subject, medium)
        return Action.RUN if way is Action.WALK else way
    if draft.moves or followed:
        return mover(subject, medium)
    return Action.STAND if draft.relation is Relation.ON else idle(subject, place)


def _heading(draft: ActorDraft, cast: Sequence[ActorDraft]) -> Heading | None:
    """Return its own heading, or that of an actor it goes with."""
    if draft.heading is not None:
        return draft.heading
    partners = [a for a in cast if a.target is draft] + ([draft.target] if draft.target else [])
    return next((a.heading for a in partners if a.heading is not None), None)
