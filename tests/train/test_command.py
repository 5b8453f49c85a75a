"""``cleardance train`` as people run it, in a process of its own."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from cleardance.dataset.manifest import read_manifest
from cleardance.dataset.shelf import MANIFEST


def train(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cleardance.cli.main", "--home", str(tmp_path / "home")]
    command += ["train", "--out", str(tmp_path / "run"), "--threads", "1", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is here")
def test_without_torch_it_says_what_to_install(tmp_path: Path) -> None:
    done = train(tmp_path, "--config", "tiny")
    assert done.returncode == 2
    assert "cleardance[train]" in done.stderr


def test_a_run_nobody_knows_is_wrong_usage(tmp_path: Path) -> None:
    done = train(tmp_path, "--config", "gigantic")
    assert done.returncode == 2
    assert "pocket" in done.stderr


def test_it_draws_trains_stops_and_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    first = train(tmp_path, "--config", "tiny", "--steps", "2", "--json")
    assert first.returncode == 0, first.stderr
    then = train(tmp_path, "--config", "tiny", "--steps", "3", "--json")
    ends = [json.loads(done.stdout) for done in (first, then)]
    assert [end["step"] for end in ends] == [2, 3]
    manifest = read_manifest(tmp_path / "run" / "data" / MANIFEST)
    assert ends[0]["manifest"] == ends[1]["manifest"] == manifest.digest
    assert manifest.header.exclusion.works > 0  # the starter registry was asked
