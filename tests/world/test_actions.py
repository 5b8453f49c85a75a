"""Physics of the actions: contacts, gravity, rolling, gaits, continuity."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.world.motion.actions import contacts_per_turn
from cleardance.world.motion.directing import direct
from cleardance.world.motion.kinetics import GRAVITY
from cleardance.world.picture import sprites
from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import Action, Actor, Heading, Place, Shot
from cleardance.world.take import BedKind, EventKind, Floats, Poses, Take
from cleardance.world.vocabulary import subjects

WIDE = 16 / 9
SUBJECTS = ("dog", "girl", "rabbit", "bird", "fish", "car", "sailboat", "rocket", "apple", "snake")
ACTIONS = tuple(a for a in Action if a is not Action.FOLLOW)


def act(
    subject: str,
    action: Action,
    place: Place = Place.MEADOW,
    duration_s: float = 5.0,
    aspect: float = WIDE,
    seed: int = 1,
) -> Take:
    return direct(Shot((Actor(subject, action),), place, duration_s=duration_s), aspect, seed)


def poses(take: Take, times: Floats | list[float]) -> Poses:
    return take.performances[0].poses(np.asarray(times, np.float64))


def heard(take: Take, kind: EventKind) -> list[float]:
    return [event.time_s for event in take.events if event.kind is kind]


@pytest.mark.parametrize("subject", ["dog", "soccer ball", "horse"])
@pytest.mark.parametrize("action", [Action.JUMP, Action.BOUNCE, Action.FALL])
def test_what_lands_is_heard_exactly_when_it_touches(subject: str, action: Action) -> None:
    take = act(subject, action)
    landings = heard(take, EventKind.LAND)
    assert landings
    assert np.abs(poses(take, landings).y).max() < 1e-6
    assert (poses(take, np.array(landings) - 0.01).y > 1e-4).all()


@pytest.mark.parametrize("place", [Place.MEADOW, Place.SPACE])
@pytest.mark.parametrize("action", [Action.JUMP, Action.BOUNCE])
def test_flight_obeys_one_gravity(action: Action, place: Place) -> None:
    take = act("dog", action, place)
    dt = 1e-3
    t = np.arange(0.0, 5.0, dt)
    y = poses(take, t).y
    bend = (y[2:] - 2 * y[1:-1] + y[:-2]) / dt**2
    aloft = y[1:-1] > y.min() + 0.02
    assert aloft.sum() > 1000
    np.testing.assert_allclose(bend[aloft], -GRAVITY[PLACES[place].medium], rtol=1e-4)


def test_a_fall_gathers_speed_under_gravity() -> None:
    take = act("apple", Action.FALL)
    hit = heard(take, EventKind.LAND)[0]
    start = heard(take, EventKind.WHOOSH)[0]
    t = np.linspace(start, hit, 50)
    want = GRAVITY[Medium.LAND] / 2 * ((hit - start) ** 2 - (t - start) ** 2)
    np.testing.assert_allclose(poses(take, t).y, want, atol=1e-9)
    assert np.ptp(poses(take, np.linspace(hit + 2, 5, 20)).y) == 0


@pytest.mark.parametrize("subject", ["dog", "girl", "rabbit", "elephant", "chick"])
@pytest.mark.parametrize("action", [Action.RUN, Action.WALK])
def test_steps_are_heard_exactly_at_contacts(subject: str, action: Action) -> None:
    take = act(subject, action, seed=5)
    steps = heard(take, EventKind.STEP)
    pose = poses(take, steps)
    contact = pose.gait * contacts_per_turn(subjects()[subject].gait)
    assert np.abs(contact - np.rint(contact)).max() < 1e-6
    assert np.abs(pose.y).max() < 1e-6
    first, last = poses(take, [0.0, 5.0]).gait * contacts_per_turn(subjects()[subject].gait)
    assert len(steps) == np.ceil(last) - np.ceil(first)


@pytest.mark.parametrize(
    ("action", "low", "high"), [(Action.RUN, 2.6, 4.0), (Action.WALK, 1.6, 2.0)]
)
@pytest.mark.parametrize("subject", ["mouse", "dog", "elephant", "girl"])
def test_step_rates_are_those_of_animals(
    subject: str, action: Action, low: float, high: float
) -> None:
    gaps = np.diff(heard(act(subject, action), EventKind.STEP))
    assert gaps == pytest.approx(gaps[0])
    assert low - 1e-6 <= 1 / gaps[0] <= high + 1e-6


def test_small_runners_step_faster() -> None:
    mouse, elephant = (
        np.diff(heard(act(s, Action.RUN), EventKind.STEP))[0] for s in ("mouse", "elephant")
    )
    assert mouse < elephant


@pytest.mark.parametrize("heading", list(Heading))
def test_rolling_does_not_slip(heading: Heading) -> None:
    shot = Shot((Actor("wheel", Action.ROLL, heading),), Place.ROAD, duration_s=5)
    take = direct(shot, WIDE, 2)
    pose = poses(take, np.linspace(0, 5, 80))
    radius = pose.height[0] * (1 + sprites.aspect("wheel")) / 4
    np.testing.assert_allclose(np.diff(pose.angle_rad), -np.diff(pose.x) / radius, atol=1e-9)
    forward = 1 if heading is Heading.RIGHT else -1
    assert (np.diff(pose.x) * forward > 0).all()
    assert np.abs(pose.y).max() < 0.1 * pose.height[0]  # round: the rim stays on the road


@pytest.mark.parametrize("subject", ["bird", "eagle"])
def test_wings_are_heard_at_each_down_stroke(subject: str) -> None:
    take = act(subject, Action.FLY)
    gait = poses(take, heard(take, EventKind.FLAP)).gait
    assert len(gait) > 8
    assert np.abs(gait - np.rint(gait)).max() < 1e-6
    assert np.diff(gait) == pytest.approx(1)


@pytest.mark.parametrize(
    ("subject", "action", "place", "bed"),
    [
        ("car", Action.DRIVE, Place.ROAD, BedKind.ENGINE),
        ("bicycle", Action.DRIVE, Place.ROAD, BedKind.ROLLING),
        ("motorboat", Action.DRIVE, Place.SEA, BedKind.ENGINE),
        ("wheel", Action.ROLL, Place.ROAD, BedKind.ROLLING),
        ("helicopter", Action.HOVER, Place.MEADOW, BedKind.ROTOR),
        ("bee", Action.HOVER, Place.MEADOW, BedKind.BUZZ),
        ("airplane", Action.FLY, Place.SKY, BedKind.ENGINE),
        ("rocket", Action.BLAST_OFF, Place.DESERT, BedKind.ROCKET),
        ("dog", Action.GROW, Place.MEADOW, BedKind.SHIMMER),
        ("dog", Action.SHRINK, Place.MEADOW, BedKind.SHIMMER),
        ("balloon", Action.FLOAT, Place.MEADOW, BedKind.SHIMMER),
    ],
)
def test_what_lasts_is_heard(subject: str, action: Action, place: Place, bed: BedKind) -> None:
    beds = act(subject, action, place).beds
    assert [b.kind for b in beds] == [bed]
    assert 0 <= beds[0].start_s < beds[0].end_s <= 5.0


@pytest.mark.parametrize("subject", ["eagle", "canoe", "swimmer"])
def test_no_engine_where_there_is_none(subject: str) -> None:
    place = Place.SKY if subject == "eagle" else Place.LAKE
    assert act(subject, Action.RUN, place).beds == ()


def test_a_rocket_ignites_shakes_lifts_and_is_gone() -> None:
    take = act("rocket", Action.BLAST_OFF)
    (lit,), (lifted,) = heard(take, EventKind.IGNITION), heard(take, EventKind.TAKEOFF)
    before, burning = np.linspace(0, lit, 40), np.linspace(lit + 0.2, lifted, 40)
    assert np.ptp(poses(take, before).x) == 0
    assert np.ptp(poses(take, burning).x) > 0
    assert (poses(take, burning).y == 0).all()
    rise = np.diff(poses(take, np.linspace(lifted, 5, 30)).y)
    assert (np.diff(rise) > 0).all()
    assert poses(take, [5.0]).y[0] > PLACES[Place.MEADOW].ground_y


def test_growing_and_shrinking_change_height_one_way() -> None:
    t = np.linspace(0, 5, 60)
    grown, shrunk = (poses(act("dog", a), t).height for a in (Action.GROW, Action.SHRINK))
    assert (np.diff(grown) >= 0).all()
    assert grown[-1] > 2 * grown[0]
    assert (np.diff(shrunk) <= 0).all()
    assert shrunk[-1] < 0.5 * shrunk[0]


def test_a_lively_ball_loses_height_and_a_living_thing_does_not() -> None:
    def apexes(subject: str) -> list[float]:
        take = act(subject, Action.BOUNCE)
        lands = np.array(heard(take, EventKind.LAND))
        return list(poses(take, (lands[1:] + lands[:-1]) / 2).y)

    ball, dog = apexes("soccer ball"), apexes("dog")
    assert ball == sorted(ball, reverse=True)
    assert ball[-1] < 0.7 * ball[0]
    assert dog == pytest.approx([dog[0]] * len(dog))


@settings(max_examples=120, deadline=None)
@given(
    subject=st.sampled_from(SUBJECTS),
    action=st.sampled_from(ACTIONS),
    place=st.sampled_from((Place.MEADOW, Place.SEA, Place.UNDERWATER, Place.SKY, Place.SPACE)),
    duration_s=st.floats(1.5, 15.0),
    aspect=st.sampled_from((21 / 9, WIDE, 1.0, 9 / 16)),
    seed=st.integers(0, 2**32 - 1),
)
def test_motion_is_continuous_and_finite(
    subject: str, action: Action, place: Place, duration_s: float, aspect: float, seed: int
) -> None:
    take = act(subject, action, place, duration_s, aspect, seed)
    pose = poses(take, np.arange(0, duration_s, 1 / 48))
    assert all(np.isfinite(field).all() for field in vars(pose).values())
    assert (pose.height > 0).all()
    assert (pose.squash > 0.5).all()
    bounds = {"x": 0.04, "angle_rad": 0.25, "squash": 0.16, "facing": 0.3}
    for name, bound in bounds.items():
        assert np.abs(np.diff(getattr(pose, name))).max() < bound, name
    leap = np.abs(np.diff(pose.y)) > 0.09
    if action is Action.FALL and place is Place.SKY:  # comes in again at the top, out of sight
        top = PLACES[place].ground_y
        assert (pose.y[:-1][leap] + pose.height[:-1][leap] < top - 1 + pose.height[0]).all()
        assert (pose.y[1:][leap] > top - pose.height[0] * 0.5).all()
    else:
        assert not leap.any()
    assert all(0 <= event.time_s < duration_s for event in take.events)


@pytest.mark.parametrize("action", [a for a in ACTIONS if a is not Action.FALL])
def test_nobody_sinks_into_the_ground(action: Action) -> None:
    for subject in ("dog", "apple", "car"):
        assert poses(act(subject, action), np.linspace(0, 5, 200)).y.min() > -0.015
