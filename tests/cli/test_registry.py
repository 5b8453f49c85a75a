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
