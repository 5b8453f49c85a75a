"""Noun phrases and verbs of captions: what an actor is called, what it is said to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from numpy.random import Generator

from cleardance.world.language.lexicon import Inflections, Noun, inflect, lexicon
from cleardance.world.language.phrases import ACTIONS, MOVES, SUBJECT_VERBS
from cleardance.world.scene import Action, Actor, Place, Relation, Size
from cleardance.world.vocabulary import Gait, Kind, Subject, names, subjects

_VERBS: dict[Action, tuple[str, ...]] = {
    Action.STAND: ("stand", "wait"),
    Action.RUN: ("run", "run", "rush", "dash"),
    Action.WALK: ("walk", "walk", "wander"),
    Action.JUMP: ("jump", "leap"),
    Action.BOUNCE: ("bounce", "bounce up and down"),
    Action.ROLL: ("roll", "tumble"),
    Action.FLY: ("fly", "soar"),
    Action.HOVER: ("hover",),
    Action.SWIM: ("swim",),
    Action.FALL: ("fall", "drop"),
    Action.SPIN: ("spin", "spin around", "rotate"),
    Action.GROW: ("grow", "grow bigger"),
    Action.SHRINK: ("shrink", "get smaller"),
    Action.DRIVE: ("drive", "drive", "cruise"),
    Action.BLAST_OFF: ("blast off", "lift off"),
    Action.FLOAT: ("float", "drift"),
    Action.FOLLOW: ("move",),
}
_LINKS: dict[Relation, tuple[str, ...]] = {
    Relation.CHASES: ("chase", "chase", "pursue"),
    Relation.FOLLOWS: ("follow", "follow", "trail"),
}
_SIZES: dict[Size, tuple[str, ...]] = {
    Size.TINY: ("tiny",),
    Size.SMALL: ("small", "little"),
    Size.BIG: ("big", "large"),
    Size.HUGE: ("huge", "giant", "enormous"),
}
NUMBERS = ("no", "one", "two", "three")
_PULLED = (
    "bicycle|scooter|skateboard|train|bullet train|tram|shopping cart|rickshaw|wheelchair user"
    "|cyclist|canoe|rowing boat"
)
_UNCOUNTED = "popcorn|sushi|broccoli|bread|cheese|corn"
_UNIQUE = frozenset({"sun", "moon"})
_YOU_SOUND = ("uni", "ufo", "uku", "one", "eu")
_FORMS: dict[str, Inflections] = {
    forms.base: forms
    for table in (ACTIONS, SUBJECT_VERBS)
    for entries in (*table.values(), MOVES)
    for forms in map(inflect, entries.split("|"))
}


@dataclass(frozen=True)
class Words:
    """Chooses among paraphrases; without a generator always the first."""

    rng: Generator | None

    def of(self, options: Sequence[str]) -> str:
        """Return one of the options."""
        return options[0] if self.rng is None else options[int(self.rng.integers(len(options)))]

    def chance(self, odds: float, plain: bool = False) -> bool:
        """Return True with these odds; ``plain`` without a generator."""
        return plain if self.rng is None else bool(self.rng.random() < odds)


def countable(subject: Subject) -> bool:
    """Whether two of it can be told: not popcorn, scissors, or the sun."""
    tantum = subject.key == subject.plural and subject.kind is not Kind.ANIMAL
    return not (tantum or subject.key in _UNCOUNTED.split("|") or subject.key in _UNIQUE)


def noun_phrase(actor: Actor, count: int, say: Words) -> str:
    """Return "a big red fox" or "two big red foxes"."""
    subject = subjects()[actor.subject]
    name, plural = _name(subject, count > 1, say), count > 1
    words, after = _adorned(actor, name, plural, say)
    if plural:
        return f"{NUMBERS[count]} {words}{after}"
    return f"{_determiner(subject, name, words)} {words}{after}"


def _determiner(subject: Subject, name: str, words: str) -> str:
    if subject.key in _UNIQUE:
        return "the"
    if name == subject.key and not countable(subject):
        return "some"
    return article(words)


def article(words: str) -> str:
    """Return "a" or "an", by sound."""
    if words.startswith(_YOU_SOUND):
        return "a"
    return "an" if words.startswith(("a", "e", "i", "o", "u", "hour")) else "a"


def _name(subject: Subject, plural: bool, say: Words) -> str:
    """Return the subject's own name, at times a synonym that nothing else is called by."""
    if subject.key in _UNIQUE or not say.chance(0.2):
        return subject.plural if plural else subject.key
    both = (name for name in names(subject) if len(name) > 1)
    forms = [form for name in both for form, many in name if many is plural]
    only = {Noun(subject.key, plural)}
    fair = [form for form in forms if set(lexicon().lookup(form)) == only and not _acting(form)]
    return say.of(fair) if fair and countable(subject) else forms[0]


