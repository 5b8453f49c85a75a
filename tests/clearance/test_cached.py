"""Small pictures go with what they show; the file itself stays where the law has it kept."""

from pathlib import Path

import pytest

from cleardance.clearance import garbage
from cleardance.clearance.cached import FOLDERS
from cleardance.clearance.erasure import erase
from cleardance.clearance.notices.executing import execute
from cleardance.clearance.pictures import open_picture
from cleardance.clearance.service import Service
from cleardance.errors import Removed
from cleardance.rights.notices.filing import file_notice
from cleardance.server.pages.posters import poster_of
from tests.clearance.asking import make, request
from tests.clearance.notices.past import NOW
from tests.rights.notices.forms import copyright_form


def left(service: Service) -> set[str]:
    cache = service.store.home.cache
    return {path.name for folder in FOLDERS for path in (cache / folder).glob("*")}


def test_a_notice_takes_the_pictures_and_leaves_the_file_under_legal_hold(
    service: Service, tmp_path: Path
) -> None:
    down = make(service, tmp_path / "down.mp4", request(still=False))
    stays = make(service, tmp_path / "stays.png", request("a kite over dunes"))
    for one in (down, stays):
        poster_of(service, one.task.id)
    open_picture(service, down.task.id, "last")
    assert len(left(service)) == 3
    located = [{"output": down.task.id}]
    told = file_notice(service.store, copyright_form(located=located), tmp_path, NOW)
    execute(service, told.id, by="local")
    assert left(service) == {f"{stays.task.sealed_blob}.jpg"}
    assert down.task.sealed_blob is not None
    service.store.blobs.verify(down.task.sealed_blob)
    with pytest.raises(Removed):
        poster_of(service, down.task.id)
    assert left(service) == {f"{stays.task.sealed_blob}.jpg"}


def test_erasing_a_task_takes_its_pictures(service: Service, tmp_path: Path) -> None:
    made = make(service, tmp_path / "out.png")
    poster_of(service, made.task.id)
    erase(service, made.task.id)
    assert left(service) == set()


def test_what_another_machine_took_from_view_is_swept(service: Service, tmp_path: Path) -> None:
    down, stays = (
        make(service, tmp_path / f"{prompt}.png", request(prompt))
        for prompt in ("a fox in a wood", "a kite over dunes")
    )
    kept = {poster_of(service, one.task.id) for one in (down, stays)}
    before = {path.name: path.read_bytes() for path in kept}
    located = [{"output": down.task.id}]
    told = file_notice(service.store, copyright_form(located=located), tmp_path, NOW)
    execute(service, told.id, by="local")
    for name, picture in before.items():  # as it still is there
        (service.store.home.cache / "posters" / name).write_bytes(picture)
    garbage.collect(service)
    assert left(service) == {f"{stays.task.sealed_blob}.jpg"}
