import json
from pathlib import Path

from tests.cli.conftest import Run


def test_a_work_added_counts_from_the_next_request_on(run: Run) -> None:
    assert run("screen", "Captain Quibble waves").exit_code == 0
    done = run(
        "registry", "add", "Captain Quibble", "--kind", "character", "--owner", "Q", "--json"
    )
    denied = run("screen", "Captain Quibble waves", "--json")
    assert denied.exit_code == 3
    assert denied.json["findings"][0]["work"]["id"] == done.json["id"]


def test_the_starter_can_be_listed_and_shown(run: Run) -> None:
    assert "Squid Game" in run("registry", "list").out
    works = run("registry", "list", "squid", "--json").json["works"]
    assert [work["name"] for work in works] == ["Squid Game"]
    assert run("registry", "show", "오징어 게임", "--json").json["owner"] == "Netflix"
    assert run("registry", "show", "no such work").exit_code == 2


def test_an_import_with_a_bad_row_imports_nothing_unless_told(run: Run, tmp_path: Path) -> None:
    rows = [{"name": "Good One", "kind": "film"}, {"name": "Bad One", "kind": "sandwich"}]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    done = run("registry", "import", "rows.jsonl", "--json")
    assert (done.exit_code, done.json["added"]) == (1, 0)
    assert done.json["errors"][0]["line"] == 2
    assert run("registry", "show", "Good One").exit_code == 2
    done = run("registry", "import", "rows.jsonl", "--keep-going", "--json")
    assert (done.exit_code, done.json["added"]) == (1, 1)
    assert run("registry", "show", "Good One").exit_code == 0


def test_a_bad_work_is_refused_with_the_field(run: Run) -> None:
    done = run("registry", "add", "...", "--kind", "film", "--json")
    assert done.exit_code == 1
    assert "no letter or digit" in done.json["error"]["message"]


def test_a_file_is_checked_imported_exported_and_told_of(run: Run, tmp_path: Path) -> None:
    rows = [
        {"name": "Zorblax", "kind": "film", "owner": "Q", "aliases": ["young man"]},
        {"name": "Zorblax", "kind": "series", "owner": "Other"},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    checked = run("registry", "check", "rows.jsonl", "--json")
    assert (checked.exit_code, checked.json["added"], checked.json["errors"]) == (0, 2, [])
    warned = " ".join(one["message"] for one in checked.json["warnings"])
    assert "everyday words: it would stop" in warned
    assert "other owners" in warned
    assert run("registry", "show", "young man").exit_code == 2
    assert run("registry", "import", "rows.jsonl", "--by", "nobody").exit_code == 2
    assert run("registry", "import", "rows.jsonl").exit_code == 0
    again = run("registry", "import", "rows.jsonl")
    assert "2 unchanged" in again.out
    assert "everyday words: it would stop" in again.err
    assert run("registry", "export", "all.jsonl", "--json").json["works"] == 39
    assert "0 added, 0 updated, 39 unchanged" in run("registry", "import", "all.jsonl").out
    work_id = run("registry", "remove", "young man", "--json").json["id"]
    told = run("registry", "history", work_id, "--json").json["changes"]
    assert [(one["act"], one["account"]) for one in told] == [
        ("added", "local"),
        ("removed", "local"),
    ]
    assert 'name: "Zorblax" -> none' in run("registry", "history", work_id).out
    assert run("screen", "a young man").exit_code == 0
