"""What subjects do and where: the defaults of a reading, and what a sampled scene may hold."""

from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import Action, Place, TimeOfDay, Weather
from cleardance.world.vocabulary import Gait, Kind, Subject

_HOMES: dict[Place, str] = {
    Place.SNOWFIELD: "penguin|polar bear|skier|snowboarder|snowman|snowball|sled|mammoth|santa",
    Place.FARM: "cow|pig|sheep|chicken|chick|goat|turkey|donkey|ox|ram|farmer|tractor|goose"
    "|pumpkin",
    Place.DESERT: "camel|cactus|scorpion|snake",
    Place.BEACH: "crab|palm tree|shell|coconut|beach ball|turtle|lighthouse",
    Place.SPACE: "astronaut|satellite|comet|planet|globe|ufo|alien",
    Place.SEA: "surfer|lifebuoy",
    Place.UNDERWATER: "submarine|mermaid",
    Place.LAKE: "duck|swan|swimmer|canoe|rowing boat|beaver",
    Place.FOREST: "bear|deer|wolf|squirrel|hedgehog|mushroom|log|owl|gorilla|orangutan|tiger|koala"
    "|ghost|autumn leaf|maple leaf|jack-o-lantern",
    Place.CITY: "office building|police officer|firefighter|tram|shopping cart|detective",
    Place.MEADOW: "bee|butterfly|fly|mosquito|ball|soccer ball|american football|rugby ball"
    "|baseball|softball|house|hut|castle|tent|kite|fountain|boomerang|flying disc|rock|bubble"
    "|flag|bouquet|dove|fairy|feather",
}
_HOME_OF = {key: place for place, keys in _HOMES.items() for key in keys.split("|")}

_TRAVELS = frozenset({Action.RUN, Action.WALK, Action.FOLLOW})
_ALOFT = frozenset({Action.FLY, Action.HOVER})
_LIVING = frozenset({Kind.ANIMAL, Kind.PERSON})
AFLOAT = frozenset({Gait.BOAT, Gait.FINS})
_MACHINES_OF_AIR = frozenset({Gait.ROTOR, Gait.JET})


LAUNCHED = frozenset({"rocket", "ufo"})
"""Machines that rise straight up rather than take off along a runway."""

_OWN_WAYS = {
    Gait.WHEELS: Action.DRIVE,
    Gait.BOAT: Action.DRIVE,
    Gait.FINS: Action.SWIM,
    Gait.ROTOR: Action.FLY,
    Gait.JET: Action.FLY,
}


def mover(subject: Subject, medium: Medium) -> Action:
    """Return how a subject gets about in a medium."""
    gait = subject.gait
    if gait is Gait.WHEELS or (subject.sails):
        return Action.DRIVE
    if medium in (Medium.WATER, Medium.DEPTHS) and subject.kind in _LIVING and gait != Gait.WINGS:
        return Action.SWIM
    if gait in _MACHINES_OF_AIR or (gait is Gait.WINGS and medium is not Medium.DEPTHS):
        return Action.FLY
    if medium in (Medium.AIR, Medium.VOID):
        return Action.FLOAT
    if gait in AFLOAT:
        return Action.SWIM
    return Action.WALK if subject.kind in _LIVING else Action.ROLL


def idle(subject: Subject, place: Place) -> Action:
    """Return what a subject does in a place when nothing is said."""
    medium = PLACES[place].medium
    at_ease = {
        Medium.LAND: subject.gait is Gait.WHEELS and place in (Place.ROAD, Place.CITY),
        Medium.WATER: subject.kind in _LIVING or subject.gait is Gait.BOAT,
        Medium.DEPTHS: subject.kind in _LIVING,
        Medium.AIR: True,
        Medium.VOID: True,
    }
    return mover(subject, medium) if at_ease[medium] else Action.STAND


def fitted(action: Action, subject: Subject) -> Action:
    """Return the action that a word means for this subject: cars that race drive, birds that
    take off fly.
    """
    if action in (Action.RUN, Action.WALK):
        return _OWN_WAYS.get(subject.gait, action)
    if action is Action.BLAST_OFF and subject.home == "air" and subject.key not in LAUNCHED:
        return Action.FLY
    return action


