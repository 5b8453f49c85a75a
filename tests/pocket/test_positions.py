from dataclasses import replace

import numpy as np
import pytest

from cleardance.pocket.config import CONFIGS, PLACE_FEATURES
from cleardance.pocket.positions import Layout, geometry

POCKET, CLIPS = CONFIGS["pocket"], CONFIGS["pocket-clips"]


def layout(moments: int, audio: int = 0, words: int = 0) -> Layout:
    return Layout(8, 12, moments, audio, words)


def test_text_is_nowhere_and_sound_is_only_in_time() -> None:
    turns = geometry(POCKET, layout(2, 4, 3)).angles
    pairs, in_time = POCKET.head_dims // 2, POCKET.head_dims // 8
    assert turns.shape == (2 * 96 + 4 + 3, pairs)
    assert not turns[-3:].any()
    assert not turns[-7:-3, in_time:].any()
    assert turns[-7:-3, :in_time].all()


def test_a_sound_and_its_frame_are_turned_alike() -> None:
    """A pair of frames is at one moment with the sound that begins and ends with them."""
    turns, in_time = geometry(CLIPS, layout(4, 6)).angles, CLIPS.head_dims // 8
    assert not turns[:96, :in_time].any()  # the first frame begins it all
    for moment in (1, 2, 3):
        heard = turns[4 * 96 + 2 * moment - 1, :in_time]
        np.testing.assert_allclose(turns[96 * moment, :in_time], heard, rtol=1e-5)


def test_frames_differ_in_time_alone() -> None:
    turns = geometry(POCKET, layout(2)).angles.reshape(2, 96, -1)
    in_time = POCKET.head_dims // 8
    np.testing.assert_array_equal(turns[0, :, in_time:], turns[1, :, in_time:])
    assert (turns[1, :, :in_time] > turns[0, :, :in_time]).all()


@pytest.mark.parametrize("grid", [(8, 12), (14, 8), (7, 16)])
def test_every_place_has_features_of_its_own(grid: tuple[int, int]) -> None:
    one = Layout(*grid, 1, 0, 0)
    features = geometry(POCKET, one).places
    assert features.shape == (one.video, PLACE_FEATURES)
    apart = np.abs(features[:, None] - features[None]).max(axis=-1)
    assert apart[~np.eye(one.video, dtype=bool)].min() > 0.05
    two = geometry(POCKET, replace(one, moments=2)).places
    np.testing.assert_array_equal(two, np.tile(features, (2, 1)))


def test_a_picture_of_the_subject_is_before_everything() -> None:
    plain, pictured = layout(3, 4, 2), replace(layout(3, 4, 2), pictured=True)
    assert pictured.video == plain.video + 96
    before, after = (geometry(CLIPS, one).angles for one in (plain, pictured))
    np.testing.assert_array_equal(np.delete(after, np.s_[3 * 96 : 4 * 96], axis=0), before)
    in_time = CLIPS.head_dims // 8
    assert (after[3 * 96 : 4 * 96, :in_time] < 0).all()


def test_what_is_remembered_cannot_be_written_into() -> None:
    with pytest.raises(ValueError, match="read-only"):
        geometry(CLIPS, layout(1)).angles[0] = 1
