"""What exists: the subjects that can be named, and their art."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing a subject is."""

    ANIMAL = "animal"
    VEHICLE = "vehicle"
    PERSON = "person"
    FOOD = "food"
    OBJECT = "object"
    PLANT = "plant"
    WEATHER = "weather"


class Gait(StrEnum):
    """How a subject's body works when it moves: which parts swing, what its steps sound like."""

    LEGS = "legs"  # four or more legs
    BIPED = "biped"
    HOP = "hop"
    WINGS = "wings"
    FINS = "fins"
    WHEELS = "wheels"
    ROTOR = "rotor"
    BOAT = "boat"
    JET = "jet"  # rockets, aeroplanes
    SLITHER = "slither"
    NONE = "none"  # things: they bob, slide and tumble


@dataclass(frozen=True)
class Subject:
    """One nameable subject.

    ``faces`` is which way its art looks: "left", "right" or "front" (mirror-symmetric enough that
    it need not be flipped). ``height`` is its natural height as a fraction of the frame's.
    ``voice`` names its call in ``foley`` ("" for none).
    """

    key: str  # singular noun phrase, as captions say it: "fire engine"
    plural: str
    synonyms: tuple[str, ...]
    icon: str
    kind: Kind
    faces: str
    height: float
    gait: Gait
    home: str  # "land", "water" or "air": where it is when the prompt does not say
    voice: str
