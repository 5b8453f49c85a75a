"""Every word that the world's compact captions can say, so that a model has room for each."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from cleardance.pocket.text import NO_WORDS, Vocabulary
from cleardance.world.language.captions import canonical
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
from cleardance.world.vocabulary import subjects

_TARGET = Actor("cat", Action.RUN)
_SHOTS = (
    *(Shot((Actor("dog"),), place) for place in Place),
    *(Shot((Actor("dog"),), Place.MEADOW, time) for time in TimeOfDay),
    *(Shot((Actor("dog"),), Place.MEADOW, weather=weather) for weather in Weather),
    *(Shot((Actor("dog"),), Place.MEADOW, camera=camera) for camera in Camera),
    *(Shot((Actor("dog", heading=heading),), Place.MEADOW) for heading in Heading),
    *(Shot((Actor("dog", size=size),), Place.MEADOW) for size in Size),
    *(Shot((Actor("dog", colour=colour),), Place.MEADOW) for colour in Colour),
    Shot((Actor("dog"), Actor("cat", Action.RUN), Actor("fox", Action.JUMP)), Place.MEADOW),
)


def world_words(known: Vocabulary = NO_WORDS) -> Vocabulary:
    """Return the vocabulary that says whatever the world can show; ``known`` words keep their ids.

    Everything is said at least once: each subject alone, in twos and threes doing each action, and
    each relation either way.
    """
    return known.grown(canonical(Scene((shot,), 0)) for shot in _phrasebook())


def _phrasebook() -> Iterator[Shot]:
    yield from _SHOTS
    yield from (Shot((), place) for place in Place)
    alone = [action for action in Action if action is not Action.FOLLOW]
    for key, action, number in product(sorted(subjects()), alone, (1, 2, 3)):
        yield Shot((Actor(key, action),) * number, Place.SEA)
    for relation in Relation:
        way = Action.FOLLOW if relation is Relation.FOLLOWS else Action.RUN
        first = Actor("dog", way, relation=relation, target=1)
        yield Shot((first, _TARGET), Place.MEADOW)
        both = replace(first, target=2)
        yield Shot((both, both, Actor("cat")), Place.MEADOW)
        second = Actor("dog", way, relation=relation, target=0)
        yield Shot((_TARGET, second), Place.MEADOW)
