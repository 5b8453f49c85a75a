"""Scenes for training make sense, and cover the world."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleardance.world.language.grammar import vocabulary_summary
from cleardance.world.language.sampling import sample
from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import Action, Camera, Place, Relation, Shot, TimeOfDay, Weather
from cleardance.world.vocabulary import Gait, subjects


def shots(count: int, seed: int = 1) -> list[Shot]:
    rng = np.random.default_rng(seed)
    return [sample(rng).shots[0] for _ in range(count)]


MANY = shots(4000)


def test_the_seed_decides() -> None:
    assert shots(50, 3) == shots(50, 3)
    assert shots(50, 3) != shots(50, 4)


def test_no_shot_contradicts_itself() -> None:
    for shot in MANY:
        medium = PLACES[shot.place].medium
        cast = [subjects()[a.subject] for a in shot.actors]
        if medium in (Medium.VOID, Medium.DEPTHS):
            assert shot.weather is Weather.CLEAR
        if any(s.gait is Gait.FINS for s in cast):
            assert medium in (Medium.WATER, Medium.DEPTHS)
        if any(s.gait is Gait.WHEELS for s in cast):
            assert medium is Medium.LAND
        if any(s.key == "sun" for s in cast):
            assert shot.time is not TimeOfDay.NIGHT
            assert shot.weather in (Weather.CLEAR, Weather.WIND)
        if any(s.key in ("moon", "star") for s in cast):
            assert shot.time is TimeOfDay.NIGHT


def test_nobody_does_what_their_body_cannot() -> None:
    for shot in MANY:
        for actor in shot.actors:
            gait = subjects()[actor.subject].gait
            if actor.action is Action.DRIVE:
                assert gait in (Gait.WHEELS, Gait.BOAT)
            if actor.action is Action.FLY:
                assert gait in (Gait.WINGS, Gait.ROTOR, Gait.JET)
            if actor.action in (Action.RUN, Action.WALK):
                assert gait not in (Gait.FINS, Gait.WHEELS, Gait.BOAT)


def test_mostly_one_actor_and_a_camera_at_rest() -> None:
    sizes = Counter(len(shot.actors) for shot in MANY)
    assert set(sizes) == {1, 2, 3}
    assert sizes[1] > 0.6 * len(MANY)
    assert sum(shot.camera is Camera.STATIC for shot in MANY) > 0.5 * len(MANY)


def test_the_whole_world_is_covered() -> None:
    actors = [a for shot in MANY for a in shot.actors]
    assert {a.subject for a in actors} == set(subjects())
    assert {a.action for a in actors} == set(Action)
    assert {a.relation for a in actors} == {None, *Relation}
    assert {shot.place for shot in MANY} == set(Place)
    assert {shot.time for shot in MANY} == set(TimeOfDay)
    assert {shot.weather for shot in MANY} == set(Weather)
    assert {shot.camera for shot in MANY} == set(Camera)


@given(st.integers(0, 2**31 - 1), st.floats(0.5, 15.0))
def test_the_cast_and_the_duration_are_respected(seed: int, duration_s: float) -> None:
    scene = sample(np.random.default_rng(seed), subjects=["fox", "car"], duration_s=duration_s)
    assert {a.subject for a in scene.shots[0].actors} <= {"fox", "car"}
    assert scene.duration_s == duration_s


def test_no_subjects_and_unknown_ones_are_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="no subjects"):
        sample(rng, subjects=[])
    with pytest.raises(KeyError, match="blorp"):
        sample(rng, subjects=["blorp"])


def test_the_summary_names_everything_once() -> None:
    summary = vocabulary_summary()
    told = [key for topic, keys in summary.items() if topic.startswith("subjects") for key in keys]
    assert sorted(told) == sorted(subjects())
    assert summary["places"] == tuple(sorted(map(str, Place)))
