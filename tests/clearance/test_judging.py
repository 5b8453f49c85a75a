"""The judge on the one path: asked about prompts, references and outputs, where one is named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleardance.clearance.judging import MAX_FRAMES
from cleardance.clearance.service import Service, open_service
from cleardance.errors import UsageError
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.settings import load
from tests.clearance.asking import make, request
from tests.screen.judge_server import Model, model_server, nothing


@pytest.fixture
def model() -> Iterator[Model]:
    with model_server() as served:
        yield served


@pytest.fixture
def judged(home: Path, model: Model) -> Iterator[Service]:
    settings = f'judge_url = "{model.url}"\njudge_model = "m"\njudge_timeout_s = 5\n'
    (home / "cleardance.toml").write_text(settings)
    with open_service(home) as service:
        row = {"name": "Big Red", "kind": "character", "descriptors": ["a huge red rubber ball"]}
        add(service.store, parse_row(row))
        yield service


def test_nobody_is_asked_unless_the_settings_say_so(service: Service, tmp_path: Path) -> None:
    assert service.judge is None
    assert make(service, tmp_path / "out.png").status == "released"


def test_prompt_and_output_are_judged(judged: Service, model: Model, tmp_path: Path) -> None:
    assert make(judged, tmp_path / "out.png").status == "released"
    about_prompt, about_output = model.requests
    assert len(about_prompt["messages"][1]["content"]) == 1
    assert len(model.images) == 1
    assert [one["name"] for one in model.asked["candidates"]][:1] == ["Big Red"]
    assert model.asked["candidates"][0]["descriptions"] == ["a huge red rubber ball"]
    assert about_output["model"] == "m"


def test_of_a_video_a_few_frames_are_shown(judged: Service, model: Model, tmp_path: Path) -> None:
    assert make(judged, tmp_path / "out.mp4", request(still=False)).status == "released"
    assert len(model.images) == MAX_FRAMES
    assert len(set(model.images)) == MAX_FRAMES


def test_what_the_judge_recognises_in_the_output_is_held(
    judged: Service, model: Model, tmp_path: Path
) -> None:
    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        return nothing(asked, Big_Red=0.9 if len(model.images) else 0.0)

    model.answer = answer
    record = make(judged, tmp_path / "out.png")
    assert record.status == "held"
    assert record.verdict is not None
    assert [one.signal for one in record.verdict.findings] == ["judge"]
    assert not (tmp_path / "out.png").exists()


def test_a_judge_that_fails_holds(judged: Service, model: Model, tmp_path: Path) -> None:
    model.status = 503
    record = make(judged, tmp_path / "out.png")
    assert record.status == "held"
    assert record.verdict is not None
    assert record.verdict.unknown == ("judge",)


def test_what_is_denied_is_shown_to_nobody(judged: Service, model: Model, tmp_path: Path) -> None:
    assert make(judged, tmp_path / "out.png", request("Shrek dances")).status == "denied"
    assert model.requests == []


@pytest.mark.parametrize(
    "text",
    ['judge_url = "http://x/v1"', 'judge_model = "m"',
     'judge_url = "ftp://x"\njudge_model = "m"',
     'judge_url = "http://x/v1"\njudge_model = "m"\njudge_timeout_s = 0'],
)  # fmt: skip
def test_wrong_settings(home: Path, text: str) -> None:
    (home / "cleardance.toml").write_text(text)
    with pytest.raises(UsageError, match="judge"):
        load(home)
