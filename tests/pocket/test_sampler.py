import numpy as np
import pytest
from numpy.typing import NDArray

from cleardance.errors import GenerationFailed
from cleardance.pocket import flow
from cleardance.pocket.sampler import Given, Plan, Tokens, noise, quieted, sample, unknown
from cleardance.pocket.text import NOTHING

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

WORDS = np.array([[5, 6, 0], [7, 0, 0]], np.int64)
START = noise((2, 6, 4), (2, 3, 2), seed=3)
GOALS = np.array([2.0, -1.0], np.float32)[:, None, None]  # what prompts 5 and 7 ask for


def towards_the_goal(x: Tokens, t: Floats, words: Ids, given: Given) -> Tokens:
    """The exact velocity when a prompt has one answer, and no prompt is answered by zeros."""
    goal = np.where(words[:, :1, None] == NOTHING, 0, GOALS).astype(np.float32)
    at = t[:, None, None]
    return Tokens((x.video - goal) / at, (x.audio - goal) / at)


@pytest.mark.parametrize("steps", [1, 4, 10])
def test_a_single_answer_is_reached_in_any_number_of_steps(steps: int) -> None:
    made = sample(towards_the_goal, START, WORDS, Plan(steps, guidance=1.0))
    np.testing.assert_allclose(made.video, np.broadcast_to(GOALS, made.video.shape), atol=1e-5)
    np.testing.assert_allclose(made.audio, np.broadcast_to(GOALS, made.audio.shape), atol=1e-5)


def test_guidance_goes_beyond_what_was_asked() -> None:
    made = sample(towards_the_goal, START, WORDS, Plan(20, guidance=2.0))
    np.testing.assert_allclose(made.video.mean(axis=(1, 2)), 2 * GOALS[:, 0, 0], rtol=0.05)


def test_motion_that_nobody_can_tell_is_its_mean_instead_of_grain() -> None:
    """A network that knows nothing draws channels as they vary, motion by as little as is asked."""

    def knows_nothing(x: Tokens, t: Floats, words: Ids, given: Given) -> Tokens:
        skip = flow.scales(t[:, None, None], np.ones(1, np.float32))[1]
        return Tokens(skip * x.video, skip * x.audio)

    plan = Plan(50, guidance=1.0, motion_noise=0.25)
    start = quieted(noise((2, 500, 4), (2, 3, 2), seed=3), 1, plan)
    made = sample(knows_nothing, start, WORDS, plan).video
    np.testing.assert_allclose(made[..., :3].std(), 1.0, rtol=0.1)
    np.testing.assert_allclose(made[..., 3:].std(), 0.25, rtol=0.1)


def test_guidance_is_paid_for_only_where_it_is_at_work() -> None:
    asked = []

    def predict(x: Tokens, t: Floats, words: Ids, given: Given) -> Tokens:
        asked.append((round(float(t[0]), 2), bool((words[:, 0] == NOTHING).all())))
        return towards_the_goal(x, t, words, given)

    sample(predict, START, WORDS, Plan(4, shift=1.0, guided=(0.4, 0.8)))
    assert [t for t, nothing in asked if nothing] == [0.75, 0.5]
    assert [t for t, nothing in asked if not nothing] == [1.0, 0.75, 0.5, 0.25]


def test_what_is_given_stays_and_is_shown_to_the_network() -> None:
    seen = []

    def predict(x: Tokens, t: Floats, words: Ids, given: Given) -> Tokens:
        seen.append(x.video[:, 0].copy())
        return towards_the_goal(x, t, words, given)

    first = np.zeros((2, 6), bool)
    first[:, 0] = True
    known = Tokens(np.full_like(START.video, 9.0), np.zeros_like(START.audio))
    given = Given(known, first, np.zeros((2, 3), bool))
    made = sample(predict, START, WORDS, Plan(3), given)
    assert (made.video[:, 0] == 9).all()
    assert not (made.video[:, 1:] == 9).any()
    assert all((x == 9).all() for x in seen)


def test_progress_counts_steps_and_shows_what_is_expected() -> None:
    told: list[tuple[int, float]] = []
    plan = Plan(4, guidance=1.0)
    sample(
        towards_the_goal,
        START,
        WORDS,
        plan,
        progress=lambda step, clean: told.append((step, float(clean.video[0].mean()))),
    )
    assert [step for step, _ in told] == [1, 2, 3, 4]
    assert all(mean == pytest.approx(2.0, abs=1e-5) for _, mean in told)


def test_the_same_seed_is_the_same_noise() -> None:
    again, other = noise((2, 6, 4), (2, 3, 2), 3), noise((2, 6, 4), (2, 3, 2), 4)
    np.testing.assert_array_equal(START.video, again.video)
    assert (START.video != other.video).any()
    assert not unknown(START).video.any()


@pytest.mark.parametrize("stream", ["video", "audio"])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_named_with_its_step(stream: str, bad: float) -> None:
    def predict(x: Tokens, t: Floats, words: Ids, given: Given) -> Tokens:
        v = towards_the_goal(x, t, words, given)
        if t[0] < 0.6:
            getattr(v, stream)[0, 0, 0] = bad
        return v

    with pytest.raises(GenerationFailed, match=f"{stream} velocity is not finite at step 3"):
        sample(predict, START, WORDS, Plan(4, shift=1.0))
