import json
from pathlib import Path
from typing import Any

import pytest

from cleardance.errors import RegistryError
from cleardance.rights.registry import add, history, import_rows, register, remove, show
from cleardance.rights.row import RegistryRow
from cleardance.rights.snapshot import load_registry
from cleardance.screen.ask import screen_ask
from cleardance.store import Store
from cleardance.verdict import Decision


def row(name: str, **values: Any) -> RegistryRow:
    return RegistryRow.model_validate({"name": name, "kind": "series", "owner": "Q"} | values)


def test_characters_are_works_of_their_own_that_belong_to_the_whole(store: Store) -> None:
    character = {"name": "Captain Quibble", "descriptors": ["a one-eyed otter in a velvet coat"]}
    add(store, row("Zorblax", policy="review", characters=[character]))
    whole, part = show(store, "Zorblax"), show(store, "Captain Quibble")
    assert whole.parts == (part.work_id,)
    assert (part.kind, part.owner, part.policy) == ("character", "Q", "review")
    assert part.belongs_to == whole.work_id
    registry = load_registry(store)
    assert registry.wholes_of(part.work_id) == (whole.work_id,)
    assert screen_ask("Captain Quibble waves", registry).decision is Decision.HOLD


@pytest.mark.parametrize("whole", ["Zorblax", "zorblax", "{id}"])
def test_a_whole_is_named_by_name_or_id_in_any_order(store: Store, whole: str) -> None:
    named = whole.format(id=row("Zorblax").id)
    register(store, [row("Quibble", kind="character", belongs_to=named), row("Zorblax")])
    assert show(store, "Quibble").belongs_to == row("Zorblax").id


def test_the_same_owners_work_is_meant_where_several_have_the_name(store: Store) -> None:
    register(store, [row("Zorblax"), row("Zorblax", owner="Other")])
    add(store, row("Quibble", kind="character", belongs_to="Zorblax"))
    assert show(store, "Quibble").belongs_to == row("Zorblax").id
    with pytest.raises(RegistryError, match="means several works"):
        add(store, row("Quux", kind="character", owner="Third", belongs_to="Zorblax"))


@pytest.mark.parametrize(
    "rows",
    [
        [row("A1", belongs_to="A1")],
        [row("A1", belongs_to="B1"), row("B1", belongs_to="A1")],
        [row("A1", belongs_to="B1"), row("B1", belongs_to="C1"), row("C1", belongs_to="A1")],
    ],
    ids=["itself", "two", "three"],
)
def test_no_work_belongs_to_itself(store: Store, rows: list[RegistryRow]) -> None:
    with pytest.raises(RegistryError, match=r"no work can belong to itself|cannot be imported"):
        register(store, rows)


def test_a_loop_through_what_is_registered_is_refused(store: Store) -> None:
    register(store, [row("A1"), row("B1", belongs_to="A1"), row("C1", belongs_to="B1")])
    with pytest.raises(RegistryError, match="belong to itself"):
        add(store, row("A1", belongs_to="C1"))
    assert show(store, "A1").belongs_to is None


def test_a_part_of_a_bad_row_is_not_imported_either(store: Store, tmp_path: Path) -> None:
    rows = [
        {"name": "Loop", "kind": "film", "belongs_to": "Loop"},
        {"name": "Part", "kind": "character", "belongs_to": "Loop"},
        {"name": "Part of the part", "kind": "character", "belongs_to": "Part"},
        {"name": "Lost", "kind": "character", "belongs_to": "Nobody"},
        {"name": "Good", "kind": "film"},
    ]
    (tmp_path / "w.jsonl").write_text("\n".join(map(json.dumps, rows)))
    report = import_rows(store, tmp_path / "w.jsonl", keep_going=True)
    assert (report.added, [line for line, _ in report.errors]) == (1, [1, 2, 3, 4])


def test_a_thousand_steps_deep_is_no_stall(store: Store) -> None:
    chain = [row("W0"), *(row(f"W{n}", belongs_to=f"W{n - 1}") for n in range(1, 1000))]
    register(store, list(reversed(chain)))
    assert len(load_registry(store).wholes_of(row("W999").id)) == 999


def test_removing_a_whole_leaves_its_parts_and_its_history(store: Store) -> None:
    add(store, row("Zorblax", characters=[{"name": "Quibble"}]), account="studio")
    add(store, row("Zorblax", aliases=["Zorb"]), account="studio")
    work_id, _ = remove(store, "Zorblax", account="clerk")
    assert show(store, "Quibble").belongs_to is None
    assert screen_ask("a zorblax", load_registry(store)).decision is Decision.CLEAR
    told = [(change.act, change.account, change.revision) for change in history(store, work_id)]
    assert told == [("added", "studio", 1), ("changed", "studio", 2), ("removed", "clerk", 3)]
    _, changed, removed = history(store, work_id)
    assert changed.fields == {"aliases": (None, ["Zorb"])}
    assert removed.fields["name"] == ("Zorblax", None)
    assert history(store, "Quibble")[-1].fields == {"belongs_to": (work_id, None)}
