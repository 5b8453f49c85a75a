"""Rules tried on the past."""

from pathlib import Path

import pytest

from cleardance.clearance.erasure import erase
from cleardance.clearance.rules_trial import Trial, try_rules
from cleardance.clearance.service import Service
from cleardance.errors import RulesError
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.screen import rulebook
from cleardance.screen.rules import shipped_text
from tests.clearance.asking import make, request

LENIENT = shipped_text().replace(
    """max_distance = 0
decision = "deny\"""",
    """max_distance = 0
decision = "hold\"""",
)


@pytest.fixture
def past(service: Service, tmp_path: Path) -> dict[str, str]:
    """Ids of tasks by what they asked for: named, styled, misspelt, harmless."""
    row = {"name": "Zyxxorian Prime", "kind": "film"}
    add(service.store, parse_row(row))
    prompts = {
        "named": "zyxxorian prime dances",
        "styled": "a ball in the style of zyxxorian prime",
        "misspelt": "zyxxorjan prime dances",
        "harmless": "a red ball bounces in a meadow",
    }
    return {
        name: make(service, tmp_path / f"{name}.png", request(prompt)).task.id
        for name, prompt in prompts.items()
    }


def changed(trial: Trial) -> dict[str, tuple[str, str]]:
    return {change.task_id: (change.now.value, change.then.value) for change in trial.changes}


def test_the_same_rules_change_nothing(service: Service, past: dict[str, str]) -> None:
    trial = try_rules(service, shipped_text())
    assert trial.changes == ()
    assert trial.to_json()["checked"] == 5  # the harmless one has a verdict on its output, too


def test_changes_are_named_with_what_they_were_and_would_be(
    service: Service, past: dict[str, str]
) -> None:
    trial = try_rules(service, LENIENT)
    assert changed(trial) == {past["named"]: ("deny", "hold")}  # what asks for its style does not
    assert trial.to_json()["counts"] == [
        {"now": "clear", "then": "clear", "verdicts": 2},
        {"now": "deny", "then": "hold", "verdicts": 1},
        {"now": "deny", "then": "deny", "verdicts": 2},
    ]
    assert [one.rules for one in trial.changes] == [("name-denied",)]


def test_what_is_tried_is_what_happens_once_it_is_in_force(
    service: Service, past: dict[str, str], tmp_path: Path
) -> None:
    expected = {one.task_id: one.then.value for one in try_rules(service, LENIENT).changes}
    rulebook.activate(service.store, LENIENT, "local")
    again = make(service, tmp_path / "again.png", request("zyxxorian prime dances"))
    assert again.verdict is not None
    assert again.verdict.decision.value == expected[past["named"]] == "hold"
    assert changed(try_rules(service, shipped_text())) == {
        past["named"]: ("hold", "deny"),
        again.task.id: ("hold", "deny"),
    }


def test_what_was_given_before_is_told_beside_it(service: Service, past: dict[str, str]) -> None:
    rulebook.activate(service.store, LENIENT, "local")
    (one,) = try_rules(service, shipped_text()).changes
    assert (one.given.value, one.now.value, one.then.value) == ("deny", "hold", "deny")


def test_a_trial_changes_nothing_and_counts_what_it_cannot_see(
    service: Service, past: dict[str, str]
) -> None:
    erase(service, past["styled"])
    before = service.checkpoint()
    trial = try_rules(service, LENIENT)
    assert (trial.erased, changed(trial)) == (1, {past["named"]: ("deny", "hold")})
    assert service.checkpoint() == before
    assert len(rulebook.history(service.store)) == 1


def test_unsound_rules_are_not_tried(service: Service) -> None:
    with pytest.raises(RulesError):
        try_rules(service, "rule = []")
