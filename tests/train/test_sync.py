import numpy as np
from numpy.typing import NDArray

from cleardance.pocket import audio
from cleardance.train.sync import contacts, measured, onsets, shuffled

FPS = 8.0
BOUNCES_S = (0.4, 1.2, 2.0, 2.8)


def ball(seconds: float = 3.0) -> NDArray[np.uint8]:
    """A ball that touches row 60 at ``BOUNCES_S``, on a still ground."""
    rng = np.random.default_rng(0)
    frames = np.tile(rng.integers(80, 120, (64, 96, 3)).astype(np.uint8), (25, 1, 1, 1))
    for k, at in enumerate(np.arange(0, seconds + 0.01, 1 / FPS)):
        since = (at - BOUNCES_S[0]) % 0.8
        low = 60 - round(30 * 4 * (since / 0.8) * (1 - since / 0.8))
        frames[k, low - 12 : low + 1, 5 + 3 * k : 17 + 3 * k] = (250, 30, 20)
    return frames


def clicks(times_s: tuple[float, ...]) -> NDArray[np.float32]:
    sound = np.zeros(3 * audio.SAMPLE_RATE_HZ, np.float32)
    rng = np.random.default_rng(0)
    for at in times_s:
        start = round(at * audio.SAMPLE_RATE_HZ)
        burst = rng.standard_normal(1600) * np.exp(-np.arange(1600) / 300)
        sound[start : start + 1600] += 0.3 * burst.astype(np.float32)
    return audio.patches(sound)


def test_a_ball_is_seen_to_touch_the_ground() -> None:
    found = contacts(ball(), FPS)
    assert len(found) == len(BOUNCES_S)
    np.testing.assert_allclose(found, BOUNCES_S, atol=0.07)


def test_what_stands_or_is_not_there_touches_nothing() -> None:
    still = np.tile(ball()[:1], (25, 1, 1, 1))
    assert not len(contacts(still, FPS))


def test_clicks_are_heard_where_they_begin() -> None:
    np.testing.assert_allclose(onsets(clicks(BOUNCES_S)), BOUNCES_S, atol=0.04)
    assert not len(onsets(np.zeros((24, 512), np.float32)))


def test_sounds_of_others_are_not_in_time() -> None:
    seen = [contacts(ball(), FPS)] * 2
    heard = [onsets(clicks(BOUNCES_S)), onsets(clicks((0.8, 1.6, 2.4)))]
    own = measured(seen[:1], heard[:1])
    assert (own.contacts, own.matched) == (4, 1.0)
    assert own.median_s is not None
    assert own.median_s < 0.1
    assert measured(seen[:1], shuffled(heard)[:1]).matched == 0
    assert measured(seen[:1], [np.zeros(0, np.float32)]).matched == 0
    assert measured([], []).median_s is None
