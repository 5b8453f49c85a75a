"""What each place and weather sounds like, as data; ``ambience`` makes it heard.

Levels of airs are against each other; a life's peak is against the loop's loudness.
"""

from dataclasses import dataclass

from cleardance.world.scene import Place, TimeOfDay, Weather
from cleardance.world.sound.synth import Points, band


@dataclass(frozen=True)
class Air:
    """A noise. ``depth`` 0 to 1 is how far it swells, ``swells`` how often in a loop."""

    level_db: float  # against the other parts of the same ambience
    tone: Points
    depth: float = 0.0
    swells: int = 0
    surf: bool = False  # swells rise slowly, break and run out, as waves do


@dataclass(frozen=True)
class Life:
    """A voice that is heard now and then, ``count`` times in a loop."""

    voice: str
    count: int
    level_db: float
    size: int = 0
    regular: bool = False


@dataclass(frozen=True)
class Ambience:
    """The parts of a loop, and its loudness in dBFS RMS."""

    rms_db: float
    airs: tuple[Air, ...]
    lives: tuple[Life, ...] = ()


_SOFT_WIND = Air(0, [(40, -18), (180, 0), (600, -4), (2500, -20), (12000, -44)], 0.5, 3)
_GUSTS = Air(0, [(60, -14), (250, 0), (700, -3), (2000, -16), (12000, -44)], 0.85, 5)
_WHISTLING = Air(-9, band(650, 1100, 18), 0.95, 7)
_LEAVES = Air(-7, [(700, -30), (2500, -2), (5000, 0), (9000, -8), (16000, -24)], 0.6, 4)
_HISS = Air(-16, [(400, -24), (3000, 0), (8000, -6), (16000, -20)])
_SURF = Air(
    0, [(50, -12), (200, 0), (700, -3), (3000, -10), (9000, -20), (16000, -34)], 0.9, 2, True
)
_FOAM = Air(-5, [(800, -24), (2500, -2), (6000, 0), (12000, -10)], 0.98, 2, True)
_LAPPING = Air(-3, [(120, -16), (350, 0), (900, -4), (4000, -22), (12000, -44)], 0.85, 11)
_DEEP = Air(0, [(25, -8), (60, 0), (140, -6), (500, -26), (2000, -60)], 0.4, 3)
_TRAFFIC = Air(0, [(30, -10), (70, 0), (200, -5), (900, -14), (3000, -26), (12000, -50)], 0.35, 4)
_TYRES = Air(-9, [(200, -20), (700, -2), (1300, 0), (3000, -12), (9000, -36)], 0.8, 3)
_ROOM_TONE = Air(0, [(30, -8), (60, 0), (120, -2), (300, -12), (2000, -30), (12000, -44)])
_HUM = Air(0, [(20, -20), (48, 0), (70, -4), (110, -24), (300, -60)], 0.5, 2)

_BIRDS = Life("chirp", 5, 2)
_CHORUS = Life("chirp", 11, 4)
_CRICKETS = Life("cricket", 44, -7, regular=True)
_OWL = Life("hoot", 1, -2)

