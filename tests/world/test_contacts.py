"""Contacts: sharp, and different for every body and ground."""

from itertools import combinations

import numpy as np
import pytest

from cleardance.world.places import Surface
from cleardance.world.sound import contacts
from cleardance.world.sound.contacts import Body, body_of
from cleardance.world.sound.synth import SYNTH_HZ, generator
from cleardance.world.vocabulary import subjects
from tests.world.hand import centroid_hz


def a_step(body: Body = Body.SHOE, surface: Surface = Surface.GRASS, weight: int = 0) -> np.ndarray:
    return contacts.step(body, surface, weight, generator("test"))


def outline(x: np.ndarray) -> np.ndarray:
    """How energy spreads over third-octave-like bands and over the first, middle and last part."""
    parts = []
    for part in (x[:960], x[960:2880], x[2880:9600]):
        power = np.abs(np.fft.rfft(part, SYNTH_HZ)) ** 2
        parts.append(np.add.reduceat(power, np.geomspace(60, 12_000, 20).astype(int))[:-1])
    bands = np.sqrt(np.concatenate(parts))
    return bands / np.linalg.norm(bands)


@pytest.mark.parametrize("surface", list(Surface))
@pytest.mark.parametrize("body", list(Body))
def test_a_contact_is_at_its_full_height_within_moments(body: Body, surface: Surface) -> None:
    x = np.abs(a_step(body, surface))
    assert np.isfinite(x).all()
    assert x[:96].max() > 0.2 * x.max()  # the first 2 ms
    assert np.mean(x[-480:] ** 2) < 1e-3 * np.mean(x[:960] ** 2)


def test_every_surface_sounds_different() -> None:
    heard = {surface: outline(a_step(surface=surface)) for surface in Surface}
    for one, other in combinations(Surface, 2):
        assert heard[one] @ heard[other] < 0.985, (one, other)


def test_every_body_sounds_different_on_stone() -> None:
    heard = {body: outline(a_step(body, Surface.STONE)) for body in Body}
    for one, other in combinations(Body, 2):
        assert heard[one] @ heard[other] < 0.985, (one, other)


def test_snow_is_duller_than_stone_and_leaves_last_longer() -> None:
    hoof_on = {s: a_step(Body.HOOF, s) for s in (Surface.STONE, Surface.SNOW, Surface.LEAVES)}
    late = {s: np.sum(x[1920:] ** 2) / np.sum(x**2) for s, x in hoof_on.items()}
    assert late[Surface.LEAVES] > late[Surface.STONE]
    assert late[Surface.SNOW] > late[Surface.STONE]


@pytest.mark.parametrize("body", [Body.HOOF, Body.RUBBER, Body.METAL, Body.PAW])
def test_a_heavier_body_sounds_lower_and_longer(body: Body) -> None:
    light, heavy = (a_step(body, Surface.ASPHALT, weight) for weight in (-3, 3))
    assert centroid_hz(heavy, SYNTH_HZ) < 0.8 * centroid_hz(light, SYNTH_HZ)
    assert len(heavy) > len(light)


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("dog", Body.PAW),
        ("horse", Body.HOOF),
        ("unicorn", Body.HOOF),
        ("girl", Body.SHOE),
        ("basketball player", Body.SHOE),
        ("soccer ball", Body.RUBBER),
        ("car", Body.METAL),
        ("apple", Body.SOFT),
        ("suitcase", Body.HARD),
    ],
)
def test_bodies_are_what_one_expects(key: str, body: Body) -> None:
    assert body_of(subjects()[key]) is body


def test_every_subject_has_a_body() -> None:
    assert {body_of(subject) for subject in subjects().values()} == set(Body)


def test_a_whoosh_is_loudest_when_it_goes_by() -> None:
    x = contacts.whoosh(0, generator("test")) ** 2
    middle = np.sum(np.arange(len(x)) * x) / np.sum(x) / SYNTH_HZ
    assert middle == pytest.approx(contacts.WHOOSH_LEAD_S, abs=0.03)


@pytest.mark.parametrize(
    "make", [contacts.splash, contacts.stroke, contacts.flap, contacts.ignition]
)
@pytest.mark.parametrize("weight", [-4, 0, 6])
def test_water_air_and_fire_begin_at_once(make: object, weight: int) -> None:
    x = np.abs(make(weight, generator("test")))  # type: ignore[operator]
    assert np.isfinite(x).all()
    assert x[:240].max() > 0.15 * x.max()
