"""Layers under a moving camera: in register with the actors, and covering the frame."""

import numpy as np
import pytest

from cleardance.world.motion.camera import rest_y
from cleardance.world.motion.directing import direct
from cleardance.world.picture.compose import Pixels
from cleardance.world.picture.easel import Layer, Stage
from cleardance.world.picture.scenery import Scenery
from cleardance.world.scene import Actor, Camera, Place, Shot

SIZE = WIDTH, HEIGHT = 320, 180
PAD = 120  # columns of the layer to either side of the frame at rest
TIMES = np.linspace(0.1, 4.9, 7)
DOT = (0.12, 0.3)  # where it is on the stage


def sky() -> Layer:
    return Layer(np.zeros((HEIGHT, WIDTH, 3), np.uint8), 0.0, 0.0, 0.0, 0.0)


def dotted(shot: Shot, depth: float = 1.0, drift_px_s: float = 0.0) -> Layer:
    """A clear layer with one white dot, at ``DOT`` with the camera at rest."""
    pixels = np.zeros((HEIGHT, WIDTH + 2 * PAD, 4), np.uint8)
    column = PAD + WIDTH / 2 + DOT[0] * HEIGHT
    row = HEIGHT / 2 - (DOT[1] - rest_y(shot)) * HEIGHT
    pixels[round(row) - 2 : round(row) + 2, round(column) - 2 : round(column) + 2] = 255
    return Layer(pixels, depth, -PAD, 0.0, drift_px_s)


def centre(frame: Pixels) -> tuple[float, float]:
    weight = frame[..., 0].astype(float)
    rows, columns = np.indices(weight.shape) + 0.5
    total = weight.sum()
    return float((columns * weight).sum() / total), float((rows * weight).sum() / total)


@pytest.mark.parametrize("near", [False, True])
@pytest.mark.parametrize("moves", list(Camera))
def test_what_is_at_the_actors_depth_moves_with_the_actors(moves: Camera, near: bool) -> None:
    shot = Shot((Actor("cow"), Actor("pig")), Place.MEADOW, camera=moves)
    take = direct(shot, WIDTH / HEIGHT, 3)
    layers = (sky(), *(() if near else (dotted(shot),)))
    stage = Stage(layers, (dotted(shot),) if near else (), (1.0, 1.0, 1.0), 0.5)
    scenery, view = Scenery(take, stage, TIMES, SIZE, SIZE), take.view(TIMES)
    for k in range(len(TIMES)):
        frame = scenery.back(k)
        scenery.front(frame, k)
        x, y = centre(frame)
        assert x == pytest.approx(WIDTH / 2 + (DOT[0] - view.x[k]) * view.zoom[k] * HEIGHT, abs=1)
        assert y == pytest.approx(HEIGHT / 2 - (DOT[1] - view.y[k]) * view.zoom[k] * HEIGHT, abs=1)


@pytest.mark.parametrize("depth", [0.0, 0.4, 1.3])
def test_far_layers_slide_less_and_near_ones_more(depth: float) -> None:
    shot = Shot((), Place.MEADOW, camera=Camera.PAN_RIGHT)
    take = direct(shot, WIDTH / HEIGHT, 3)
    stage = Stage((sky(), dotted(shot, depth)), (), (1.0, 1.0, 1.0), 0.5)
    scenery = Scenery(take, stage, TIMES, SIZE, SIZE)
    seen = [centre(scenery.back(k))[0] for k in range(len(TIMES))]
    slid = depth * (take.view(TIMES).x - take.view(TIMES).x[0]) * HEIGHT
    np.testing.assert_allclose(np.array(seen) - seen[0], -slid, atol=0.1)


def test_clouds_drift_with_a_camera_at_rest() -> None:
    shot = Shot((), Place.MEADOW)
    take = direct(shot, WIDTH / HEIGHT, 3)
    stage = Stage((sky(), dotted(shot, 0.0, drift_px_s=6.5)), (), (1.0, 1.0, 1.0), 0.5)
    scenery = Scenery(take, stage, TIMES, SIZE, SIZE)
    seen = np.array([centre(scenery.back(k))[0] for k in range(len(TIMES))])
    np.testing.assert_allclose(np.diff(seen), 6.5 * np.diff(TIMES), atol=0.1)


def test_frames_of_a_still_stage_are_separate_arrays() -> None:
    shot = Shot((), Place.MEADOW)
    stage = Stage((sky(), dotted(shot)), (), (1.0, 1.0, 1.0), 0.5)
    scenery = Scenery(direct(shot, WIDTH / HEIGHT, 3), stage, TIMES, SIZE, SIZE)
    scenery.back(0)[:] = 77
    assert scenery.back(1).max() == 255
    assert scenery.back(1).min() == 0
