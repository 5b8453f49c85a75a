"""Registered faces and names written in frames, from the registry to the verdict."""

import sys
from pathlib import Path

import pytest

from cleardance.errors import RegistryError
from cleardance.match.faces import _nets
from cleardance.match.frame_text import _reader
from cleardance.media import write_png
from cleardance.rights.registry import add
from cleardance.rights.row import RegistryRow
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.kept import matches_in_kept
from cleardance.screen.matching import Footage, Matchers
from cleardance.screen.output import screen_output
from cleardance.screen.people import FaceMatcher
from cleardance.screen.reading import FrameTextMatcher
from cleardance.store import Store
from cleardance.verdict import Decision
from tests.match.pictures import Picture, picture
from tests.match.portraits import ATTACKS, COLLINS, HOPPER, portrait
from tests.match.test_frame_text import titled
from tests.screen.kept_outputs import kept_of

FACES, TEXT = Matchers((FaceMatcher(),)), Matchers((FrameTextMatcher(),))


def frames(*pictures: Picture) -> Footage:
    return Footage([(at / 2, one) for at, one in enumerate(pictures)])


def registered(store: Store, path: Path = COLLINS, **row: object) -> RegistrySnapshot:
    person = {"name": "Eileen Collins", "kind": "person"} | row
    person["references"] = [{"path": str(path), "role": "face"}]
    add(store, RegistryRow.model_validate(person))
    return load_registry(store)


def test_a_registered_face_in_a_scene_is_found(store: Store) -> None:
    registry = registered(store)
    scene = ATTACKS["in a scene"](portrait(COLLINS))
    screened = screen_output(frames(picture(1), scene, scene), registry, FACES)
    (finding,) = screened.verdict.findings
    assert screened.verdict.decision is Decision.DENY
    assert (finding.signal, finding.rule) == ("face", "face-denied")
    assert (finding.evidence.time_s, finding.evidence.frames) == (0.5, 2)
    assert finding.evidence.box is not None
    assert "a face in the pictures between 0.5 s and 1.0 s is like" in screened.verdict.reason
    assert [(kept.kind, kept.time_s) for kept in screened.signals] == [("face", 0.5), ("face", 1.0)]


def test_another_face_is_clear_and_kept_for_later(store: Store) -> None:
    screened = screen_output(frames(portrait(HOPPER)), registered(store), FACES)
    assert screened.verdict.decision is Decision.CLEAR
    (kept,) = screened.signals
    later = registered(store, HOPPER, name="Grace Hopper")
    again = screen_output(frames(portrait(HOPPER)), later, FACES)
    assert [finding.work.name for finding in again.verdict.findings] == ["Grace Hopper"]
    assert again.signals == (kept,)
    found = matches_in_kept(kept_of({"t": (kept,), "u": ()}), later, FACES)
    (match,) = found.pop("t")
    assert (match.work.name, match.distance, found) == ("Grace Hopper", 0.0, {})


def test_what_was_read_in_frames_finds_names_registered_later(store: Store) -> None:
    kept = {
        name: screen_output(frames(titled(name)), load_registry(store), TEXT).signals
        for name in ("Zorblax Quest", "Harbour of Glass")
    }
    add(store, RegistryRow.model_validate({"name": "Zorblax Quest", "kind": "film"}))
    found = matches_in_kept(kept_of(kept), load_registry(store), TEXT)
    assert {task: [match.evidence.text for match in one] for task, one in found.items()} == {
        "Zorblax Quest": ["Zorblax Quest"]
    }


def test_the_face_in_a_picture_of_a_person_counts_and_in_a_film_still_does_not(
    store: Store,
) -> None:
    for name, kind, path in (("Eileen Collins", "person", COLLINS), ("Navy", "film", HOPPER)):
        row = {"name": name, "kind": kind, "references": [str(path)]}
        add(store, RegistryRow.model_validate(row))
    registry = load_registry(store)
    mirrored = [ATTACKS["mirrored"](portrait(path)) for path in (COLLINS, HOPPER)]
    verdict = screen_output(frames(*mirrored), registry, FACES).verdict
    assert [finding.work.name for finding in verdict.findings] == ["Eileen Collins"]


