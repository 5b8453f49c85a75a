"""What happens: shots, actors, actions. Plain values; nothing here draws or sounds."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What an actor does. STAND is what it does when the prompt asks for nothing."""

    STAND = "stand"
    RUN = "run"
    WALK = "walk"
    JUMP = "jump"
    BOUNCE = "bounce"
    ROLL = "roll"
    FLY = "fly"
    HOVER = "hover"
    SWIM = "swim"
    FALL = "fall"
    SPIN = "spin"
    GROW = "grow"
    SHRINK = "shrink"
    DRIVE = "drive"
    BLAST_OFF = "blast off"
    FLOAT = "float"
    FOLLOW = "follow"


class Relation(StrEnum):
    """How an actor stands to another one of its shot (``Actor.target``)."""

    CHASES = "chases"
    FOLLOWS = "follows"
    NEXT_TO = "next to"
    ON = "on"


class Size(StrEnum):
    """Modifier of a subject's natural size."""

    TINY = "tiny"
    SMALL = "small"
    NORMAL = "normal"
    BIG = "big"
    HUGE = "huge"


class Colour(StrEnum):
    """Modifier of a subject's colours."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"
    BROWN = "brown"
    BLACK = "black"
    WHITE = "white"
    GREY = "grey"
    GOLDEN = "golden"


class Heading(StrEnum):
    """Which way an actor faces and moves."""

    LEFT = "left"
    RIGHT = "right"


class Place(StrEnum):
    """Where it happens; what each is made of is in ``places``."""

    MEADOW = "meadow"
    FOREST = "forest"
    BEACH = "beach"
    SEA = "sea"
    LAKE = "lake"
    UNDERWATER = "underwater"
    DESERT = "desert"
    MOUNTAINS = "mountains"
    CITY = "city"
    FARM = "farm"
    ROAD = "road"
    SNOWFIELD = "snowfield"
    SPACE = "space"
    ROOM = "room"
    SKY = "sky"


class TimeOfDay(StrEnum):
    """Light."""

    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"
    DAWN = "dawn"


class Weather(StrEnum):
    """Air."""

    CLEAR = "clear"
    RAIN = "rain"
    SNOW = "snow"
    FOG = "fog"
    WIND = "wind"


class Camera(StrEnum):
    """Camera movement over one shot."""

    STATIC = "static"
    PAN_LEFT = "pan left"
    PAN_RIGHT = "pan right"
    TILT_UP = "tilt up"
    TILT_DOWN = "tilt down"
    ZOOM_IN = "zoom in"
    ZOOM_OUT = "zoom out"
    SHAKE = "shake"
    FOLLOW = "follow"


MAX_ACTORS = 3


@dataclass(frozen=True)
class Actor:
    """One subject in one shot.

    ``subject`` is a key of ``vocabulary.SUBJECTS``. ``target`` is the index, in the same shot, of
    the actor that ``relation`` (or the action FOLLOW) points at.
    """

    subject: str
    action: Action = Action.STAND
    heading: Heading = Heading.RIGHT
    size: Size = Size.NORMAL
    colour: Colour | None = None
    relation: Relation | None = None
    target: int | None = None

    def __post_init__(self) -> None:
        if (self.relation is None) != (self.target is None):
            raise ValueError("relation and target come together")
        if self.action is Action.FOLLOW and self.relation is not Relation.FOLLOWS:
            raise ValueError("FOLLOW needs the relation FOLLOWS and a target")


@dataclass(frozen=True)
class Shot:
    """One uninterrupted view. At most ``MAX_ACTORS`` actors, drawn back to front."""

    actors: tuple[Actor, ...]
    place: Place
    time: TimeOfDay = TimeOfDay.DAY
    weather: Weather = Weather.CLEAR
    camera: Camera = Camera.STATIC
    duration_s: float = 5.0

    def __post_init__(self) -> None:
        if len(self.actors) > MAX_ACTORS:
            raise ValueError(f"at most {MAX_ACTORS} actors in a shot")
        for i, actor in enumerate(self.actors):
            if actor.target is not None and not 0 <= actor.target < len(self.actors):
                raise ValueError("target outside the shot")
            if actor.target == i:
                raise ValueError("an actor cannot be its own target")


@dataclass(frozen=True)
class Scene:
    """A whole video: shots one after the other. ``seed`` fixes every free choice."""

    shots: tuple[Shot, ...]
    seed: int

    @property
    def duration_s(self) -> float:
        """Sum of the shots, in seconds."""
        return sum(shot.duration_s for shot in self.shots)
