"""A scene to words that `reading` reads back: many ways to say it, one fixed compact form."""

from collections.abc import Sequence
from typing import NamedTuple

from numpy.random import Generator

from cleardance.world.language.drafts import implied
from cleardance.world.language.naming import Words, common_verb, linking_verb, noun_phrase, verb
from cleardance.world.scene import (
    Action,
    Actor,
    Camera,
    Place,
    Relation,
    Scene,
    Shot,
    TimeOfDay,
    Weather,
)
from cleardance.world.vocabulary import subjects

_PLACES: dict[Place, tuple[str, ...]] = {
    Place.MEADOW: ("in a meadow", "in a grassy field", "in the park"),
    Place.FOREST: ("in a forest", "in the woods"),
    Place.BEACH: ("on a beach", "on a sandy beach", "at the seaside"),
    Place.SEA: ("on the sea", "in the ocean", "on the open sea"),
    Place.LAKE: ("on a lake", "in a pond"),
    Place.UNDERWATER: ("underwater", "under the sea", "near a coral reef"),
    Place.DESERT: ("in a desert", "among the sand dunes"),
    Place.MOUNTAINS: ("in the mountains", "on a mountainside"),
    Place.CITY: ("in a city", "on a city street", "in the street"),
    Place.FARM: ("on a farm", "in a pasture"),
    Place.ROAD: ("on a road", "on a country road", "on a highway"),
    Place.SNOWFIELD: ("in a snowy field", "in a snowy landscape", "on the tundra"),
    Place.SPACE: ("in space", "in outer space"),
    Place.ROOM: ("in a room", "in the living room", "in the kitchen"),
    Place.SKY: ("in the sky", "in the air"),
}
_ACROSS: dict[Place, tuple[str, ...]] = {
    Place.MEADOW: ("across a meadow", "across a grassy field", "through a meadow"),
    Place.FOREST: ("through a forest", "through the woods"),
    Place.BEACH: ("along a beach", "across a sandy beach"),
    Place.SEA: ("across the sea", "across the ocean"),
    Place.LAKE: ("across a lake", "across a pond"),
    Place.UNDERWATER: ("underwater", "through the deep sea"),
    Place.DESERT: ("across a desert", "through the desert"),
    Place.MOUNTAINS: ("through the mountains",),
    Place.CITY: ("through a city", "down a city street"),
    Place.FARM: ("across a farm", "past a farm"),
    Place.ROAD: ("along a road", "down a country road"),
    Place.SNOWFIELD: ("across a snowy field", "through the snow"),
    Place.SPACE: ("through space", "through outer space"),
    Place.ROOM: ("across a room", "through the living room"),
    Place.SKY: ("across the sky", "through the air"),
}
_SCENERY: dict[Place, str] = {
    Place.MEADOW: "a meadow",
    Place.FOREST: "a forest",
    Place.BEACH: "a beach",
    Place.SEA: "the sea",
    Place.LAKE: "a lake",
    Place.UNDERWATER: "the deep sea",
    Place.DESERT: "a desert",
    Place.MOUNTAINS: "a mountain range",
    Place.CITY: "a city",
    Place.FARM: "a farm",
    Place.ROAD: "a road",
    Place.SNOWFIELD: "a snowy field",
    Place.SPACE: "outer space",
    Place.ROOM: "a room",
    Place.SKY: "the sky",
}
_INDOORS = frozenset({Place.ROOM, Place.SPACE, Place.UNDERWATER})
_PURSUITS = frozenset({Relation.CHASES, Relation.FOLLOWS})
_JOINTS = {
    Relation.NEXT_TO: "next to",
    Relation.ON: "on",
    Relation.CHASES: "chasing",
    Relation.FOLLOWS: "following",
}
_TRAVELS = frozenset(
    {Action.RUN, Action.WALK, Action.FLY, Action.SWIM, Action.DRIVE, Action.ROLL, Action.FOLLOW}
)

_TIMES: dict[TimeOfDay, tuple[str, ...]] = {
    TimeOfDay.DAY: ("", "", "", "in broad daylight", "during the day"),
    TimeOfDay.DUSK: ("at dusk", "at sunset", "in the evening", "at twilight"),
    TimeOfDay.NIGHT: ("at night", "by moonlight", "at midnight"),
    TimeOfDay.DAWN: ("at dawn", "at sunrise", "in the early morning"),
}
_WEATHERS: dict[Weather, tuple[str, ...]] = {
    Weather.CLEAR: ("",),
    Weather.RAIN: ("in the rain", "while it rains", "as rain falls"),
    Weather.SNOW: ("in falling snow", "while it snows", "as snow falls"),
    Weather.FOG: ("in the fog", "in the mist"),
    Weather.WIND: ("while the wind blows", "in the wind", "in the breeze"),
}
_CAMERAS: dict[Camera, tuple[str, ...]] = {
    Camera.STATIC: ("", "", "", "Static shot."),
    Camera.PAN_LEFT: ("The camera pans left.", "Panning left."),
    Camera.PAN_RIGHT: ("The camera pans right.", "Panning right."),
    Camera.TILT_UP: ("The camera tilts up.", "Tilting up."),
    Camera.TILT_DOWN: ("The camera tilts down.", "Tilting down."),
    Camera.ZOOM_IN: ("The camera zooms in.", "Zooming in."),
    Camera.ZOOM_OUT: ("The camera zooms out.", "Zooming out."),
    Camera.SHAKE: ("Handheld camera.", "The camera shakes."),
    Camera.FOLLOW: ("Tracking shot.",),
}
_CLEAR_SKY = ("under a clear sky", "under a blue sky")


