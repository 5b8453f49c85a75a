# ruff: noqa: RUF001
import json
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from cleardance.errors import NotFound, RegistryError
from cleardance.media import write_png
from cleardance.rights.registry import add, ensure_starter, import_rows, listing, revision, show
from cleardance.rights.row import RegistryRow, WorkKind
from cleardance.rights.snapshot import current, load_registry
from cleardance.store import Store
from cleardance.store.tables import ledger_entry, reference_signal, work, work_name, work_reference
from tests.match.pictures import picture

ROW = RegistryRow(name="Zorblax", kind=WorkKind.SERIES, owner="Zorblax Pictures")


def with_references(*origins: object) -> RegistryRow:
    return RegistryRow.model_validate(ROW.content() | {"references": origins})


def count(store: Store, table: object) -> int:
    with store.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(table)))  # type: ignore[arg-type]


def now(store: Store) -> int:
    with store.read() as connection:
        return revision(connection)


def written(path: Path, *rows: object) -> Path:
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_add_moves_the_revision_and_is_in_the_ledger(store: Store) -> None:
    work_id = add(store, ROW)
    assert (show(store, work_id).name, now(store)) == ("Zorblax", 1)
    with store.read() as connection:
        kind, body = connection.execute(select(ledger_entry.c.kind, ledger_entry.c.body)).one()
    assert kind == "registered"
    assert (body["registry_revision"], body["added"], body["updated"]) == (1, 1, 0)
    assert body["rows"].startswith("sha256:")


def test_adding_again_replaces(store: Store) -> None:
    add(store, ROW.model_copy(update={"aliases": ("Old Alias",)}))
    add(store, ROW.model_copy(update={"aliases": ("New Alias",)}))
    shown = show(store, "zorblax")
    assert (shown.aliases, shown.revision, now(store)) == (("New Alias",), 2, 2)
    assert count(store, work) == 1
    assert load_registry(store).names.find("Old Alias") == []


def test_import_adds_updates_and_counts_once(store: Store, tmp_path: Path) -> None:
    path = written(
        tmp_path / "works.jsonl",
        {"name": "Zorblax", "kind": "film"},
        "",
        {"name": "Quux", "kind": "character", "lang_aliases": {"ko": ["쿠욱스"]}},
    )
    first = import_rows(store, path)
    assert (first.added, first.updated, first.errors, first.revision) == (2, 0, (), 1)
    again = import_rows(store, path)
    assert (again.added, again.updated, again.unchanged, again.revision) == (0, 0, 2, 1)
    assert count(store, ledger_entry) == 1
    assert count(store, work_name) == 3


def test_a_later_line_replaces_an_earlier_one(store: Store, tmp_path: Path) -> None:
    rows = [{"name": "Zorblax", "kind": "film", "aliases": [alias]} for alias in ("One", "Two")]
    report = import_rows(store, written(tmp_path / "works.jsonl", *rows))
    assert (report.added, report.updated) == (1, 1)
    assert show(store, "Zorblax").aliases == ("Two",)


BAD_LINES = ["{", "[]", "null", '{"name": "X", "kind": "film", "polcy": "allow"}', "[" * 100_000]


@pytest.mark.parametrize("bad", BAD_LINES, ids=["cut", "list", "null", "typo", "deep"])
def test_one_bad_line_imports_nothing(store: Store, tmp_path: Path, bad: str) -> None:
    path = written(tmp_path / "works.jsonl", {"name": "Zorblax", "kind": "film"}, bad)
    report = import_rows(store, path)
    assert (report.added, report.revision, [line for line, _ in report.errors]) == (0, 0, [2])
    assert (count(store, work), count(store, ledger_entry)) == (0, 0)


def test_keep_going_imports_the_good_lines(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "works.jsonl", *BAD_LINES, {"name": "Zorblax", "kind": "film"})
    report = import_rows(store, path, keep_going=True)
    assert (report.added, len(report.errors), report.revision) == (1, len(BAD_LINES), 1)


