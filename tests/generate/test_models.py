"""What a model cannot do is an error that says so."""

from pathlib import Path
from typing import Any

import pytest

from cleardance.errors import UnsupportedByModel
from cleardance.generate.backends.draft import DraftBackend
from cleardance.generate.models import MODELS, check_request
from cleardance.request import ReferenceInput, Request, Resolution
from tests.clearance.first_frame import MODEL


def asked(*roles: tuple[str, str], **values: Any) -> Request:
    given = [{"path": Path("a"), "media": media, "role": role} for media, role in roles]
    references = tuple(ReferenceInput.model_validate(one) for one in given)
    return Request(**({"prompt": "x", "seed": 1, "references": references} | values))


FIRST, SOUND = ("image", "first_frame"), ("audio", "reference_audio")


@pytest.mark.parametrize(
    ("model", "request_", "words"),
    [
        (MODELS["draft"], asked(FIRST), "as a first frame"),
        (MODELS["draft"], asked(duration_s=3.0), "3 s, only 4 to 15"),
        (MODELS["pocket"], asked(FIRST, FIRST, FIRST), "3 references of image, only 2"),
        (MODELS["pocket"], asked(prompt="a " * 1001), "1,001 words, only 1,000"),
        (MODELS["pocket"], asked(camera_fixed=True), "camera fixed"),
        (MODEL, asked(SOUND, duration_s=2.0), "reference audio"),
    ],
)
def test_the_first_thing_it_cannot_do_is_named(model: Any, request_: Request, words: str) -> None:
    with pytest.raises(UnsupportedByModel, match=words):
        check_request(model, request_)


def test_references_are_called_by_kind_and_order() -> None:
    names = asked(FIRST, SOUND, ("image", "reference_image")).reference_names
    assert names == ("@Image1", "@Audio1", "@Image2")


def test_a_fixed_camera_does_not_move() -> None:
    words = {"prompt": "a house, zoom in", "resolution": Resolution.P480, "duration_s": 4.0}
    moving = list(DraftBackend().generate(asked(**words)).video.frames)
    fixed = list(DraftBackend().generate(asked(camera_fixed=True, **words)).video.frames)
    moved, stayed = ((film[0] != film[-1]).mean() for film in (moving, fixed))
    assert stayed < moved / 4  # clouds go on drifting
