import json
from pathlib import Path

import pytest

from cleardance.screen.rules import shipped_text
from tests.cli.conftest import Run

HOLDING = shipped_text().replace(
    """max_distance = 0
decision = "deny\"""",
    """max_distance = 0
decision = "hold\"""",
)


@pytest.fixture
def holding(tmp_path: Path) -> Path:
    path = tmp_path / "holding.toml"
    path.write_text(HOLDING)
    return path


def test_rules_are_shown_edited_checked_and_put_into_force(run: Run, tmp_path: Path) -> None:
    shown = run("rules", "show", "--toml")
    assert (shown.exit_code, shown.out) == (0, shipped_text())
    (tmp_path / "mine.toml").write_text(HOLDING)
    assert run("rules", "check", "mine.toml").out.endswith("rules, all sound.\n")
    assert run("account", "create", "ana", "--role", "operator").exit_code == 0
    done = run("rules", "activate", "mine.toml", "--by", "ana", "--json")
    assert (done.exit_code, done.json["number"], done.json["registry_revision"]) == (0, 2, 2)
    held = run("screen", "Shrek dances", "--json")
    assert (held.exit_code, held.json["registry_revision"]) == (4, 2)
    assert "Hold      name at a distance up to 0, for deny  [name-denied]" in (
        run("rules", "show").out.splitlines()
    )
    history = run("rules", "history", "--json").json["history"]
    assert [(one["number"], one["activated_by"]) for one in history] == [
        (2, "ana"),
        (1, "cleardance"),
    ]
    assert len(run("rules", "history").out.splitlines()) == 2


def test_shown_as_json(run: Run) -> None:
    body = run("rules", "show", "--json").json
    assert set(body) == {
        "number", "sha256", "activated_by", "activated_at", "registry_revision",
        "rule", "unknown", "toml",
    }  # fmt: skip
    assert body["toml"] == shipped_text()
    assert body["rule"][0]["id"] == "public-domain-clears"


@pytest.mark.parametrize("command", ["check", "activate"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("no = toml = at all", "InvalidRules"),
        (HOLDING.replace("= 31", "= 3000"), "InvalidRules.Threshold"),
        (HOLDING.replace('"pdq"', '"smell"'), "InvalidRules.Signal"),
    ],
)
def test_unsound_rules_are_wrong_usage_with_their_code(
    run: Run, tmp_path: Path, command: str, text: str, code: str
) -> None:
    (tmp_path / "bad.toml").write_text(text)
    done = run("rules", command, "bad.toml", "--json")
    assert (done.exit_code, json.loads(done.out)["error"]["code"]) == (2, code)
    assert "Traceback" not in done.err


def test_nobody_unknown_puts_rules_into_force(run: Run, holding: Path) -> None:
    assert run("rules", "activate", str(holding), "--by", "nobody").exit_code == 2
    assert len(run("rules", "history").out.splitlines()) == 1


def test_a_file_that_is_not_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    assert run("rules", "check", "bad.toml").exit_code == 2


def test_dry_run_says_what_would_change_and_changes_nothing(run: Run, holding: Path) -> None:
    denied = run("generate", "Shrek dances", "-o", "x.png", "--json").json["id"]
    body = run("rules", "dry-run", str(holding), "--json").json
    assert (body["checked"], body["changed"], body["erased"], body["partial"]) == (1, 1, 0, 0)
    assert body["counts"] == [{"now": "deny", "then": "hold", "verdicts": 1}]
    assert body["changes"] == [
        {
            "task": denied,
            "stage": "ask",
            "given": "deny",
            "now": "deny",
            "then": "hold",
            "rules": ["name-denied"],
        }
    ]
    words = run("rules", "dry-run", str(holding)).out
    assert f"{denied}  ask     deny -> hold  name-denied" in words
    assert run("rules", "history", "--json").json["history"][0]["number"] == 1
