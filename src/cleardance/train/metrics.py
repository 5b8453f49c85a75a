"""How a run goes, as JSON lines and as a picture of its curves."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

FILE_NAME, PLOT_NAME = "metrics.jsonl", "curves.png"
_SIZE_PX = (960, 540)
_MARGIN_PX = 60
_COLOURS = ((200, 60, 40), (40, 120, 220), (60, 160, 60), (160, 60, 180), (90, 90, 90))


class Metrics:
    """Lines of numbers by step, appended as they come. Opened at a step, it forgets later ones."""

    def __init__(self, folder: Path, step: int) -> None:
        self._path, self._plot = folder / FILE_NAME, folder / PLOT_NAME
        kept = [row for row in read(self._path) if row["step"] <= step]
        self._path.write_text("".join(f"{json.dumps(row)}\n" for row in kept), "utf-8")

    def add(self, step: int, **numbers: float) -> None:
        """Append one line, at once on disk."""
        row = {"step": step} | {name: float(f"{n:.5g}") for name, n in numbers.items()}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def plot(self, names: Sequence[str]) -> None:
        """Draw the curves of some numbers over the steps, log-log."""
        rows = read(self._path)
        curves = {
            name: [(r["step"], r[name]) for r in rows if r.get(name, 0) > 0] for name in names
        }
        cv2.imwrite(str(self._plot), _drawn({k: v for k, v in curves.items() if len(v) > 1}))


def read(path: Path) -> list[dict[str, float]]:
    """Return the lines of a metrics file, none if there is no file; a torn last line is dropped."""
    if not path.exists():
        return []
    rows = []
    for line in path.read_text("utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return rows


def _drawn(curves: Mapping[str, Sequence[tuple[float, float]]]) -> NDArray[np.uint8]:
    width, height = _SIZE_PX
    image = np.full((height, width, 3), 255, np.uint8)
    points = [(math.log(x + 1), math.log(y)) for curve in curves.values() for x, y in curve]
    if not points:
        return image
    (left, low), (right, high) = np.min(points, axis=0), np.max(points, axis=0)
    for (name, curve), colour in zip(curves.items(), _COLOURS, strict=False):
        x = (np.log([step + 1 for step, _ in curve]) - left) / max(right - left, 1e-9)
        y = (high - np.log([value for _, value in curve])) / max(high - low, 1e-9)
        line = np.stack((x * (width - 2 * _MARGIN_PX), y * (height - 2 * _MARGIN_PX)), axis=1)
        pixels = np.rint(line + _MARGIN_PX).astype(np.int32)
        cv2.polylines(image, [pixels], isClosed=False, color=colour, thickness=2)
        last = int(pixels[-1, 0]) - 40, int(pixels[-1, 1]) - 8
        text = f"{name} {curve[-1][1]:.3f}"
        cv2.putText(image, text, (max(last[0] - 60, 0), last[1]), 0, 0.45, colour, 1, cv2.LINE_AA)
    foot = f"steps {math.exp(left) - 1:.0f} to {math.exp(right) - 1:.0f}, both axes logarithmic"
    cv2.putText(image, foot, (_MARGIN_PX, height - 20), 0, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    return image
