"""Air: seen in every weather, the same for the same time, never swamping the picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cleardance.world.picture.weather import air
from cleardance.world.scene import Place, Shot, TimeOfDay, Weather

FALLING = [Weather.RAIN, Weather.SNOW, Weather.WIND]


def grey(width: int = 320, height: int = 180) -> NDArray[np.uint8]:
    return np.full((height, width, 3), 90, np.uint8)


def drawn(
    weather: Weather,
    time_s: float,
    camera_x: float = 0.0,
    place: Place = Place.MEADOW,
    time: TimeOfDay = TimeOfDay.DAY,
    size: tuple[int, int] = (320, 180),
) -> NDArray[np.int16]:
    """Return what the air adds to a grey frame."""
    frame = grey(*size)
    air(Shot((), place, time, weather), *size, 4)(frame, time_s, camera_x)
    return frame.astype(np.int16) - 90


@pytest.mark.parametrize("weather", [*FALLING, Weather.FOG])
@pytest.mark.parametrize("place", [Place.CITY, Place.SEA, Place.SKY])
def test_each_weather_is_seen_and_moves(weather: Weather, place: Place) -> None:
    now, later = drawn(weather, 1.0, place=place), drawn(weather, 1.4, place=place)
    assert np.abs(now).max() > 12
    assert not np.array_equal(now, later)


@pytest.mark.parametrize("weather", FALLING)
@pytest.mark.parametrize("size", [(1280, 720), (128, 96), (180, 320), (420, 180)])
def test_the_picture_is_not_swamped(weather: Weather, size: tuple[int, int]) -> None:
    touched = (np.abs(drawn(weather, 1.7, size=size)) > 8).any(axis=2).mean()
    assert 0.0005 < touched < 0.12


def test_fog_stays_soft() -> None:
    fog = drawn(Weather.FOG, 2.0)
    assert 5 < fog.max() < 110
    assert np.abs(np.diff(fog[..., 0], axis=1)).max() <= 6


def test_clear_day_air_is_empty() -> None:
    assert not drawn(Weather.CLEAR, 1.0).any()


def test_fireflies_come_out_on_clear_nights() -> None:
    assert drawn(Weather.CLEAR, 1.0, time=TimeOfDay.NIGHT).any()
    assert not drawn(Weather.CLEAR, 1.0, place=Place.CITY, time=TimeOfDay.NIGHT).any()


def test_it_does_not_rain_indoors_or_under_water() -> None:
    assert not drawn(Weather.RAIN, 1.0, place=Place.ROOM).any()
    wet, calm = (drawn(w, 1.0, place=Place.UNDERWATER) for w in (Weather.RAIN, Weather.CLEAR))
    assert calm.any()
    assert np.array_equal(wet, calm)


def test_rain_falls_and_bubbles_rise() -> None:
    """The best vertical match of two moments says which way things move."""
    assert _fall(Place.MEADOW, Weather.RAIN, 0.02) > 0
    assert _fall(Place.UNDERWATER, Weather.CLEAR, 0.25) < 0


def _fall(place: Place, weather: Weather, later_s: float) -> int:
    now, soon = (drawn(weather, t, place=place).sum(axis=2) for t in (1.0, 1.0 + later_s))
    shifts = list(range(-9, 10))
    return shifts[int(np.argmax([(np.roll(now, s, axis=0) * soon).sum() for s in shifts]))]


@settings(max_examples=40, deadline=None)
@given(
    place=st.sampled_from(Place),
    weather=st.sampled_from(Weather),
    time=st.sampled_from(TimeOfDay),
    time_s=st.floats(0.0, 120.0),
    camera_x=st.floats(-40.0, 40.0),
    width=st.integers(1, 200),
    height=st.integers(1, 160),
)
def test_air_is_a_function_of_time_and_camera(
    place: Place,
    weather: Weather,
    time: TimeOfDay,
    time_s: float,
    camera_x: float,
    width: int,
    height: int,
) -> None:
    draw = air(Shot((), place, time, weather), width, height, 11)
    first, second = grey(width, height), grey(width, height)
    draw(first, time_s, camera_x)
    draw(grey(width, height), time_s + 1.0, -camera_x)
    draw(second, time_s, camera_x)
    assert np.array_equal(first, second)


def test_air_without_a_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a frame"):
        air(Shot((), Place.SKY), 0, 9, 1)