def test_a_typo_is_named(store: Store, tmp_path: Path) -> None:
    ((_, message),) = import_rows(store, written(tmp_path / "w.jsonl", BAD_LINES[3])).errors
    assert "polcy" in message


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_an_unreadable_file_is_an_error(
    store: Store, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "works.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RegistryError, match=r"cannot be read|not a regular file"):
        import_rows(store, path)


def test_references_are_kept_and_signalled(store: Store, tmp_path: Path) -> None:
    write_png(tmp_path / "guard.png", picture(1))
    row = {"name": "Zorblax", "kind": "film", "references": ["guard.png"]}
    report = import_rows(store, written(tmp_path / "works.jsonl", row))
    assert report.errors == ()
    ((blob, role),) = [(r.path, r.role) for r in show(store, "Zorblax").references]
    assert role == "image"
    store.blobs.verify(blob)
    registry = load_registry(store)
    assert len(registry.pictures) == 1


def test_replacing_a_work_forgets_its_references(store: Store, tmp_path: Path) -> None:
    write_png(tmp_path / "guard.png", picture(1))
    add(store, with_references("guard.png"), tmp_path)
    add(store, ROW)
    assert (count(store, work_reference), count(store, reference_signal)) == (0, 0)


@pytest.mark.parametrize(
    ("origin", "why"),
    [
        ("blank.png", "blank"),
        ("missing.png", "not a file"),
        ("text.png", "cannot be used"),
        ("https://example.org/guard.png", "network"),
        (".", "not a file"),
    ],
)
def test_unusable_references_are_refused(
    store: Store, tmp_path: Path, origin: str, why: str
) -> None:
    write_png(tmp_path / "blank.png", np.full((288, 512, 3), 200, np.uint8))
    (tmp_path / "text.png").write_text("not a picture")
    with pytest.raises(RegistryError, match=why):
        add(store, with_references(origin), tmp_path)
    assert now(store) == 0


def test_show_knows_any_spelling_and_says_when_it_does_not(store: Store) -> None:
    add(store, ROW.model_copy(update={"lang_aliases": {"ko": ("조르블락스",)}}))
    assert show(store, "ＺＯＲＢＬＡＸ").work_id == show(store, "조르블락스").work_id == ROW.id
    with pytest.raises(NotFound, match="unknown"):
        show(store, "Nobody")
    add(store, RegistryRow(name="Zorblax", kind=WorkKind.FILM))
    with pytest.raises(NotFound, match="several"):
        show(store, "Zorblax")


def test_a_shown_work_is_its_row_again(store: Store) -> None:
    row = ROW.model_copy(
        update={
            "aliases": ("Zorb",),
            "lang_aliases": {"ko": ("조르블락스",), "ja": ("ゾルブ",)},
            "hashtags": ("#Zorblax",),
            "keywords": ("blue",),
            "identifiers": {"imdb": "tt0000001"},
            "territories": ("US",),
        }
    )
    shown = show(store, add(store, row)).model_dump(
        exclude={"work_id", "revision", "parts", "flags"}
    )
    assert shown == row.model_dump()


def test_listing_filters(store: Store) -> None:
    add(store, ROW)
    add(store, RegistryRow(name="Anton", kind=WorkKind.PERSON))
    assert [found.name for found in listing(store)] == ["Anton", "Zorblax"]
    assert [found.name for found in listing(store, "ORBL")] == ["Zorblax"]
    assert [found.name for found in listing(store, kind="person")] == ["Anton"]
    assert listing(store, "100%") == []


def test_the_starter_comes_once_and_never_over_an_own_registry(store: Store) -> None:
    ensure_starter(store)
    ensure_starter(store)
    assert (now(store), len(listing(store)), count(store, ledger_entry)) == (1, 37, 1)


def test_the_starter_leaves_an_own_registry_alone(store: Store) -> None:
    add(store, ROW)
    ensure_starter(store)
    assert len(listing(store)) == 1


def test_a_snapshot_is_kept_until_the_revision_moves(store: Store) -> None:
    add(store, ROW)
    first = current(store)
    assert current(store) is first
    add(store, RegistryRow(name="Quuxodrome", kind=WorkKind.FILM))
    second = current(store)
    assert (first.revision, second.revision) == (1, 2)
    assert [m.name for m in second.names.find("a quuxodrome")] == ["Quuxodrome"]
    assert first.names.find("a quuxodrome") == []
