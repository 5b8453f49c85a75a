import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

GOLDENS = Path(__file__).parent / "goldens"
PROMPT = "a red ball bounces in a gorgeous meadow"
STILL = ("--resolution", "480p", "--ratio", "1:1", "--seed", "7")


def steady(body: dict[str, Any]) -> dict[str, Any]:
    """The body with what differs from run to run replaced by its kind."""
    body["id"] = "cgt-…"
    body["path"] = body["path"] and Path(body["path"]).name
    body["ledger"]["checkpoint"] = body["ledger"]["checkpoint"].splitlines()[:2]
    body["timings_s"] = sorted(body["timings_s"])
    return body


def check_golden(name: str, body: dict[str, Any], rewrite: bool) -> None:
    text = json.dumps(steady(body), indent=2, ensure_ascii=False) + "\n"
    if rewrite:
        (GOLDENS / name).write_text(text)
    assert text == (GOLDENS / name).read_text()


def test_released_json(run: Run, tmp_path: Path, rewrite_goldens: bool) -> None:
    done = run("generate", PROMPT, "-o", "ball.png", *STILL, "--json")
    assert done.exit_code == 0, done.err
    assert (tmp_path / "ball.png").stat().st_size > 1000
    check_golden("released.json", done.json, rewrite_goldens)


@pytest.mark.parametrize("prompt", ["", " ", "\n\t"])
def test_an_empty_prompt_is_refused_before_anything_is_there(
    run: Run, tmp_path: Path, prompt: str
) -> None:
    done = run("generate", prompt, "-o", "ball.png")
    assert done.exit_code == 2
    assert "prompt: it is empty" in done.err
    assert not (tmp_path / "ball.png").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "no weights of the model 'pocket'"),
        (("--duration", "2"), "cannot make 2 s"),
        (("--duration", "15.5"), "cannot make 15.5 s"),
    ],
)
def test_what_pocket_cannot_do_ends_at_the_first_step(
    run: Run, args: tuple[str, ...], said: str
) -> None:
    done = run("generate", PROMPT, "-o", "ball.mp4", "--model", "pocket", *args)
    assert done.exit_code == 2
    assert said in done.err
    assert not [line for line in done.err.splitlines() if line[:2] == "1/"]


def test_denied_json(run: Run, tmp_path: Path, rewrite_goldens: bool) -> None:
    done = run("generate", "Squid Game guards march past", "-o", "x.mp4", "--seed", "7", "--json")
    assert done.exit_code == 3
    assert list(tmp_path.glob("*.mp4")) == []
    check_golden("denied.json", done.json, rewrite_goldens)


def test_words_say_what_was_cleared_signed_and_logged(run: Run) -> None:
    done = run("generate", PROMPT, "-o", "ball.png", *STILL)
    labels = [line.split()[0] for line in done.out.splitlines()]
    assert labels == [
        "Released",
        "Task",
        "Cleared",
        "Signed",
        "Marked",
        "Logged",
        "Ignored",
        "Again",
    ]
    assert "gorgeous" in done.out
    assert [line[0] for line in done.err.splitlines()] == list("12345678")


def test_words_of_a_denial_say_which_work_which_words_whose_and_what_to_do(run: Run) -> None:
    done = run("generate", "Squid Game guards march past", "-o", "x.mp4")
    assert done.exit_code == 3
    for word in ("Denied", '"Squid Game" (series)', "Netflix", "Edit", "Licence", "Appeal"):
        assert word in done.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["x", "-o", "out.mkv"], "out.mkv should end in .mp4"),
        (["x", "-o", "no/out.mp4"], "There is no folder"),
        (["x", "-o", "out.mp4", "--duration", "16"], "only 4 to 15 s"),
        (["x", "-o", "out.mp4", "--duration", "nan"], "duration_s"),
        (["x", "-o", "out.mp4", "--seed", "-1"], "seed"),
        (["", "-o", "out.mp4"], "prompt"),
        (["x" * 20_001, "-o", "out.mp4"], "prompt"),
        (["x", "-o", "out.mp4", "--model", "seedance"], "no model 'seedance'"),
        (["x", "-o", "out.mp4", "--account", "bob"], "no account 'bob'"),
        (["x", "-o", "out.mp4", "--image", "no.png"], "no file no.png"),
        (["x", "-o", "."], "."),
        (["x", "-o", "/dev/null"], "should end in .mp4"),
        (["x", "-o", f"{'a' * 300}.mp4"], "too long"),
        (["x"], "--output"),
        (["x", "-o", "out.mp4", "--ratio", "2:1"], "--ratio"),
    ],
)
def test_wrong_usage_is_exit_2_and_names_what_is_wrong(
    run: Run, tmp_path: Path, arguments: list[str], says: str
) -> None:
    done = run("generate", *arguments)
    assert done.exit_code == 2
    assert says in done.err
    assert "Traceback" not in done.err
    assert list(tmp_path.glob("out.*")) == []


def test_a_prompt_that_is_not_text_is_wrong_usage(run: Run) -> None:
    done = run("generate", b"\xff\xfe fox".decode("utf-8", "surrogateescape"), "-o", "out.mp4")
    assert done.exit_code == 2
    assert "Traceback" not in done.err


def test_an_image_the_model_cannot_use_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ref.png").write_bytes(b"anything")
    done = run("generate", "x", "-o", "out.mp4", "--image", "ref.png:reference_image", "--json")
    assert done.exit_code == 2
    assert done.json["error"]["code"] == "InvalidParameter.Unsupported"


def test_a_new_account_can_be_generated_for(run: Run) -> None:
    assert run("account", "create", "ana", "--json").json["name"] == "ana"
    assert run("account", "create", "ana").exit_code == 2
    done = run("generate", PROMPT, "-o", "a.png", "--account", "ana", *STILL, "--json")
    assert done.json["status"] == "released"
