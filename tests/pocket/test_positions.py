import numpy as np

from cleardance.pocket.config import CONFIGS, PLACE_FEATURES
from cleardance.pocket.positions import angles, places

POCKET, CLIPS = CONFIGS["pocket"], CONFIGS["pocket-clips"]


def test_text_is_nowhere_and_sound_is_only_in_time() -> None:
    turns = angles(POCKET, moments=2, audio_tokens=4, text_tokens=3)
    pairs, in_time = POCKET.head_dims // 2, POCKET.head_dims // 8
    assert turns.shape == (2 * 96 + 4 + 3, pairs)
    assert not turns[-3:].any()
    assert not turns[-7:-3, in_time:].any()
    assert turns[-7:-3, :in_time].all()


def test_a_sound_and_its_frame_are_turned_alike() -> None:
    """A pair of frames is at one moment with the sound that begins and ends with them."""
    turns, in_time = angles(CLIPS, 4, 6, 0), CLIPS.head_dims // 8
    assert not turns[:96, :in_time].any()  # the first frame begins it all
    for moment in (1, 2, 3):
        heard = turns[4 * 96 + 2 * moment - 1, :in_time]
        np.testing.assert_allclose(turns[96 * moment, :in_time], heard, rtol=1e-5)


def test_frames_differ_in_time_alone() -> None:
    turns, in_time = angles(POCKET, 2, 0, 0).reshape(2, 96, -1), POCKET.head_dims // 8
    np.testing.assert_array_equal(turns[0, :, in_time:], turns[1, :, in_time:])
    assert (turns[1, :, :in_time] > turns[0, :, :in_time]).all()


def test_every_place_has_features_of_its_own() -> None:
    features = places(POCKET, 1)
    assert features.shape == (96, PLACE_FEATURES)
    apart = np.abs(features[:, None] - features[None]).max(axis=-1)
    assert apart[~np.eye(96, dtype=bool)].min() > 0.05
    np.testing.assert_array_equal(places(POCKET, 2), np.tile(features, (2, 1)))
