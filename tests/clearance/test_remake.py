"""The recipe in a file makes the same pictures again; labels follow the request and the policy."""

from pathlib import Path

import pytest

from cleardance.clearance.remake import request_of
from cleardance.clearance.service import Service, open_service
from cleardance.errors import UsageError
from cleardance.provenance import read_manifest
from cleardance.provenance.manifest import Record
from tests.clearance.asking import PROMPT, make, request


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
