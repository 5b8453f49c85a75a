"""A verifier that shares no code with our signer reads our files the same way."""

from pathlib import Path

import pytest

from cleardance.provenance import Authority, Sealed

encypher_c2pa = pytest.importorskip("encypher_c2pa")


@pytest.fixture(autouse=True)
def _private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It remembers its telemetry setting in the home folder."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))


def _verify(path: Path, root_pem: str) -> dict:
    return encypher_c2pa.verify(
        path, trust_pem=root_pem, no_default_trust=True, telemetry=False, online=False
    )


def test_it_trusts_our_file_under_our_root(sealed: Sealed, authority: Authority) -> None:
    report = _verify(sealed.path, authority.root_pem)
    assert (report["integrity"], report["signature"], report["hard_binding"]) == (
        "valid",
        "valid",
        "match",
    )
    assert report["validation_state"] == "Trusted"
    assert report["validation_results"].get("failure", []) == []


def test_it_does_not_trust_it_under_another(sealed: Sealed, stranger: Authority) -> None:
    assert _verify(sealed.path, stranger.root_pem)["validation_state"] == "Valid"


def test_it_sees_a_changed_picture(sealed: Sealed, authority: Authority, tmp_path: Path) -> None:
    data = bytearray(sealed.path.read_bytes())
    data[-50] ^= 1
    path = tmp_path / "changed.mp4"
    path.write_bytes(data)
    report = _verify(path, authority.root_pem)
    assert report["validation_state"] == "Invalid"
    assert report["hard_binding"] == "mismatch"
