"""Stages: covered everywhere, the ground where it is promised, the hour and weather to be seen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cleardance.world.picture.stage import FEW_VARIANTS, VARIANTS, Layer, Stage, paint
from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import Place, Shot, TimeOfDay, Weather

WIDTH, HEIGHT, MARGIN = 256, 192, 0.6
Alpha = NDArray[np.float32]


def shot(place: Place, time: str = "day", weather: str = "clear") -> Shot:
    return Shot((), place, TimeOfDay(time), Weather(weather))


def lay(under: Alpha, layer: Layer, camera: tuple[float, float], time_s: float = 0.0) -> None:
    """Lay a layer over a float frame [H, W, 4], as its docstring says where."""
    height, width = under.shape[:2]
    left = round(layer.left_px + layer.drift_px_s * time_s - layer.depth * camera[0] * height)
    top = round(layer.top_px + layer.depth * camera[1] * height)
    rows, cols = layer.pixels.shape[:2]
    y0, y1 = max(top, 0), min(top + rows, height)
    x0, x1 = max(left, 0), min(left + cols, width)
    if y0 >= y1 or x0 >= x1:
        return
    part = layer.pixels[y0 - top : y1 - top, x0 - left : x1 - left].astype(np.float32)
    if part.shape[2] == 3:
        part = np.dstack([part, np.full(part.shape[:2], 255.0, np.float32)])
    under[y0:y1, x0:x1] = part + under[y0:y1, x0:x1] * (1.0 - part[..., 3:] / 255.0)


def seen(stage: Stage, size: tuple[int, int], camera: tuple[float, float] = (0.0, 0.0)) -> Alpha:
    frame = np.zeros((size[1], size[0], 4), np.float32)
    for layer in (*stage.back, *stage.front):
        lay(frame, layer, camera)
    return frame[..., :3]


def solid_rows(stage: Stage, camera: tuple[float, float]) -> NDArray[np.bool_]:
    """Which rows of the frame the layers before the sky hide from edge to edge."""
    frame = np.zeros((HEIGHT, WIDTH, 4), np.float32)
    for layer in stage.back[1:]:
        lay(frame, layer, camera)
    return np.asarray((frame[..., 3] > 250.0).all(axis=1))


def horizon(stage: Stage, camera: tuple[float, float]) -> int:
    """Return the row from which down all rows are solid."""
    return HEIGHT - int(np.argmin([*solid_rows(stage, camera)[::-1], False]))


@pytest.mark.parametrize("place", Place)
def test_layers_reach_past_the_frame_wherever_the_camera_goes(place: Place) -> None:
    scene = shot(place, weather="wind")
    stage = paint(scene, WIDTH, HEIGHT, MARGIN, 3)
    for layer in (*stage.back, *stage.front):
        for time_s in (0.0, scene.duration_s):
            for x in (-MARGIN, MARGIN):
                left = layer.left_px + layer.drift_px_s * time_s - layer.depth * x * HEIGHT
                assert left <= 0.51
                assert left + layer.pixels.shape[1] >= WIDTH - 0.51


@pytest.mark.parametrize("place", [p for p in Place if p is not Place.SPACE])
def test_no_gap_opens_under_the_horizon_when_the_camera_moves(place: Place) -> None:
    stage = paint(shot(place), WIDTH, HEIGHT, MARGIN, 6)
    first = max(horizon(stage, (x, 0.0)) for x in (-MARGIN, 0.0, MARGIN))
    assert first < HEIGHT
    for x in (-MARGIN, 0.0, MARGIN):
        for y in (-MARGIN / 2, -0.1, 0.1, MARGIN / 2):
            down = first + round(max(y, 0.0) * HEIGHT) + 2
            assert solid_rows(stage, (x, y))[down:].all(), (x, y)
    tight = paint(shot(place), WIDTH, HEIGHT, 0.0, 6)
    assert abs(horizon(tight, (0.0, 0.0)) - horizon(stage, (0.0, 0.0))) <= 1


@pytest.mark.parametrize("place", [p for p in Place if PLACES[p].medium is Medium.LAND])
@pytest.mark.parametrize("size", [(256, 192), (162, 288), (420, 180)])
def test_ground_begins_just_behind_the_line_actors_stand_on(
    place: Place, size: tuple[int, int]
) -> None:
    stage = paint(shot(place), *size, 0.2, 5)
    ground = next(layer for layer in stage.back if layer.depth == 1.0)
    full = np.asarray((ground.pixels[..., 3] > 250).all(axis=1))
    edge = (len(full) - int(np.argmin(full[::-1])) + ground.top_px) / size[1]
    assert 0.01 <= PLACES[place].ground_y - edge <= 0.13


@pytest.mark.parametrize("place", [Place.SEA, Place.LAKE])
def test_clear_water_lies_before_swimmers_from_the_water_line_down(place: Place) -> None:
    stage = paint(shot(place), WIDTH, HEIGHT, 0.2, 5)
    water = next(layer for layer in stage.front if layer.depth == 1.0)
    wet = (water.pixels[..., 3] > 100).all(axis=1)
    assert abs((int(np.argmax(wet)) + water.top_px) / HEIGHT - PLACES[place].ground_y) < 0.03
    assert water.pixels[int(np.argmax(wet)), :, 3].max() < 200


@pytest.mark.parametrize("place", Place)
def test_night_is_darker_than_day(place: Place) -> None:
    day, night = (
        seen(paint(shot(place, t), WIDTH, HEIGHT, 0.0, 2), (WIDTH, HEIGHT)).mean()
        for t in ("day", "night")
    )
    assert night < (0.97 if place is Place.SPACE else 0.75) * day


@pytest.mark.parametrize("place", Place)
def test_every_hour_and_weather_is_its_own_picture(place: Place) -> None:
    looks = [shot(place, t) for t in TimeOfDay]
    looks += [shot(place, "day", w) for w in (Weather.RAIN, Weather.SNOW, Weather.FOG)]
    frames = [seen(paint(s, 64, 48, 0.0, 1), (64, 48)) for s in looks]
    for i, one in enumerate(frames):
        for other in frames[:i]:
            assert np.abs(one - other).mean() > (0.6 if place is Place.SPACE else 1.5)


def test_the_hour_lights_the_actors_and_leaves_them_readable() -> None:
    day, night = (paint(shot(Place.MEADOW, t), 64, 48, 0.0, 0) for t in ("day", "night"))
    assert day.tint == (1.0, 1.0, 1.0)
    assert all(0.5 < n < d for n, d in zip(night.tint, day.tint, strict=True))


@pytest.mark.parametrize("place", Place)
def test_shadows_fall_on_land_only(place: Place) -> None:
    shadow = paint(shot(place), 64, 48, 0.0, 0).shadow
    assert (shadow > 0.0) == (PLACES[place].medium is Medium.LAND)


@settings(max_examples=30, deadline=None)
@given(
    place=st.sampled_from(Place),
    time=st.sampled_from(TimeOfDay),
    weather=st.sampled_from(Weather),
    size=st.integers(1, 160).flatmap(
        lambda height: st.tuples(st.integers(1, 1 + 5 * height // 2), st.just(height))
    ),
    margin=st.floats(0.0, 2.0),
    seed=st.integers(0, 2**40),
)
def test_any_shot_paints_at_any_size(
    place: Place,
    time: TimeOfDay,
    weather: Weather,
    size: tuple[int, int],
    margin: float,
    seed: int,
) -> None:
    width, height = size
    stage = paint(Shot((), place, time, weather, duration_s=2.3), width, height, margin, seed)
    assert stage.back[0].pixels.shape == (height, width, 3)
    for layer in (*stage.back[1:], *stage.front):
        assert layer.pixels.dtype == np.uint8
        assert layer.pixels.shape[2] == 4
        assert (layer.pixels[..., :3].max(axis=2) <= layer.pixels[..., 3].astype(int) + 1).all()
    assert all(layer.depth <= 1.0 for layer in stage.back)
    assert [x.depth for x in stage.back] == sorted(x.depth for x in stage.back)
    assert all(0.0 < gain <= 1.0 for gain in stage.tint)
    assert 0.0 <= stage.shadow <= 1.0


@pytest.mark.parametrize("place", [Place.FARM, Place.CITY, Place.SPACE])
def test_a_seed_is_one_landscape(place: Place) -> None:
    one, again, other = (paint(shot(place), WIDTH, HEIGHT, 0.1, s) for s in (7, 7, 8))
    for a, b in zip((*one.back, *one.front), (*again.back, *again.front), strict=True):
        assert np.array_equal(a.pixels, b.pixels)
    size = (WIDTH, HEIGHT)
    assert np.abs(seen(one, size) - seen(other, size)).mean() > 1.0


@pytest.mark.parametrize("place", Place)
def test_a_seed_is_the_same_landscape_at_every_size(place: Place) -> None:
    small = seen(paint(shot(place), 256, 192, 0.4, 9), (256, 192))
    large = seen(paint(shot(place), 512, 384, 0.0, 9), (512, 384))
    halved = large.reshape(192, 2, 256, 2, 3).mean(axis=(1, 3))
    assert np.abs(halved - small).mean() < 5.0


def test_small_frames_share_a_few_read_only_stages() -> None:
    one = paint(shot(Place.ROAD), 128, 96, 0.1, 3)
    assert paint(shot(Place.ROAD), 128, 96, 0.3, 3 + FEW_VARIANTS) is one
    assert VARIANTS % FEW_VARIANTS == 0
    with pytest.raises(ValueError, match="read-only"):
        one.back[0].pixels[0, 0] = 0


@pytest.mark.parametrize(
    ("width", "height", "margin", "seed"),
    [(0, 9, 0.0, 0), (9, 0, 0.0, 0), (9, 9, -0.1, 0), (9, 9, float("nan"), 0), (9, 9, 0.0, -1)],
)
def test_impossible_frames_are_refused(width: int, height: int, margin: float, seed: int) -> None:
    with pytest.raises(ValueError, match="a stage needs"):
        paint(shot(Place.SKY), width, height, margin, seed)
