"""A terminal, a home or a file that misbehaves: words, not tracebacks."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run

COMMAND = [sys.executable, "-m", "cleardance.cli.main"]


def test_output_that_cannot_be_written(run: Run, home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        listing = [*COMMAND, "--home", str(home), "registry", "list"]
        done = subprocess.run(listing, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_a_reader_that_has_enough(home: Path) -> None:
    listing = [*COMMAND, "--home", str(home), "registry", "list"]
    with subprocess.Popen(listing, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


@pytest.mark.parametrize(
    "settings", ["origin = [[[", "origin = " + "[" * 5000, "unknown = 1", "origin = 5"]
)
def test_settings_that_are_wrong(run: Run, home: Path, settings: str) -> None:
    (home / "cleardance.toml").write_text(settings)
    done = run("registry", "list", "--json")
    assert (done.exit_code, done.json["error"]["code"]) == (2, "InvalidParameter")
    assert "Traceback" not in done.err


def test_a_home_of_nobody(run: Run) -> None:
    done = run("registry", "list", in_home=Path("~nosuchuser/home"))
    assert done.exit_code == 2
    assert "Traceback" not in done.err


def test_a_long_origin_still_signs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "cleardance.toml").write_text(f'origin = "example.org/{"a" * 200}"')
    done = run(
        "generate", "a tree", "-o", "t.png", "--resolution", "480p", in_home=tmp_path / "new"
    )
    assert done.exit_code == 0, done.err


def test_files_that_never_end_are_refused(run: Run) -> None:
    assert run("registry", "import", "/dev/zero").exit_code == 1
    assert run("screen", "--batch", "/dev/zero").exit_code == 2


def test_a_file_that_cannot_be_read(run: Run) -> None:
    done = run("inspect", "/proc/self/mem", "--json")
    assert done.exit_code == 1
    assert done.json["error"]["code"] in ("FileFailed", "InvalidMedia.Unreadable")
