"""Verifiers that are not ours read our files the same way: Encypher's, and the one of the CAI.

The first shares no code with our signer. The second is the reader that web pages use; it needs
Node and ``./dev outside``, and its tests say so when they are skipped.
"""

import json
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cleardance.provenance import (
    Authority,
    Ingredient,
    NoWatermark,
    Sealed,
    UnsealedParts,
    seal,
    sign,
)
from cleardance.provenance.authority import Identity, _issue_leaf, _kept, open_authority
from cleardance.request import MEDIA_TYPES
from tests.provenance.conftest import make_parts

encypher_c2pa = pytest.importorskip("encypher_c2pa")
OUTSIDE = Path(__file__).parents[1] / "outside"


@pytest.fixture(autouse=True)
def _private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Encypher's remembers its telemetry setting in the home folder."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))


def _encypher(path: Path, root_pem: str, **options: object) -> dict:
    return encypher_c2pa.verify(
        path,
        trust_pem=root_pem,
        tsa_trust_pem=root_pem,
        no_default_trust=True,
        telemetry=False,
        online=False,
        **options,
    )


def _cai(path: Path, root_pem: str) -> dict:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node")
    if not (OUTSIDE / "node_modules").is_dir():
        pytest.skip("c2pa-wasm is not installed: ./dev outside")
    root = path.with_name("root-of-the-verifier.pem")
    root.write_text(root_pem)
    command = [node, "read.mjs", str(root), str(path), MEDIA_TYPES[path.suffix]]
    done = subprocess.run(
        command, cwd=OUTSIDE, capture_output=True, check=True, text=True, timeout=60
    )
    root.unlink()
    said: dict = json.loads(done.stdout)
    return said


VERIFIERS = pytest.mark.parametrize("verify", [_encypher, _cai], ids=["encypher", "cai"])


def _copy(sealed: Sealed, folder: Path) -> Path:
    return Path(shutil.copy(sealed.path, folder / "copy.mp4"))


@VERIFIERS
def test_it_trusts_our_file_under_our_root(
    verify, sealed: Sealed, authority: Authority, tmp_path: Path
) -> None:
    report = verify(_copy(sealed, tmp_path), authority.root_pem)
    assert report["validation_state"] == "Trusted"
    results = report["validation_results"]
    assert results.get("activeManifest", results).get("failure", []) == []
    assert "timeStamp.trusted" in json.dumps(results)


@VERIFIERS
@pytest.mark.parametrize("suffix", MEDIA_TYPES)
def test_it_trusts_every_kind_of_file(
    verify, suffix: str, unsigned: Path, picture: Path, authority: Authority, tmp_path: Path
) -> None:
    path = tmp_path / f"signed{suffix}"
    sign(picture if suffix == ".png" else unsigned, path, make_parts(), authority)
    assert verify(path, authority.root_pem)["validation_state"] == "Trusted"


class _Named(NoWatermark):
    """Embeds nothing, but has a name: the manifest then carries a soft binding."""

    name = "org.example.mark"


@VERIFIERS
def test_it_trusts_a_file_with_a_soft_binding_and_ingredients(
    verify, raw: Path, picture: Path, sealed: Sealed, authority: Authority, tmp_path: Path
) -> None:
    parts = make_parts(
        ledger_index=30,
        ingredients=(
            Ingredient(picture, "a picture", "image/png"),
            Ingredient(sealed.path, "a clip of ours", "video/mp4"),
        ),
    )
    made = seal(UnsealedParts(raw, parts), tmp_path, authority, _Named())
    assert verify(made.path, authority.root_pem)["validation_state"] == "Trusted"


@VERIFIERS
def test_it_does_not_trust_it_under_another(
    verify, sealed: Sealed, stranger: Authority, tmp_path: Path
) -> None:
    report = verify(_copy(sealed, tmp_path), stranger.root_pem)
    assert report["validation_state"] == "Valid"


@VERIFIERS
def test_it_sees_a_changed_picture(
    verify, sealed: Sealed, authority: Authority, tmp_path: Path
) -> None:
    data = bytearray(sealed.path.read_bytes())
    data[-50] ^= 1
    path = tmp_path / "changed.mp4"
    path.write_bytes(data)
    assert verify(path, authority.root_pem)["validation_state"] == "Invalid"


@pytest.fixture(scope="module")
def outlived(unsigned: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A file with a time stamp whose certificate has ended since, and its root."""
    folder = tmp_path_factory.mktemp("outlived")
    authority = open_authority(folder / "keys", "Harbour Films")
    middle = _kept(folder / "keys", "intermediate")
    assert isinstance(middle, Identity)
    now = datetime.now(UTC)
    leaf = _issue_leaf(middle, "Harbour Films", now, timedelta(seconds=2))
    chain_pem = leaf.certificate_pem + middle.certificate_pem
    short = replace(authority, chain_pem=chain_pem, key_pem=leaf.key_pem)
    sign(unsigned, folder / "outlived.mp4", make_parts(), short)
    time.sleep(3.1)  # certificates end on whole seconds
    return folder / "outlived.mp4", authority.root_pem


@VERIFIERS
def test_it_still_trusts_a_file_whose_certificate_has_ended(
    verify, outlived: tuple[Path, str]
) -> None:
    path, root_pem = outlived
    assert verify(path, root_pem)["validation_state"] == "Trusted"


@pytest.mark.parametrize("years", [1, 3, 8])
def test_it_will_still_trust_it_in_years(sealed: Sealed, authority: Authority, years: int) -> None:
    later = (datetime.now(UTC) + timedelta(days=365 * years)).isoformat()
    report = _encypher(sealed.path, authority.root_pem, validation_time=later)
    assert report["validation_state"] == "Trusted"
