"""Words and what they can mean: ``phrases`` and the subjects, inflected, as one table."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from cleardance.world.language import phrases
from cleardance.world.scene import (
    Action,
    Camera,
    Colour,
    Heading,
    Place,
    Relation,
    Size,
    TimeOfDay,
    Weather,
)
from cleardance.world.vocabulary import names, subjects


class Form(StrEnum):
    """How a verb stands in its sentence."""

    FINITE = "finite"  # runs, ran, run
    ING = "ing"  # running


class Glue(StrEnum):
    """Words that carry the sentence rather than the scene."""

    A = "a"
    THE = "the"
    ANOTHER = "another"
    SOME = "some"  # some birds
    AND = "and"
    WHILE = "while"  # a new clause begins
    THEN = "then"
    CUT = "cut"  # a new shot begins
    IT = "it"
    THEY = "they"
    EACH_OTHER = "each other"
    IS = "is"
    THAT = "that"  # a relative clause begins
    NOT = "not"
    IN = "in"  # a preposition of place: a relation we cannot show, if a subject follows
    OF = "of"  # any other preposition
    CAMERA = "camera"
    EMPTY = "empty"  # carries nothing


@dataclass(frozen=True)
class Noun:
    """A subject's name."""

    subject: str
    plural: bool


@dataclass(frozen=True)
class Verb:
    """An action; None is movement of whatever kind the subject is built for."""

    action: Action | None
    form: Form


@dataclass(frozen=True)
class Link:
    """A relation to the noun that follows. ``form`` is None for a preposition."""

    relation: Relation
    form: Form | None = None
    passive: bool = False
    rides: bool = False


@dataclass(frozen=True)
class Setting:
    """Something about the shot as a whole."""

    place: Place | None = None
    time: TimeOfDay | None = None
    weather: Weather | None = None


@dataclass(frozen=True)
class Count:
    """How many. Numbers past what a shot holds are read as written, and cut later."""

    number: int


_FALSE_FRIENDS = (
    "baseball bat|cricket bat|baseball glove|basketball game|soccer game|football game"
    "|basketball court|tennis court|soccer player|football player|dog house|bird house"
    "|orange juice|apple juice|tv tower|television tower|police station|bus stop|bus station"
    "|train station|rock band|rock star|movie star|key ring|fish and chips"
)
"""Names of things we do not have that are made of names of things we have."""

Sense = Noun | Verb | Link | Setting | Count | Camera | Colour | Size | Heading | Glue
Key = tuple[str, ...]

_GLUE: dict[Glue, str] = {
    Glue.A: "a|an|its|his|her|their|my|our|your|any|every|each",
    Glue.THE: "the|this|these|those|same",
    Glue.ANOTHER: "another|a second|a third|second|third",
    Glue.SOME: "some",
    Glue.AND: "and|plus|&|as well as",
    Glue.WHILE: "while|as|but|when|where|meanwhile|whilst|because|until|so|whereas",
    Glue.THEN: "then|and then|after that|afterwards|after which|subsequently|next",
    Glue.IT: "it|he|she|him|who",
    Glue.THEY: "they|them|both|all|both of them|all of them",
    Glue.EACH_OTHER: "each other|one another|side by side|next to each other|beside each other",
    Glue.IS: "is|are|was|were|be|being|am|been",
    Glue.THAT: "that|which",
    Glue.NOT: "no|not|without|without any|without a|never|isnt|arent"
    "|wasnt|doesnt|dont|cant|wont|nobody|none",
    Glue.IN: "in|inside|into|under|underneath|beneath|below|above|over|behind|around|through"
    "|between|past|towards|toward|across|out of|against|in front of|amid|among|amongst|along"
    "|at|down|up|to|from|off|beyond",
    Glue.OF: "of|for|during|like|about",
    Glue.CAMERA: "camera|cameras",
    Glue.EMPTY: "there is|there are|there s|here is|here are|can be seen|is seen|are seen|seen"
    "|we see|we can see|you see|show|shows|showing|shown|create|generate|make|render|film of"
    "|filming|record|video|videos|clip|clips|footage|scene|scenes|shot|shots|image|picture|view"
    "|video of|depicts|depicting|featuring|features|appears|appear|please|i|we|you|me|us|my|it s"
    "|has|have|had|having|does|do|did|will|would|can|could|should|may|might|must|there|here"
    "|very|also|just|only|too|itself|himself|herself|themselves|alone|together|what|how|than"
    "|or|if|not only|let|lets"
    "|starts|start|started|begins|begin|began|starts to|begins to|starting|beginning"
    "|keeps|keep|kept|continues|continue|keeps on|still|something|someone|somewhere|everything"
    "|want|s|t|time|weather|ground|on the ground|to the ground"
    "|on the floor|floor|way|its way|side|middle|in the middle of|the middle of|frame|screen"
    "|across the screen|across the frame|along the ground|another side|set in|taking place"
    "|takes place|happens|happening|coloured|colored|colour|color|in colour|in color|sized|ever",
}

