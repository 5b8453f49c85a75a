"""Real faces, with the real detector and network."""

import sys

import numpy as np
import pytest

from cleardance.errors import SignalUnavailable, UnreadableMedia
from cleardance.match.faces import FACE_SIGNAL, FaceIndex, _nets, faces_in, is_installed
from tests.match.pictures import picture
from tests.match.portraits import ATTACKS, COLLINS, HOPPER, portrait

SAME, NEAR = (rung.max_distance for rung in FACE_SIGNAL.ladder.rungs)


@pytest.fixture(scope="module")
def index() -> FaceIndex:
    return FaceIndex(
        [face.value for path in (COLLINS, HOPPER) for face in faces_in(portrait(path))]
    )


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("person", [0, 1], ids=["Collins", "Hopper"])
def test_a_person_is_known_again_and_no_other(index: FaceIndex, person: int, attack: str) -> None:
    (face,) = faces_in(ATTACKS[attack](portrait((COLLINS, HOPPER)[person])))
    found = index.search([face.value], 1.0)
    distances = {match.reference: match.distance for match in found}
    assert distances[person] <= SAME
    assert distances[1 - person] > NEAR


def test_the_box_is_where_the_face_is() -> None:
    (face,) = faces_in(ATTACKS["in a scene"](portrait(COLLINS)))
    left, top, right, bottom = face.box
    assert 0.25 < left < right < 0.5
    assert 0.15 < top < bottom < 0.45


def test_pictures_without_a_face_have_none() -> None:
    assert [faces_in(picture(seed)) for seed in range(8)] == [[]] * 8
    assert faces_in(np.zeros((1, 1, 3), np.uint8)) == []


@pytest.mark.parametrize("frame", [np.zeros((8, 8), np.uint8), np.zeros((8, 8, 3), np.float32)])
def test_what_is_no_frame_is_refused(frame: np.ndarray) -> None:
    with pytest.raises(UnreadableMedia, match="RGB"):
        faces_in(frame)


def test_the_same_frame_gives_the_same_bytes() -> None:
    assert faces_in(portrait(HOPPER)) == faces_in(portrait(HOPPER))


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_installed()
    monkeypatch.setitem(sys.modules, "dlib", None)  # as an import that fails
    _nets.cache_clear()
    with pytest.raises(SignalUnavailable) as caught:
        faces_in(picture(1))
    assert "pip install 'cleardance[faces]'" in (caught.value.hint or "")
    _nets.cache_clear()


def test_bytes_that_are_no_face_are_refused() -> None:
    with pytest.raises(ValueError, match="128"):
        FaceIndex([b"short"])
