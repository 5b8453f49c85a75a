"""Blending, checked against exact arithmetic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.world.picture.compose import Cut, Pixels, Sheet, flattened, over, stick, warped


def premultiplied(seed: int, height: int, width: int) -> Pixels:
    rng = np.random.default_rng(seed)
    alpha = rng.choice([0, 255, 90, 200], (height, width, 1))
    colour = rng.integers(0, 256, (height, width, 3)) * alpha // 255
    return np.concatenate([colour, alpha], axis=2).astype(np.uint8)


def exact(frame: Pixels, rgba: Pixels) -> np.ndarray:
    return rgba[..., :3] + frame * (255.0 - rgba[..., 3:]) / 255


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), height=st.integers(1, 9), width=st.integers(1, 9))
def test_sticking_is_exact_to_half_a_level(seed: int, height: int, width: int) -> None:
    frame = np.random.default_rng(seed).integers(0, 256, (12, 12, 3)).astype(np.uint8)
    before, rgba = frame.copy(), premultiplied(seed, height, width)
    stick(frame, Cut(rgba, 2, 3))
    area = slice(3, 3 + height), slice(2, 2 + width)
    assert np.abs(frame[area] - exact(before[area], rgba)).max() <= 0.51
    frame[area] = before[area]
    np.testing.assert_array_equal(frame, before)


def test_over_with_a_full_veil_adds_and_without_one_replaces() -> None:
    frame = np.full((2, 2, 3), 100, np.uint8)
    over(frame, np.full((2, 2, 3), 7, np.uint8), np.full((2, 2, 3), 255, np.uint8))
    assert (frame == 107).all()
    over(frame, np.full((2, 2, 3), 7, np.uint8), np.zeros((2, 2, 3), np.uint8))
    assert (frame == 7).all()


@pytest.mark.parametrize("left", [-7, -2, 0, 3, 9])
@pytest.mark.parametrize("top", [-4, 0, 5])
def test_a_sheet_is_put_like_the_picture_it_was(left: int, top: int) -> None:
    rgba = premultiplied(1, 8, 10)
    rgba[:2] = 0  # lost, as nothing is seen of them
    rgba[6:, :, 3] = 255  # copied, as they are solid
    frame = np.random.default_rng(2).integers(0, 256, (9, 12, 3)).astype(np.uint8)
    canvas = np.zeros((40, 40, 4), np.uint8)
    canvas[12 + top : 20 + top, 12 + left : 22 + left] = rgba
    want = exact(frame, canvas[12:21, 12:24])
    made = Sheet.of(rgba)
    assert made is not None
    sheet, lost = made
    assert lost == 2
    assert sheet.solid == 4
    sheet.put(frame, left, top + lost)
    assert np.abs(frame - want).max() <= 0.51


def test_a_sheet_slides_by_parts_of_a_pixel() -> None:
    rgba = np.zeros((1, 9, 4), np.uint8)
    rgba[0, 4] = 200, 200, 200, 255
    made = Sheet.of(rgba)
    assert made is not None
    frame = np.zeros((1, 9, 3), np.uint8)
    made[0].put(frame, 0.25, 0)
    np.testing.assert_array_equal(frame[0, :, 0], [0, 0, 0, 0, 150, 50, 0, 0, 0])


def test_an_empty_sheet_is_none() -> None:
    assert Sheet.of(np.zeros((3, 3, 4), np.uint8)) is None


def test_warping_by_nothing_changes_nothing() -> None:
    rgba = premultiplied(3, 6, 5)
    cut = warped(rgba, (1, 0, 2, 0, 1, 4), 20, 20)
    assert cut is not None
    whole = np.zeros((20, 20, 4), np.uint8)
    whole[cut.top : cut.top + cut.rgba.shape[0], cut.left : cut.left + cut.rgba.shape[1]] = cut.rgba
    np.testing.assert_array_equal(whole[4:10, 2:7], rgba)
    assert whole.sum() == rgba.sum()


@pytest.mark.parametrize("at", [(-30.0, 0.0), (30.0, 0.0), (0.0, -30.0), (0.0, 30.0)])
def test_what_is_outside_is_not_drawn(at: tuple[float, float]) -> None:
    assert warped(premultiplied(4, 5, 5), (1, 0, at[0], 0, 1, at[1]), 20, 20) is None


def test_flattening_twice_is_putting_twice() -> None:
    far, near = premultiplied(5, 6, 6), premultiplied(6, 6, 6)
    frame = np.full((6, 6, 3), 90, np.uint8)
    twice = exact(exact(frame, far), near)  # type: ignore[arg-type]
    flat = flattened([(far, 0, 0), (near, 0, 0)], 6, 6)
    stick(frame, Cut(flat, 0, 0))
    assert np.abs(frame - twice).max() <= 2
