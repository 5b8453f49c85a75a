"""Held, looked at, released or denied, appealed: the whole way, by commands."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

PROMPT = "a red ball bounces in a meadow"
STILL = ("--resolution", "480p", "--ratio", "1:1", "--seed", "7")


@pytest.fixture
def held(run: Run) -> str:
    """The id of a task that waits, and accounts of reviewers."""
    roles = ("--role", "reviewer", "--role", "creator")
    for name in ("ana", "bo"):
        assert run("account", "create", name, *roles).exit_code == 0
    red = ("Big Red", "--kind", "character", "--alias", "red ball", "--policy", "review")
    assert run("registry", "add", *red).exit_code == 0
    done = run("generate", PROMPT, "-o", "ball.png", *STILL, "--json")
    assert (done.exit_code, done.json["status"]) == (4, "held")
    (review,) = done.json["reviews"]
    assert (review["id"], review["status"]) == (f"{done.json['id']}.1", "open")
    return str(done.json["id"])


def test_held_then_released_then_finished_where_it_was_asked_for(
    run: Run, held: str, tmp_path: Path
) -> None:
    (waiting,) = run("review", "list", "--json").json["reviews"]
    assert (waiting["task"], waiting["stage"], waiting["overdue"]) == (held, "ask", False)
    shown = run("review", "show", waiting["id"])
    for word in (PROMPT, '"Big Red" (character) by name "red ball"', "name-reviewed", "0 h old"):
        assert word in shown.out
    done = run("review", "release", waiting["id"], "--by", "ana", "--reason", "Only a ball.")
    assert done.exit_code == 0
    assert f"cleardance task resume {held}" in done.out
    assert run("task", "show", held, "--json").json["status"] == "queued"
    assert not (tmp_path / "ball.png").exists()
    done = run("task", "resume", held, "--json")
    assert (done.exit_code, done.json["status"]) == (0, "released")
    assert (tmp_path / "ball.png").exists()
    inspected = run("inspect", "ball.png", "--json").json
    assert inspected["c2pa"]["state"] == "Trusted"
    assert inspected["manifest"]["record"]["reviews"] == [waiting["id"]]
    assert inspected["verdicts"]["ask"]["reviews"][0]["reason"] == "Only a ball."
    assert run("review", "list").out == "Nothing waits for a person.\n"
    fetched = run("task", "fetch", held, "-o", "again.png", "--json")
    assert fetched.json == {"id": held, "path": str(tmp_path / "again.png")}
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "ball.png").read_bytes()
    assert run("ledger", "verify").exit_code == 0


def test_a_worker_finishes_what_was_released(run: Run, held: str, tmp_path: Path) -> None:
    assert run("worker", "--once").out == "Nothing was left unfinished.\n"
    released = run("review", "release", f"{held}.1", "--by", "ana", "--reason", "Ok.", "--json")
    assert released.json["decided_by"] == "ana"
    done = run("worker", "--once", "--json")
    assert [task["status"] for task in done.json["tasks"]] == ["released"]
    assert (tmp_path / "ball.png").exists()


def test_denied_appealed_and_denied_again(run: Run, held: str, tmp_path: Path) -> None:
    assert run("review", "claim", f"{held}.1", "--by", "ana").exit_code == 0
    taken = run("review", "deny", f"{held}.1", "--by", "bo", "--reason", "No.", "--json")
    assert (taken.exit_code, taken.json["error"]["code"]) == (1, "InvalidReview.Claimed")
    assert run("review", "deny", f"{held}.1", "--by", "ana", "--reason", "No.").exit_code == 0
    assert "A reviewer refused it: No." in run("task", "show", held).out
    done = run("appeal", held, "--reason", "It is a ball!", "--json")
    assert (done.exit_code, done.json["id"]) == (0, f"{held}.appeal")
    again = run("appeal", held, "--reason", "It is a ball!", "--json")
    assert (again.exit_code, again.json["error"]["code"]) == (1, "InvalidReview.AppealUsed")
    assert "It is a ball!" in run("review", "show", f"{held}.appeal").out
    same = run("review", "deny", f"{held}.appeal", "--by", "ana", "--reason", "No.", "--json")
    assert same.json["error"]["code"] == "InvalidReview.Reviewer"
    assert run("review", "deny", f"{held}.appeal", "--by", "bo", "--reason", "No.").exit_code == 0
    done = run("task", "resume", held)
    assert done.exit_code == 3
    assert "Denied" in done.out
    assert run("task", "fetch", held, "-o", "x.png").exit_code == 2
    assert list(tmp_path.glob("*.png")) == []


def test_words_of_a_hold_say_how_to_follow_it(run: Run, held: str) -> None:
    labels = [line.split()[0] for line in run("task", "show", held).out.splitlines()]
    assert labels == ["Held", "Why", "Edit", "Appeal", "Waits", "Follow"]


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("task", "show", "none"), 2),
        (("review", "release", "none", "--by", "local", "--reason", "x"), 2),
        (("appeal", "none", "--reason", "x"), 2),
    ],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...], exit_code: int) -> None:
    done = run(*arguments)
    assert (done.exit_code, "Traceback" in done.err) == (exit_code, False)


def test_what_a_review_looks_like_to_a_program(run: Run, held: str) -> None:
    body = json.loads(run("review", "show", f"{held}.1", "--json").out)
    assert sorted(body) == [
        "age_s", "appeal", "claimed_by", "decided_at", "decided_by", "due_at", "id", "opened_at",
        "overdue", "pictures", "prompt", "reason", "stage", "status", "task", "text", "verdict",
    ]  # fmt: skip
