"""Engines of the settings: what they say they can do, and what is wrong about a folder."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cleardance.engines import Pipeline, Upstream
from cleardance.errors import PartMissing, UnsupportedByModel, UsageError
from cleardance.generate.models import check_request, model_named, models
from cleardance.request import Request
from cleardance.settings import Settings

FAR: dict[str, Any] = {"dialect": "ark", "url": "https://ark.example/api/v3", "model": "seedance"}


def settings(**more: Any) -> Settings:
    return Settings.model_validate({"home": Path("/nowhere")} | more)


def folder(path: Path, **index: Any) -> Path:
    path.mkdir()
    (path / "model_index.json").write_text(json.dumps(index))
    return path


def test_what_the_settings_say_is_what_requests_are_checked_by() -> None:
    far = {**FAR, "roles": ["first_frame"], "max_images": 1, "ratios": ["9:16"]}
    there = settings(upstreams={"seedance": far})
    assert list(models(there)) == ["draft", "pocket", "seedance"]
    model = model_named("seedance", there)
    assert (model.version, model.source_type) == ("seedance", "trainedAlgorithmicMedia")
    assert model.capabilities.roles == {"first_frame"}
    with pytest.raises(UnsupportedByModel, match="16:9"):
        check_request(model, Request(prompt="x", seed=1, model="seedance"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "file:///etc/passwd"}, "http"),
        ({"url": "https://me:secret@ark.example"}, "http"),
        ({"url": "https://ark.example/?a=1"}, "http"),
        ({"roles": ["first_frame"]}, "disagree"),
        ({"max_images": 1}, "disagree"),
        ({"dialect": "videos", "roles": ["reference_image"], "max_images": 1}, "no place"),
        ({"dialect": "videos", "camera_fixed": True}, "no place"),
        ({"key": "a-long-enough-key", "key_file": "/k"}, "not both"),
        ({"default_duration_s": 30.0}, "default_duration_s"),
        ({"ratios": ["5:4"]}, "21:9"),
        ({"dialect": "grpc"}, "ark"),
    ],
)
def test_an_upstream_that_cannot_be_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Upstream.model_validate(FAR | wrong)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"offload": "model"}, "device is cpu"),
     ({"roles": ["last_frame"], "max_images": 1}, "no other references")],
)  # fmt: skip
def test_a_pipeline_that_cannot_be_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Pipeline.model_validate({"path": "/m"} | wrong)


@pytest.mark.parametrize("name", ["draft", "pocket", "Two words", "", "a/b"])
def test_names_that_are_taken_or_none_are_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="cannot be the name"):
        settings(upstreams={name: FAR})


def test_a_name_is_of_one_model_and_its_key_is_nobody_elses_and_never_shown() -> None:
    with pytest.raises(ValidationError, match="is in upstreams and in diffusers"):
        settings(upstreams={"a": FAR}, diffusers={"a": {"path": "/m"}})
    with pytest.raises(ValidationError, match=r"upstreams\.a\.key is a default"):
        settings(environment="production", origin="x.example", upstreams={"a": FAR | {"key": "x"}})
    assert "s3cret-key" not in repr(settings(upstreams={"a": FAR | {"key": "s3cret-key"}}))


def test_a_folder_that_is_no_pipeline_is_named(tmp_path: Path) -> None:
    cases: list[tuple[Path, type[Exception], str]] = [
        (tmp_path / "nowhere", UsageError, "holds no pipeline"),
        (folder(tmp_path / "sd", _class_name="StableDiffusionPipeline"), UsageError, "known are"),
        (folder(tmp_path / "wan", _class_name="WanPipeline"), PartMissing, "torch"),
    ]
    for path, kind, words in cases:
        there = settings(diffusers={"tiny": {"path": str(path)}})
        with pytest.raises(kind, match=words):
            model_named("tiny", there).load(there)
