from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.errors import UsageError
from cleardance.pocket import flow


@pytest.mark.parametrize("t", [0.02, 0.3, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("sd", [0.1, 1.0, 4.0])
def test_the_scales_are_the_best_linear_estimate(t: float, sd: float) -> None:
    rng = np.random.default_rng(0)
    clean, noise = sd * rng.standard_normal(200_000), rng.standard_normal(200_000)
    x, v = flow.mix(clean, noise, t), flow.velocity(clean, noise)
    inward, skip, outward = flow.scales(np.float64(t), np.float64(sd))
    assert inward * x.std() == pytest.approx(1, rel=0.02)
    assert np.cov(x, v)[0, 1] / x.var() == pytest.approx(skip, rel=0.03, abs=0.02)
    assert (v - skip * x).std() == pytest.approx(outward, rel=0.02)


@settings(deadline=None)  # a busy machine is not a failure
@given(st.floats(0, 1), st.floats(0.01, 10))
def test_the_ends_of_the_path(t: float, sd: float) -> None:
    clean, noise = np.array([sd, -1.0]), np.array([0.5, 2.0])
    np.testing.assert_array_equal(flow.mix(clean, noise, 0.0), clean)
    np.testing.assert_array_equal(flow.mix(clean, noise, 1.0), noise)
    here = flow.mix(clean, noise, t)
    np.testing.assert_allclose(here - t * flow.velocity(clean, noise), clean, atol=1e-9)


def test_guidance_1_is_the_prompt_and_0_is_none() -> None:
    asked, unasked = np.array([2.0]), np.array([1.0])
    assert flow.guided(asked, unasked, 1.0) == asked
    assert flow.guided(asked, unasked, 0.0) == unasked
    assert flow.guided(asked, unasked, 3.0) == 4.0


@settings(deadline=None)  # a busy machine is not a failure
@given(st.integers(1, 64), st.floats(0.2, 8))
def test_times_fall_from_1_to_0(steps: int, shift: float) -> None:
    visited = flow.times(steps, shift)
    assert (visited[0], visited[-1], len(visited)) == (1.0, 0.0, steps + 1)
    assert all(before > after for before, after in pairwise(visited))


def test_shift_stays_near_the_noise() -> None:
    assert flow.times(4, 3.0)[2] > flow.times(4)[2] == 0.5


@pytest.mark.parametrize(("steps", "shift"), [(0, 1.0), (-1, 1.0), (4, 0.0), (4, -1.0)])
def test_no_steps_and_no_shift_are_refused(steps: int, shift: float) -> None:
    with pytest.raises(UsageError):
        flow.times(steps, shift)