def canonical(scene: Scene) -> str:
    """Return the fixed, compact form: every choice the plainest, every heading said."""
    return _many(scene, Words(None))


def caption(scene: Scene, rng: Generator) -> str:
    """Return the scene in English, in one of many ways.

    Whatever the reader would not guess is said; headings only sometimes.
    """
    return _many(scene, Words(rng))


def _many(scene: Scene, say: Words) -> str:
    if len(scene.shots) == 1:
        return _shot(scene.shots[0], say, first=True)
    told = (f"Shot {i}: {_shot(s, say, i == 1)}" for i, s in enumerate(scene.shots, 1))
    return " ".join(told)


def _shot(shot: Shot, say: Words, first: bool) -> str:
    """Tell one shot. All but the first say what they would otherwise inherit."""
    teller = _Teller(shot, say)
    body = teller.body() if shot.actors else _SCENERY[shot.place]
    place = _place(shot, say) if shot.actors else ""
    time = say.of(_times(shot, first))
    weather = say.of(_weathers(shot, first))
    fronts = bool(shot.actors) and not teller.fragment
    told = _arrange(say, body, place, time, weather, fronts=fronts)
    camera = say.of(_CAMERAS[shot.camera])
    return f"{told[0].upper()}{told[1:]}. {camera}".strip()


def _arrange(say: Words, body: str, place: str, time: str, weather: str, *, fronts: bool) -> str:
    """Put the parts of a sentence into one of the orders that English allows."""
    fronted = (
        [i for i, part in enumerate((place, time)) if part] if fronts and say.chance(0.4) else []
    )
    parts = [place, time]
    front = ""
    if fronted:
        chosen = fronted[-1] if say.chance(0.7) else fronted[0]
        front, parts[chosen] = f"{parts[chosen]}, ", ""
    return front + " ".join(part for part in (body, *parts, weather) if part)


def _place(shot: Shot, say: Words) -> str:
    """Return where, as fits the movement told just before it."""
    travelling = all(_travels(a) for a in shot.actors)
    if travelling and say.chance(0.7):
        return say.of(_ACROSS[shot.place])
    return say.of(_PLACES[shot.place])


def _times(shot: Shot, first: bool) -> Sequence[str]:
    options = _TIMES[shot.time]
    if not first:
        return [option for option in options if option]
    return ("",) if shot.place in _INDOORS and shot.time is TimeOfDay.DAY else options


def _weathers(shot: Shot, first: bool) -> Sequence[str]:
    if shot.weather is not Weather.CLEAR:
        return _WEATHERS[shot.weather]
    if not first:
        return _CLEAR_SKY if shot.place not in _INDOORS else ("in clear weather",)
    outdoors = shot.place not in _INDOORS and shot.time is TimeOfDay.DAY
    return ("", "", "", "", *_CLEAR_SKY) if outdoors else ("",)


class _Unit(NamedTuple):
    """Actors told by one clause: equal ``leaders``, and whom their relation points at."""

    leaders: tuple[int, ...]
    target: int | None
    passive: bool = False


