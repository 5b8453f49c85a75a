from pathlib import Path

import cv2

from cleardance.train.metrics import FILE_NAME, PLOT_NAME, Metrics, read


def test_lines_are_kept_up_to_the_step_that_is_resumed(tmp_path: Path) -> None:
    first = Metrics(tmp_path, 0)
    for step in range(1, 5):
        first.add(step, loss=1 / step)
    Metrics(tmp_path, 2).add(3, loss=0.5)
    assert [(r["step"], r["loss"]) for r in read(tmp_path / FILE_NAME)] == [
        (1, 1),
        (2, 0.5),
        (3, 0.5),
    ]


def test_a_torn_line_is_dropped(tmp_path: Path) -> None:
    Metrics(tmp_path, 0).add(1, loss=1.0)
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write('{"step": 2, "lo')
    assert [row["step"] for row in read(tmp_path / FILE_NAME)] == [1]
    assert read(tmp_path / "nothing") == []


def test_curves_are_drawn(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path, 0)
    metrics.plot(["loss"])
    empty = cv2.imread(str(tmp_path / PLOT_NAME))
    for step in (1, 10, 100):
        metrics.add(step, loss=1 / step)
    metrics.plot(["loss", "missing"])
    drawn = cv2.imread(str(tmp_path / PLOT_NAME))
    assert empty is not None
    assert drawn is not None
    assert drawn.shape == empty.shape
    assert (drawn != empty).any()
