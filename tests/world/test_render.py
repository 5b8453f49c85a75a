"""Frames, rendered for real: sizes, bytes, contact, facing, memory."""

import itertools
import tracemalloc

import cv2
import numpy as np
import pytest

from cleardance.world.motion.directing import direct
from cleardance.world.picture import sprites
from cleardance.world.picture.compose import Cut
from cleardance.world.picture.figures import Figure, submerge
from cleardance.world.picture.render import frames, shoot, takes
from cleardance.world.scene import (
    Action,
    Actor,
    Camera,
    Heading,
    Place,
    Relation,
    Scene,
    Shot,
    TimeOfDay,
    Weather,
)
from cleardance.world.take import EventKind, Floats, Take
from cleardance.world.vocabulary import subjects

RUN = Actor("dog", Action.RUN)
SIZES = [(168, 72), (160, 90), (128, 96), (96, 96), (72, 96), (54, 96)]


def scene(*actors: Actor, seed: int = 1, **shot: object) -> Scene:
    place = shot.pop("place", Place.MEADOW)
    return Scene((Shot(actors, place, **{"duration_s": 1.0} | shot),), seed)  # type: ignore[arg-type]


def figure(take: Take, times: Floats, size: tuple[int, int] = (640, 360), index: int = 0) -> Figure:
    return Figure(take, index, times, size, (1.0, 1.0, 1.0))


def lowest(cut: Cut | None) -> int:
    """First row below everything opaque."""
    assert cut is not None
    return cut.top + int(np.flatnonzero((cut.rgba[..., 3] >= 128).any(axis=1))[-1]) + 1


@pytest.mark.parametrize("size", SIZES)
def test_frames_have_the_size_asked_for(size: tuple[int, int]) -> None:
    made = list(frames(scene(RUN), *size, 8))
    assert len(made) == 8
    assert all(f.shape == (size[1], size[0], 3) and f.dtype == np.uint8 for f in made)
    assert len({id(f) for f in made}) == 8
    assert len({f.tobytes() for f in made}) == 8


def test_the_same_seed_gives_the_same_bytes_and_another_others() -> None:
    def made(seed: int) -> bytes:
        actors = (RUN, Actor("cat", Action.RUN, relation=Relation.CHASES, target=0))
        shot = scene(*actors, seed=seed, camera=Camera.SHAKE, weather=Weather.RAIN)
        return b"".join(f.tobytes() for f in frames(shot, 96, 64, 6))

    assert made(7) == made(7)
    assert made(7) != made(8)


@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("camera", [Camera.STATIC, Camera.FOLLOW, Camera.ZOOM_IN])
def test_every_place_is_filled_to_its_edges(place: Place, camera: Camera) -> None:
    time = TimeOfDay.DAY
    for frame in frames(scene(RUN, place=place, camera=camera, time=time), 96, 54, 3):
        edges = np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]])
        assert (edges.sum(axis=1) > 0).mean() > 0.9


def test_shots_are_cut_at_the_first_frame_of_the_next() -> None:
    near = Shot((Actor("cow"),), Place.MEADOW, duration_s=0.55)
    far = Shot((Actor("cow"),), Place.SPACE, duration_s=0.5)
    made = list(frames(Scene((near, far), 3), 96, 54, 10))
    assert len(made) == 11
    brightness = [f.mean() for f in made]
    assert min(brightness[:6]) > 1.5 * max(brightness[6:])
    both = takes(Scene((near, far), 3), 96 / 54)
    want = list(shoot(both[1], np.array([0.05, 0.15]), 96, 54))
    np.testing.assert_array_equal(made[6:8], want)


@pytest.mark.parametrize("numbers", [(0, 10, 8), (10, 0, 8), (10, 10, 0)])
def test_nothing_cannot_be_rendered(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="positive"):
        next(frames(scene(RUN), *numbers))


@pytest.mark.parametrize("subject", ["rabbit", "soccer ball", "dog", "apple"])
@pytest.mark.parametrize("action", [Action.JUMP, Action.BOUNCE, Action.FALL])
def test_landing_is_seen_when_it_is_heard(subject: str, action: Action) -> None:
    fps, frame_s = 96, 1 / 24
    take = direct(Shot((Actor(subject, action),), Place.MEADOW, duration_s=5.0), 16 / 9, 2)
    times = np.arange(5 * fps) / fps
    drawn = figure(take, times)
    feet = np.array([lowest(drawn.cut(k)) for k in range(len(times))])
    touching = np.abs(feet - np.array(drawn.ground_px)) <= 4
    heard = np.array([e.time_s for e in take.events if e.kind is EventKind.LAND])
    for seen in times[1:][touching[1:] & ~touching[:-1]]:
        assert np.abs(heard - seen).min() <= frame_s
    for event in take.events:
        if event.kind is EventKind.LAND:
            exactly = figure(take, np.array([event.time_s]))
            assert abs(lowest(exactly.cut(0)) - exactly.ground_px[0]) <= 1.5
            assert touching[np.abs(times - event.time_s) <= frame_s].any()
    assert (feet <= np.array(drawn.ground_px) + 2.5).all()


