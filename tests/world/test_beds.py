"""Lasting sounds follow their actor's motion."""

import numpy as np
import pytest

from cleardance.world.places import Surface
from cleardance.world.sound.beds import CONTROL_HZ, Motion, bed
from cleardance.world.take import BedKind
from cleardance.world.vocabulary import subjects
from tests.world.hand import centroid_hz, level_db

RATE = 16_000


def moving(speed: float = 0.5, height: np.ndarray | float = 0.3, seconds: float = 2.0) -> Motion:
    k = round(seconds * CONTROL_HZ) + 1
    return Motion(RATE // CONTROL_HZ, RATE, np.full(k, speed), np.ones(k) * height, np.ones(k), 0)


def heard(kind: BedKind, motion: Motion, subject: str = "car") -> np.ndarray:
    return bed(kind, subjects()[subject], Surface.ASPHALT, motion, 5)


def firing_hz(x: np.ndarray) -> float:
    """The strongest partial below 250 Hz."""
    spectrum = np.abs(np.fft.rfft(x * np.hanning(len(x))))
    frequencies = np.fft.rfftfreq(len(x), 1 / RATE)
    return float(frequencies[np.argmax(np.where(frequencies < 250, spectrum, 0))])


@pytest.mark.parametrize("kind", list(BedKind))
@pytest.mark.parametrize("subject", ["car", "train", "ship", "airplane", "bee", "soccer ball"])
def test_every_bed_is_finite_and_at_its_level(kind: BedKind, subject: str) -> None:
    x = heard(kind, moving(), subject)
    assert x.dtype == np.float32
    assert x.shape == (2 * RATE,)
    assert np.isfinite(x).all()
    assert -25 < level_db(x) < -3
    assert abs(float(np.mean(x))) < 0.01


def test_engine_pitch_follows_speed() -> None:
    slow, fast = (firing_hz(heard(BedKind.ENGINE, moving(speed))) for speed in (0.1, 1.5))
    assert fast > 1.8 * slow


def test_rolling_grows_with_speed_and_stops_with_it() -> None:
    still, slow, fast = (heard(BedKind.ROLLING, moving(speed)) for speed in (0.0, 0.2, 1.0))
    assert not still.any()
    assert level_db(fast) > level_db(slow) + 6


def test_shimmer_rises_as_its_actor_grows() -> None:
    x = heard(BedKind.SHIMMER, moving(0, np.geomspace(0.2, 0.8, 2 * CONTROL_HZ + 1)))
    assert centroid_hz(x[-RATE // 2 :], RATE) > 1.5 * centroid_hz(x[: RATE // 2], RATE)


def test_rotor_slaps_about_thirteen_times_a_second() -> None:
    x = heard(BedKind.ROTOR, moving(0.0, seconds=4.0)).astype(np.float64) ** 2
    beat = np.abs(np.fft.rfft(x - x.mean()))
    frequencies = np.fft.rfftfreq(len(x), 1 / RATE)
    slow = (frequencies > 3) & (frequencies < 40)
    assert frequencies[slow][np.argmax(beat[slow])] == pytest.approx(13, abs=1)
