import sqlite3
from pathlib import Path

from tests.cli.conftest import Run

STILL = ("a tree", "-o", "tree.png", "--resolution", "480p", "--seed", "1")


def test_a_ledger_verifies_and_signs(run: Run) -> None:
    run("generate", *STILL)
    done = run("ledger", "verify", "--json")
    assert done.exit_code == 0
    assert done.json["size"] == done.json["signed_size"] == 8
    note = run("ledger", "checkpoint").out
    assert run("ledger", "checkpoint", "--json").json["checkpoint"] == note
    assert note.splitlines()[1] == "8"


def test_a_changed_row_is_named_and_ends_in_5(run: Run, home: Path) -> None:
    run("generate", *STILL)
    with sqlite3.connect(home / "cleardance.db") as database:
        database.execute("UPDATE ledger_entry SET kind = 'held' WHERE kind = 'released'")
    database.close()
    done = run("ledger", "verify", "--json")
    assert done.exit_code == 5
    assert done.json["error"] == {
        "code": "VerificationFailed.Ledger",
        "message": "Entry 7 of the ledger was changed.",
        "hint": None,
    }


def test_inspect_knows_its_own_a_changed_one_and_a_stranger(run: Run, tmp_path: Path) -> None:
    made = run("generate", *STILL, "--json").json
    mine = run("inspect", "tree.png", "--json").json
    assert mine["c2pa"]["state"] == "Trusted"
    assert mine["ledger"] == {"index": made["ledger"]["index"], "verified": True}
    assert (mine["output"], mine["verdict"], mine["modified"]) == (made["id"], "clear", False)

    changed = bytearray((tmp_path / "tree.png").read_bytes())
    changed[-200] ^= 1
    (tmp_path / "changed.png").write_bytes(changed)
    assert run("inspect", "changed.png", "--json").json["modified"] is True
    assert "NOT the file" in run("inspect", "changed.png").out

    (tmp_path / "stranger.txt").write_text("hello")
    stranger = run("inspect", "stranger.txt", "--json").json
    assert stranger["c2pa"]["state"] == "None"
    assert stranger["ledger"] == {"index": None, "verified": False}


def test_inspect_does_not_believe_the_task_row(run: Run, home: Path, tmp_path: Path) -> None:
    """Whoever can write the database cannot make it vouch for a file the ledger never saw."""
    run("generate", *STILL)
    changed = (tmp_path / "tree.png").read_bytes() + b"more"
    (tmp_path / "changed.png").write_bytes(changed)
    import hashlib

    digest = hashlib.sha256(changed).hexdigest()
    with sqlite3.connect(home / "cleardance.db") as database:
        database.execute("UPDATE task SET sealed_blob = ?", [digest])
    database.close()
    assert run("inspect", "changed.png", "--json").json["modified"] is True
