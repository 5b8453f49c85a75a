import hashlib
from pathlib import Path

import pytest
from sqlalchemy import select

from cleardance.clearance.flow import clear, resume_unfinished
from cleardance.clearance.inspection import inspect_file
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.tasks import Step
from cleardance.errors import NotFound, UnsupportedByModel, UsageError
from cleardance.media import probe
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.store.tables import verdict
from cleardance.verdict import Decision
from tests.clearance.asking import PROMPT, RELEASED, bodies, kinds, make, request


def test_a_video_is_screened_sealed_logged_and_released(service: Service, tmp_path: Path) -> None:
    record = make(service, tmp_path / "out.mp4", request(still=False))
    facts = probe(tmp_path / "out.mp4")
    assert (facts.width_px, facts.height_px, facts.frame_count) == (992, 432, 96)
    assert [stream.codec for stream in facts.streams] == ["h264", "aac"]
    assert record.status == "released"
    assert kinds(service, record.task.id) == RELEASED
    digest = hashlib.sha256((tmp_path / "out.mp4").read_bytes()).hexdigest()
    assert bodies(service, record.task.id, "released")[0]["sha256"] == digest
    found = inspect_file(service, tmp_path / "out.mp4").as_json()
    assert found["c2pa"] == {"state": "Trusted", "problems": []}
    assert found["ledger"] == {"index": record.ledger_index, "verified": True}
    assert (found["output"], found["modified"]) == (record.task.id, False)


def test_a_still_is_sealed_like_a_video(service: Service, tmp_path: Path) -> None:
    record = make(service, tmp_path / "out.png")
    assert probe(tmp_path / "out.png").kind == "image"
    assert kinds(service, record.task.id) == RELEASED
    assert inspect_file(service, tmp_path / "out.png").c2pa.state == "Trusted"


def test_the_private_raw_media_is_gone_after_release(service: Service, tmp_path: Path) -> None:
    record = make(service, tmp_path / "out.png")
    assert list(service.store.blobs.digests(older_than_s=0)) == [record.task.sealed_blob]


def test_a_seed_gives_the_same_bytes_before_signing(service: Service, tmp_path: Path) -> None:
    def raw(asked_seed: int, name: str) -> str:
        record = make(service, tmp_path / name, request(still=False, seed=asked_seed))
        return str(record.task.raw_blob)

    assert raw(7, "a.mp4") == raw(7, "b.mp4") != raw(8, "c.mp4")


def test_a_denied_prompt_generates_nothing(service: Service, tmp_path: Path) -> None:
    record = make(service, tmp_path / "out.png", request("Squid Game guards march past"))
    assert record.status == "denied"
    assert kinds(service, record.task.id) == ["asked", "verdict", "refused"]
    assert not (tmp_path / "out.png").exists()
    assert record.task.raw_blob is None
    assert record.verdict is not None
    assert record.verdict.findings[0].evidence.text == "Squid Game"


def test_what_the_world_cannot_show_is_listed(service: Service, tmp_path: Path) -> None:
    record = make(service, tmp_path / "out.png", request("a gorgeous ball bounces xylophonically"))
    assert record.to_json()["ignored"] == ["gorgeous", "xylophonically"]


def _register_picture(service: Service, folder: Path, policy: str) -> None:
    """Register what the model is about to make as a picture of somebody's work."""
    make(service, folder / "known.png", request())
    row = {"name": "The Ball", "kind": "character", "owner": "Ball & Co", "policy": policy}
    add(service.store, parse_row(row | {"references": [str(folder / "known.png")]}))


@pytest.mark.parametrize(
    ("policy", "status", "last"), [("deny", "denied", "refused"), ("review", "held", "held")]
)
def test_an_output_that_shows_a_registered_picture_is_not_released(
    service: Service, tmp_path: Path, policy: str, status: str, last: str
) -> None:
    _register_picture(service, tmp_path, policy)
    record = make(service, tmp_path / "out.png")
    assert record.status == status
    assert kinds(service, record.task.id) == ["asked", "verdict", "generated", "verdict", last]
    assert not (tmp_path / "out.png").exists()
    assert record.task.sealed_blob is None
    assert record.verdict is not None
    assert {finding.signal for finding in record.verdict.findings} == {"local", "pdq"}


@pytest.mark.parametrize("moment", [Step.GENERATE, Step.SEAL, Step.RELEASE])
def test_a_work_registered_while_a_video_is_made_still_counts(
    service: Service, tmp_path: Path, moment: Step
) -> None:
    """The registry moves after step 3 has cleared the prompt, up to the last step."""

    def register(step: Step, fraction: float) -> None:
        if step is moment and fraction == 0.0:
            names = {"aliases": ["red ball"]}
            add(service.store, parse_row({"name": "Big Red", "kind": "character"} | names))

    record = clear(service, request(), tmp_path / "out.png", register)
    assert record.status == "denied"
    assert not (tmp_path / "out.png").exists()
    assert "released" not in kinds(service, record.task.id)


def test_an_unrelated_registration_does_not_stop_the_release(
    service: Service, tmp_path: Path
) -> None:
    def register(step: Step, fraction: float) -> None:
        if step is Step.RELEASE and fraction == 0.0 and not done:
            done.append(True)
            add(service.store, parse_row({"name": "Zyxxor Prime", "kind": "film"}))

    done: list[bool] = []
    record = clear(service, request(), tmp_path / "out.png", register)
    assert record.status == "released"
    # Both verdicts were given again at the new revision, and the file cites them.
    again = ["verdict", "verdict", "sealing", "sealed", "released"]
    assert kinds(service, record.task.id) == [*RELEASED[:6], *again]
    assert inspect_file(service, tmp_path / "out.png").as_json()["c2pa"]["state"] == "Trusted"


@pytest.mark.parametrize(
    ("values", "name", "error"),
    [
        ({}, "out.mkv", UsageError),
        ({}, "nowhere/out.png", UsageError),
        ({"account": "nobody"}, "out.png", NotFound),
        ({"model": "seedance"}, "out.png", UsageError),
        ({"duration_s": 15.1}, "out.png", UnsupportedByModel),
        ({"duration_s": 3.9}, "out.png", UnsupportedByModel),
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_stored(
    service: Service, tmp_path: Path, values: dict[str, object], name: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        make(service, tmp_path / name, request(**values))
    assert list(resume_unfinished(service)) == []
    with open_service(service.store.home.path) as again:
        assert again.checkpoint() == service.checkpoint()  # nothing was logged either


def test_verdicts_are_kept_as_they_were_printed(service: Service, tmp_path: Path) -> None:
    record = make(service, tmp_path / "out.png", request(PROMPT))
    assert record.verdict is not None
    assert record.verdict.decision is Decision.CLEAR
    with service.store.read() as session:
        stored = session.scalars(select(verdict.c.body).where(verdict.c.stage == "output")).one()
    assert record.to_json()["verdict"] == stored
