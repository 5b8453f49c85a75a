from pathlib import Path

import cv2
import pytest

from cleardance.clearance.inspection import inspect_file
from cleardance.clearance.service import Service
from cleardance.errors import HomeUnusable
from cleardance.media import read_image
from tests.clearance.asking import bodies, make, request


def test_a_shrunken_jpeg_of_an_output_leads_to_its_ledger_entry(
    service: Service, tmp_path: Path
) -> None:
    record = make(service, tmp_path / "out.png", request())
    picture = read_image(tmp_path / "out.png")
    half = cv2.resize(picture, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(tmp_path / "shot.jpg"), half[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 75])
    found = inspect_file(service, tmp_path / "shot.jpg").as_json()
    assert found["c2pa"]["state"] == "None"
    assert (found["watermark"]["found"], found["watermark"]["where"]) == (True, ["picture"])
    assert found["ledger"] == {"index": record.ledger_index, "verified": True}
    assert (found["output"], found["modified"]) == (record.task.id, True)
    assert bodies(service, record.task.id, "sealed")[0]["watermark"] == service.watermark.name


def test_a_watermark_key_that_others_can_read_marks_nothing(
    service: Service, tmp_path: Path
) -> None:
    assert service.watermark
    key = service.store.home.keys / "watermark.key"
    key.chmod(0o644)
    del service.__dict__["watermark"]  # as a new process would
    with pytest.raises(HomeUnusable, match="can be read by others"):
        _ = service.watermark
