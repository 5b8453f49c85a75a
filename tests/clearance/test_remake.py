"""The recipe in a file makes the same pictures again; labels follow the request and the policy."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from cleardance.clearance.erasure import erase
from cleardance.clearance.remake import request_behind, request_of
from cleardance.clearance.service import Service, open_service
from cleardance.errors import UsageError
from cleardance.generate.models import MODELS
from cleardance.media import write_png
from cleardance.provenance import read_manifest
from cleardance.provenance.manifest import Record
from cleardance.request import ReferenceInput
from tests.clearance.asking import PROMPT, make, request
from tests.clearance.first_frame import MODEL


def _record(service: Service, path: Path) -> Record:
    facts = read_manifest(path, service.authority.root_pem).facts
    assert facts is not None
    assert facts.record is not None
    return facts.record


def test_a_file_can_be_made_again_from_its_recipe(service: Service, tmp_path: Path) -> None:
    first = make(service, tmp_path / "out.png", request(seed=41))
    said = _record(service, tmp_path / "out.png")
    with pytest.raises(UsageError, match="does not state its prompt"):
        request_of(said)
    again = make(service, tmp_path / "again.png", request_of(said, PROMPT))
    assert again.task.raw_blob == first.task.raw_blob


def test_a_published_prompt_is_all_it_takes(home: Path, tmp_path: Path) -> None:
    (home / "cleardance.toml").write_text("publish_prompt = true\n")
    with open_service(home) as service:
        make(service, tmp_path / "out.png")
        assert request_of(_record(service, tmp_path / "out.png")).prompt == PROMPT


def test_a_recipe_that_is_none_is_refused(service: Service, tmp_path: Path) -> None:
    make(service, tmp_path / "out.png")
    said = _record(service, tmp_path / "out.png")
    for wrong in ({}, {**said.recipe, "width_px": 3}, {**said.recipe, "seed": -1}):
        with pytest.raises(UsageError, match="not one of ours"):
            request_of(said.model_copy(update={"recipe": wrong}), PROMPT)


def test_labels_follow_the_request_and_the_policy(home: Path, tmp_path: Path) -> None:
    (home / "cleardance.toml").write_text('label = "eu"\n')
    with open_service(home) as service:
        make(service, tmp_path / "policy.png")
        make(service, tmp_path / "asked.png", request(label="cn"))
        assert _record(service, tmp_path / "policy.png").label == "eu"
        assert _record(service, tmp_path / "asked.png").label == "cn"


def test_any_copy_is_made_again_from_what_was_stored(service: Service, tmp_path: Path) -> None:
    first = make(service, tmp_path / "out.png", request(seed=41, label="eu"))
    copy = tmp_path / "copy.jpg"  # no credentials are left, only the mark
    cv2.imwrite(str(copy), cv2.imread(str(tmp_path / "out.png")), [cv2.IMWRITE_JPEG_QUALITY, 90])
    behind = request_behind(service, copy)
    assert behind == first.task.request
    again = make(service, tmp_path / "again.png", behind)
    assert again.task.raw_blob == first.task.raw_blob
    with pytest.raises(UsageError, match="another prompt"):
        request_behind(service, copy, "a blue ball")


def test_after_erasing_only_the_file_knows(service: Service, tmp_path: Path) -> None:
    first = make(service, tmp_path / "out.png")
    erase(service, first.task.id)
    with pytest.raises(UsageError, match="does not state its prompt"):
        request_behind(service, tmp_path / "out.png")
    assert request_behind(service, tmp_path / "out.png", PROMPT).seed == first.task.request.seed
    stranger = tmp_path / "stranger.png"
    write_png(stranger, np.zeros((20, 20, 3), np.uint8))
    with pytest.raises(UsageError, match="does not say how it was made"):
        request_behind(service, stranger)


def test_what_was_handed_in_is_used_again(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MODELS, MODEL.name, MODEL)
    write_png(tmp_path / "in.png", np.full((200, 300, 3), (90, 120, 40), np.uint8))
    given = ReferenceInput(path=tmp_path / "in.png", media="image", role="first_frame")
    asked = request(model="pan", audio=False, references=(given,))
    first = make(service, tmp_path / "out.png", asked)
    (tmp_path / "in.png").unlink()
    again = make(service, tmp_path / "again.png", request_behind(service, tmp_path / "out.png"))
    assert again.task.raw_blob == first.task.raw_blob
    erase(service, first.task.id)
    with pytest.raises(UsageError, match="handed in: first_frame"):
        request_behind(service, tmp_path / "out.png", PROMPT)
