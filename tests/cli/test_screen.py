import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("text", "exit_code", "decision"),
    [("a fox runs", 0, "clear"), ("Darth Vader eats cake", 3, "deny")],
)
def test_a_text(run: Run, text: str, exit_code: int, decision: str) -> None:
    done = run("screen", text, "--json")
    assert done.exit_code == exit_code
    assert done.json["decision"] == decision
    assert run("screen", text).out.lower().startswith(decision)


def test_a_file_and_a_text_that_looks_like_one(run: Run, tmp_path: Path) -> None:
    run("generate", "a tree", "-o", "tree.png", "--resolution", "480p", "--seed", "1")
    assert run("screen", "tree.png", "--json").json["decision"] == "clear"
    (tmp_path / "Darth Vader").write_text("not media")
    assert run("screen", "Darth Vader", "--text").exit_code == 3
    broken = run("screen", "Darth Vader", "--json")
    assert broken.exit_code == 1
    assert broken.json["error"]["code"] == "InvalidMedia.Unreadable"


def test_a_batch_answers_every_row_even_after_bad_ones(run: Run, tmp_path: Path) -> None:
    rows = [
        json.dumps({"id": 1, "text": "a fox runs"}),
        json.dumps({"id": 2, "text": "Squid Game"}),
        json.dumps({"id": 3, "path": "missing.png"}),
        "not json",
        json.dumps({"id": 5}),
        json.dumps(["id", 6]),
        json.dumps({"id": 7, "text": 7}),
        json.dumps({"id": 8, "text": "the end"}),
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(rows))
    done = run("screen", "--batch", "rows.jsonl")
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [answer["id"] for answer in answers] == [1, 2, 3, None, 5, None, 7, 8]
    assert [answer.get("decision") for answer in answers] == [
        "clear", "deny", None, None, None, None, None, "clear",
    ]  # fmt: skip
    assert all("decision" in answer or answer["error"]["code"] for answer in answers)
    assert done.exit_code == 1  # some rows have no verdict


@pytest.mark.parametrize("what", ["missing.mp4", ".", "no/such/picture.PNG"])
def test_what_looks_like_a_file_but_is_none_is_not_clear(run: Run, what: str) -> None:
    assert run("screen", what).exit_code == 2
    assert run("screen", what, "--text").exit_code == 0


def test_a_batch_of_anything_answers_in_json(run: Run, tmp_path: Path) -> None:
    rows = [
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b'{"id": "\\ud800", "text": "x"}',
        b"",
        b"\xef\xbb\xbf",
    ]
    rows.append(b'{"id": 1, "text": "Darth Vader", "path": "p.png"}')
    rows.append(b'{"id": NaN, "text": "x"}')
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(rows))
    done = run("screen", "--batch", "rows.jsonl")
    assert done.exit_code == 1
    assert all("error" in json.loads(line) for line in done.out.splitlines())
    assert "Traceback" not in done.err


def test_neither_or_both_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("")
    assert run("screen").exit_code == 2
    assert run("screen", "x", "--batch", "rows.jsonl").exit_code == 2
