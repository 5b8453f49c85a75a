"""Previews: shown only when they are clear, only while the task is being made."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import update

from cleardance.clearance.flow import go_on
from cleardance.clearance.jobs.submitting import submit
from cleardance.clearance.notices.executing import execute
from cleardance.clearance.previews import WIDTH_PX, Previews, preview_of
from cleardance.clearance.progress import Watch, silent
from cleardance.clearance.service import Service, open_service
from cleardance.errors import NotFound, Removed
from cleardance.media import read_image
from cleardance.rights.notices.filing import file_notice
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.store.tables import TaskStatus, task
from tests.clearance.asking import make, request
from tests.rights.notices.forms import copyright_form

Picture = NDArray[np.uint8]


@pytest.fixture
def running(service: Service) -> tuple[Service, str]:
    """A task that is being made, by nobody."""
    task_id = submit(service, request()).task_id
    with service.store.begin() as session:
        session.execute(update(task).values(status=TaskStatus.RUNNING))
    return service, task_id


def clear_picture() -> Picture:
    return np.full((360, 640, 3), (90, 140, 190), np.uint8)


def test_a_clear_picture_is_shown_small_until_the_work_ends(
    running: tuple[Service, str],
) -> None:
    service, task_id = running
    with pytest.raises(NotFound):
        preview_of(service, task_id)
    with Previews(service, task_id) as show:
        show(1, 8, clear_picture())
        place = preview_of(service, task_id)
        assert read_image(place).shape == (135, WIDTH_PX, 3)
    assert not place.parent.exists()
    with pytest.raises(NotFound):
        preview_of(service, task_id)


def test_there_are_no_more_than_anybody_would_look_at(running: tuple[Service, str]) -> None:
    service, task_id = running
    with Previews(service, task_id, every_s=3600.0) as show:
        show(1, 8, clear_picture())
        first = preview_of(service, task_id).read_bytes()
        show(2, 8, 255 - clear_picture())
        assert preview_of(service, task_id).read_bytes() == first


def test_a_picture_of_a_registered_work_ends_previews(
    running: tuple[Service, str], tmp_path: Path
) -> None:
    service, task_id = running
    make(service, tmp_path / "known.png", request())
    row = {"name": "The Ball", "kind": "character", "references": [str(tmp_path / "known.png")]}
    add(service.store, parse_row(row))
    with Previews(service, task_id, every_s=0.0) as show:
        show(1, 8, clear_picture())
        assert preview_of(service, task_id)
        show(2, 8, read_image(tmp_path / "known.png"))
        with pytest.raises(NotFound):
            preview_of(service, task_id)
        show(3, 8, clear_picture())  # not even this any more
        with pytest.raises(NotFound):
            preview_of(service, task_id)


@pytest.mark.parametrize("shape", [(0, 0, 3), (360, 640)], ids=["empty", "no colours"])
def test_what_cannot_be_looked_at_is_not_shown(
    running: tuple[Service, str], shape: tuple[int, ...]
) -> None:
    service, task_id = running
    with Previews(service, task_id) as show:
        show(1, 8, np.zeros(shape, np.uint8))
        with pytest.raises(NotFound):
            preview_of(service, task_id)


def test_there_are_none_where_a_judge_is_asked(running: tuple[Service, str]) -> None:
    service, task_id = running
    home = service.settings.home
    (home / "cleardance.toml").write_text(
        'judge_url = "http://127.0.0.1:9/v1"\njudge_model = "nobody"\n'
    )
    with open_service(home) as judged, Previews(judged, task_id) as show:
        assert judged.judge is not None
        show(1, 8, clear_picture())
        with pytest.raises(NotFound):
            preview_of(judged, task_id)


def test_the_path_shows_what_it_draws(service: Service) -> None:
    task_id = submit(service, request()).task_id
    seen: list[tuple[int, int]] = []
    go_on(service, task_id, Watch(silent, lambda step, steps, frame: seen.append((step, steps))))
    assert seen == [(1, 1)]


def test_a_task_that_a_notice_stopped_shows_nothing_while_its_model_goes_on(
    running: tuple[Service, str],
) -> None:
    service, task_id = running
    with Previews(service, task_id) as show:
        show(1, 8, clear_picture())
        assert preview_of(service, task_id)
        located = [{"output": task_id}]
        form = copyright_form(located=located, demands=["cease"])
        notice_id = file_notice(service.store, form, Path(), datetime.now(UTC)).id
        execute(service, notice_id, by="local")
        with pytest.raises(Removed):
            preview_of(service, task_id)
