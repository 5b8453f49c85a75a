"""Direction: who is where, relations, calls, cameras."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.world.motion.casting import PACE, staged
from cleardance.world.motion.directing import PERFORM, anatomy, camera, direct
from cleardance.world.picture import sprites
from cleardance.world.places import PLACES, Medium
from cleardance.world.scene import (
    Action,
    Actor,
    Camera,
    Heading,
    Place,
    Relation,
    Shot,
    Size,
)
from cleardance.world.take import EventKind, Floats, Take
from cleardance.world.vocabulary import Kind, subjects

WIDE = 16 / 9
ASPECTS = (21 / 9, WIDE, 4 / 3, 1.0, 3 / 4, 9 / 16)
DOG, CAT = Actor("dog"), Actor("cat")


def chase(heading: Heading = Heading.RIGHT) -> tuple[Actor, ...]:
    dog = Actor("dog", Action.RUN, heading, relation=Relation.CHASES, target=1)
    return (dog, Actor("cat", Action.STAND, heading))


def take_of(*actors: Actor, aspect: float = WIDE, seed: int = 3, **shot: object) -> Take:
    place = shot.pop("place", Place.MEADOW)
    return direct(Shot(actors, place, **shot), aspect, seed)  # type: ignore[arg-type]


def xs(take: Take, index: int, times: Floats) -> Floats:
    return take.performances[index].poses(times).x


def width(take: Take, index: int, times: Floats) -> Floats:
    performance = take.performances[index]
    return performance.poses(times).height * sprites.aspect(performance.actor.subject)


def test_every_action_can_be_performed() -> None:
    assert set(PERFORM) == set(Action)


@pytest.mark.parametrize("heading", list(Heading))
def test_the_chaser_is_behind_and_the_gap_opens_and_closes(heading: Heading) -> None:
    take, t = take_of(*chase(heading)), np.linspace(0, 5, 200)
    forward = 1 if heading is Heading.RIGHT else -1
    gap = forward * (xs(take, 1, t) - xs(take, 0, t))
    assert gap.min() > 0.4 * (width(take, 0, t) + width(take, 1, t)).min()
    assert gap.max() > 1.15 * gap.min()
    for index in (0, 1):
        pose = take.performances[index].poses(t)
        assert (np.diff(pose.x) * forward > 0).all()
        assert (pose.facing == forward).all()
        assert any(e.actor == index and e.kind is EventKind.STEP for e in take.events)


@pytest.mark.parametrize("duration_s", [5.0, 14.0])
@pytest.mark.parametrize("aspect", [WIDE, 9 / 16])
def test_following_is_the_same_path_later(duration_s: float, aspect: float) -> None:
    follower = Actor("chick", Action.FOLLOW, relation=Relation.FOLLOWS, target=0)
    take = take_of(Actor("duck", Action.WALK), follower, aspect=aspect, duration_s=duration_s)
    t = np.linspace(0, duration_s, 400)
    path = xs(take, 0, t)
    start = xs(take, 1, np.array([0.0]))[0]
    lags = np.linspace(0.05, 12, 24_000)
    lag = lags[np.argmin(np.abs(xs(take, 0, -lags) - start))]
    np.testing.assert_allclose(xs(take, 1, t), xs(take, 0, t - lag), atol=2e-3)
    assert np.abs(path - xs(take, 1, t)).max() > 0.4 * width(take, 0, t)[0]


@pytest.mark.parametrize("action", [Action.STAND, Action.RUN, Action.JUMP, Action.FLY])
def test_a_rider_sits_on_top_and_goes_along(action: Action) -> None:
    take = take_of(Actor("horse", action), Actor("monkey", relation=Relation.ON, target=0))
    t = np.linspace(0, 5, 100)
    mount, rider = (p.poses(t) for p in take.performances)
    back = mount.y + mount.height * mount.squash * anatomy.seat("horse")
    np.testing.assert_allclose(rider.y, back, atol=0.02)
    assert rider.y.min() > 0.15
    np.testing.assert_allclose(rider.x, mount.x)


def test_a_rider_asked_to_drive_is_driven() -> None:
    take = take_of(Actor("cat", Action.DRIVE, relation=Relation.ON, target=1), Actor("car"))
    t = np.linspace(0, 5, 50)
    assert np.ptp(xs(take, 1, t)) > 0.5
    np.testing.assert_allclose(xs(take, 0, t), xs(take, 1, t))
    assert take.performances[0].poses(t).y.min() > 0.1


@pytest.mark.parametrize("action", [Action.STAND, Action.JUMP, Action.RUN])
def test_neighbours_do_the_same_side_by_side(action: Action) -> None:
    take = take_of(Actor("cat", action), Actor("dog", relation=Relation.NEXT_TO, target=0))
    t = np.linspace(0, 5, 120)
    apart = np.abs(xs(take, 0, t) - xs(take, 1, t))
    assert (apart > 0.49 * (width(take, 0, t) + width(take, 1, t))).all()
    kinds = [{e.kind for e in take.events if e.actor == i} - {EventKind.CALL} for i in (0, 1)]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_crowd_shares_the_frame(aspect: float) -> None:
    take = take_of(Actor("cow"), Actor("elephant"), Actor("bus"), aspect=aspect)
    t = np.linspace(0, 5, 30)
    for a, b in combinations(range(3), 2):
        apart = np.abs(xs(take, a, t) - xs(take, b, t))
        assert (apart > 0.49 * (width(take, a, t) + width(take, b, t))).all()
    for i in range(3):
        assert (np.abs(xs(take, i, t)) + width(take, i, t) / 2 < aspect / 2).all()


@settings(max_examples=80, deadline=None)
@given(
    subject=st.sampled_from(sorted(subjects())),
    action=st.sampled_from(sorted(set(Action) - {Action.FOLLOW, Action.BLAST_OFF})),
    place=st.sampled_from(tuple(Place)),
    aspect=st.sampled_from(ASPECTS),
    size=st.sampled_from(tuple(Size)),
    duration_s=st.sampled_from((3.0, 5.0, 15.0)),
    seed=st.integers(0, 10**6),
)
def test_everybody_stays_in_the_frame_but_for_the_ends_of_a_short_crossing(
    subject: str,
    action: Action,
    place: Place,
    aspect: float,
    size: Size,
    duration_s: float,
    seed: int,
) -> None:
    actor = Actor(subject, action, size=size)
    take = take_of(actor, place=place, aspect=aspect, seed=seed, duration_s=duration_s)
    t = np.linspace(0, duration_s, 240)
    pose, view = take.performances[0].poses(t), take.view(t)
    out = np.abs(pose.x - view.x) + width(take, 0, t) / 2 - aspect / 2
    vehicle = subjects()[subject].kind is Kind.VEHICLE
    leaves = 0.0 if duration_s > 8.0 else 0.5 if vehicle else 0.2  # of its width, at either edge
    assert (out < leaves * width(take, 0, t) + 0.02).all()
    middle = np.abs(pose.y + pose.height / 2 - view.y) < 0.5
    assert middle.mean() > (0.55 if action is Action.FALL and place is Place.SKY else 0.99)


@pytest.mark.parametrize("duration_s", [3.0, 5.0, 8.0])
@pytest.mark.parametrize("subject", ["train", "bus", "elephant", "fox", "whale", "bird", "ball"])
@pytest.mark.parametrize("action", [Action.RUN, Action.DRIVE, Action.FLY, Action.ROLL])
def test_nobody_turns_round_in_a_short_shot(
    subject: str, action: Action, duration_s: float
) -> None:
    take, t = take_of(Actor(subject, action), duration_s=duration_s), np.linspace(0, duration_s, 99)
    pose = take.performances[0].poses(t)
    assert (pose.facing > 0.99).all()
    assert (np.diff(pose.x) > 0).all()


@pytest.mark.parametrize("subject", ["swan", "swimmer", "duck"])
@pytest.mark.parametrize("action", [Action.SWIM, Action.RUN])
def test_the_living_swim_by_strokes_and_have_no_engine(subject: str, action: Action) -> None:
    take = take_of(Actor(subject, action), place=Place.LAKE)
    kinds = {event.kind for event in take.events}
    assert EventKind.STROKE in kinds
    assert EventKind.SPLASH in kinds
    assert not take.beds


@pytest.mark.parametrize(
    "camera", [Camera.ZOOM_IN, Camera.ZOOM_OUT, Camera.TILT_UP, Camera.TILT_DOWN]
)
@pytest.mark.parametrize(
    ("actors", "place"),
    [
        ((Actor("whale", Action.SWIM),), Place.SEA),
        ((Actor("mouse", Action.RUN),), Place.BEACH),
        ((Actor("owl", Action.FLY),), Place.FOREST),
        ((Actor("balloon", Action.FLOAT),), Place.CITY),
        ((Actor("ball", Action.BOUNCE),), Place.ROOM),
        (chase(), Place.MEADOW),
    ],
)
def test_a_camera_that_closes_in_keeps_the_first_actor_in_view(
    camera: Camera, actors: tuple[Actor, ...], place: Place
) -> None:
    take, t = take_of(*actors, place=place, camera=camera), np.linspace(0, 5, 120)
    pose, view = take.performances[0].poses(t), take.view(t)
    across = np.abs(pose.x - view.x) * view.zoom / (WIDE / 2)
    down = np.abs(pose.y + pose.height / 2 - view.y) * view.zoom / 0.5
    assert across.max() < 0.95
    assert down.max() < 0.95
    assert (np.abs(view.x) <= WIDE / 2 * (1 - 1 / view.zoom) + 1e-9).all()


def test_a_long_run_turns_round_and_faces_where_it_goes() -> None:
    take, t = take_of(Actor("dog", Action.RUN), duration_s=15.0), np.linspace(0, 15, 1500)
    pose = take.performances[0].poses(t)
    speed = np.gradient(pose.x, t)
    assert {-1.0, 1.0} == set(np.sign(speed))
    brisk = np.abs(pose.facing) > 0.5
    assert brisk.mean() > 0.9
    assert (np.sign(speed) == np.sign(pose.facing))[brisk].all()


@pytest.mark.parametrize(
    ("subject", "asked", "medium", "done"),
    [
        ("fish", Action.RUN, Medium.DEPTHS, Action.SWIM),
        ("dog", Action.RUN, Medium.WATER, Action.SWIM),
        ("car", Action.RUN, Medium.LAND, Action.DRIVE),
        ("sailboat", Action.SWIM, Medium.WATER, Action.DRIVE),
        ("eagle", Action.RUN, Medium.AIR, Action.FLY),
        ("airplane", Action.DRIVE, Medium.LAND, Action.FLY),
        ("dog", Action.DRIVE, Medium.LAND, Action.RUN),
        ("bird", Action.STAND, Medium.AIR, Action.HOVER),
        ("dog", Action.STAND, Medium.AIR, Action.STAND),
    ],
)
def test_bodies_do_what_they_can(subject: str, asked: Action, medium: Medium, done: Action) -> None:
    assert staged(asked, subjects()[subject], medium) is done


def test_a_bee_follows_on_the_wing_and_a_dog_follows_a_bird_on_foot() -> None:
    bee = Actor("bee", Action.FOLLOW, relation=Relation.FOLLOWS, target=0)
    dog = Actor("dog", Action.FOLLOW, relation=Relation.FOLLOWS, target=0)
    t = np.linspace(0, 5, 50)
    assert take_of(DOG, bee).performances[1].poses(t).y.min() > 0.1
    assert take_of(Actor("bird", Action.FLY), dog).performances[1].poses(t).y.max() < 0.05


@settings(max_examples=40, deadline=None)
@given(
    targets=st.lists(st.none() | st.integers(0, 2), min_size=3, max_size=3),
    relations=st.lists(st.sampled_from(Relation), min_size=3, max_size=3),
    actions=st.lists(
        st.sampled_from(sorted(set(Action) - {Action.FOLLOW})), min_size=3, max_size=3
    ),
    place=st.sampled_from(tuple(Place)),
)
def test_any_web_of_relations_can_be_directed(
    targets: list[int | None], relations: list[Relation], actions: list[Action], place: Place
) -> None:
    actors = []
    for i in range(3):
        aim = None if targets[i] == i else targets[i]
        actors.append(
            Actor("dog", actions[i], relation=None if aim is None else relations[i], target=aim)
        )
    take, t = take_of(*actors, place=place), np.linspace(0, 5, 40)
    for performance in take.performances:
        assert all(np.isfinite(field).all() for field in vars(performance.poses(t)).values())


@pytest.mark.parametrize(("duration_s", "calls"), [(3.0, 1), (5.0, 2)])
def test_who_has_a_voice_calls(duration_s: float, calls: int) -> None:
    apple = Actor("apple")
    take = take_of(DOG, CAT, apple, duration_s=duration_s)
    times = [[e.time_s for e in take.events if e.actor == i] for i in range(3)]
    kinds = {e.kind for e in take.events}
    assert kinds == {EventKind.CALL}
    assert [len(found) for found in times] == [calls, calls, 0]
    apart = np.abs(np.subtract.outer(times[0], times[1]))
    assert apart.min() > 0.02
    calm = take.performances[0].poses(np.array(times[0]) - 0.4).squash
    assert (take.performances[0].poses(np.array(times[0]) + 0.07).squash > calm).all()


def test_the_same_seed_gives_the_same_take_and_another_another() -> None:
    t = np.linspace(0, 5, 50)

    def fingerprint(seed: int) -> tuple[object, ...]:
        take = take_of(*chase(), seed=seed, camera=Camera.SHAKE)
        fields = [vars(p.poses(t)) for p in take.performances] + [vars(take.view(t))]
        return take.events, take.beds, [{k: v.tobytes() for k, v in f.items()} for f in fields]

    assert fingerprint(4) == fingerprint(4)
    assert fingerprint(4) != fingerprint(5)


def test_poses_do_not_depend_on_the_times_asked_for() -> None:
    take, t = take_of(*chase()), np.linspace(0, 5, 31)
    for performance in take.performances:
        together = performance.poses(t)
        single = [performance.poses(t[k : k + 1]) for k in range(31)]
        for name, values in vars(together).items():
            np.testing.assert_array_equal(values, [getattr(p, name)[0] for p in single])


def test_events_are_in_order_and_an_unknown_subject_is_refused() -> None:
    times = [e.time_s for e in take_of(*chase()).events]
    assert times == sorted(times)
    with pytest.raises(KeyError):
        take_of(Actor("no such thing"))


@pytest.mark.parametrize("moves", list(Camera))
@pytest.mark.parametrize("aspect", [WIDE, 9 / 16])
@pytest.mark.parametrize("duration_s", [3.0, 15.0])
def test_the_camera_sees_only_what_is_painted(
    moves: Camera, aspect: float, duration_s: float
) -> None:
    take = take_of(Actor("dog", Action.RUN), camera=moves, aspect=aspect, duration_s=duration_s)
    t = np.linspace(0, duration_s, 500)
    view, margin = take.view(t), camera.margin(take)
    assert 0 <= margin <= camera.FOLLOW_TRAVEL / 2 + 0.1
    assert (np.abs(view.x) + aspect / 2 / view.zoom <= aspect / 2 + margin + 1e-6).all()
    rest = PLACES[Place.MEADOW].ground_y - 0.5
    assert (np.abs(view.y - rest) + 0.5 / view.zoom <= 0.5 + 1e-9).all()
    assert np.abs(np.diff(view.x)).max() < 0.02


@pytest.mark.parametrize(
    ("moves", "field", "sign"),
    [
        (Camera.PAN_RIGHT, "x", 1),
        (Camera.PAN_LEFT, "x", -1),
        (Camera.TILT_UP, "y", 1),
        (Camera.TILT_DOWN, "y", -1),
        (Camera.ZOOM_IN, "zoom", 1),
        (Camera.ZOOM_OUT, "zoom", -1),
    ],
)
def test_the_camera_moves_as_asked(moves: Camera, field: str, sign: int) -> None:
    values = getattr(take_of(DOG, camera=moves).view(np.linspace(0, 5, 100)), field)
    assert (np.diff(values) * sign >= 0).all()
    assert abs(values[-1] - values[0]) > 0.05


def test_a_following_camera_keeps_its_actor_in_the_middle_while_the_world_goes_by() -> None:
    take, t = take_of(Actor("dog", Action.RUN), camera=Camera.FOLLOW), np.linspace(0, 5, 100)
    np.testing.assert_allclose(take.view(t).x, xs(take, 0, t))
    assert np.ptp(xs(take, 0, t)) > 1.5
    assert take.pan(0, t) == pytest.approx(0)


def test_a_shake_dies_down() -> None:
    view = take_of(DOG, camera=Camera.SHAKE).view(np.linspace(0, 5, 500))
    assert np.std(view.x[:150]) > 1.5 * np.std(view.x[-150:]) > 0


def test_paces_are_ordered() -> None:
    assert all(0 < low < high for low, high in PACE.values())
