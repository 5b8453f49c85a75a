"""Places and weather: their level, their width, and no seam."""

import numpy as np
import pytest

from cleardance.world.scene import Place, Shot, TimeOfDay, Weather
from cleardance.world.sound.ambience import LOOP_S, ambience
from tests.world.hand import centroid_hz, level_db

RATE = 16_000


def heard(
    place: Place,
    time: TimeOfDay = TimeOfDay.DAY,
    weather: Weather = Weather.CLEAR,
    seconds: float = LOOP_S,
    rate: int = RATE,
) -> np.ndarray:
    shot = Shot((), place, time, weather)
    return ambience(shot, round(seconds * rate), rate, np.random.default_rng(3))


@pytest.mark.parametrize("place", [p for p in Place if p not in (Place.SPACE, Place.ROOM)])
def test_places_lie_between_minus_37_and_minus_28(place: Place) -> None:
    assert -37 < level_db(heard(place)) < -28


@pytest.mark.parametrize("weather", list(Weather))
@pytest.mark.parametrize("place", [Place.MEADOW, Place.SEA, Place.ROOM])
def test_weather_stays_under_the_events(place: Place, weather: Weather) -> None:
    x = heard(place, weather=weather)
    assert level_db(x) < -27
    assert np.abs(x).max() < 10 ** (-8 / 20)


def test_space_is_near_silent_and_below() -> None:
    x = heard(Place.SPACE)
    assert level_db(x) < -45
    assert centroid_hz(x[0], RATE) < 150


def test_rain_is_brighter_than_wind_and_under_water_is_darkest() -> None:
    rain, wind = (heard(Place.MEADOW, weather=w) for w in (Weather.RAIN, Weather.WIND))
    assert centroid_hz(rain[0], RATE) > 2 * centroid_hz(wind[0], RATE)
    assert centroid_hz(heard(Place.UNDERWATER)[0], RATE) < 0.5 * centroid_hz(wind[0], RATE)


@pytest.mark.parametrize("place", [Place.UNDERWATER, Place.SPACE])
def test_there_is_no_weather_under_water_or_in_space(place: Place) -> None:
    assert np.array_equal(heard(place), heard(place, weather=Weather.RAIN))


def test_snow_and_fog_hush_the_place() -> None:
    clear, snow, fog = (
        level_db(heard(Place.MEADOW, weather=w)) for w in (Weather.CLEAR, Weather.SNOW, Weather.FOG)
    )
    assert snow < clear - 2
    assert fog < clear - 2


def test_night_is_not_day_where_creatures_live() -> None:
    day, night = (heard(Place.MEADOW, time=t)[0] for t in (TimeOfDay.DAY, TimeOfDay.NIGHT))
    assert abs(np.corrcoef(day, night)[0, 1]) < 0.9


@pytest.mark.parametrize("place", [Place.DESERT, Place.BEACH, Place.CITY])
def test_left_and_right_are_independent(place: Place) -> None:
    assert abs(np.corrcoef(heard(place))[0, 1]) < 0.2


def test_the_loop_has_no_seam() -> None:
    x = heard(Place.DESERT, seconds=3 * LOOP_S)[0].astype(np.float64)
    assert np.array_equal(x[: LOOP_S * RATE], x[LOOP_S * RATE : 2 * LOOP_S * RATE])
    bends = np.abs(np.diff(x, 2))
    assert bends.max() < 8 * np.std(np.diff(x, 2))


def test_a_low_rate_hears_what_a_high_rate_hears() -> None:
    low, high = heard(Place.DESERT), heard(Place.DESERT, rate=48_000)
    assert level_db(low) == pytest.approx(level_db(high), abs=0.5)
