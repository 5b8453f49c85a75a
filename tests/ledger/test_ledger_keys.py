"""The signing key: made once, kept private, refused when it is not."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cleardance.errors import HomeUnusable, StoreError
from cleardance.ledger.keys import load_or_make

ORIGIN = "test.example/ledger"


def test_key_is_made_once_and_private(tmp_path: Path) -> None:
    first = load_or_make(tmp_path, ORIGIN)
    second = load_or_make(tmp_path, ORIGIN)
    assert first.public == second.public
    assert first.public.name == ORIGIN
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.pem"]
    assert stat.S_IMODE((tmp_path / "ledger.pem").stat().st_mode) == 0o600


def test_processes_make_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from cleardance.ledger.keys import load_or_make;"
        f"print(load_or_make(Path(sys.argv[1]), '{ORIGIN}').public)"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert len({process.communicate(timeout=60)[0] for process in processes}) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    load_or_make(tmp_path, ORIGIN)
    (tmp_path / "ledger.pem").chmod(mode)
    with pytest.raises(HomeUnusable, match="others") as caught:
        load_or_make(tmp_path, ORIGIN)
    assert "chmod 600" in caught.value.diagnostics()


def test_crash_while_making_it_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "ledger.new").write_text("half a ke")
    load_or_make(tmp_path, ORIGIN)


@pytest.mark.parametrize("content", [b"", b"rubbish"])
def test_rubbish_is_refused(tmp_path: Path, content: bytes) -> None:
    _write(tmp_path, content)
    with pytest.raises(StoreError, match="not a private key"):
        load_or_make(tmp_path, ORIGIN)


def test_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    key = generate_private_key(SECP256R1())
    _write(tmp_path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(StoreError, match="not an Ed25519 key"):
        load_or_make(tmp_path, ORIGIN)


def test_missing_folder_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        load_or_make(tmp_path / "nowhere", ORIGIN)


def _write(folder: Path, content: bytes) -> None:
    (folder / "ledger.pem").write_bytes(content)
    (folder / "ledger.pem").chmod(0o600)
