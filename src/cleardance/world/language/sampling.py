"""Random scenes that make sense, for training: who can do what where, in which light and air."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from numpy.random import Generator

from cleardance.world.language.habits import habits, idle, mover, times, weathers
from cleardance.world.language.naming import countable
from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import (
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
from cleardance.world.vocabulary import Kind, Subject
from cleardance.world.vocabulary import subjects as all_subjects

_STATIC_ODDS = 0.65
_DAY_ODDS = 0.55
_CLEAR_ODDS = 0.6
_SIZE_ODDS = 0.15
_COLOUR_ODDS = 0.12
_TRIES = 30
_PURSUING = frozenset({Action.RUN, Action.FLY, Action.SWIM, Action.DRIVE})


def sample(
    rng: Generator, *, subjects: Sequence[str] | None = None, duration_s: float = 3.0
) -> Scene:
    """Return a random scene of one shot: usually one actor, at most three.

    ``subjects`` limits the cast to these keys. No scene contradicts itself: nobody is where they
    cannot be, no snow falls in space, the sun does not shine at night.

    Raises:
        KeyError: a key names no subject.
        ValueError: ``subjects`` is empty.
    """
    keys = tuple(all_subjects()) if subjects is None else tuple(subjects)
    if not keys:
        raise ValueError("no subjects to sample from")
    cast = _Casting(rng, tuple(all_subjects()[key] for key in keys))
    shot = cast.shot(duration_s)
    return Scene((shot,), int(rng.integers(2**31)))


T = TypeVar("T")


def _pick(rng: Generator, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


class _Casting:
    """Draws one shot, step by step."""

    def __init__(self, rng: Generator, subjects: Sequence[Subject]) -> None:
        self.rng, self.subjects = rng, subjects

    def shot(self, duration_s: float) -> Shot:
        """Return actors in a place, a light and an air that suit them all."""
        lead = _pick(self.rng, self.subjects)
        actions, places = _pick(self.rng, habits(lead))
        action, place = _pick(self.rng, actions), _pick(self.rng, places)
        heading = self._heading()
        first = self._looks(Actor(lead.key, action, heading), lead)
        actors = self._company(first, lead, place)
        return Shot(
            actors=actors,
            place=place,
            time=self._time(place, actors),
            weather=self._weather(place, actors),
            camera=self._camera(),
            duration_s=duration_s,
        )

    def _company(self, first: Actor, lead: Subject, place: Place) -> tuple[Actor, ...]:
        """Return the first actor alone, multiplied, or with others."""
        luck = self.rng.random()
        if luck < 0.7:
            return (first,)
        if luck < 0.78 and countable(lead):
            return (first,) * int(self.rng.integers(2, 4))
        partner = self._partner(lead, place, {lead.key})
        if partner is None:
            return (first,)
        if luck < 0.9:
            return self._related(first, lead, partner, place)
        return self._crowd(first, lead, partner, place)

    def _partner(self, lead: Subject, place: Place, known: set[str]) -> Subject | None:
        """Return someone else who belongs here, in a light and an air that suit the lead."""
        for _ in range(_TRIES):
            other = _pick(self.rng, self.subjects)
            cast = (lead.key, other.key)
            suits = times(place, cast) and weathers(place, cast)
            if other.key not in known and _actions_in(other, place) and suits:
                return other
        return None

    def _crowd(
        self, first: Actor, lead: Subject, partner: Subject, place: Place
    ) -> tuple[Actor, ...]:
        """Return two or three actors who have nothing to do with each other."""
        crowd = [first, self._other(partner, place, first.heading)]
        third = self._partner(lead, place, {lead.key, partner.key})
        if self.rng.random() < 0.3 and third is not None and _compatible(crowd, third, place):
            crowd.append(self._other(third, place, first.heading))
        return tuple(crowd)

    def _other(self, subject: Subject, place: Place, heading: Heading) -> Actor:
        same_way = self.rng.random() < 0.8
        actor = Actor(
            subject.key,
            _pick(self.rng, _actions_in(subject, place)),
            heading if same_way else self._heading(),
        )
        return self._looks(actor, subject)

    def _related(
        self, first: Actor, lead: Subject, partner: Subject, place: Place
    ) -> tuple[Actor, ...]:
        """Return two actors, one of whom chases, follows, stands by or on the other."""
        medium = PLACES[place].medium
        ways = {mover(lead, medium), mover(partner, medium)}
        runs = {Action.RUN if way is Action.WALK else way for way in ways}
        second = self._looks(Actor(partner.key, Action.STAND, first.heading), partner)
        if runs <= _PURSUING and _moves(lead) and _moves(partner):
            return self._pursuit(first, lead, second, partner, medium)
        first = replace(first, action=idle(lead, place), target=1, relation=Relation.NEXT_TO)
        if _bears(partner, lead) and medium is Medium.LAND:
            first = replace(first, action=Action.STAND, relation=Relation.ON)
        return first, replace(second, action=idle(partner, place))

    def _pursuit(
        self, first: Actor, lead: Subject, second: Actor, partner: Subject, medium: Medium
    ) -> tuple[Actor, ...]:
        """Return pursuer and quarry, the quarry at times first."""
        here, there = mover(lead, medium), mover(partner, medium)
        relation = _pick(self.rng, (Relation.CHASES, Relation.FOLLOWS))
        if relation is Relation.CHASES:
            here, there = (Action.RUN if a is Action.WALK else a for a in (here, there))
        else:
            here = Action.FOLLOW
        if self.rng.random() < 0.25:
            quarry = replace(second, action=there)
            return quarry, replace(first, action=here, relation=relation, target=0)
        pursuer = replace(first, action=here, relation=relation, target=1)
        return pursuer, replace(second, action=there)

    def _looks(self, actor: Actor, subject: Subject) -> Actor:
        """Return the actor, at times of another size or colour."""
        if self.rng.random() < _SIZE_ODDS:
            sizes = (Size.TINY, Size.SMALL, Size.BIG, Size.HUGE)
            actor = replace(actor, size=_pick(self.rng, sizes))
        tinted = subject.kind not in (Kind.PERSON, Kind.WEATHER)
        if tinted and self.rng.random() < _COLOUR_ODDS:
            actor = replace(actor, colour=_pick(self.rng, tuple(Colour)))
        return actor

    def _heading(self) -> Heading:
        return _pick(self.rng, tuple(Heading))

    def _time(self, place: Place, actors: Sequence[Actor]) -> TimeOfDay:
        allowed = times(place, tuple(a.subject for a in actors))
        day = TimeOfDay.DAY in allowed and self.rng.random() < _DAY_ODDS
        return TimeOfDay.DAY if day else _pick(self.rng, allowed)

    def _weather(self, place: Place, actors: Sequence[Actor]) -> Weather:
        allowed = weathers(place, tuple(a.subject for a in actors))
        clear = Weather.CLEAR in allowed and self.rng.random() < _CLEAR_ODDS
        return Weather.CLEAR if clear else _pick(self.rng, allowed)

    def _camera(self) -> Camera:
        if self.rng.random() < _STATIC_ODDS:
            return Camera.STATIC
        return _pick(self.rng, tuple(camera for camera in Camera if camera is not Camera.STATIC))


def _actions_in(subject: Subject, place: Place) -> tuple[Action, ...]:
    """Return what a subject sensibly does in a place; nothing if it does not belong there."""
    return tuple(a for actions, places in habits(subject) if place in places for a in actions)


def _compatible(cast: Sequence[Actor], third: Subject, place: Place) -> bool:
    keys = (*(actor.subject for actor in cast), third.key)
    return bool(times(place, keys) and weathers(place, keys))


def _moves(subject: Subject) -> bool:
    return subject.kind in (Kind.ANIMAL, Kind.PERSON, Kind.VEHICLE)


def _bears(base: Subject, load: Subject) -> bool:
    """Whether one can stand on the other: a cat on a box, not an elephant on a cup."""
    solid = base.kind in (Kind.OBJECT, Kind.VEHICLE) and base.home == "land"
    return solid and base.height > 0.22 and load.height < 1.3 * base.height and load.home == "land"
