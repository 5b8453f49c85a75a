"""Homes that cannot be used: a clear error, nothing lost, nothing released."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run

STILL = ("a tree", "-o", "tree.png", "--resolution", "480p", "--seed", "1", "--json")
AS_NOBODY = 65534


def test_a_home_that_is_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("generate", *STILL, in_home=tmp_path / "file")
    assert (done.exit_code, done.json["error"]["code"]) == (1, "StoreFailed.Home")
    assert not (tmp_path / "tree.png").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_home_of_somebody_else(home: Path) -> None:
    command = [sys.executable, "-c", _AS_NOBODY, str(home)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1
    assert b'"code": "StoreFailed.Home"' in done.stdout
    assert b"Traceback" not in done.stderr


# A first command as ourselves imports everything: the interpreter's own files may be out of that
# user's reach.
_AS_NOBODY = f"""
import os, sys
from cleardance.cli.main import cli, main
home = sys.argv[1]
cli.main(["--home", home, "generate", "Squid Game", "-o", "t.mp4", "--json"], standalone_mode=False)
os.setgid({AS_NOBODY})
os.setuid({AS_NOBODY})
sys.argv = ["cleardance", "--home", home, "generate", "a tree", "-o", "/tmp/t.png", "--json"]
main()
"""


def _mount(folder: Path, size: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    if not _mount(folder, "2m"):
        pytest.skip("this user cannot mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_up_while_generating(run: Run, small_disk: Path, tmp_path: Path) -> None:
    done = run("generate", "a fox runs in the rain", "-o", "fox.mp4", "--json", in_home=small_disk)
    assert (done.exit_code, done.json["error"]["code"]) == (1, "StoreFailed.DiskFull")
    assert not (tmp_path / "fox.mp4").exists()
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    done = run("worker", "--once", "--json", in_home=small_disk)
    assert [task["status"] for task in done.json["tasks"]] == ["released"]
    assert (tmp_path / "fox.mp4").exists()
    assert run("ledger", "verify", in_home=small_disk).exit_code == 0


def test_a_destination_that_fills_up(run: Run, small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(2_000_000))
    done = run("generate", "a tree", "-o", str(small_disk / "tree.png"), "--seed", "1", "--json")
    assert (done.exit_code, done.json["error"]["code"]) == (1, "StoreFailed.DiskFull")
    assert [path.name for path in small_disk.iterdir()] == ["ballast"]
    (small_disk / "ballast").unlink()
    assert run("worker", "--once").exit_code == 0
    assert (small_disk / "tree.png").exists()
