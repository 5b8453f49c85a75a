import colorsys
import json
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.world.picture import sprites
from cleardance.world.picture.sprites import (
    FINE_ABOVE_PX,
    MAX_HEIGHT_PX,
    MIN_HEIGHT_PX,
    Sprite,
    gait_frames,
    sprite,
)
from cleardance.world.scene import Colour
from cleardance.world.vocabulary import Gait, subjects

KEYS = sorted(subjects())
MOVING = {
    Gait.LEGS: "fox",
    Gait.BIPED: "walker",
    Gait.WINGS: "butterfly",
    Gait.FINS: "dolphin",
    Gait.SLITHER: "snake",
    Gait.ROTOR: "helicopter",
}

PERCHED = sprites._PERCHED


def art(name: str = "art.json") -> dict[str, object]:
    text = files("cleardance.world").joinpath("data", name).read_text(encoding="utf-8")
    loaded: dict[str, object] = json.loads(text)
    return loaded


def main_hue(picture: Sprite) -> float:
    """Median hue, in turns, of the opaque and colourful pixels."""
    opaque = picture.pixels[picture.pixels[..., 3] == 255][:, :3] / 255
    hsv = [colorsys.rgb_to_hsv(*map(float, rgb)) for rgb in opaque[::7]]
    return float(np.median([h for h, s, v in hsv if s > 0.45 and v > 0.3]))


def test_art_carries_its_licence_and_nothing_unused() -> None:
    loaded = art()
    assert loaded["licence"] == "MIT"
    assert loaded["copyright"] == "Copyright (c) Microsoft Corporation"
    assert loaded["source"] == "https://github.com/microsoft/fluentui-emoji"
    assert loaded["version"] == "1.2.6"
    drawn = art("drawn.json")
    assert drawn["licence"] == "Apache-2.0"
    icons, own = loaded["icons"], drawn["icons"]
    assert isinstance(icons, dict)
    assert isinstance(own, dict)
    assert not icons.keys() & own.keys()
    assert icons.keys() | own.keys() == {subject.icon for subject in subjects().values()}
    assert list(icons) == sorted(icons)
    assert list(own) == sorted(own)


@pytest.mark.parametrize("key", KEYS)
def test_every_subject_is_drawn_tightly(key: str) -> None:
    picture = sprite(key, 64)
    alpha = picture.pixels[..., 3]
    assert picture.height_px == 64 == alpha.shape[0]
    assert picture.anchor == (alpha.shape[1] / 2, 64.0)
    assert (alpha > 127).mean() > 0.1
    for edge in (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]):
        assert edge.max() > 60


@settings(deadline=None)
@given(height_px=st.integers(-3, 1100))
def test_levels_are_powers_of_two_then_quarters_within_bounds(height_px: int) -> None:
    level = sprite("star", height_px).height_px
    assert MIN_HEIGHT_PX <= level <= MAX_HEIGHT_PX
    assert level >= height_px
    if level <= FINE_ABOVE_PX:
        assert level & (level - 1) == 0
        assert level < 2 * max(height_px, MIN_HEIGHT_PX)
    else:
        assert level < 1.25 * height_px


def test_huge_requests_are_capped() -> None:
    assert sprite("star", 10**6).height_px == MAX_HEIGHT_PX


@settings(deadline=None, max_examples=40)
@given(key=st.sampled_from(KEYS), colour=st.sampled_from([None, *Colour]))
def test_pixels_are_premultiplied_and_read_only(key: str, colour: Colour | None) -> None:
    pixels = sprite(key, 32, colour).pixels
    assert pixels.dtype == np.uint8
    assert (pixels[..., :3] <= pixels[..., 3:]).all()
    with pytest.raises(ValueError, match="read-only"):
        pixels[0, 0, 0] = 1


def test_the_same_sprite_is_drawn_once() -> None:
    assert sprite("fox", 60, Colour.BLUE) is sprite("fox", 64, Colour.BLUE)


@pytest.mark.parametrize(
    ("key", "paint"),
    [
        ("fox", (33, 33, 33)),  # eyes and nose
        ("dog", (33, 33, 33)),
        ("pig", (28, 28, 28)),
        ("horse", (227, 157, 137)),  # muzzle
        ("runner", (255, 255, 255)),  # eye
        ("train", (255, 176, 46)),  # lamp
    ],
)
def test_heads_are_where_the_table_says(key: str, paint: tuple[int, int, int]) -> None:
    pixels = sprite(key, 512).pixels
    shown = (pixels[..., :3] == paint).all(axis=-1) & (pixels[..., 3] == 255)
    right = np.flatnonzero(shown.any(axis=0)).mean() > pixels.shape[1] / 2
    assert subjects()[key].faces == ("right" if right else "left")


@pytest.mark.parametrize(
    ("colour", "hue"),
    [
        (Colour.GREEN, 0.36),
        (Colour.BLUE, 0.59),
        (Colour.PURPLE, 0.74),
        (Colour.YELLOW, 0.14),
        (Colour.GOLDEN, 0.12),
    ],
)
@pytest.mark.parametrize("key", ["fox", "car", "balloon", "elephant", "rabbit", "robot"])
def test_colour_replaces_the_dominant_hue(key: str, colour: Colour, hue: float) -> None:
    assert main_hue(sprite(key, 128, colour)) == pytest.approx(hue, abs=0.06)