def haunt(subject: Subject, action: Action | None, weather: Weather | None) -> Place:
    """Return where a subject doing this is found when the prompt names no place."""
    fixed = _place_of_action(subject, action)
    if fixed is not None:
        return fixed
    if subject.key in _HOME_OF:
        return _HOME_OF[subject.key]
    if subject.home == "air":
        return Place.SKY
    if subject.gait is Gait.FINS:
        return Place.UNDERWATER
    if subject.home == "water":
        return Place.SEA
    if subject.kind is Kind.VEHICLE and subject.gait is Gait.WHEELS:
        return Place.ROAD
    small = subject.kind in (Kind.FOOD, Kind.OBJECT) and subject.height < 0.4
    indoors = small and weather in (None, Weather.CLEAR)
    return Place.ROOM if indoors else Place.MEADOW


def _place_of_action(subject: Subject, action: Action | None) -> Place | None:
    if action is Action.SWIM and subject.gait is not Gait.FINS:
        return _HOME_OF.get(subject.key) if subject.home == "water" else Place.LAKE
    if action in _ALOFT and _HOME_OF.get(subject.key) not in (Place.MEADOW, Place.SPACE):
        return Place.SKY
    if action is Action.DRIVE:
        return Place.SEA if subject.gait is Gait.BOAT else Place.ROAD
    if action is Action.BLAST_OFF:
        return Place.DESERT
    grounded = action in _TRAVELS or action is Action.STAND
    if grounded and subject.home == "air" and subject.kind in _LIVING:
        return Place.MEADOW
    return None


_EVERYWHERE_ON_LAND = tuple(p for p, info in PLACES.items() if info.medium is Medium.LAND)
_OUTDOORS = tuple(p for p in _EVERYWHERE_ON_LAND if p is not Place.ROOM)
_WATERS = (Place.SEA, Place.LAKE)
_WILDS = (
    Place.MEADOW,
    Place.FOREST,
    Place.BEACH,
    Place.DESERT,
    Place.MOUNTAINS,
    Place.FARM,
    Place.SNOWFIELD,
)
_PLAY = (Action.BOUNCE, Action.ROLL, Action.SPIN, Action.FALL, Action.STAND)
_MAGIC = (Action.GROW, Action.SHRINK, Action.FLOAT, Action.SPIN)
_FOOT = (Action.RUN, Action.RUN, Action.WALK, Action.WALK, Action.JUMP, Action.STAND, Action.BOUNCE)

Habit = tuple[tuple[Action, ...], tuple[Place, ...]]


def habits(subject: Subject) -> tuple[Habit, ...]:
    """Return what a subject sensibly does where: groups of actions, each with its places."""
    if subject.kind is Kind.WEATHER or (subject.home == "air" and subject.gait is Gait.NONE):
        return (((Action.FLOAT, Action.STAND, Action.FALL, *_MAGIC), (Place.SKY,)),)
    return _HABITS_BY_GAIT.get(subject.gait, _habits_of_things)(subject)


def _on_foot(subject: Subject) -> tuple[Habit, ...]:
    anywhere = _WILDS if subject.kind is Kind.ANIMAL else _OUTDOORS
    indoors = (Place.ROOM,) if subject.height < 0.45 else ()
    dry: Habit = (_FOOT, (*anywhere, *indoors))
    wet: Habit = ((Action.SWIM,), (Place.LAKE,))
    odd: Habit = (_MAGIC, (Place.MEADOW, Place.SPACE))
    swims = subject.kind is Kind.ANIMAL and subject.gait in (Gait.LEGS, Gait.BIPED)
    if subject.home == "water":
        return (dry, wet, wet, odd)
    return (dry, dry, dry, wet, odd) if swims else (dry, dry, dry, odd)


def _winged(subject: Subject) -> tuple[Habit, ...]:
    air: Habit = ((Action.FLY, Action.FLY, Action.HOVER), (Place.SKY, *_OUTDOORS, *_WATERS))
    ground: Habit = ((Action.STAND, Action.WALK, Action.JUMP), _WILDS)
    return (air, air, ground)


def _finned(subject: Subject) -> tuple[Habit, ...]:
    deep: Habit = ((Action.SWIM, Action.SWIM, Action.SPIN), (Place.UNDERWATER,))
    surface: Habit = ((Action.SWIM, Action.JUMP), _WATERS)
    return (deep, deep, surface) if subject.height > 0.25 else (deep,)


def _wheeled(subject: Subject) -> tuple[Habit, ...]:
    streets: Habit = ((Action.DRIVE,), (Place.ROAD, Place.CITY, Place.DESERT, Place.FARM))
    parked: Habit = ((Action.STAND, Action.BOUNCE), (Place.ROAD, Place.CITY, Place.MEADOW))
    return (streets, streets, streets, parked)


