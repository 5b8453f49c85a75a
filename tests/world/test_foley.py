"""Takes to sound: when, where, how loud."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.world.motion.directing import direct
from cleardance.world.scene import Action, Actor, Place, Shot, TimeOfDay, Weather
from cleardance.world.sound.foley import soundtrack
from cleardance.world.take import Bed, BedKind, Event, EventKind, Take
from tests.world.hand import a_take, at, centroid_hz, level_db, onsets_s, still

FRAME_S = 1 / 24
STEPS = np.arange(0.25, 1.9, 0.25)


def mono(take: Take, rate: int = 16_000) -> np.ndarray:
    return soundtrack([take], rate, 1)[:, 0]


def misses_s(take: Take, kinds: set[EventKind], rate: int) -> list[float]:
    """How far the nearest heard onset is from each of the take's contacts."""
    found = onsets_s(mono(take, rate), rate)
    moments = [event.time_s for event in take.events if event.kind in kinds]
    assert moments
    assert len(found)
    return [float(np.min(np.abs(found - moment))) for moment in moments]


@pytest.mark.parametrize(
    ("subject", "place", "kind"),
    [
        ("dog", Place.MEADOW, EventKind.STEP),
        ("horse", Place.ROAD, EventKind.STEP),
        ("girl", Place.SNOWFIELD, EventKind.STEP),
        ("elephant", Place.DESERT, EventKind.STEP),
        ("soccer ball", Place.CITY, EventKind.LAND),
        ("cat", Place.ROOM, EventKind.LAND),
        ("rabbit", Place.FOREST, EventKind.TAKEOFF),
        ("frog", Place.LAKE, EventKind.SPLASH),
        ("duck", Place.LAKE, EventKind.STROKE),
        ("eagle", Place.MOUNTAINS, EventKind.FLAP),
        ("dog", Place.BEACH, EventKind.CALL),
    ],
)
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_a_contact_is_heard_in_the_frame_in_which_it_is_seen(
    subject: str, place: Place, kind: EventKind, rate: int
) -> None:
    take = a_take(subject, place, at(kind, *(STEPS if kind is not EventKind.CALL else (0.3, 1.3))))
    assert max(misses_s(take, {kind}, rate)) < FRAME_S / 2


@pytest.mark.parametrize(
    ("subject", "action", "place"),
    [
        ("dog", Action.RUN, Place.MEADOW),
        ("soccer ball", Action.BOUNCE, Place.ROAD),
        ("horse", Action.WALK, Place.ROOM),
        ("frog", Action.JUMP, Place.LAKE),
    ],
)
def test_directed_contacts_are_heard_in_their_frame(
    subject: str, action: Action, place: Place
) -> None:
    take = direct(Shot((Actor(subject, action),), place, duration_s=3.0), 16 / 9, 5)
    loud = tuple(e for e in take.events if e.strength > 0.3 and 0.02 < e.time_s < 2.95)
    heard = Take(**{**take.__dict__, "events": loud, "beds": ()})
    kinds = {EventKind.STEP, EventKind.LAND, EventKind.SPLASH, EventKind.TAKEOFF}
    assert max(misses_s(heard, kinds, 16_000)) < FRAME_S


@pytest.mark.parametrize("kind", [EventKind.STEP, EventKind.LAND, EventKind.SPLASH, EventKind.CALL])
@pytest.mark.parametrize("place", [Place.MEADOW, Place.CITY, Place.SNOWFIELD, Place.ROOM])
def test_an_event_stands_ten_decibels_over_the_place(kind: EventKind, place: Place) -> None:
    rate = 48_000
    x = mono(a_take("dog", place, at(kind, 1.0)), rate)
    before, after = x[round(0.5 * rate) : round(0.99 * rate)], x[rate : round(1.04 * rate)]
    assert level_db(after) > level_db(before) + 10


def test_the_first_loud_sample_of_a_step_is_at_its_moment() -> None:
    rate = 48_000
    x = mono(a_take("horse", Place.SPACE, at(EventKind.STEP, 1.0)), rate)
    quiet = np.abs(x[: rate - 48]).max()
    first = np.flatnonzero(np.abs(x) > 3 * quiet)[0] / rate
    assert first == pytest.approx(1.0, abs=0.002)


def test_sound_follows_the_actor_from_left_to_right() -> None:
    bed = Bed(BedKind.ENGINE, 0, 0.0, 2.0)
    x = soundtrack([a_take("car", Place.ROAD, (), [bed], lambda t: t - 1)], 16_000, 2)
    early, late = x[1600:6400], x[-6400:-1600]
    assert level_db(early[:, 0]) > level_db(early[:, 1]) + 6
    assert level_db(late[:, 1]) > level_db(late[:, 0]) + 6


def test_panning_keeps_power() -> None:
    bed = Bed(BedKind.ENGINE, 0, 0.0, 2.0)
    powers = []
    for x in (-0.8, 0.0, 0.8):
        track = soundtrack([a_take("car", Place.SPACE, (), [bed], still(x))], 16_000, 2)
        powers.append(10 * np.log10(np.sum(np.mean(track[1600:-1600] ** 2, axis=0))))
    assert max(powers) - min(powers) < 0.5


