"""A release waits for the witnesses that the settings ask for, and goes on when they answer."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cleardance.clearance.flow import resume_unfinished
from cleardance.clearance.service import open_service
from cleardance.clearance.tasks import unfinished
from cleardance.errors import UsageError, WitnessUnavailable
from cleardance.ledger import witness
from cleardance.ledger.witness import Witness
from cleardance.settings import load
from tests.clearance.asking import RELEASED, kinds, make
from tests.ledger.witness_server import served

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def outsider(home: Path) -> Witness:
    with open_service(home) as service:
        key = service.ledger_keys.public
    return Witness("witness.example/w", Ed25519PrivateKey.generate(), key)


def _configure(home: Path, name: str, **settings: object) -> None:
    values = {"witnesses": [name], "witness_quorum": 1} | settings
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in values.items()]
    (home / "cleardance.toml").write_text("".join(lines))


def test_the_release_waits_and_goes_on_when_they_answer(
    home: Path, tmp_path: Path, outsider: Witness
) -> None:
    _configure(home, f"{outsider.public} {NOBODY}")
    with open_service(home) as service:
        with pytest.raises(WitnessUnavailable, match=r"witness\.example/w: it cannot be reached"):
            make(service, tmp_path / "out.png")
        with pytest.raises(WitnessUnavailable):
            list(resume_unfinished(service))
        assert len(unfinished(service.store)) == 1
        assert not (tmp_path / "out.png").exists()
    with served(outsider) as url:
        _configure(home, f"{outsider.public} {url}")
        with open_service(home) as service:
            (done,) = resume_unfinished(service)
            assert done.status == "released"
            assert kinds(service, done.task.id) == RELEASED
            assert (tmp_path / "out.png").exists()
            cosigned = service.newest_checkpoint()
    assert witness.require(cosigned, [outsider.public], 1)


def test_a_witness_without_an_address_is_waited_for_too(
    home: Path, tmp_path: Path, outsider: Witness
) -> None:
    _configure(home, str(outsider.public))
    with open_service(home) as service, pytest.raises(WitnessUnavailable, match="0 of the 1"):
        make(service, tmp_path / "out.png")
    assert not (tmp_path / "out.png").exists()


def test_the_policy_may_let_them_sign_later(home: Path, tmp_path: Path, outsider: Witness) -> None:
    _configure(home, f"{outsider.public} {NOBODY}", witness_policy="later")
    with open_service(home) as service:
        assert make(service, tmp_path / "out.png").status == "released"


def test_nobody_is_asked_where_none_is_configured(home: Path, tmp_path: Path) -> None:
    with open_service(home) as service:
        assert make(service, tmp_path / "out.png").status == "released"


@pytest.mark.parametrize("text", ["a+b+c ", "a+b+c ftp://x", "a+b+c x http://y"])
def test_a_witness_with_a_wrong_address_is_refused(home: Path, text: str) -> None:
    _configure(home, text)
    with pytest.raises(UsageError, match="URL"):
        load(home)
