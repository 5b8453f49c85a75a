import numpy as np
import pytest

from cleardance.dataset.stills import still
from cleardance.world.vocabulary import subjects

CAST = ("cat", "sailboat", "apple", "airplane", "train")
MANY = [still(seed, CAST, 96, 64) for seed in range(60)]


def test_the_same_seed_is_the_same_picture() -> None:
    again = still(7, CAST, 96, 64)
    np.testing.assert_array_equal(again.pixels, MANY[7].pixels)
    np.testing.assert_array_equal(again.labels, MANY[7].labels)
    assert again.caption == MANY[7].caption
    assert (MANY[8].pixels != MANY[7].pixels).any()


def test_the_subject_is_large_named_and_labelled() -> None:
    for picture in MANY:
        number = 1 + CAST.index(picture.subject)
        assert set(np.unique(picture.labels)) == {0, number}
        rows = np.flatnonzero((picture.labels > 0).any(axis=1))
        assert 0.35 <= np.ptp(rows) / 64 <= 0.8  # squashed by a step or a bounce, at times
        assert picture.subject in picture.caption
        assert "facing left" in picture.caption or "facing right" in picture.caption


def test_labels_lie_on_the_subject() -> None:
    """An apple is red where its label is, and the picture elsewhere is another colour."""
    apples = [p for p in MANY if p.subject == "apple" and "night" not in p.caption]
    assert apples
    for picture in apples:
        red, green, blue = (picture.pixels[picture.labels > 0].mean(axis=0)).tolist()
        assert red > 1.6 * max(green, blue)


def test_who_is_said_to_face_left_does() -> None:
    """An engine's chimney is its highest part and in front."""
    sides: dict[str, set[bool]] = {"left": set(), "right": set()}
    pictures = (still(seed, ("train",), 96, 64) for seed in range(60))
    for picture in pictures:
        if " stands " in picture.caption:  # where it sways, other parts may be highest
            columns = np.flatnonzero((picture.labels > 0).any(axis=0))
            rows = np.flatnonzero((picture.labels > 0).any(axis=1))
            highest = np.flatnonzero(picture.labels[rows[0]]).mean()
            side = "left" if "facing left" in picture.caption else "right"
            sides[side].add(bool(highest < (columns[0] + columns[-1]) / 2))
    assert sides == {"left": {True}, "right": {False}}


@pytest.mark.parametrize("cast", [(), tuple(list(subjects())[:1]) * 256])
def test_no_cast_and_too_long_a_cast_are_refused(cast: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="cast"):
        still(0, cast, 96, 64)


def test_a_subject_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError):
        still(0, ("snark",), 96, 64)