_SHOT_MARKS = "shot|scene|shot number|scene number|clip|take"
_NUMERALS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_CUTS = (
    "cut to|then cut to|cuts to|we cut to|cut|then cuts to|next shot|next scene|in the next shot"
    "|in the next scene|the next shot|the next scene|the scene changes to|the scene cuts to"
    "|scene change|smash cut|smash cut to|switch to|cutting to|new shot|new scene|camera cuts to"
    "|final shot|final scene|fade to|dissolve to"
)


def _past_and_ing(word: str) -> tuple[str, str]:
    """Return the past and the -ing form of a regular verb."""
    if word.endswith("e"):
        return word + "d", word[:-1] + "ing"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ied", word + "ing"
    short = len(word) > 2 and word[-1] not in "aeiouwxy" and word[-2] in "aeiou"
    if short and word[-3] not in "aeiou" and sum(c in "aeiou" for c in word) == 1:
        return word + word[-1] + "ed", word + word[-1] + "ing"
    return word + "ed", word + "ing"


def third_person(word: str) -> str:
    """Return "runs" for "run": what one subject does now."""
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


@dataclass(frozen=True)
class Inflections:
    """Every form of one verb phrase."""

    base: str
    third: str
    past: str
    ing: str
    more: tuple[str, ...] = ()


def inflect(entry: str) -> Inflections:
    """Return the forms of an entry as ``phrases`` writes them: regular, or listed with slashes."""
    head, space, rest = entry.partition(" ")
    tail = space + rest
    if "/" in head:
        base, third, past, ing, *more = (form + tail for form in head.split("/"))
        return Inflections(base, third, past, ing, tuple(more))
    past, ing = _past_and_ing(head)
    return Inflections(head + tail, third_person(head) + tail, past + tail, ing + tail)


def _verbs(entries: str) -> Iterator[tuple[str, Form]]:
    for entry in entries.split("|"):
        forms = inflect(entry)
        for form in (forms.base, forms.third, forms.past, *forms.more):
            yield form, Form.FINITE
        yield forms.ing, Form.ING


def _verb_senses() -> Iterator[tuple[str, Sense]]:
    for action, entries in phrases.ACTIONS.items():
        yield from ((phrase, Verb(action, form)) for phrase, form in _verbs(entries))
    yield from ((phrase, Verb(None, form)) for phrase, form in _verbs(phrases.MOVES))
    for camera, entries in phrases.CAMERAS.items():
        yield from ((phrase, camera) for phrase, _ in _verbs(entries))
        yield from ((phrase, camera) for phrase in entries.split("|"))


def _link_senses() -> Iterator[tuple[str, Sense]]:
    for relation, entries in phrases.SUBJECT_VERBS.items():
        rides = relation is Relation.ON
        for entry in entries.split("|"):
            yield from (
                (phrase, Link(relation, form, rides=rides)) for phrase, form in _verbs(entry)
            )
            forms = inflect(entry)
            for participle in (forms.past, *forms.more):
                yield f"{participle} by", Link(relation, Form.ING, passive=True, rides=rides)
    for relation, entries in phrases.PREPOSITIONS.items():
        yield from ((phrase, Link(relation)) for phrase in entries.split("|"))


