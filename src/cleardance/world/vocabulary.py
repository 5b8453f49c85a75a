"""What exists: the subjects that can be named, and their art."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import chain
from types import MappingProxyType

FACES = ("left", "right", "front")
HOMES = ("land", "water", "air")
VOICES = frozenset(
    {
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
    }
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
    ``voice`` names its call in ``foley``, one of ``VOICES`` ("" for none). A synonym is
    "pup" (and so "pups"), "calf/calves" or, without a plural of its own, "cattle/"; ``names``
    spells them out. ``turn_deg`` levels art that was drawn aslant: the sprite is
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
    def sails(self) -> bool:
        """Whether it goes on water as boats do, rather than swimming."""
        return self.gait is Gait.BOAT and (self.kind is Kind.VEHICLE or self.key == "surfer")


Form = tuple[str, bool]  # a word or phrase, and whether it is a plural


def names(subject: Subject) -> tuple[tuple[Form, ...], ...]:
    """Return everything that names a subject: its key and its synonyms, each with its plural.

    A noun that is its own plural comes as both.
    """
    own = ((subject.key, False), (subject.plural, True))
    return (own, *(_forms(entry) for entry in subject.synonyms))


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
        for form, _ in chain.from_iterable(names(subject)):
            known = by_name.setdefault(form, subject)
            if known is not subject:
                raise ValueError(f"{form!r} names {known.key!r} and {subject.key!r}")
    return {subject.key: subject for subject in by_name.values()}


def _subject(row: dict[str, str]) -> Subject:
    return Subject(
        key=row["key"],
        plural=row["plural"],
        synonyms=tuple(filter(None, row["synonyms"].split("|"))),
        icon=row["icon"],
        kind=Kind(row["kind"]),
        faces=row["faces"],
        height=float(row["height"]),
        gait=Gait(row["gait"]),
        home=row["home"],
        voice=row["voice"],
        turn_deg=float(row["turn_deg"]),
    )


def _forms(entry: str) -> tuple[Form, ...]:
    singular, slash, plural = entry.partition("/")
    if slash:
        return ((singular, False), (plural, True)) if plural else ((singular, False),)
    return ((singular, False), (singular + _ending(singular), True))


def _ending(noun: str) -> str:
    return "es" if noun.endswith(("s", "sh", "ch", "x")) else "s"
