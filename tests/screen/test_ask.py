# ruff: noqa: RUF001
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.rights.registry import add, ensure_starter
from cleardance.rights.row import Policy, RegistryRow, WorkKind
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.ask import screen_ask
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from cleardance.verdict import Decision

GOLDENS = Path(__file__).parent / "goldens"


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> RegistrySnapshot:
    with open_store(Settings(home=tmp_path_factory.mktemp("starter") / "home")) as store:
        ensure_starter(store)
        return load_registry(store)


@pytest.mark.parametrize(
    ("golden", "text"),
    [
        ("clear", "a red fox trots through snow at dawn"),
        ("deny_name", "A guard from Squid Game chases a player"),
        ("deny_hidden", "Dаrth V\u200bader dances with ＳＨＲＥＫ, #Bridgerton"),
        ("deny_korean", "오징어게임을 하는 사람들"),
        ("deny_person", "Tom Cruise and Brad Pitt's fight on a roof"),
        ("deny_crossover", "Tom Cruise as a guard, in the style of Squid Game"),
        ("deny_misspelt", "Spiiiderman and SpongBob SquarePants dance"),
        ("hold_description", "a green ogre in a brown vest leaves his swamp with a donkey"),
    ],
)
def test_golden_verdicts(
    starter: RegistrySnapshot, golden: str, text: str, rewrite_goldens: bool
) -> None:
    """The JSON contract of ``screen --json``; the files are read by people when they change."""
    found = screen_ask(text, starter).model_dump(mode="json")
    path = GOLDENS / f"{golden}.json"
    if rewrite_goldens:
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert found == json.loads(path.read_text("utf-8"))


def test_the_same_input_gives_the_same_bytes(starter: RegistrySnapshot, tmp_path: Path) -> None:
    text = "Shrek, Spider-Man and Batman play Squid Game with Elon Musk"
    with open_store(Settings(home=tmp_path / "other")) as store:
        ensure_starter(store)
        other = load_registry(store)
    assert screen_ask(text, starter).model_dump_json() == screen_ask(text, other).model_dump_json()


@settings(max_examples=50)
@given(st.text(st.characters(), max_size=100))
def test_any_text_has_a_verdict_that_is_json(starter: RegistrySnapshot, text: str) -> None:
    verdict = screen_ask(text, starter)
    assert json.loads(verdict.model_dump_json())["registry_revision"] == 1


def test_a_lone_surrogate_inside_a_name_is_still_json(starter: RegistrySnapshot) -> None:
    verdict = screen_ask("Shr\ud800ek", starter)
    assert verdict.decision is Decision.DENY
    assert verdict.findings[0].evidence.text_span == (0, 6)
    verdict.model_dump_json()


def test_many_mentions_stay_a_readable_verdict(starter: RegistrySnapshot) -> None:
    text = " ".join(f"Shr{'-' * n}ek" for n in range(500))
    verdict = screen_ask(text, starter)
    assert len(verdict.findings) == 50
    assert len(verdict.reason) < 1000


def test_control_characters_are_not_repeated_to_a_terminal(starter: RegistrySnapshot) -> None:
    verdict = screen_ask("Shr\x1b[31mek and Sh\x1brek", starter)
    assert "\x1b" not in verdict.reason + str(verdict.redress.suggestion)


@pytest.mark.parametrize(
    ("policy", "public_domain", "decision", "rule"),
    [
        (Policy.DENY, False, Decision.DENY, "name-denied"),
        (Policy.REVIEW, False, Decision.HOLD, "name-reviewed"),
        (Policy.ALLOW, False, Decision.CLEAR, "owner-allows"),
        (Policy.DENY, True, Decision.CLEAR, "public-domain-clears"),
    ],
)
def test_the_policy_decides(
    store: Store, policy: Policy, public_domain: bool, decision: Decision, rule: str
) -> None:
    row = RegistryRow(
        name="Zorblax", kind=WorkKind.SERIES, policy=policy, public_domain=public_domain
    )
    add(store, row)
    verdict = screen_ask("a zorblax dances", load_registry(store))
    assert (verdict.decision, verdict.findings[0].rule) == (decision, rule)
    assert (verdict.redress.appeal is None) == (decision is Decision.CLEAR)


STYLE_OR_NOT = [
    ("in the style of Zorblax", True),
    ("in the manner of the Zorblax", True),
    ('inspired by "Zorblax"', True),
    ("Zorblax-style painting", True),
    ("a zorblax aesthetic", True),
    ("a zorblax in style", False),
    ("zorblax dances", False),
]


@pytest.mark.parametrize(("text", "style"), STYLE_OR_NOT)
def test_asking_for_a_style_is_told_from_naming(store: Store, text: str, style: bool) -> None:
    add(store, RegistryRow(name="Zorblax", kind=WorkKind.SERIES))
    verdict = screen_ask(text, load_registry(store))
    assert [f.rule for f in verdict.findings] == ["style-denied" if style else "name-denied"]
    assert ("asks for its style" in verdict.reason) is style


def test_a_person_placed_in_a_work_is_said(store: Store) -> None:
    add(store, RegistryRow(name="Quentin Zorblax", kind=WorkKind.PERSON))
    add(store, RegistryRow(name="Quuxodrome", kind=WorkKind.SERIES))
    registry = load_registry(store)
    both = screen_ask("quentin zorblax dances in quuxodrome", registry)
    assert {f.work.kind for f in both.findings} == {"person", "series"}
    assert 'it places the person "Quentin Zorblax" in "Quuxodrome"' in both.reason
    assert "places" not in screen_ask("quentin zorblax dances", registry).reason


@pytest.mark.parametrize(
    ("text", "decision", "rule"),
    [
        ("a quuxodromme dances", Decision.DENY, "misspelling-denied"),
        ("a zorblaxx dances", Decision.CLEAR, None),
        ("a bizarblax dances", Decision.HOLD, "misspelling-held"),
    ],
)
def test_errors_of_spelling_weigh_by_length(
    store: Store, text: str, decision: Decision, rule: str | None
) -> None:
    for name in ("Quuxodrome", "Zorbax", "Bizorblax"):
        add(store, RegistryRow(name=name, kind=WorkKind.SERIES))
    verdict = screen_ask(text, load_registry(store))
    assert (verdict.decision, *(f.rule for f in verdict.findings)) == (
        decision,
        *([rule] if rule else []),
    )


def test_posts_and_their_hashtags_are_screened_alike(starter: RegistrySnapshot) -> None:
    verdict = screen_ask("New clip! #squidgames #fyp @someone https://example.org", starter)
    assert verdict.decision is Decision.DENY


def test_the_gravest_decision_wins_and_comes_first(store: Store) -> None:
    add(store, RegistryRow(name="Zorblax", kind=WorkKind.SERIES, policy=Policy.REVIEW))
    add(store, RegistryRow(name="Quuxodrome", kind=WorkKind.SERIES, owner="Quux Ltd"))
    verdict = screen_ask("zorblax and quuxodrome", load_registry(store))
    assert verdict.decision is Decision.DENY
    assert [finding.work.name for finding in verdict.findings] == ["Quuxodrome", "Zorblax"]
    assert verdict.redress.licence_contact == "Quux Ltd"


def test_refusing_a_prompt_loads_no_decoder() -> None:
    """A denied prompt must answer at once; decoders and hashes take half a second to import."""
    program = (
        "import sys, cleardance.screen.ask, cleardance.screen.output, cleardance.rights.registry\n"
        "print([m for m in ('av', 'cv2', 'pdqhash') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
