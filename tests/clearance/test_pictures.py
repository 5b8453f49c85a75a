"""The first and the last picture of an output: signed, and only of what is released."""

from pathlib import Path

import numpy as np
import pytest

from cleardance.clearance.flow import clear
from cleardance.clearance.inspection import inspect_file
from cleardance.clearance.pictures import open_picture
from cleardance.clearance.service import Service
from cleardance.errors import NotReleased
from cleardance.media import read_image, read_video
from cleardance.provenance.verify import verify_signed
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from tests.clearance.asking import make, request


def test_pictures_of_a_video_are_signed_and_lead_back_to_it(
    service: Service, tmp_path: Path
) -> None:
    asked = request(still=False, duration_s=4.0, audio=False)
    made = clear(service, asked, tmp_path / "ball.mp4")
    frames = list(read_video(tmp_path / "ball.mp4").frames)
    first, last = (open_picture(service, made.task.id, which) for which in ("first", "last"))
    np.testing.assert_array_equal(read_image(first.path), frames[0])
    np.testing.assert_array_equal(read_image(last.path), frames[-1])
    facts = verify_signed(last.path, service.authority.root_pem)
    film = verify_signed(tmp_path / "ball.mp4", service.authority.root_pem)
    assert facts.ingredients == ("the video that it is a picture of",)
    assert (facts.record, facts.source_type) == (film.record, film.source_type)
    assert facts.label != film.label
    found = inspect_file(service, last.path)
    assert found.ledger is not None
    assert found.ledger.output == made.task.id
    assert open_picture(service, made.task.id, "last").sha256 == last.sha256


def test_a_picture_that_is_none_of_its_output_is_made_again(
    service: Service, tmp_path: Path
) -> None:
    """Damaged, or another output's, however well signed that is."""
    asked = [request(still=False, audio=False, seed=seed) for seed in (1, 2)]
    ours, other = (clear(service, one, tmp_path / f"{one.seed}.mp4").task.id for one in asked)
    last = open_picture(service, ours, "last")
    right = read_image(last.path)
    others = open_picture(service, other, "last").path.read_bytes()
    for wrong in (last.path.read_bytes()[:-20] + bytes(20), b"", others):
        last.path.write_bytes(wrong)
        again = open_picture(service, ours, "last")
        np.testing.assert_array_equal(read_image(again.path), right)
        facts = verify_signed(again.path, service.authority.root_pem)
        assert facts.record is not None
        assert facts.record.output == ours


def test_a_still_is_its_own_picture_and_what_is_not_released_has_none(
    service: Service, tmp_path: Path
) -> None:
    made = make(service, tmp_path / "ball.png", request())
    assert open_picture(service, made.task.id, "last").media_type == "image/png"
    add(service.store, parse_row({"name": "red ball", "kind": "character"}))
    denied = make(service, tmp_path / "other.png", request())
    with pytest.raises(NotReleased):
        open_picture(service, denied.task.id, "last")
