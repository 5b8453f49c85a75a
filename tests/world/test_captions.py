"""What is told of a scene is what is read back."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.world.language.captions import canonical, caption
from cleardance.world.language.naming import article
from cleardance.world.language.reading import read
from cleardance.world.language.sampling import sample
from cleardance.world.scene import Actor, Camera, Heading, Place, Relation, Scene, Shot
from cleardance.world.vocabulary import subjects

SEEDS = st.integers(0, 2**31 - 1)


def unturned(scene: Scene) -> Scene:
    """The scene with every heading the same: captions need not say it."""
    shots = (
        replace(shot, actors=tuple(replace(a, heading=Heading.RIGHT) for a in shot.actors))
        for shot in scene.shots
    )
    return replace(scene, shots=tuple(shots))


def assert_read_back(scene: Scene, rng: np.random.Generator) -> None:
    told = caption(scene, rng)
    reading = read(told, scene.duration_s, scene.seed)
    assert (unturned(reading.scene), reading.ignored) == (unturned(scene), ()), told
    exact = read(canonical(scene), scene.duration_s, scene.seed)
    assert (exact.scene, exact.ignored) == (scene, ()), canonical(scene)


@pytest.mark.parametrize("key", subjects())
def test_every_subject_is_read_back(key: str) -> None:
    rng = np.random.default_rng(1)
    for _ in range(8):
        assert_read_back(sample(rng, subjects=[key]), rng)


@given(SEEDS)
@settings(max_examples=1000, deadline=None)
def test_any_sampled_scene_is_read_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert_read_back(sample(rng, duration_s=4.0), rng)


@given(SEEDS)
@settings(max_examples=150, deadline=None)
def test_scenes_of_several_shots_are_read_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shots = tuple(sample(rng, duration_s=2.0).shots[0] for _ in range(3))
    assert_read_back(Scene(shots, seed), rng)


@pytest.mark.parametrize("place", Place)
@pytest.mark.parametrize("camera", Camera)
def test_empty_landscapes_are_read_back(place: Place, camera: Camera) -> None:
    scene = Scene((Shot((), place, camera=camera, duration_s=4.0),), 1)
    for seed in range(5):
        assert_read_back(scene, np.random.default_rng(seed))


@given(SEEDS)
def test_a_heading_that_is_told_is_the_right_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scene = sample(rng)
    headings = {a.heading for a in scene.shots[0].actors}
    told = set(re.findall(r"(?:to the|facing) (left|right)", caption(scene, rng)))
    assert told <= set(map(str, headings))


def test_a_scene_is_told_in_many_ways_and_in_one() -> None:
    scene = read("a fox runs across a snowy field at dusk while the wind blows", 3.0, 1).scene
    told = {caption(scene, np.random.default_rng(seed)) for seed in range(200)}
    assert len(told) > 100
    assert (
        canonical(scene) == "A fox facing left runs in a snowy field at dusk while the wind blows."
    )
    again = [caption(scene, np.random.default_rng(7)) for _ in range(2)]
    assert again[0] == again[1]


def test_captions_are_sentences() -> None:
    rng = np.random.default_rng(3)
    for _ in range(500):
        told = caption(sample(rng), rng)
        assert told[0].isupper()
        assert told.endswith(".")
        assert not re.search(r"\s\s|\s[.,]|,,|,\.|None", told), told
        assert not re.search(r"\ba [aeio]|\ban [^aeiouh]", told), told


@pytest.mark.parametrize(
    ("words", "expected"),
    [("apple", "an"), ("unicorn", "a"), ("ufo", "a"), ("hourglass", "an"), ("fox", "a")],
)
def test_articles_follow_the_sound(words: str, expected: str) -> None:
    assert article(words) == expected


def test_a_colour_that_would_make_another_name_comes_after_the_noun() -> None:
    actor = Actor("apple", colour="red")  # type: ignore[arg-type]
    scene = Scene((Shot((actor,), Place.ROOM),), 1)
    assert "apple that is red" in canonical(scene)


def test_pursuers_may_be_told_after_their_quarry() -> None:
    scene = read("a cat is chased by a dog", 5.0, 1).scene
    assert [a.relation for a in scene.shots[0].actors] == [None, Relation.CHASES]
    assert "is chased by" in canonical(scene)
    assert_read_back(scene, np.random.default_rng(2))
