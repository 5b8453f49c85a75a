"""What the README shows is what the commands print."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run, home, new_home, run

__all__ = ["home", "new_home", "run"]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```text\n\$ cleardance ([^\n]+)\n(.*?)```", README, flags=re.DOTALL)


def steady(text: str) -> str:
    """The text without what differs from run to run."""
    text = re.sub(r"cgt-\d{14}-[0-9a-f]{8}", "cgt-…", text)
    text = re.sub(r"--seed \d+", "--seed …", text)
    return re.sub(r"entry \d+, under a checkpoint of \d+", "entry …, under a checkpoint of …", text)


@pytest.mark.parametrize(("command", "output"), SHOWN)
def test_shown_output_is_real(run: Run, command: str, output: str) -> None:
    assert steady(run(*shlex.split(command)).out) == steady(output)


def test_both_commands_are_there() -> None:
    assert len(SHOWN) == 2
    fenced = re.findall(r"```sh\n(.*?)\n```", README, flags=re.DOTALL)
    prompt = shlex.split(SHOWN[0][0])
    assert [shlex.split(line) for line in fenced] == [["./dev", "run", *prompt], ["./dev", "test"]]
