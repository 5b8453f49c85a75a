"""The secret of a deployment: made once, kept to its owner."""

from pathlib import Path

import pytest

from cleardance.errors import HomeUnusable, StoreError
from cleardance.provenance.watermark.keys import load_or_make, other_keys


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = load_or_make(tmp_path)
    assert len(key) == 32
    assert load_or_make(tmp_path) == key
    assert (tmp_path / "watermark.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["watermark.key"]


def test_two_deployments_have_different_keys(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert load_or_make(tmp_path / "a") != load_or_make(tmp_path / "b")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    load_or_make(tmp_path)
    (tmp_path / "watermark.key").chmod(0o640)
    with pytest.raises(HomeUnusable, match="can be read by others"):
        load_or_make(tmp_path)


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    load_or_make(tmp_path)
    (tmp_path / "watermark.key").write_bytes(b"short")
    with pytest.raises(StoreError, match="5 bytes, not 32"):
        load_or_make(tmp_path)


def test_keys_of_other_deployments_are_known_by_name(tmp_path: Path) -> None:
    load_or_make(tmp_path)
    other = tmp_path / "watermark.Harbour Films.key"
    other.write_bytes(bytes(32))
    other.chmod(0o600)
    assert other_keys(tmp_path) == {"Harbour Films": bytes(32)}
    other.chmod(0o644)
    with pytest.raises(HomeUnusable):
        other_keys(tmp_path)