def _setting_senses() -> Iterator[tuple[str, Sense]]:
    for place, entries in phrases.PLACES.items():
        yield from ((phrase, Setting(place=place)) for phrase in entries.split("|"))
    yield from ((phrase, Setting(place=Place.BEACH)) for phrase in phrases.SHORES.split("|"))
    for time, entries in phrases.TIMES.items():
        yield from ((phrase, Setting(time=time)) for phrase in entries.split("|"))
    for weather, entries in phrases.WEATHERS.items():
        yield from ((phrase, Setting(weather=weather)) for phrase in entries.split("|"))
    for phrase, (time_, weather_) in phrases.SKIES.items():
        yield phrase, Setting(Place.SKY, time_, weather_)


def _word_senses() -> Iterator[tuple[str, Sense]]:
    tables: tuple[Mapping[Colour, str] | Mapping[Size, str] | Mapping[Heading, str], ...] = (
        phrases.COLOURS,
        phrases.SIZES,
        phrases.HEADINGS,
    )
    for table in tables:
        for sense, entries in table.items():
            yield from ((phrase, sense) for phrase in entries.split("|"))
    for number, entries in phrases.COUNTS.items():
        yield from ((phrase, Count(number)) for phrase in entries.split("|"))
    yield from ((phrase, Glue.EMPTY) for phrase in phrases.SOUNDS.split("|"))
    for glue, entries in _GLUE.items():
        yield from ((phrase, glue) for phrase in entries.split("|"))


def _cut_senses() -> Iterator[tuple[str, Sense]]:
    yield from ((phrase, Glue.CUT) for phrase in _CUTS.split("|"))
    for mark in _SHOT_MARKS.split("|"):
        for i, numeral in enumerate(_NUMERALS.split("|"), 1):
            yield from ((f"{mark} {n}", Glue.CUT) for n in (numeral, str(i)))


def _noun_senses() -> Iterator[tuple[str, Sense]]:
    for subject in subjects().values():
        for name in names(subject):
            yield from ((form, Noun(subject.key, plural)) for form, plural in name)


def key(phrase: str) -> Key:
    """Return the lexicon's key of a phrase: its words without case, hyphens or apostrophes."""
    return tuple(phrase.casefold().replace("'", "").replace("-", " ").split())


@dataclass(frozen=True)
class Lexicon:
    """Senses of every known phrase, and how long a phrase can be by its first word."""

    senses: Mapping[Key, tuple[Sense, ...]]
    longest: Mapping[str, int]

    def lookup(self, phrase: str) -> tuple[Sense, ...]:
        """Return the senses of exactly this phrase; none if it is not one."""
        return self.senses.get(key(phrase), ())


def _compile(entries: Iterable[tuple[str, Sense]]) -> Lexicon:
    senses: dict[Key, tuple[Sense, ...]] = {}
    longest: dict[str, int] = {}
    for phrase, sense in entries:
        words = key(phrase)
        known = senses.get(words, ())
        if sense not in known:
            senses[words] = (*known, sense)
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return Lexicon(senses, longest)


@cache
def lexicon() -> Lexicon:
    """Return the table of everything that is understood."""
    table = _compile(
        entry
        for source in (
            _noun_senses,
            _verb_senses,
            _link_senses,
            _setting_senses,
            _word_senses,
            _cut_senses,
        )
        for entry in source()
    )
    return _without(table, _FALSE_FRIENDS.split("|"))


def _without(table: Lexicon, foreign: Iterable[str]) -> Lexicon:
    """Return the table with phrases that are matched, so that their parts are not, and unknown."""
    unknown: dict[Key, tuple[Sense, ...]] = {key(phrase): () for phrase in foreign}
    longest = dict(table.longest)
    for words in unknown:
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return Lexicon(unknown | dict(table.senses), longest)
