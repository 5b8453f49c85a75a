"""What is behind and before the actors, as the camera sees it."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.world.motion import camera
from cleardance.world.picture.compose import Cut, Pixels, Sheet, flattened, stick, warped
from cleardance.world.picture.easel import Layer, Stage
from cleardance.world.take import Floats, Take, View


@dataclass(frozen=True, eq=False)
class _Slide:
    """A sheet and where it lies: columns at times [T], and a row."""

    sheet: Sheet
    left: Floats
    top: int


class Scenery:
    """The layers of a stage at given times. What never moves is flattened once.

    A camera that pans or follows travels: layers slide by their depth. One that tilts, zooms or
    shakes only turns or closes in, which moves near and far alike: the picture as it is at rest is
    mapped as a whole. ``x`` is how far the camera has travelled, stage units [T].
    """

    def __init__(self, take: Take, painted: Stage, times_s: Floats, size: tuple[int, int]) -> None:
        self._size, self._times_s = size, times_s
        view = take.view(times_s)
        fixed = bool((view.zoom == 1).all())
        self.x = view.x if fixed else np.zeros_like(view.x)
        self._lens = None if fixed else self._map(view, camera.rest_y(take.shot))
        self._back = self._slides(painted.back)
        self._front = self._slides(painted.front) if fixed else []
        self._near = painted.front
        still = all(self._still(layer) for layer in painted.back)
        self._plate = self._composed(0) if still else None

    def back(self, k: int) -> Pixels:
        """Return a new frame with everything behind the actors, RGB [H, W, 3]."""
        plate = self._composed(k) if self._plate is None else self._plate
        if self._lens is not None:
            seen = cv2.warpAffine(plate, self._lens[k], self._size, flags=cv2.INTER_LINEAR)
            return np.asarray(seen, np.uint8)
        return plate.copy() if plate is self._plate else plate

    def front(self, frame: Pixels, k: int) -> None:
        """Put everything before the actors onto a frame, in place."""
        for slide in self._front:
            slide.sheet.put(frame, float(slide.left[k]), slide.top)
        if self._lens is None or not self._near:
            return
        near = self._near_plate if all(map(self._still, self._near)) else self._flat(self._near, k)
        (a, b, c), (d, e, f) = (self._lens[k] @ _placed(near)).tolist()
        cut = warped(near.rgba, (a, b, c, d, e, f), *self._size)
        if cut is not None:
            stick(frame, cut)

    @cached_property
    def _near_plate(self) -> Cut:
        return self._flat(self._near, 0)

    def _map(self, view: View, rest_y: float) -> NDArray[np.float64]:
        """Return the maps from a pixel of the frame at rest to one of the frame seen, [T, 2, 3]."""
        (width, height), zoom = self._size, view.zoom
        maps = np.zeros((len(zoom), 2, 3))
        maps[:, 0, 0] = maps[:, 1, 1] = zoom
        maps[:, 0, 2] = (width - 1) / 2 * (1 - zoom) - view.x * zoom * height
        maps[:, 1, 2] = (height - 1) / 2 * (1 - zoom) + (view.y - rest_y) * zoom * height
        return maps

    def _still(self, layer: Layer) -> bool:
        return not layer.drift_px_s and not (layer.depth and self.x.any())

    def _left(self, layer: Layer) -> Floats:
        slid = layer.drift_px_s * self._times_s - layer.depth * self.x * self._size[1]
        return layer.left_px + slid

    def _flat(self, layers: tuple[Layer, ...], k: int) -> Cut:
        """Return layers as one clear picture of the frame, without its empty rows above."""
        placed = [
            (_rgba(layer.pixels), round(float(self._left(layer)[k])), round(layer.top_px))
            for layer in layers
        ]
        flat = flattened(placed, *self._size)
        top = int(np.argmax(flat[..., 3].any(axis=1)))
        return Cut(flat[top:], 0, top)

    def _slides(self, layers: tuple[Layer, ...]) -> list[_Slide]:
        """Return layers ready to be put, neighbours that never move as one."""
        slides: list[_Slide] = []
        for still, run in groupby(layers, key=self._still):
            for part in self._merged(tuple(run)) if still else run:
                made = Sheet.of(part.pixels)
                if made is not None:
                    sheet, lost = made
                    slides.append(_Slide(sheet, self._left(part), round(part.top_px) + lost))
        return slides

    def _merged(self, run: tuple[Layer, ...]) -> tuple[Layer, ...]:
        flat = self._flat(run, 0)
        return (Layer(flat.rgba, 0.0, 0.0, float(flat.top), 0.0),)

    def _composed(self, k: int) -> Pixels:
        width, height = self._size
        frame = np.zeros((height, width, 3), np.uint8)
        for slide in self._back:
            slide.sheet.put(frame, float(slide.left[k]), slide.top)
        return frame


def _rgba(pixels: Pixels) -> Pixels:
    return pixels if pixels.shape[2] == 4 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA))


def _placed(cut: Cut) -> NDArray[np.float64]:
    return np.array([[1, 0, cut.left], [0, 1, cut.top], [0, 0, 1]], np.float64)