def test_an_actor_out_of_sight_is_fainter() -> None:
    near, far = (
        mono(a_take("dog", Place.SPACE, at(EventKind.CALL, 0.5), x=still(x))) for x in (0.0, 3.0)
    )
    assert level_db(near) > level_db(far) + 6


@pytest.mark.parametrize("channels", [1, 2])
@given(
    durations_s=st.lists(st.floats(0.05, 1.2), min_size=1, max_size=3),
    rate=st.sampled_from([8000, 16_000, 22_050, 44_100, 48_000]),
)
@settings(max_examples=8, deadline=None)
def test_every_track_is_exactly_as_long_as_its_takes(
    channels: int, durations_s: list[float], rate: int
) -> None:
    takes = [
        a_take("dog", Place.SPACE, at(EventKind.STEP, 0.01), duration_s=s) for s in durations_s
    ]
    x = soundtrack(takes, rate, channels)
    assert x.shape == (round(sum(durations_s) * rate), channels)
    assert x.dtype == np.float32
    assert np.isfinite(x).all()
    assert np.abs(x).max() <= 1


def test_a_take_with_nobody_in_it_sounds_of_its_place() -> None:
    x = soundtrack([a_take(None, Place.BEACH)], 16_000, 2)
    assert -38 < level_db(x) < -26


def test_everything_at_once_is_limited_not_clipped() -> None:
    moments = np.full(30, 0.5)
    x = mono(a_take("elephant", Place.CITY, at(EventKind.CALL, *moments)))
    assert 0.8 < np.abs(x).max() <= 0.9001
    assert abs(np.mean(x)) < 1e-3


def test_cuts_and_ends_do_not_click() -> None:
    bed = Bed(BedKind.ROCKET, 0, 0.0, 0.5)
    takes = [
        a_take("rocket", Place.SKY, (), [bed], duration_s=0.5, seed=1),
        a_take("rocket", Place.SPACE, (), [bed], duration_s=0.5, seed=2),
        a_take(None, Place.SEA, duration_s=0.5, seed=3),
    ]
    x = soundtrack(takes, 48_000, 1)[:, 0].astype(np.float64)
    assert abs(x[0]) < 1e-4
    assert abs(x[-1]) < 1e-4
    jumps = np.abs(np.diff(x, 2))  # a click is a corner sharper than the noise's own
    for cut in (24_000, 48_000):
        assert jumps[cut - 300 : cut + 300].max() <= jumps[: cut - 300].max()


def test_the_same_take_gives_the_same_samples_whatever_came_before() -> None:
    take = a_take("dog", Place.FOREST, at(EventKind.STEP, *STEPS), weather=Weather.RAIN)
    first = soundtrack([take], 16_000, 2)
    soundtrack([a_take("cow", Place.CITY, at(EventKind.CALL, 0.2), seed=9)], 16_000, 2)
    assert np.array_equal(first, soundtrack([take], 16_000, 2))


def test_another_seed_gives_other_samples() -> None:
    one, other = (mono(a_take(None, Place.SEA, seed=seed)) for seed in (1, 2))
    assert not np.allclose(one, other)


def test_a_big_body_calls_lower_than_a_small_one() -> None:
    small, big = (
        mono(a_take("dog", Place.SPACE, at(EventKind.CALL, 0.2), height=still(h)))
        for h in (0.12, 0.6)
    )
    assert centroid_hz(small, 16_000) > 1.3 * centroid_hz(big, 16_000)


def test_a_subject_without_a_voice_does_not_call() -> None:
    silent, called = (
        mono(a_take("apple", Place.SPACE, at(EventKind.CALL, *moments))) for moments in ((), (0.5,))
    )
    assert np.array_equal(silent, called)


def test_events_outside_the_shot_are_not_heard() -> None:
    inside, outside = (
        mono(a_take("dog", Place.SPACE, at(EventKind.STEP, *moments)))
        for moments in ((), (-0.5, 2.5))
    )
    assert level_db(inside) == pytest.approx(level_db(outside), abs=0.1)


@pytest.mark.parametrize("channels", [0, 3])
def test_channels_other_than_one_or_two_are_refused(channels: int) -> None:
    with pytest.raises(ValueError, match="1 or 2 channels"):
        soundtrack([a_take()], 16_000, channels)


def test_no_takes_and_low_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="needs takes"):
        soundtrack([], 16_000, 1)
    with pytest.raises(ValueError, match="8000"):
        soundtrack([a_take()], 4000, 1)


def test_an_unknown_subject_is_refused() -> None:
    with pytest.raises(ValueError, match="no subject"):
        soundtrack([a_take("gizmo", events=[Event(0.1, EventKind.STEP, 0)])], 16_000, 1)


@pytest.mark.parametrize("time", list(TimeOfDay))
@pytest.mark.parametrize("place", list(Place))
def test_every_place_and_light_sounds_at_its_level(place: Place, time: TimeOfDay) -> None:
    x = mono(a_take(None, place, time=time, duration_s=1.0), 8000)
    assert np.isfinite(x).all()
    assert -62 < level_db(x) < -22
