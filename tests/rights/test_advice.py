import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cleardance.media import write_png
from cleardance.rights.registry import add, check_rows, import_rows, revision, show
from cleardance.rights.row import RegistryRow
from cleardance.store import Store
from tests.match.pictures import picture


def warned(store: Store, tmp_path: Path, *rows: dict[str, Any]) -> list[tuple[int, str]]:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps({"kind": "film"} | row) for row in rows))
    report = check_rows(store, path)
    assert report.errors == ()
    with store.read() as connection:
        assert revision(connection) == report.revision
    return list(report.warnings)


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("X", "single letter"),
        ("young man", "would stop 8 of"),
        ("blue sky", "would stop none of"),
        ("Young Man", None),
        ("Zorblax", None),
    ],
)
def test_names_that_would_harm_are_warned_of(
    store: Store, tmp_path: Path, name: str, warning: str | None
) -> None:
    found = warned(store, tmp_path, {"name": "Quux", "aliases": [name]})
    assert [warning in text for _, text in found] == ([True] if warning else [])


def test_names_of_others_and_repeated_works_are_warned_of(store: Store, tmp_path: Path) -> None:
    add(store, RegistryRow(name="Zorblax", kind="series", owner="Other"))
    found = warned(
        store,
        tmp_path,
        {"name": "Zorblax", "owner": "Q"},
        {"name": "Quux", "owner": "Q"},
        {"name": "QUUX", "owner": "Q"},
    )
    assert [line for line, _ in found] == [1, 3]
    assert "other owners" in found[0][1]
    assert "line 2" in found[1][1]


def guards(tmp_path: Path, count: int, **values: Any) -> Path:
    write_png(tmp_path / "logo.png", picture(3))
    row = {"kind": "film", "references": ["logo.png"]} | values
    rows = [row | {"name": f"Zorblax {n}", "owner": f"Owner {n % 2}"} for n in range(count)]
    (tmp_path / "logos.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path / "logos.jsonl"


def test_a_picture_that_others_registered_is_flagged(store: Store, tmp_path: Path) -> None:
    path = guards(tmp_path, 2)
    assert all("same picture as" in text for _, text in check_rows(store, path).warnings)
    assert import_rows(store, path).added == 2
    assert "same picture as" in show(store, "Zorblax 1").flags[0]


CHANGED = {
    "mirrored": picture(3)[:, ::-1],
    "framed": np.pad(picture(3), ((30, 30), (40, 40), (0, 0))),
}


@pytest.mark.parametrize("way", CHANGED)
def test_a_changed_picture_is_flagged_too(store: Store, tmp_path: Path, way: str) -> None:
    import_rows(store, guards(tmp_path, 1))
    write_png(tmp_path / "changed.png", np.ascontiguousarray(CHANGED[way]))
    row = RegistryRow(name="Quux", kind="film", owner="Other", references=("changed.png",))
    add(store, row, tmp_path)
    assert 'same picture as "Zorblax 0"' in show(store, "Quux").flags[0]


def test_a_stock_picture_is_refused(store: Store, tmp_path: Path) -> None:
    report = import_rows(store, guards(tmp_path, 12))
    assert (report.added, len(report.errors)) == (0, 12)
    assert "stock picture" in report.errors[0][1]


def test_one_owners_two_works_may_share_a_picture(store: Store, tmp_path: Path) -> None:
    path = guards(tmp_path, 1)
    import_rows(store, path)
    row = {"name": "Zorblax 2", "kind": "film", "owner": "Owner 0", "references": ["logo.png"]}
    add(store, RegistryRow.model_validate(row), tmp_path)
    assert show(store, "Zorblax 2").flags == ()
