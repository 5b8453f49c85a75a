"""What is done to pictures so that they are not recognised, each undone."""

import cv2
import numpy as np
import pytest

from cleardance.match.copies import LOCAL_SIGNAL
from cleardance.match.local import Features
from cleardance.match.local_index import MIN_VOTES, LocalIndex
from cleardance.match.picture import Glance, Look, look_at_query, look_at_reference, without_border
from cleardance.match.picture_index import PictureIndex
from cleardance.match.sketch import Sketch
from tests.match.pictures import Picture, picture, re_encoded

OWN = 3
INDEX = PictureIndex([look_at_reference(picture(seed)) for seed in range(12)])


def crop(frame: Picture, share: float) -> Picture:
    height, width = frame.shape[:2]
    top, left = int(height * share * 0.8), int(width * share * 0.3)
    return frame[top : top + int(height * (1 - share)), left : left + int(width * (1 - share))]


def mirrored(frame: Picture) -> Picture:
    return np.ascontiguousarray(frame[:, ::-1])


def inside(frame: Picture, share: float = 0.5) -> Picture:
    canvas = picture(99, 640, 360)
    inner = cv2.resize(frame, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    canvas[30 : 30 + inner.shape[0], 340 : 340 + inner.shape[1]] = inner
    return canvas


def portrait(frame: Picture) -> Picture:
    back = cv2.GaussianBlur(cv2.resize(frame, (1138, 640))[:, 389:749], (0, 0), 12)
    front = cv2.resize(frame, (360, 202), interpolation=cv2.INTER_AREA)
    back[219:421] = front
    return back


def filmed(frame: Picture) -> Picture:
    height, width = frame.shape[:2]
    plane = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    seen = np.array([(60, 30), (470, 55), (440, 270), (40, 250)], np.float32)
    way = cv2.getPerspectiveTransform(plane, seen)
    return cv2.GaussianBlur(cv2.warpPerspective(frame, way, (512, 288)), (0, 0), 0.8)


EVASIONS = {
    "crop 10 %": lambda frame: crop(frame, 0.1),
    "crop 40 %": lambda frame: crop(frame, 0.4),
    "mirror": mirrored,
    "turn by 90 degrees": lambda frame: np.ascontiguousarray(np.rot90(frame)),
    "letterbox": lambda frame: np.pad(frame, ((60, 60), (0, 0), (0, 0))),
    "picture in picture": inside,
    "mirror in picture": lambda frame: inside(mirrored(frame)),
    "portrait with blurred bars": portrait,
    "recording of a screen": filmed,
    "mirror, crop, grey": lambda frame: crop(mirrored(frame), 0.2) // 2,
}


@pytest.mark.parametrize("evasion", EVASIONS)
def test_evasion(evasion: str) -> None:
    query = look_at_query(re_encoded(EVASIONS[evasion](picture(OWN)), 60, 1.0))
    found = [*INDEX.find_hashes([query]), *INDEX.find_local([query])]
    assert {hit.picture for hit in found} == {OWN}


@pytest.mark.parametrize("seed", range(20, 26))
def test_other_pictures_are_not_found(seed: int) -> None:
    query = look_at_query(picture(seed))
    assert [*INDEX.find_hashes([query]), *INDEX.find_local([query])] == []


def test_the_box_says_where_in_the_frame_it_is() -> None:
    for way in (lambda frame: frame, mirrored):
        (hit,) = INDEX.find_local([look_at_query(inside(way(picture(OWN))))])
        assert hit.box == pytest.approx((340 / 640, 30 / 360, 596 / 640, 174 / 360), abs=0.02)


def test_what_is_stored_finds_the_same() -> None:
    query = look_at_query(crop(picture(OWN), 0.2), 1.5)
    stored = Look.unpack(query.pack())
    assert stored.time_s == 1.5
    assert INDEX.find_local([stored]) == INDEX.find_local([query])
    assert len(query.pack()) < 24_000


def test_the_same_frame_gives_the_same_answer() -> None:
    query = look_at_query(inside(picture(OWN)))
    first = INDEX.find_local([query])
    assert all(INDEX.find_local([query]) == first for _ in range(5))


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (3, 2), (288, 512)])
def test_blank_and_tiny_frames_give_nothing(size: tuple[int, int]) -> None:
    look = look_at_query(np.full((*size, 3), 90, np.uint8))
    assert look.is_blank
    assert INDEX.find_local([look]) == []


