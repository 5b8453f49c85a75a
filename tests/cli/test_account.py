"""Erasing what is personal, making the same again, and looking a binding up, as commands."""

from pathlib import Path

from cleardance.provenance.identifiers import binding_value
from tests.cli.conftest import Run


def test_again_binding_and_erase(run: Run, tmp_path: Path) -> None:
    small = ("--ratio", "21:9", "--resolution", "480p")
    made = run("generate", "a tree in a field", *small, "-o", "tree.png", "--json").json
    again = run("generate", "--again", "tree.png", "-o", "again.png", "--json")
    assert (again.exit_code, again.json["seed"]) == (0, made["seed"])
    wrong = run("generate", "--again", "tree.png", "-o", "x.png", "--seed", "3", "--json")
    assert (wrong.exit_code, wrong.json["error"]["code"]) == (2, "InvalidParameter")
    assert run("generate", "-o", "x.png").exit_code == 2

    said = run("inspect", "tree.png", "--json").json
    value = binding_value(said["ledger"]["index"])
    found = run("inspect", "--binding", value, "--json").json
    assert [match["manifestId"] for match in found["matches"]] == [said["manifest"]["id"]]
    assert run("inspect", "--binding", "rubbish").exit_code == 2
    assert run("inspect").exit_code == 2

    assert run("account", "erase", "local", "--task", made["id"]).exit_code == 130  # not confirmed
    erased = run("account", "erase", "local", "--yes", "--json").json
    assert set(erased["erased"]) == {made["id"], again.json["id"]}
    assert run("ledger", "verify").exit_code == 0
    after = run("inspect", "tree.png", "--json").json
    assert (after["modified"], after["ledger"]["verified"]) == (False, True)
