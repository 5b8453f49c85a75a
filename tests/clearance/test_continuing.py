"""Going on from an output: with its very last picture, and only if it was released."""

from pathlib import Path

import numpy as np
import pytest

from cleardance.clearance.continuing import write_last_frame
from cleardance.clearance.flow import clear
from cleardance.clearance.service import Service
from cleardance.errors import NotReleased
from cleardance.media import read_image, read_video
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from tests.clearance.asking import make, request


def test_a_still_goes_on_from_itself(service: Service, tmp_path: Path) -> None:
    made = make(service, tmp_path / "ball.png", request())
    write_last_frame(service, made.task.id, tmp_path / "last.png")
    np.testing.assert_array_equal(
        read_image(tmp_path / "last.png"), read_image(tmp_path / "ball.png")
    )


def test_a_video_goes_on_from_its_last_picture(service: Service, tmp_path: Path) -> None:
    asked = request(still=False, duration_s=4.0, audio=False)
    made = clear(service, asked, tmp_path / "ball.mp4")
    write_last_frame(service, made.task.id, tmp_path / "last.png")
    frames = list(read_video(tmp_path / "ball.mp4").frames)
    np.testing.assert_array_equal(read_image(tmp_path / "last.png"), frames[-1])
    assert (frames[0] != frames[-1]).any()


def test_nothing_goes_on_from_what_was_not_released(service: Service, tmp_path: Path) -> None:
    add(service.store, parse_row({"name": "red ball", "kind": "character"}))
    made = make(service, tmp_path / "ball.png", request())
    with pytest.raises(NotReleased):
        write_last_frame(service, made.task.id, tmp_path / "last.png")
    assert not (tmp_path / "last.png").exists()