@pytest.mark.parametrize(
    ("colour", "low", "high"),
    [(Colour.BLACK, 20, 90), (Colour.GREY, 110, 180), (Colour.WHITE, 215, 255)],
)
def test_black_grey_and_white_are_neutral(colour: Colour, low: int, high: int) -> None:
    pixels = sprite("balloon", 128, colour).pixels
    skin = np.median(pixels[:90][pixels[:90, ..., 3] == 255][:, :3], axis=0)
    assert np.ptp(skin) < 12
    assert low <= skin.mean() <= high


def test_colour_leaves_eyes_tyres_and_skin_alone() -> None:
    for key, paint in (("fox", (33, 33, 33)), ("car", (38, 201, 252)), ("runner", (255, 200, 61))):
        for colour in (None, Colour.BLUE):
            pixels = sprite(key, 256, colour).pixels
            assert (pixels[..., :3] == paint).all(axis=-1).any(), (key, colour)


@pytest.mark.parametrize("key", MOVING.values(), ids=MOVING.keys())
def test_gait_moves_and_comes_around(key: str) -> None:
    frames = gait_frames(key, 64, None, 8)
    assert len(frames) == 8
    assert {frame.pixels.shape for frame in frames} == {frames[0].pixels.shape}
    apart = np.abs(frames[0].pixels.astype(int) - frames[4].pixels.astype(int)).mean()
    step = np.abs(frames[0].pixels.astype(int) - frames[7].pixels.astype(int)).mean()
    assert apart > 1 or key == "helicopter"
    assert max(apart, step) > 0.3


@pytest.mark.parametrize("key", [k for k in KEYS if subjects()[k].gait in MOVING])
def test_gait_keeps_the_subject_whole_and_in_its_frame(key: str) -> None:
    still = sprite(key, 32).pixels[..., 3].astype(float).sum()
    for frame in gait_frames(key, 32, None, 4):
        alpha = frame.pixels[..., 3]
        assert 0.4 * still < alpha.astype(float).sum() < (2 if key in PERCHED else 1.25) * still
        assert not alpha[0].any()
        assert not alpha[:, 0].any()
        assert not alpha[:, -1].any()
        assert (frame.pixels[..., :3] <= frame.pixels[..., 3:]).all()


@pytest.mark.parametrize("key", ["fox", "dog", "runner", "robot", "penguin", "elephant"])
def test_feet_stay_on_the_ground(key: str) -> None:
    for frame in gait_frames(key, 128, None, 8):
        lowest = np.flatnonzero((frame.pixels[..., 3] > 127).any(axis=1))[-1] + 1
        sunk = (lowest - frame.anchor[1]) / frame.height_px
        assert -0.08 < sunk < 0.03  # a runner leaves the ground, nobody digs into it


def test_wheels_and_things_stay_as_drawn() -> None:
    for key in ("car", "soccer ball", "sailboat", "rocket"):
        assert gait_frames(key, 64, Colour.BLUE, 4) == (sprite(key, 64, Colour.BLUE),) * 4


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        sprite("gryphon", 64)
    with pytest.raises(KeyError):
        gait_frames("gryphon", 64, None, 4)
    with pytest.raises(ValueError, match="phase"):
        gait_frames("fox", 64, None, 0)


@settings(deadline=None, max_examples=40)
@given(key=st.sampled_from(KEYS))
def test_aspect_is_that_of_the_drawn_sprite(key: str) -> None:
    height, width = sprite(key, 64).pixels.shape[:2]
    assert sprites.aspect(key) == pytest.approx(width / height, abs=0.02)


@pytest.mark.parametrize("key", sorted(PERCHED))
def test_perched_birds_get_wings_that_go_up_and_come_down(key: str) -> None:
    frames, still = gait_frames(key, 128, None, 8), sprite(key, 128)
    tops = [np.flatnonzero((f.pixels[..., 3] > 127).any(axis=1))[0] for f in frames]
    wide = [(f.pixels[..., 3] > 127).any(axis=0).sum() for f in frames]
    assert min(tops) <= frames[0].anchor[1] - 128
    assert max(wide) > still.pixels.shape[1] or np.ptp(tops) > 0
    moved = np.abs(frames[0].pixels.astype(int) - frames[4].pixels.astype(int))[..., 3] > 127
    assert moved.sum() > 0.03 * (still.pixels[..., 3] > 127).sum()


@pytest.mark.parametrize("colour", [None, *Colour])
def test_a_ball_shows_that_it_rolls_in_every_colour(colour: Colour | None) -> None:
    grey = sprite("ball", 128, colour).pixels[..., :3].astype(int).sum(axis=2)
    upright = grey[::-1, ::-1]
    assert (np.abs(grey - upright) > 24).mean() > 0.05