class _Teller:
    """Tells who does what in one shot."""

    def __init__(self, shot: Shot, say: Words) -> None:
        self.shot, self.say, self.actors = shot, say, shot.actors
        self.facing = say.rng is None
        self.turning = say.chance(0.4)
        self.fragment = False  # "a fox running", without a finite verb

    def body(self) -> str:
        """Return the clauses, joined."""
        units = self._units()
        if self._alike(units) and not self.facing and self.say.chance(0.7):
            together = self._together(units)
            if " that " not in together:  # which would be said of them all
                return together
        if len(units) == 1:
            return self._alone(units[0])
        told = [self._clause(unit) for unit in units]
        joint = self.say.of((" and ", " while ")) if len(units) == 2 else " and "
        return ", ".join(told[:-1]) + joint + told[-1]

    def _units(self) -> list[_Unit]:
        """Share the actors out on clauses, in an order the reader finds them in."""
        units: list[_Unit] = []
        told: set[int] = set()
        for i, actor in enumerate(self.actors):
            if i in told:
                continue
            unit = self._unit(i, actor)
            units.append(unit)
            told.update(self._reached(unit))
        return units

    def _unit(self, index: int, actor: Actor) -> _Unit:
        equals = tuple(j for j in range(index, len(self.actors)) if self.actors[j] == actor)
        if actor.target is not None:
            return _Unit(equals, actor.target)
        pursuers = [j for j, a in enumerate(self.actors) if j > index and a.target == index]
        if pursuers and self.actors[pursuers[0]].relation in _PURSUITS:
            first = self.actors[pursuers[0]]
            return _Unit(tuple(j for j in pursuers if self.actors[j] == first), index, True)
        alone = [j for j in equals if all(a.target != j for a in self.actors)]
        return _Unit(tuple(alone) or (index,), None)

    def _reached(self, unit: _Unit) -> set[int]:
        reached = set(unit.leaders)
        target = unit.target
        while target is not None and target not in reached:
            reached.add(target)
            target = self.actors[target].target
        return reached

    def _alike(self, units: Sequence[_Unit]) -> bool:
        """Whether different actors do the same: "a cat and a dog run"."""
        if len(units) < 2:
            first, second = self.actors[0], self.actors[-1]
            pair = len(self.actors) == 2 and units[0].target is not None
            beside = pair and first.relation is Relation.NEXT_TO
            return beside and (first.action, first.heading) == (second.action, second.heading)
        kinds = {(self.actors[u.leaders[0]].action, u.target) for u in units}
        headings = {actor.heading for actor in self.actors}
        return len(kinds) == 1 and units[0].target is None and len(headings) == 1

    def _together(self, units: Sequence[_Unit]) -> str:
        groups = [u.leaders for u in units]
        beside = ""
        if units[0].target is not None:
            groups = [units[0].leaders, (units[0].target,)]
            beside = " " + self.say.of(("side by side", "next to each other"))
        heads = [noun_phrase(self.actors[g[0]], len(g), self.say) for g in groups]
        first = self.actors[0]
        does = common_verb(self.actors, self.shot.place, self.say).base
        told = ", ".join(heads[:-1]) + " and " + heads[-1]
        return f"{told}{self._facing(first)} {does}{beside}{self._turn(first)}"

    def _alone(self, unit: _Unit) -> str:
        """Tell a single clause in one of several manners."""
        settled = self._facing(self.actors[unit.leaders[0]])
        if unit.passive or settled or self.say.chance(0.6):
            return self._clause(unit)
        there = "There is " if len(unit.leaders) == 1 else "There are "
        self.fragment = self.say.chance(0.6)
        lead = "" if self.fragment else there
        return lead.lower() + self._clause(unit, participle=True)

    def _clause(self, unit: _Unit, participle: bool = False) -> str:
        if unit.passive and unit.target is not None:
            return self._passive(unit.leaders, unit.target)
        heads = self._noun(unit.leaders)
        return f"{heads} {self._predicate(unit.leaders, participle)}"

    def _noun(self, indices: Sequence[int]) -> str:
        actor = self.actors[indices[0]]
        return noun_phrase(actor, len(indices), self.say) + self._facing(actor)

    def _passive(self, pursuers: Sequence[int], quarry: int) -> str:
        relation = self.actors[pursuers[0]].relation
        done = "chased" if relation is Relation.CHASES else "followed"
        turn = self._turn(self.actors[quarry])
        return f"{self._noun((quarry,))} is {done} by {self._noun(pursuers)}{turn}"

    def _predicate(self, indices: Sequence[int], participle: bool = False) -> str:
        """Return what equal actors do, and to whom."""
        actor = self.actors[indices[0]]
        turn = self._turn(actor)
        if actor.target is None:
            return self._form(indices, participle) + turn
        thing = self._object(actor.target)
        if actor.relation in _PURSUITS and actor.action is implied(self.shot, indices[0]):
            forms = linking_verb(actor.relation, self.say)
            does = forms.ing if participle else forms.base if len(indices) > 1 else forms.third
            return f"{does} {thing}{turn}"
        joint = _JOINTS[actor.relation or Relation.NEXT_TO]
        return f"{self._form(indices, participle)}{turn} {joint} {thing}"

    def _form(self, indices: Sequence[int], participle: bool) -> str:
        actor = self.actors[indices[0]]
        forms = verb(actor.action, subjects()[actor.subject], self.shot.place, self.say)
        if participle:
            return forms.ing
        return forms.base if len(indices) > 1 else forms.third

    def _object(self, index: int) -> str:
        """Return whom a relation points at, with what the reader would not guess of it."""
        actor = self.actors[index]
        told = self._noun((index,))
        if actor.target is None and actor.action is implied(self.shot, index):
            return told
        return f"{told} that {self._predicate((index,))}"

    def _facing(self, actor: Actor) -> str:
        """Return which way those who stay look, or everyone in the compact form."""
        looks = not _travels(actor) and subjects()[actor.subject].faces != "front"
        told = self.facing or (self.turning and looks)
        return f" facing {actor.heading}" if told else ""

    def _turn(self, actor: Actor) -> str:
        """Return which way those who travel go."""
        told = self.turning and not self.facing and _travels(actor)
        return f" to the {actor.heading}" if told else ""


def _travels(actor: Actor) -> bool:
    return actor.action in _TRAVELS