BY_DAY: dict[Place, Ambience] = {
    Place.MEADOW: Ambience(-35, (_SOFT_WIND, _HISS), (_BIRDS, Life("buzz", 1, -9))),
    Place.FOREST: Ambience(-34, (_SOFT_WIND, _LEAVES), (_BIRDS, Life("caw", 1, -9))),
    Place.BEACH: Ambience(-30, (_SURF, _FOAM), (Life("gull", 2, -6),)),
    Place.SEA: Ambience(-31, (_SURF, _LAPPING, _SOFT_WIND), (Life("gull", 1, -9),)),
    Place.LAKE: Ambience(
        -35, (_LAPPING, _SOFT_WIND), (Life("chirp", 3, -3), Life("quack", 1, -12))
    ),
    Place.UNDERWATER: Ambience(-31, (_DEEP,), (Life("splash_bubble", 5, 0, 1),)),
    Place.DESERT: Ambience(-34, (_GUSTS, _HISS)),
    Place.MOUNTAINS: Ambience(-34, (_GUSTS, _WHISTLING), (Life("caw", 1, -9),)),
    Place.CITY: Ambience(-34, (_TRAFFIC, _TYRES), (Life("car_horn", 1, -9), Life("chirp", 1, -12))),
    Place.FARM: Ambience(
        -35, (_SOFT_WIND, _HISS), (Life("cluck", 2, -6), Life("moo", 1, -9), Life("chirp", 3, -2))
    ),
    Place.ROAD: Ambience(-33, (_SOFT_WIND, _TYRES), (Life("chirp", 2, -6),)),
    Place.SNOWFIELD: Ambience(
        -35, (Air(0, [(40, -12), (150, 0), (500, -10), (2500, -36)], 0.7, 4),)
    ),
    Place.SPACE: Ambience(-50, (_HUM,)),
    Place.ROOM: Ambience(-40, (_ROOM_TONE,), (Life("clock_tick", 8, 4, regular=True),)),
    Place.SKY: Ambience(-33, (_GUSTS, Air(-6, band(500, 2500, 9), 0.5, 4))),
}
_BY_NIGHT: dict[Place, Ambience] = {
    Place.MEADOW: Ambience(-35, (_SOFT_WIND,), (_CRICKETS,)),
    Place.FOREST: Ambience(-35, (_SOFT_WIND, _LEAVES), (_OWL, Life("cricket", 20, -10))),
    Place.BEACH: Ambience(-31, (_SURF, _FOAM)),
    Place.SEA: Ambience(-32, (_SURF, _LAPPING)),
    Place.LAKE: Ambience(-35, (_LAPPING,), (Life("ribbit", 5, -2), _CRICKETS)),
    Place.MOUNTAINS: Ambience(-35, (_GUSTS, _WHISTLING), (_OWL,)),
    Place.CITY: Ambience(-36, (_TRAFFIC,), (Life("siren", 1, -14),)),
    Place.FARM: Ambience(-36, (_SOFT_WIND,), (_CRICKETS, Life("bark", 1, -12))),
    Place.ROAD: Ambience(-35, (_SOFT_WIND,), (_CRICKETS,)),
}
_BY_DAWN: dict[Place, Ambience] = {
    Place.MEADOW: Ambience(-34, (_SOFT_WIND,), (_CHORUS,)),
    Place.FOREST: Ambience(-33, (_SOFT_WIND, _LEAVES), (_CHORUS, Life("chirp", 6, 0, 1))),
    Place.FARM: Ambience(-34, (_SOFT_WIND,), (_CHORUS, Life("cluck", 3, -2))),
}
_BY_DUSK: dict[Place, Ambience] = {
    Place.MEADOW: Ambience(-35, (_SOFT_WIND,), (_CRICKETS, Life("chirp", 2, -2))),
    Place.FOREST: Ambience(-35, (_SOFT_WIND, _LEAVES), (Life("chirp", 2, 0), _OWL)),
    Place.FARM: Ambience(-35, (_SOFT_WIND,), (_CRICKETS, Life("moo", 1, -6))),
}
BY_TIME: dict[TimeOfDay, dict[Place, Ambience]] = {
    TimeOfDay.DAY: BY_DAY,
    TimeOfDay.NIGHT: _BY_NIGHT,
    TimeOfDay.DAWN: _BY_DAWN,
    TimeOfDay.DUSK: _BY_DUSK,
}

_RAIN_HISS = Air(
    0, [(200, -26), (900, -8), (2500, 0), (6000, -1), (11000, -8), (18000, -20)], 0.2, 5
)
_RAIN_BODY = Air(-6, [(80, -14), (250, 0), (700, -4), (2000, -14)], 0.2, 3)
WEATHERS: dict[str, Ambience] = {
    "rain": Ambience(-31, (_RAIN_HISS, _RAIN_BODY), (Life("drop", 420, 4),)),
    "rain on water": Ambience(
        -31, (_RAIN_HISS,), (Life("drop", 420, 4), Life("splash_bubble", 12, -4))
    ),
    "rain outside": Ambience(-36, (_RAIN_BODY,), (Life("drop", 90, -4),)),
    "snow": Ambience(-40, (Air(0, [(40, -10), (130, 0), (400, -8), (1500, -34)], 0.6, 3),)),
    "wind": Ambience(-29, (_GUSTS, _WHISTLING)),
    "wind outside": Ambience(
        -37, (Air(0, [(40, -10), (160, 0), (400, -10), (1500, -34)], 0.9, 5),)
    ),
    "fog": Ambience(-43, (Air(0, [(40, -6), (120, 0), (300, -10), (1200, -36)], 0.3, 2),)),
    "foghorn": Ambience(
        -38,
        (Air(-6, [(40, -6), (120, 0), (300, -10), (1200, -36)], 0.3, 2),),
        (Life("ship_horn", 1, 3),),
    ),
}
# how much of the place is left under the weather
LEFT_DB = {Weather.RAIN: -5.0, Weather.SNOW: -6.0, Weather.FOG: -5.0, Weather.WIND: -5.0}
