from collections import Counter
from dataclasses import replace
from itertools import chain

import pytest

from cleardance.world import vocabulary
from cleardance.world.vocabulary import Gait, Kind, Subject, names, subjects


def test_the_world_is_rich_enough() -> None:
    kinds = Counter(subject.kind for subject in subjects().values())
    least = {
        Kind.ANIMAL: 60,
        Kind.VEHICLE: 25,
        Kind.PERSON: 20,
        Kind.FOOD: 20,
        Kind.OBJECT: 25,
        Kind.PLANT: 10,
        Kind.WEATHER: 10,
    }
    assert all(kinds[kind] >= count for kind, count in least.items())


def test_every_name_belongs_to_one_subject() -> None:
    owners: dict[str, set[str]] = {}
    for subject in subjects().values():
        for form, _ in chain.from_iterable(names(subject)):
            owners.setdefault(form, set()).add(subject.key)
    assert [form for form, keys in owners.items() if len(keys) > 1] == []


def test_names_are_lower_case_phrases() -> None:
    for subject in subjects().values():
        for form, _ in chain.from_iterable(names(subject)):
            assert form == " ".join(form.lower().split())
            assert form


@pytest.mark.parametrize(
    ("key", "form", "plural"),
    [
        ("fox", "foxes", True),
        ("cow", "calves", True),
        ("cow", "cattle", False),
        ("dog", "puppy", False),
        ("dog", "hounds", True),
        ("deer", "deer", True),
        ("deer", "deer", False),
    ],
)
def test_names_spell_out_plurals(key: str, form: str, plural: bool) -> None:
    assert (form, plural) in set(chain.from_iterable(names(subjects()[key])))


def test_the_mapping_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        subjects()["fox"] = subjects()["dog"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("key", "faces", "home", "gait"),
    [
        ("fox", "left", "land", Gait.LEGS),
        ("crow", "left", "air", Gait.WINGS),
        ("airplane", "right", "air", Gait.JET),
        ("runner", "right", "land", Gait.BIPED),
        ("fish", "left", "water", Gait.FINS),
        ("soccer ball", "front", "land", Gait.NONE),
        ("sailboat", "front", "water", Gait.BOAT),
    ],
)
def test_table_says_what_the_art_shows(key: str, faces: str, home: str, gait: Gait) -> None:
    subject = subjects()[key]
    assert (subject.faces, subject.home, subject.gait) == (faces, home, gait)


@pytest.mark.parametrize(
    "wrong",
    [{"faces": "up"}, {"home": "fire"}, {"voice": "yodel"}, {"height": 0.9}, {"height": 0.01}],
)
def test_a_malformed_subject_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="fox"):
        replace(subjects()["fox"], **wrong)  # type: ignore[arg-type]


def test_two_subjects_cannot_share_a_name() -> None:
    fox = subjects()["fox"]
    wolf: Subject = replace(subjects()["wolf"], synonyms=("vixen",))
    with pytest.raises(ValueError, match="'vixen' names 'fox' and 'wolf'"):
        vocabulary._by_key([fox, wolf])
