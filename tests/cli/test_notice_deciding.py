"""``cleardance notice execute``, ``accept`` and ``reject``, as a person types them."""

from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Run
from tests.rights.notices.forms import COPYRIGHT


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.yaml"
    path.write_text(yaml.safe_dump(COPYRIGHT), "utf-8")
    return path


def test_executing_says_what_was_done_and_the_file_is_gone(
    run: Run, letter: Path, tmp_path: Path
) -> None:
    asked = ["a dog runs on a beach #LanternStreet", "-o", "x.png", "--draft", "--json"]
    task_id = run("generate", *asked).json["id"]
    notice_id = run("notice", "submit", str(letter), "--json").json["id"]
    done = run("notice", "execute", notice_id, "--json")
    assert done.exit_code == 0, done.err
    assert done.json == {"id": notice_id, "status": "executed", "done": {"remove": 1}}
    gone = run("task", "fetch", task_id, "-o", "y.png", "--json")
    assert (gone.exit_code, gone.json["error"]["code"]) == (1, "Removed")
    assert not (tmp_path / "y.png").exists()
    assert "executed" in run("notice", "execute", notice_id).out


def test_a_notice_about_a_free_work_waits_for_a_person(run: Run, letter: Path) -> None:
    form = {**COPYRIGHT, "works": [{**COPYRIGHT["works"][0], "public_domain": True}]}
    letter.write_text(yaml.safe_dump(form), "utf-8")
    held = run("notice", "submit", str(letter), "--json")
    assert held.exit_code == 4
    assert [one["worry"] for one in held.json["concerns"]] == ["public_domain"]
    assert "To the sender" in run("notice", "show", held.json["id"]).out
    refused = run("notice", "execute", held.json["id"], "--json")
    assert (refused.exit_code, refused.json["error"]["code"]) == (1, "InvalidNotice")
    rejected = run("notice", "reject", held.json["id"], "--reason", "It is free.", "--misuse")
    assert "rejected" in rejected.out
    again = run("notice", "accept", held.json["id"], "--reason", "After all.", "--json")
    assert again.json["error"]["code"] == "InvalidNotice"
