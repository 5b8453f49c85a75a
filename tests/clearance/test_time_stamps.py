"""An outside time stamp authority that is down holds a release, until it is back or skipped."""

from pathlib import Path

import pytest

from cleardance.clearance.flow import resume_unfinished
from cleardance.clearance.service import open_service
from cleardance.clearance.tasks import unfinished
from cleardance.errors import TimeStampUnavailable
from cleardance.provenance import read_manifest
from cleardance.provenance.tsa import TimeStamper, served
from cleardance.store.tables import TaskStatus
from tests.clearance.asking import RELEASED, kinds, make

NOBODY = "http://127.0.0.1:9/"  # the discard port: nothing listens


def _configure(home: Path, **settings: str) -> None:
    lines = [f'{name} = "{value}"\n' for name, value in settings.items()]
    (home / "cleardance.toml").write_text("".join(lines))


def test_the_release_waits_and_goes_on_when_it_answers(home: Path, tmp_path: Path) -> None:
    _configure(home, tsa_url=NOBODY)
    with open_service(home) as service:
        with pytest.raises(TimeStampUnavailable):
            make(service, tmp_path / "out.png")
        with pytest.raises(TimeStampUnavailable):
            list(resume_unfinished(service))
        assert [service.task(name).status for name in unfinished(service.store)] == ["running"]
        assert not (tmp_path / "out.png").exists()
    _configure(home)
    with open_service(home) as service:
        ours = service.authority.time_stamps
        assert isinstance(ours, TimeStamper)
    with served(ours) as url:
        _configure(home, tsa_url=url)
        with open_service(home) as service:
            done = list(resume_unfinished(service))
            assert [record.task.status for record in done] == [TaskStatus.RELEASED]
            assert kinds(service, done[0].task.id) == RELEASED
            facts = read_manifest(tmp_path / "out.png", service.authority.root_pem).facts
    assert facts is not None
    assert facts.record is not None
    assert facts.record.time_stamp == "outside"


def test_the_policy_may_skip_it(home: Path, tmp_path: Path) -> None:
    _configure(home, tsa_url=NOBODY, tsa_policy="skip")
    with open_service(home) as service:
        assert make(service, tmp_path / "out.png").status == "released"
        facts = read_manifest(tmp_path / "out.png", service.authority.root_pem).facts
    assert facts is not None
    assert facts.record is not None
    assert facts.record.time_stamp == "none"
