"""What exists: the subjects that can be named, and their art."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

FACES = ("left", "right", "front")
HOMES = ("land", "water", "air")
VOICES = frozenset(
    [
        "bark",
        "meow",
        "moo",
        "baa",
        "neigh",
        "oink",
        "cluck",
        "quack",
        "chirp",
        "hoot",
        "caw",
        "roar",
        "trumpet",
        "howl",
        "ribbit",
        "hiss",
        "squeak",
        "buzz",
        "growl",
        "whale",
        "dolphin_click",
        "monkey",
        "car_horn",
        "truck_horn",
        "bike_bell",
        "siren",
        "train_whistle",
        "ship_horn",
        "bell",
        "drum",
        "guitar",
        "trumpet_call",
        "clock_tick",
        "robot_beep",
        "voice_hey",
        "splash_bubble",
        "thunder",
        "fire_crackle",
    ]
)


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
    ``voice`` names its call in ``foley``, one of ``VOICES`` ("" for none). ``synonyms`` holds
    singulars and plurals alike. ``turn_deg`` levels art that was drawn aslant: the sprite is
    turned by it, clockwise, before ``faces`` holds (rockets point up, aeroplanes right).
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
    turn_deg: float = 0.0

    def __post_init__(self) -> None:
        if self.faces not in FACES or self.home not in HOMES:
            raise ValueError(f"{self.key}: unknown faces or home")
        if self.voice and self.voice not in VOICES:
            raise ValueError(f"{self.key}: unknown voice {self.voice!r}")
        if not 0.12 <= self.height <= 0.7:
            raise ValueError(f"{self.key}: too small or too big to be seen well")

    @property
    def names(self) -> tuple[str, ...]:
        """Every word or phrase that names it, the key first, without repetition."""
        return tuple(dict.fromkeys((self.key, self.plural, *self.synonyms)))


@cache
def subjects() -> Mapping[str, Subject]:
    """Return every subject by its key, from ``data/subjects.csv``, read once.

    Raises:
        ValueError: a row is malformed, or two subjects share a name.
    """
    table = files(__package__).joinpath("data", "subjects.csv").read_text(encoding="utf-8")
    found = tuple(_subject(row) for row in csv.DictReader(table.splitlines()))
    return MappingProxyType(_by_key(found))


def _by_key(found: Iterable[Subject]) -> dict[str, Subject]:
    by_name: dict[str, Subject] = {}
    for subject in found:
        for name in subject.names:
            if name in by_name:
                raise ValueError(f"{name!r} names {by_name[name].key!r} and {subject.key!r}")
            by_name[name] = subject
    return {subject.key: subject for subject in by_name.values()}


def _subject(row: dict[str, str]) -> Subject:
    return Subject(
        key=row["key"],
        plural=row["plural"],
        synonyms=tuple(name for entry in row["synonyms"].split("|") for name in _both(entry)),
        icon=row["icon"],
        kind=Kind(row["kind"]),
        faces=row["faces"],
        height=float(row["height"]),
        gait=Gait(row["gait"]),
        home=row["home"],
        voice=row["voice"],
        turn_deg=float(row["turn_deg"]),
    )


def _both(entry: str) -> tuple[str, ...]:
    """Spell out a synonym: "pup" is pup, pups; "calf/calves" both; "cattle/" only itself."""
    if not entry:
        return ()
    singular, slash, plural = entry.partition("/")
    if slash:
        return (singular, plural) if plural else (singular,)
    return (singular, singular + ("es" if singular.endswith(("s", "sh", "ch", "x")) else "s"))
