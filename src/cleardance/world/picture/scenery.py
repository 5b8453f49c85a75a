"""What is behind and before the actors, as the camera sees it."""

import math
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

    ``size`` is of the frame, ``plate`` of the picture at rest that ``painted`` covers, pixels.
    """

    def __init__(
        self,
        take: Take,
        painted: Stage,
        times_s: Floats,
        size: tuple[int, int],
        plate: tuple[int, int],
    ) -> None:
        self._size, self._whole, self._times_s = size, plate, times_s
        view = take.view(times_s)
        fixed = bool((view.zoom == 1).all())
        self.x = view.x if fixed else np.zeros_like(view.x)
        self._lens = None if fixed else self._map(view, camera.rest_y(take.shot))
        self._back = self._slides(painted.back)
        self._front = self._slides(painted.front) if fixed else []
        self._near = painted.front
        still = all(self._still(layer) for layer in painted.back)
        self._plate = self._composed(0, (0, 0, *plate)) if still else None

    def back(self, k: int) -> Pixels:
        """Return a new frame with everything behind the actors, RGB [H, W, 3]."""
        if self._lens is None:
            return self._composed(k, (0, 0, *self._size)) if self._plate is None else self._copy()
        left, top, right, bottom = window = self._seen(k)
        part = (
            self._composed(k, window)
            if self._plate is None
            else self._plate[top:bottom, left:right]
        )
        (a, b, c), (d, e, f) = self._lens[k].tolist()
        matrix = np.array(((a, b, c + a * left), (d, e, f + e * top)))
        seen = cv2.warpAffine(
            part, matrix, self._size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(seen, np.uint8)

    def _copy(self) -> Pixels:
        assert self._plate is not None
        return self._plate.copy()

    def _seen(self, k: int) -> tuple[int, int, int, int]:
        """Return which pixels of the picture at rest the lens shows: left, top, right, bottom."""
        assert self._lens is not None
        (a, _, c), (_, e, f) = self._lens[k].tolist()
        (width, height), (wide, high) = self._size, self._whole
        left, top = max(math.floor(-c / a) - 1, 0), max(math.floor(-f / e) - 1, 0)
        return (
            left,
            top,
            min(math.ceil((width - c) / a) + 2, wide),
            min(math.ceil((height - f) / e) + 2, high),
        )

    def front(self, frame: Pixels, k: int) -> None:
        """Put everything before the actors onto a frame, in place."""
        for slide in self._front:
            slide.sheet.put(frame, float(slide.left[k]), slide.top)
        if self._lens is None:
            return
        for cut in self._near_cuts(k):
            (a, b, c), (d, e, f) = (self._lens[k] @ _placed(cut)).tolist()
            seen = warped(cut.rgba, (a, b, c, d, e, f), *self._size)
            if seen is not None:
                stick(frame, seen)

    def _near_cuts(self, k: int) -> tuple[Cut, ...]:
        """Return what is before the actors, on the picture at rest."""
        if all(map(self._still, self._near)):
            return self._near_plate
        return tuple(
            Cut(layer.pixels, round(float(self._left(layer)[k])), round(layer.top_px))
            for layer in self._near
        )

    @cached_property
    def _near_plate(self) -> tuple[Cut, ...]:
        return (self._flat(self._near, 0),) if self._near else ()

    def _map(self, view: View, rest_y: float) -> NDArray[np.float64]:
        """Return the maps from a pixel of the frame at rest to one of the frame seen, [T, 2, 3]."""
        (width, height), zoom = self._size, view.zoom
        scale = zoom * (width / self._whole[0]), zoom * (height / self._whole[1])
        maps = np.zeros((len(zoom), 2, 3))
        maps[:, 0, 0], maps[:, 1, 1] = scale
        maps[:, 0, 2] = width / 2 * (1 - zoom) - view.x * zoom * height + (scale[0] - 1) / 2
        maps[:, 1, 2] = (
            height / 2 * (1 - zoom) + (view.y - rest_y) * zoom * height + (scale[1] - 1) / 2
        )
        return maps

    def _still(self, layer: Layer) -> bool:
        return not layer.drift_px_s and not (layer.depth and self.x.any())

    def _left(self, layer: Layer) -> Floats:
        slid = layer.drift_px_s * self._times_s - layer.depth * self.x * self._whole[1]
        return layer.left_px + slid

    def _flat(self, layers: tuple[Layer, ...], k: int) -> Cut:
        """Return layers as one clear picture of the frame, without its empty rows above."""
        placed = [
            (_rgba(layer.pixels), round(float(self._left(layer)[k])), round(layer.top_px))
            for layer in layers
        ]
        flat = flattened(placed, *self._whole)
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

    def _composed(self, k: int, window: tuple[int, int, int, int]) -> Pixels:
        """Lay the sheets over each other, within a window: left, top, right, bottom."""
        x0, y0, x1, y1 = window
        frame = np.zeros((y1 - y0, x1 - x0, 3), np.uint8)
        for slide in self._back:
            left = float(slide.left[k])
            if self._lens is not None:  # it blends pixels anyway
                left = round(left)
            slide.sheet.put(frame, left - x0, slide.top - y0)
        return frame


def _rgba(pixels: Pixels) -> Pixels:
    return pixels if pixels.shape[2] == 4 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA))


def _placed(cut: Cut) -> NDArray[np.float64]:
    return np.array([[1, 0, cut.left], [0, 1, cut.top], [0, 0, 1]], np.float64)
