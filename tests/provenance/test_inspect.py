"""What `inspect` says of our files, of changed ones and of files nobody knows."""

from pathlib import Path

import pytest

from cleardance.errors import UnreadableMedia
from cleardance.provenance import Authority, LedgerFacts, Sealed, inspect, sign
from tests.provenance.conftest import make_parts


def _ledger(sealed: Sealed):
    """A look-up over a ledger that holds one output."""
    facts = LedgerFacts(7, True, "out_1", "clear", sealed.sha256)
    return lambda claims, digest: facts if claims or digest == sealed.sha256 else None


def test_our_file(sealed: Sealed, authority: Authority) -> None:
    result = inspect(sealed.path, authority.root_pem, _ledger(sealed))
    assert result.as_json() == {
        "c2pa": {"state": "Trusted", "problems": []},
        "watermark": {
            "found": False,
            "ledger_index": None,
            "confidence": 0.0,
            "where": [],
            "also": [],
            "deployment": None,
            "problem": None,
        },
        "ledger": {"index": 7, "verified": True},
        "output": "out_1",
        "verdict": "clear",
        "modified": False,
    }
    assert "byte for byte" in result.words()


@pytest.mark.parametrize("at", [20, -50], ids=["ftyp, outside the C2PA hash", "mdat"])
def test_a_changed_file(sealed: Sealed, authority: Authority, tmp_path: Path, at: int) -> None:
    data = bytearray(sealed.path.read_bytes())
    data[at] ^= 1
    path = tmp_path / "changed.mp4"
    path.write_bytes(data)
    result = inspect(path, authority.root_pem, _ledger(sealed))
    assert result.modified
    assert result.as_json()["output"] == "out_1"
    assert "NOT the file as it was released" in result.words()


def test_a_copied_manifest_does_not_speak_for_another_file(
    sealed: Sealed, unsigned: Path, stranger: Authority, authority: Authority, tmp_path: Path
) -> None:
    """Somebody signs their own clip with our ledger index in it."""
    path = tmp_path / "forged.mp4"
    sign(unsigned, path, make_parts(), stranger)
    result = inspect(path, authority.root_pem, _ledger(sealed))
    assert result.c2pa.state == "Valid"
    assert result.modified
    assert "unknown here" in result.words()


def test_a_stranger(unsigned: Path, authority: Authority) -> None:
    result = inspect(unsigned, authority.root_pem, lambda claims, digest: None)
    assert result.as_json()["c2pa"] == {"state": "None", "problems": ["no manifest"]}
    assert result.as_json()["ledger"] == {"index": None, "verified": False}
    assert not result.modified
    assert "proves nothing either way" in result.words()


def test_a_failed_proof_is_said(sealed: Sealed, authority: Authority) -> None:
    facts = LedgerFacts(7, False, "out_1", "clear", sealed.sha256)
    result = inspect(sealed.path, authority.root_pem, lambda claims, digest: facts)
    assert "PROOF FAILED" in result.words()
    assert "byte for byte" not in result.words()


def test_a_missing_file(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia):
        inspect(tmp_path / "none.mp4", authority.root_pem, lambda claims, digest: None)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".png"])
def test_every_kind_of_file_that_we_sign_is_inspected(
    suffix: str, unsigned: Path, picture: Path, authority: Authority, tmp_path: Path
) -> None:
    path = tmp_path / f"signed{suffix}"
    sign(picture if suffix == ".png" else unsigned, path, make_parts(), authority)
    found = inspect(path, authority.root_pem, lambda claims, _: None)
    assert found.c2pa.state == "Trusted"
    assert found.c2pa.facts is not None
    assert found.c2pa.facts.record is not None
    assert found.c2pa.facts.record.ledger_index == 7
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)
    assert inspect(path, authority.root_pem, lambda claims, _: None).c2pa.state == "Invalid"
