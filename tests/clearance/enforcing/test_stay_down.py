"""What was taken down stays down, whoever brings it back, however it was changed."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from cleardance.clearance.notices.executing import execute
from cleardance.clearance.notices.removing import lift_removals
from cleardance.clearance.record import Record
from cleardance.clearance.service import Service
from cleardance.generate.models import MODELS
from cleardance.request import ReferenceInput
from tests.clearance.asking import make, request
from tests.clearance.enforcing.letters import file
from tests.clearance.first_frame import MODEL
from tests.clearance.prepared import Prepared, prepare


@pytest.fixture(autouse=True)
def _pan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "pan", MODEL)


def remove_one(service: Service, folder: Path) -> tuple[Record, str]:
    """A still that only its hashtag points at: no name and no picture of a work says anything."""
    record = make(service, folder / "gone.png", request("a dog runs on a beach #Gone", seed=5))
    make(service, folder / "other.png", request("a cat sits in a kitchen", seed=6))
    works = [{"name": "Zyzzogeton", "kind": "film"}]
    notice_id = file(service, works=works, located=[{"hashtag": "#Gone"}])
    execute(service, notice_id, by="local")
    return record, notice_id


@pytest.fixture(scope="module")
def prepared(
    new_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Prepared[tuple[Record, str]]:
    return prepare(new_home, tmp_path_factory.mktemp("past"), remove_one)


@pytest.fixture
def home(prepared: Prepared[tuple[Record, str]], tmp_path: Path) -> Path:
    return prepared.copy(tmp_path)


@pytest.fixture
def removed(prepared: Prepared[tuple[Record, str]]) -> tuple[Record, str]:
    return prepared.made


def handed_in(service: Service, picture: Path) -> Record:
    reference = ReferenceInput(path=picture, media="image", role="first_frame")
    asked = request("a bird flies over a lake", references=(reference,), model="pan")
    return make(service, picture.with_name("again.png"), asked)


def copied(tmp_path: Path, attack: str) -> Path:
    pixels = cv2.imread(str(tmp_path / "gone.png"))
    assert pixels is not None
    height, width = pixels.shape[:2]
    if attack == "cropped":
        pixels = pixels[height // 12 : -height // 12, width // 12 : -width // 12]
    if attack == "mirrored":
        pixels = np.ascontiguousarray(pixels[:, ::-1])
    path = tmp_path / f"{attack}.jpg"
    cv2.imwrite(str(path), pixels, [cv2.IMWRITE_JPEG_QUALITY, 70])
    return path


@pytest.mark.parametrize("attack", ["compressed", "cropped", "mirrored"])
def test_a_copy_of_a_removed_output_is_not_let_in(
    service: Service, removed: tuple[Record, str], tmp_path: Path, attack: str
) -> None:
    record, notice_id = removed
    again = handed_in(service, copied(tmp_path, attack))
    assert again.status in ("denied", "held")
    assert again.verdict is not None
    assert f"output {record.task.id}, which notice {notice_id} removed" in again.verdict.reason
    assert "removed" in {one.signal for one in again.verdict.findings}


def test_another_output_of_the_same_model_is_let_in(
    service: Service, removed: tuple[Record, str], tmp_path: Path
) -> None:
    verdict = handed_in(service, tmp_path / "other.png").verdict
    assert verdict is not None
    assert [one for one in verdict.findings if one.signal == "removed"] == []


def test_making_the_same_again_gives_nothing(
    service: Service, removed: tuple[Record, str], tmp_path: Path
) -> None:
    same = request("a dog runs on a beach", seed=5)
    assert make(service, tmp_path / "same.png", same).status == "denied"


def test_once_the_removal_is_lifted_copies_are_let_in(
    service: Service, removed: tuple[Record, str], tmp_path: Path
) -> None:
    lift_removals(service, removed[1], by="local", why="withdrawn")
    verdict = handed_in(service, copied(tmp_path, "compressed")).verdict
    assert verdict is not None
    assert [one for one in verdict.findings if one.signal == "removed"] == []