def test_review_holds_a_face(store: Store) -> None:
    registry = registered(store, policy="review")
    verdict = screen_output(frames(portrait(COLLINS)), registry, FACES).verdict
    assert (verdict.decision, verdict.findings[0].rule) == (Decision.HOLD, "face-reviewed")


def test_a_reference_must_show_one_face(store: Store, tmp_path: Path) -> None:
    write_png(tmp_path / "none.png", picture(1))
    both = picture(1, 1280, 720)
    for left, path in ((20, COLLINS), (700, HOPPER)):
        face = portrait(path)
        both[50 : 50 + face.shape[0], left : left + face.shape[1]] = face
    write_png(tmp_path / "both.png", both)
    with pytest.raises(RegistryError, match="shows no face"):
        registered(store, tmp_path / "none.png")
    with pytest.raises(RegistryError, match="shows 2 faces"):
        registered(store, tmp_path / "both.png")


def test_without_the_extra_it_holds_only_where_a_face_is_registered(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty, registry = load_registry(store), registered(store)
    monkeypatch.setitem(sys.modules, "dlib", None)  # as an import that fails
    _nets.cache_clear()
    unneeded = screen_output(frames(picture(1)), empty, FACES).verdict
    needed = screen_output(frames(picture(1)), registry, FACES).verdict
    with pytest.raises(RegistryError, match=r"pip install 'cleardance\[faces\]'"):
        registered(store, HOPPER, name="Grace Hopper")
    _nets.cache_clear()
    assert (unneeded.decision, unneeded.unknown) == (Decision.CLEAR, ("face",))
    assert (needed.decision, needed.unknown) == (Decision.HOLD, ("face",))
    assert "pip install 'cleardance[faces]'" in needed.reason


@pytest.fixture
def titles(store: Store) -> RegistrySnapshot:
    add(store, RegistryRow.model_validate({"name": "Zorblax Quest", "kind": "series"}))
    return load_registry(store)


def test_a_title_in_a_frame_is_found_once(titles: RegistrySnapshot) -> None:
    shown = titled("Zorblax Quest")
    screened = screen_output(frames(titled("Hello there"), shown, shown.copy()), titles, TEXT)
    (finding,) = screened.verdict.findings
    assert (finding.signal, finding.rule) == ("frame_text", "written-denied")
    assert (finding.evidence.text, finding.evidence.time_s) == ("Zorblax Quest", 0.5)
    assert finding.evidence.box is not None
    assert screened.verdict.decision is Decision.DENY
    assert 'the words "Zorblax Quest" in the pictures name it' in screened.verdict.reason
    assert [kept.value for kept in screened.signals] == [b"Hello there", b"Zorblax Quest"]


def test_a_title_nearly_spelt_is_held(titles: RegistrySnapshot) -> None:
    verdict = screen_output(frames(titled("Zorblaz Quest")), titles, TEXT).verdict
    assert (verdict.decision, verdict.findings[0].rule) == (Decision.HOLD, "written-held")


def test_other_words_are_clear(titles: RegistrySnapshot) -> None:
    verdict = screen_output(
        frames(titled("Happy birthday, Anna"), picture(2)), titles, TEXT
    ).verdict
    assert (verdict.decision, verdict.findings, verdict.unknown) == (Decision.CLEAR, (), ())


def test_without_the_extra_the_words_are_unknown_and_do_not_hold(
    titles: RegistrySnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)  # as an import that fails
    _reader.cache_clear()
    verdict = screen_output(frames(picture(1)), titles, TEXT).verdict
    _reader.cache_clear()
    assert (verdict.decision, verdict.unknown) == (Decision.CLEAR, ("frame_text",))
