import numpy as np
import pytest

from cleardance.pocket.playback import filled, played, resampled, steadied

Y, X = np.mgrid[:64, :96]


def disc(x: float) -> np.ndarray:
    """A textured disc on a plain ground, its middle at x."""
    inside = np.clip(14 - np.hypot(X - x, Y - 32), 0, 1)[..., None]
    inner = 160 + 60 * np.sin((X - x) / 3)[..., None] * np.ones(3)
    return np.rint(60 + inside * (inner - 60)).astype(np.uint8)


def test_key_frames_are_shown_as_they_are_and_the_last_is_held() -> None:
    keys = np.stack([disc(x) for x in (30, 36, 42)])
    frames = list(played(keys, 8, 24, 10))
    for number in (0, 1, 2):
        np.testing.assert_array_equal(frames[3 * number], keys[number])
    for frame in frames[6:]:
        np.testing.assert_array_equal(frame, keys[2])


def test_what_moves_is_between_its_places_rather_than_in_both() -> None:
    """Nearer to the true picture than blending is."""
    keys = np.stack([disc(30), disc(36)])
    frames = list(played(keys, 8, 24, 4))
    for number, x in ((1, 32), (2, 34)):
        blended = keys[0] + (keys[1].astype(float) - keys[0]) * number / 3
        here = np.abs(frames[number].astype(float) - disc(x)).mean()
        assert here < 0.5 * np.abs(blended - disc(x)).mean()


@pytest.mark.parametrize("size", [(864, 496), (752, 560)])
def test_the_middle_is_cut_out_and_not_stretched(size: tuple[int, int]) -> None:
    picture = filled(disc(48), *size)
    assert picture.shape == (size[1], size[0], 3)
    bright = (picture.max(axis=-1) > 80).nonzero()
    high, wide = (np.ptp(axis) for axis in bright)
    assert abs(high - wide) < 0.06 * high
    assert abs(bright[1].mean() - size[0] / 2) < 0.02 * size[0]


def test_a_tone_is_the_same_tone_at_three_times_the_rate() -> None:
    times = np.arange(1600) / 16_000
    tone = np.sin(2 * np.pi * 500 * times).astype(np.float32)
    made = resampled(tone, 16_000, 48_000, 6000)
    np.testing.assert_allclose(made[:4800:3], tone, atol=1e-3)
    assert not made[4800:].any()


def test_second_frames_of_pairs_lie_between_their_neighbours_and_the_last_goes_on() -> None:
    """A disc that goes 4 px a frame; second frames were grain."""
    true = np.stack([disc(30 + 4 * k) for k in range(7)])
    harmed = true.copy()
    harmed[2::2] = np.random.default_rng(0).integers(0, 256, harmed[2::2].shape)
    made = steadied(harmed)
    np.testing.assert_array_equal(made[[0, 1, 3, 5]], true[[0, 1, 3, 5]])
    off = np.abs(made[2::2].astype(int) - true[2::2]).mean(axis=(1, 2, 3))
    assert (off < 3).all()
    np.testing.assert_array_equal(steadied(harmed, ended=True)[-1], harmed[-1])