def _boating(subject: Subject) -> tuple[Habit, ...]:
    way = Action.DRIVE if subject.sails else Action.SWIM
    return (((way, way, way, Action.STAND), _WATERS),)


def _flying_machine(subject: Subject) -> tuple[Habit, ...]:
    air: Habit = ((Action.FLY, Action.FLY, Action.HOVER), (Place.SKY, Place.MOUNTAINS, Place.CITY))
    launch: Habit = ((Action.BLAST_OFF, Action.STAND), (Place.DESERT, Place.MEADOW))
    space: Habit = ((Action.FLY, Action.SPIN), (Place.SPACE,))
    if subject.key in LAUNCHED:
        return (launch, space, air)
    return (air,)


def _habits_of_things(subject: Subject) -> tuple[Habit, ...]:
    if subject.kind is Kind.PERSON:  # skiers and snowboarders
        return (((Action.RUN, Action.JUMP, Action.STAND), (Place.SNOWFIELD, Place.MOUNTAINS)),)
    if subject.height > 0.4:
        return (((Action.STAND, Action.GROW, Action.SHRINK), _OUTDOORS),)
    return (
        (_PLAY, (*_WILDS, Place.ROOM, Place.ROAD)),
        (_MAGIC, (Place.ROOM, Place.MEADOW, Place.SPACE)),
    )


_HABITS_BY_GAIT = {
    Gait.LEGS: _on_foot,
    Gait.BIPED: _on_foot,
    Gait.HOP: _on_foot,
    Gait.SLITHER: _on_foot,
    Gait.WINGS: _winged,
    Gait.FINS: _finned,
    Gait.WHEELS: _wheeled,
    Gait.BOAT: _boating,
    Gait.ROTOR: _flying_machine,
    Gait.JET: _flying_machine,
    Gait.NONE: _habits_of_things,
}

_ANY_WEATHER = tuple(Weather)
_WEATHERS: dict[Place, tuple[Weather, ...]] = {
    Place.SPACE: (Weather.CLEAR,),
    Place.UNDERWATER: (Weather.CLEAR,),
    Place.ROOM: (Weather.CLEAR,),
    Place.DESERT: (Weather.CLEAR, Weather.WIND),
    Place.SNOWFIELD: (Weather.CLEAR, Weather.SNOW, Weather.FOG, Weather.WIND),
    Place.BEACH: (Weather.CLEAR, Weather.RAIN, Weather.FOG, Weather.WIND),
}
_TIMES: dict[Place, tuple[TimeOfDay, ...]] = {
    Place.SPACE: (TimeOfDay.DAY,),
    Place.UNDERWATER: (TimeOfDay.DAY,),
    Place.ROOM: (TimeOfDay.DAY, TimeOfDay.NIGHT),
}
_TIMES_OF: dict[str, tuple[TimeOfDay, ...]] = {
    "sun": (TimeOfDay.DAY, TimeOfDay.DUSK, TimeOfDay.DAWN),
    "rainbow": (TimeOfDay.DAY,),
    "moon": (TimeOfDay.NIGHT,),
    "crescent moon": (TimeOfDay.NIGHT,),
    "star": (TimeOfDay.NIGHT,),
}
_WEATHERS_OF: dict[str, tuple[Weather, ...]] = {
    "sun": (Weather.CLEAR, Weather.WIND),
    "moon": (Weather.CLEAR, Weather.WIND),
    "crescent moon": (Weather.CLEAR, Weather.WIND),
    "star": (Weather.CLEAR, Weather.WIND),
    "rain cloud": (Weather.RAIN,),
    "raindrop": (Weather.RAIN,),
    "snow cloud": (Weather.SNOW,),
    "snowflake": (Weather.SNOW,),
    "rainbow": (Weather.CLEAR, Weather.RAIN),
}


def weathers(place: Place, subjects: tuple[str, ...]) -> tuple[Weather, ...]:
    """Return the weathers that contradict neither the place nor any subject; may be empty."""
    allowed = [_WEATHERS.get(place, _ANY_WEATHER), *(_WEATHERS_OF.get(s) for s in subjects)]
    return tuple(w for w in Weather if all(a is None or w in a for a in allowed))


def times(place: Place, subjects: tuple[str, ...]) -> tuple[TimeOfDay, ...]:
    """Return the times of day that contradict neither the place nor any subject; may be empty."""
    allowed = [_TIMES.get(place), *(_TIMES_OF.get(s) for s in subjects)]
    return tuple(t for t in TimeOfDay if all(a is None or t in a for a in allowed))
