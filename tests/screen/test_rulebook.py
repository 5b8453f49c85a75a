from pathlib import Path

import pytest

from cleardance.errors import ThresholdOutOfRange, UsageError
from cleardance.ledger.verify import verify
from cleardance.rights.registry import add, revision
from cleardance.rights.row import parse_row
from cleardance.rights.snapshot import current
from cleardance.screen import rulebook
from cleardance.screen.ask import screen_ask
from cleardance.screen.rules import default_rules, rules_of, shipped_text
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from cleardance.verdict import Decision

LENIENT = shipped_text().replace(
    """max_distance = 0
decision = "deny\"""",
    """max_distance = 0
decision = "hold\"""",
)


@pytest.fixture
def kept(store: Store) -> Store:
    add(store, parse_row({"name": "Zorblax", "kind": "film"}))
    rulebook.ensure_shipped(store)
    return store


def decision(store: Store) -> Decision:
    return screen_ask("a zorblax dances", current(store)).decision


def test_a_new_home_keeps_the_shipped_rules_as_number_1(kept: Store) -> None:
    (one,) = rulebook.history(kept)
    assert (one.number, one.activated_by, one.registry_revision) == (1, "cleardance", 1)
    rulebook.ensure_shipped(kept)
    assert rulebook.history(kept) == [one] == [rulebook.in_force(kept)]
    assert rules_of(current(kept)) == default_rules().model_copy(update={"revision": 1})


def test_a_home_that_was_never_opened_as_a_service_has_none(store: Store) -> None:
    assert rules_of(current(store)) == default_rules()
    with pytest.raises(UsageError, match="no rules yet"):
        rulebook.in_force(store)


def test_rules_in_force_decide_the_next_request_in_every_process(kept: Store) -> None:
    with open_store(Settings(home=kept.home.path)) as other:
        assert (decision(kept), decision(other)) == (Decision.DENY, Decision.DENY)
        new = rulebook.activate(kept, LENIENT, "ana")
        assert (decision(kept), decision(other)) == (Decision.HOLD, Decision.HOLD)
        rulebook.activate(other, shipped_text(), "bo")  # back to what was
        assert (decision(kept), decision(other)) == (Decision.DENY, Decision.DENY)
    assert [one.activated_by for one in rulebook.history(kept)] == ["bo", "ana", "cleardance"]
    assert (new.number, new.registry_revision) == (2, 2)


def test_putting_rules_into_force_is_a_revision_and_is_logged(kept: Store) -> None:
    new = rulebook.activate(kept, LENIENT, "ana")
    with kept.read() as session:
        assert revision(session) == new.registry_revision == 2
        rows = session.exec_driver_sql("SELECT kind, body FROM ledger_entry ORDER BY 1").all()
    logged = [body for kind, body in rows if kind == "rules"]
    assert len(logged) == 2
    assert new.sha256 in logged[1]
    assert "ana" not in "".join(logged)  # who it was is in a row that can be deleted
    verify(kept, [])


def test_unsound_rules_and_the_same_again_change_nothing(kept: Store) -> None:
    with pytest.raises(ThresholdOutOfRange):
        rulebook.activate(kept, shipped_text().replace("= 31", "= 32"), "ana")
    with pytest.raises(UsageError, match="in force already, as number 1"):
        rulebook.activate(kept, shipped_text(), "ana")
    assert len(rulebook.history(kept)) == 1


def test_newer_shipped_rules_replace_shipped_ones_but_never_an_operators(
    kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rulebook, "shipped_text", lambda: LENIENT)  # the next version's
    rulebook.ensure_shipped(kept)
    assert (decision(kept), rulebook.in_force(kept).registry_revision) == (Decision.HOLD, 2)
    rulebook.activate(kept, shipped_text(), "ana")
    rulebook.ensure_shipped(kept)
    assert rulebook.in_force(kept).activated_by == "ana"


def test_a_table_keeps_its_text_to_the_letter(kept: Store, tmp_path: Path) -> None:
    text = f"# why: ☂\n{LENIENT}"
    rulebook.activate(kept, text, "ana")
    assert rulebook.in_force(kept).text == text


def test_same_input_same_revision_same_verdict(kept: Store) -> None:
    """To the byte: in another process, and when the same rules are back at a later revision."""
    text = "a zorblax dances with a Zorblax, in the style of zorblax"
    first = screen_ask(text, current(kept))
    with open_store(Settings(home=kept.home.path)) as other:
        assert screen_ask(text, current(other)).model_dump_json() == first.model_dump_json()
    rulebook.activate(kept, LENIENT, "ana")
    between = screen_ask(text, current(kept))
    assert (between.registry_revision, between.rules_revision) == (2, 2)
    rulebook.activate(kept, shipped_text(), "ana")
    again = screen_ask(text, current(kept))
    assert (again.registry_revision, again.rules_revision) == (3, 3)
    numbers = {"registry_revision": 1, "rules_revision": 1}
    assert again.model_copy(update=numbers).model_dump_json() == first.model_dump_json()


def test_other_rules_leave_the_indexes_of_works_as_they_are(kept: Store) -> None:
    before = current(kept)
    rulebook.activate(kept, LENIENT, "ana")
    after = current(kept)
    assert (after.names, after.works) == (before.names, before.works)
    assert after.rules != before.rules
    add(kept, parse_row({"name": "Quuxodrome", "kind": "film"}))
    assert current(kept).names is not before.names


def test_the_first_rules_of_a_home_hide_no_work(store: Store) -> None:
    """They come at the revision of the work before them, which a snapshot may not have seen."""
    assert current(store).works == {}
    add(store, parse_row({"name": "Zorblax", "kind": "film"}))
    rulebook.ensure_shipped(store)
    assert decision(store) is Decision.DENY
