"""Works are taken out of training: by caption, by provenance, by the picture."""

from datetime import UTC, datetime
from pathlib import Path

import cv2
import pytest

from cleardance.clearance.notices.excluding import readmit_samples, samples_touched
from cleardance.clearance.notices.executing import execute
from cleardance.clearance.notices.withdrawing import withdraw
from cleardance.clearance.service import Service
from cleardance.dataset import exclusion, kept
from cleardance.dataset.shelf import Shelf, build
from cleardance.errors import VerificationError
from cleardance.rights.notices import filing
from cleardance.rights.snapshot import current
from tests.clearance.asking import bodies
from tests.clearance.enforcing.letters import file
from tests.dataset.conftest import CAST


@pytest.fixture
def shelf(service: Service, tmp_path: Path) -> Shelf:
    folder = tmp_path / "data"
    made = build(folder, CAST, 24, (96, 64), current(service.store), frozenset())
    kept.keep_set(service.store, made.manifest, folder)
    kept.keep_set(service.store, made.manifest, folder)
    kept.keep_model(service.store, "weights", made.manifest.digest, "pocket-32", 500)
    return made


def excluded_by(service: Service, folder: Path = Path(), **work: object) -> frozenset[str]:
    before = kept.excluded(service.store)
    notice_id = file(
        service, folder, works=[{"kind": "film"} | work], demands=["exclude_from_training"]
    )
    planned = samples_touched(service, filing.find(service.store, notice_id).works)
    execute(service, notice_id, by="local")
    found = kept.excluded(service.store) - before
    assert len(found) == planned
    assert readmit_samples(service, notice_id, by="local", why="withdrawn") == len(found)
    assert kept.excluded(service.store) == before
    return found


def test_samples_are_found_by_caption(service: Service, shelf: Shelf) -> None:
    boats = {row.sha256 for row in shelf.manifest.rows if row.subject == "sailboat"}
    assert excluded_by(service, name="sailboat", aliases=["the sailboat"]) == boats


def test_samples_are_found_by_provenance(service: Service, shelf: Shelf) -> None:
    row = shelf.manifest.rows[0]
    source = shelf.manifest.header.assets[row.assets[0]].source
    of_source = {
        one.sha256
        for one in shelf.manifest.rows
        if any(shelf.manifest.header.assets[name].source == source for name in one.assets)
    }
    assert excluded_by(service, name=source) == of_source


def test_samples_are_found_by_their_pictures(
    service: Service, shelf: Shelf, tmp_path: Path
) -> None:
    picture = shelf.pixels[5, 0][..., ::-1].repeat(2, 0).repeat(2, 1)
    cv2.imwrite(str(tmp_path / "still.png"), picture)
    found = excluded_by(service, tmp_path, name="Zyzzogeton", references=["still.png"])
    assert shelf.manifest.rows[5].sha256 in found


def test_training_refuses_what_a_notice_took_out_and_models_are_marked(
    service: Service, shelf: Shelf
) -> None:
    notice_id = file(
        service,
        works=[{"name": "sailboat", "kind": "film"}],
        demands=["exclude_from_training"],
    )
    execute(service, notice_id, by="local")
    out = kept.excluded(service.store)
    with pytest.raises(VerificationError, match="Notices took"):
        exclusion.check(shelf.manifest, current(service.store), out)
    with service.store.read() as session:
        [model] = kept.marked(session)
    assert (model.id, model.excluded, model.samples) == ("weights", len(out), 24)
    assert "pocket-32 again from the beginning for 500 steps" in model.cleaning
    [entry] = bodies(service, None, "excluded")
    assert (entry["samples"], entry["models"]) == (len(out), ["weights"])
    readmit_samples(service, notice_id, by="local", why="withdrawn")
    with service.store.read() as session:
        assert kept.marked(session) == []


def test_samples_of_a_work_that_is_withdrawn_are_let_in_again(
    service: Service, shelf: Shelf
) -> None:
    caption = next(row.caption for row in shelf.manifest.rows if row.subject != "sailboat")
    works = [{"name": "sailboat", "kind": "film"},
             {"name": "Zyzzogeton", "kind": "film", "descriptors": [caption]}]  # fmt: skip
    notice_id = file(service, works=works, demands=["exclude_from_training"])
    execute(service, notice_id, by="local")
    both = kept.excluded(service.store)
    [boat] = [one for one in filing.find(service.store, notice_id).works if "sailboat" in one]
    part = {"by": "local", "why": "a mistake", "at": datetime(2026, 12, 1, tzinfo=UTC)}
    withdraw(service, notice_id, works=[boat], **part)
    boats = {row.sha256 for row in shelf.manifest.rows if row.subject == "sailboat"}
    assert boats < both
    assert kept.excluded(service.store) == both - boats