def test_a_shared_logo_is_no_copy() -> None:
    """Twelve pictures with one word on them: the word alone agrees, and covers too little."""

    def signed(frame: Picture) -> Picture:
        copy = frame.copy()
        cv2.putText(copy, "NEWS 24", (400, 270), cv2.FONT_HERSHEY_DUPLEX, 0.7, (255, 255, 255), 2)
        return copy

    index = PictureIndex([look_at_reference(signed(picture(seed))) for seed in range(12)])
    assert index.find_local([look_at_query(signed(picture(50)))]) == []


def test_features_mirror_as_the_mirrored_picture_does() -> None:
    seen = look_at_query(picture(OWN)).features
    turned = look_at_query(mirrored(picture(OWN))).features
    near = seen.mirrored().descriptors.astype(float) @ turned.descriptors.T.astype(float)
    places = seen.mirrored().points - turned.points[near.argmax(axis=1)]
    assert np.mean(np.abs(places).max(axis=1) < 0.01) > 0.6
    assert isinstance(seen.mirrored(), Features)


def test_a_sketch_mirrors_as_its_features_do() -> None:
    features = look_at_query(picture(OWN)).features
    swapped, again = Sketch.of(features).mirrored(), Sketch.of(features.mirrored())
    assert (swapped.words == again.words).all()
    assert np.bitwise_count(swapped.bits ^ again.bits).max() <= 1  # sums in another order


def test_many_frames_at_once_suspect_what_one_by_one_comparison_does() -> None:
    rng = np.random.default_rng(5)
    owns = [look_at_reference(picture(seed)).features for seed in (OWN, 50)]
    index = LocalIndex.build(owns)
    frames = [Sketch.of(one) for one in owns]
    frames.append(Sketch(rng.integers(0, 1 << 16, len(frames[0]), np.uint16), frames[0].bits))
    frames.append(Sketch.of(look_at_query(crop(picture(OWN), 0.2)).features))
    for least in (1, MIN_VOTES, 20):
        for frame, found in zip(frames, index.suspects(frames, 6, least), strict=True):
            votes = {
                (picture, mirrored): len(voters)
                for mirrored in (False, True)
                for picture, voters in _voters(
                    index, frame.mirrored() if mirrored else frame
                ).items()
            }
            enough = {suspect for suspect, count in votes.items() if count >= least}
            assert {(one.picture, one.mirrored) for one in found} == enough


def _voters(index: LocalIndex, frame: Sketch) -> dict[int, set[int]]:
    """Return, by picture, the features of a frame that agree with one of its, pair by pair."""
    voters: dict[int, set[int]] = {}
    for number, (word, bits) in enumerate(zip(frame.words, frame.bits, strict=True)):
        for entry in range(index.starts[word], index.starts[int(word) + 1]):
            if int(index.bits[entry] ^ bits).bit_count() <= 22:
                voters.setdefault(int(index.owners[entry]), set()).add(number)
    return voters


def test_of_a_frame_with_too_much_to_compare_the_rarest_words_come_first() -> None:
    features = look_at_reference(picture(OWN)).features
    many = LocalIndex.build([features] * 60)
    sketch = Sketch.of(features)
    alone = many.suspects([sketch], 6)
    assert alone[0]
    assert many.suspects([sketch, sketch], 6) == [*alone, *alone]


def test_a_stored_glance_suspects_the_same() -> None:
    seen = [look_at_query(crop(picture(seed), 0.2), 1.5).glance for seed in (OWN, 50)]
    stored = [Glance.unpack(one.pack()) for one in seen]
    listed = INDEX.suspects([one.sketch for one in stored])
    assert listed == INDEX.suspects([one.sketch for one in seen])
    assert listed == [INDEX.suspects([one.sketch])[0] for one in seen]
    assert OWN in {suspect.picture for suspect in listed[0]}
    assert [hit.picture for hit in INDEX.find_hashes(stored)] == [
        hit.picture for hit in INDEX.find_hashes(seen)
    ]


def test_a_border_is_taken_off_and_a_plain_frame_is_left() -> None:
    framed = np.pad(picture(1), ((40, 40), (60, 60), (0, 0)))
    height, width, _ = without_border(framed).shape
    assert (height, width) == pytest.approx((288, 512), abs=4)
    blank = np.zeros((50, 50, 3), np.uint8)
    assert without_border(blank).shape == blank.shape


def test_the_ladder_speaks_of_features() -> None:
    names = [
        getattr(LOCAL_SIGNAL.ladder.rung_of(LOCAL_SIGNAL.distance_of(n)), "name", None)
        for n in (9, 10, 13, 14, 100)
    ]
    assert names == [None, "likely", "likely", "copy", "copy"]
