"""The parts of sounds do what they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.world.sound.synth import (
    SYNTH_HZ,
    band,
    clock,
    contour,
    fast_size,
    filtered,
    finished,
    generator,
    harmonics,
    hold,
    modes,
    noise,
    phrase,
    resampled,
    seamless,
    stretched,
)


def level_at(x: np.ndarray, hz: float, rate: int) -> float:
    """The amplitude of one sine in ``x``."""
    turns = np.exp(-2j * np.pi * hz * np.arange(len(x)) / rate)
    return float(2 * np.abs(np.mean(x * turns)))


def test_harmonics_are_where_they_should_be_and_none_alias() -> None:
    x = harmonics(np.full(SYNTH_HZ, 5000.0), np.array([1.0, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25]))
    assert level_at(x, 5000, SYNTH_HZ) == pytest.approx(1.0, abs=1e-3)
    assert level_at(x, 10_000, SYNTH_HZ) == pytest.approx(0.5, abs=1e-3)
    aliases = [SYNTH_HZ - 5000 * k for k in (6, 7)]
    assert max(level_at(x, hz, SYNTH_HZ) for hz in aliases) < 1e-3


@given(
    st.lists(st.floats(-5, 5), min_size=2, max_size=6),
)
def test_a_contour_passes_its_points_and_stays_between_them(values: list[float]) -> None:
    t = clock(1.0)
    knots = np.linspace(0, 1, len(values))
    line = contour(t, list(zip(knots.tolist(), values, strict=True)))
    assert line[0] == pytest.approx(values[0])
    assert min(values) - 1e-9 <= line.min()
    assert line.max() <= max(values) + 1e-9


def test_shaped_noise_keeps_to_its_band() -> None:
    x = noise(SYNTH_HZ, band(1000, 2000, 48), generator("test"))
    power = np.abs(np.fft.rfft(x)) ** 2
    assert np.std(x) == pytest.approx(1, abs=1e-6)
    assert power[800:2500].sum() > 0.95 * power.sum()


def test_a_filter_passes_and_stops() -> None:
    t = clock(0.5)
    low, high = np.sin(2 * np.pi * 300 * t), np.sin(2 * np.pi * 8000 * t)
    x = filtered(low + high, [(20, 0), (1000, 0), (4000, -60)])[2000:-2000]
    assert level_at(x, 300, SYNTH_HZ) == pytest.approx(1.0, abs=0.05)
    assert level_at(x, 8000, SYNTH_HZ) < 0.02


@given(st.sampled_from([8000, 11_025, 16_000, 22_050, 44_100, 96_000]), st.floats(0.05, 0.4))
@settings(max_examples=20, deadline=None)
def test_resampling_keeps_a_tone_and_its_length(rate: int, length_s: float) -> None:
    t = clock(length_s)
    x = np.sin(2 * np.pi * 1000 * t) * hold(t, 0.01, 0.01)
    y = resampled(x, rate)
    assert len(y) == -(-len(x) * rate // SYNTH_HZ)
    assert level_at(y, 1000, rate) == pytest.approx(level_at(x, 1000, SYNTH_HZ), rel=0.02)


def test_resampling_keeps_the_moment_of_an_attack() -> None:
    t = clock(0.3)
    x = np.where(t < 0.1, 0.0, modes(t - 0.1, [(900, 1.0, 0.02)]))
    y = np.abs(resampled(x, 16_000))
    assert np.argmax(y > 0.3 * y.max()) / 16_000 == pytest.approx(0.1, abs=0.001)


def test_finished_grains_peak_at_one_and_end_at_zero_without_dc() -> None:
    t = clock(0.5)
    x = finished(0.2 + np.sin(2 * np.pi * 200 * t))
    assert np.abs(x).max() == pytest.approx(1.0)
    assert x[-1] == 0
    assert abs(np.mean(x[12_000:])) < 0.01


def test_a_phrase_lays_its_notes() -> None:
    x = phrase((0, np.ones(10)), (0.001, np.ones(10)))
    assert len(x) == 58
    assert x[:10].all()
    assert not x[10:48].any()


def test_seamless_noise_has_no_seam() -> None:
    left, right = seamless(band(50, 400), 2, 16_000, generator("test"), 2).astype(np.float64)
    assert abs(left[0] - left[-1]) < 6 * np.std(np.diff(left))
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.3


def test_stretched_lines_meet_their_points() -> None:
    line = stretched(np.array([0.0, 1.0, 0.5]), 4)
    assert line.tolist() == [0, 0.25, 0.5, 0.75, 1, 0.875, 0.75, 0.625]


@given(st.integers(1, 10**6))
def test_fast_sizes_fit_and_are_not_wasteful(n: int) -> None:
    assert n <= fast_size(n) <= max(1, 1.5 * n)


def test_generators_belong_to_their_names() -> None:
    assert generator("a", 1).random() == generator("a", 1).random()
    assert generator("a", 1).random() != generator("a", 2).random()