def _acting(name: str) -> bool:
    """Whether a name already says what is done: "person riding a bike"."""
    return name.startswith(("person ", "people ")) or "ing " in name


def _adorned(actor: Actor, name: str, plural: bool, say: Words) -> tuple[str, str]:
    """Return adjectives and name, and what must be said after them.

    "Blue whale" is a name of its own: a whale of that colour is "a whale that is blue".
    """
    size = say.of(_SIZES[actor.size]) if actor.size in _SIZES else ""
    colour = str(actor.colour) if actor.colour else ""
    plain = " ".join(part for part in (size, colour, name) if part)
    if (size or colour) and any(map(_names_something, _tails(plain, name))):
        looks = " and ".join(part for part in (size, colour) if part)
        return name, f" that {'are' if plural else 'is'} {looks}"
    return plain, ""


def _tails(phrase: str, name: str) -> Iterator[str]:
    """Yield the phrase from each adjective on."""
    head = phrase.removesuffix(name).split()
    for i in range(len(head)):
        tail = [*head[i:], *name.split()]
        yield from (" ".join(tail[:end]) for end in range(2, len(tail) + 1))


def _names_something(phrase: str) -> bool:
    return any(isinstance(sense, Noun) for sense in lexicon().lookup(phrase))


def verb(action: Action, subject: Subject, place: Place, say: Words) -> Inflections:
    """Return the forms of a verb for an action, as one says it of this subject."""
    return _FORMS[say.of(_said_of(action, subject, place))]


def common_verb(actors: Sequence[Actor], place: Place, say: Words) -> Inflections:
    """Return the forms of a verb for what unlike actors all do."""
    cast = [subjects()[actor.subject] for actor in actors]
    action = actors[0].action
    options = [_said_of(action, subject, place) for subject in cast]
    shared = [said for said in options[0] if all(said in other for other in options)]
    return _FORMS[say.of(shared or _VERBS[action][:1])]


def linking_verb(relation: Relation, say: Words) -> Inflections:
    """Return the forms of "chase" or "follow"."""
    return _FORMS[say.of(_LINKS[relation])]


def _said_of(action: Action, subject: Subject, place: Place) -> Sequence[str]:
    match action:
        case Action.STAND:
            return _standing(subject, place)
        case Action.DRIVE if subject.key in _PULLED.split("|"):
            return ("travel", "move")
        case Action.DRIVE if subject.gait is Gait.BOAT:
            return ("surf",) if subject.key == "surfer" else ("sail",)
        case Action.WALK if subject.gait is Gait.SLITHER:
            return ("crawl", "creep")
        case Action.RUN if subject.gait is Gait.HOP:
            return ("run", "dash", "scurry")
        case Action.SPIN if subject.kind in (Kind.ANIMAL, Kind.PERSON):
            return ("spin", "spin around")
    return _VERBS[action]


def _standing(subject: Subject, place: Place) -> Sequence[str]:
    if subject.kind is Kind.WEATHER or place in (Place.SKY, Place.SPACE):
        return ("hang",) if subject.key not in ("mountain", "volcano", "tornado") else ("stand",)
    if subject.kind in (Kind.ANIMAL, Kind.PERSON, Kind.VEHICLE):
        rests = subject.gait in (Gait.SLITHER, Gait.FINS) or subject.sails
        return ("rest", "wait") if rests else _VERBS[Action.STAND]
    return ("lie", "rest") if subject.height < 0.22 else ("stand",)