@pytest.mark.parametrize("subject", ["dog", "girl", "horse", "chick", "rabbit"])
@pytest.mark.parametrize("action", [Action.RUN, Action.WALK])
def test_feet_are_on_the_ground_at_every_step(subject: str, action: Action) -> None:
    take = direct(Shot((Actor(subject, action),), Place.MEADOW, duration_s=4.0), 16 / 9, 2)
    steps = np.array([e.time_s for e in take.events if e.kind is EventKind.STEP])
    drawn = figure(take, steps)
    for k in range(len(steps)):
        assert abs(lowest(drawn.cut(k)) - drawn.ground_px[k]) <= 4


@pytest.mark.parametrize("subject", ["dog", "crow", "car"])
def test_left_is_the_mirror_image_of_right(subject: str) -> None:
    masks = []
    for heading in Heading:
        shot = Shot((Actor(subject, Action.STAND, heading),), Place.MEADOW, duration_s=2.0)
        cut = figure(direct(shot, 16 / 9, 4), np.array([0.1])).cut(0)
        assert cut is not None
        masks.append(cut.rgba[..., 3][:, np.any(cut.rgba[..., 3], axis=0)] >= 128)
    left, right = masks
    wide = min(left.shape[1], right.shape[1])
    same = left[:, :wide][:, ::-1] == right[:, :wide]
    assert same.mean() > 0.93
    assert (left[:, :wide] == right[:, :wide]).mean() < same.mean()


@pytest.mark.parametrize("subject", ["dog", "crow", "bus"])
@pytest.mark.parametrize("heading", list(Heading))
def test_art_is_flipped_only_when_it_faces_the_other_way(subject: str, heading: Heading) -> None:
    shot = Shot((Actor(subject, Action.STAND, heading),), Place.MEADOW)
    cut = figure(direct(shot, 16 / 9, 4), np.array([0.1])).cut(0)
    assert cut is not None
    art = sprites.sprite(subject, 256).pixels
    shown = cv2.resize(cut.rgba, (art.shape[1], art.shape[0]), interpolation=cv2.INTER_AREA)
    as_drawn = np.abs(shown.astype(int) - art).mean()
    flipped = np.abs(shown.astype(int) - art[:, ::-1]).mean()
    assert (as_drawn < flipped) == (subjects()[subject].faces == heading)


def test_a_figure_is_as_high_as_its_pose_says() -> None:
    take = direct(Shot((Actor("horse"),), Place.MEADOW), 16 / 9, 1)
    times = np.array([0.0, 1.0])
    pose, drawn = take.performances[0].poses(times), figure(take, times)
    for k in range(2):
        cut = drawn.cut(k)
        assert cut is not None
        solid = cut.rgba[..., 3] >= 128
        rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
        high = pose.height[k] * pose.squash[k] * 360
        assert np.ptp(rows) + 1 == pytest.approx(high, abs=2)
        wide = pose.height[k] / pose.squash[k] * sprites.aspect("horse") * 360
        assert np.ptp(columns) + 1 == pytest.approx(wide, abs=2)


def test_a_zoom_starts_as_the_still_picture_and_comes_closer() -> None:
    cow = Actor("cow")
    still = next(frames(scene(cow, place=Place.ROOM), 160, 90, 6)).astype(int)
    zoomed = [
        f.astype(int)
        for f in frames(scene(cow, place=Place.ROOM, camera=Camera.ZOOM_IN), 160, 90, 6)
    ]
    assert np.abs(zoomed[0] - still).mean() < 1.0
    assert np.abs(zoomed[-1] - still).mean() > 8.0


def test_a_body_in_water_is_veiled_below_the_line() -> None:
    rgba = np.full((10, 4, 4), 200, np.uint8)
    wet = submerge(Cut(rgba, 0, 20), 26.0)
    assert (wet.rgba[:6] == 200).all()
    assert (wet.rgba[6:] < 100).all()
    assert submerge(Cut(rgba, 0, 20), 40.0).rgba is rgba


def test_the_shadow_is_under_the_feet_and_fades_with_height() -> None:
    take = direct(Shot((Actor("apple", Action.FALL),), Place.MEADOW, duration_s=3.0), 16 / 9, 1)
    landed = figure(take, np.array([0.0, 2.9]))
    dark = []
    for k in range(2):
        frame = np.full((360, 640, 3), 200, np.uint8)
        landed.shade(frame, k, 0.6)
        rows = np.flatnonzero((frame < 200).any(axis=(1, 2)))
        assert abs(rows.mean() - landed.ground_px[k]) < 3
        dark.append(200 - int(frame.min()))
    assert dark[1] > 60 > 40 > dark[0]


def test_memory_does_not_grow_with_duration() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        long = scene(RUN, duration_s=120.0)
        for _ in itertools.islice(frames(long, 160, 90, 24), count):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(40)
    assert peak(400) < peak(40) + 400_000
