import sqlite3
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cleardance.ledger.note import PublicKey
from cleardance.ledger.proof import verify_proof
from cleardance.ledger.witness import Witness
from tests.cli.conftest import Run

STILL = ("a tree", "-o", "tree.png", "--resolution", "480p", "--seed", "1")


def test_a_ledger_verifies_and_signs(run: Run) -> None:
    run("generate", *STILL)
    done = run("ledger", "verify", "--json")
    assert done.exit_code == 0
    assert done.json["size"] == done.json["signed_size"] == 9
    note = run("ledger", "checkpoint").out
    assert run("ledger", "checkpoint", "--json").json["checkpoint"] == note
    assert note.splitlines()[1] == "9"


def test_a_changed_row_is_named_and_ends_in_5(run: Run, home: Path) -> None:
    run("generate", *STILL)
    with sqlite3.connect(home / "cleardance.db") as database:
        database.execute("UPDATE ledger_entry SET kind = 'held' WHERE kind = 'released'")
    database.close()
    done = run("ledger", "verify", "--json")
    assert done.exit_code == 5
    assert done.json["error"] == {
        "code": "VerificationFailed.Ledger",
        "message": "Entry 8 of the ledger was changed.",
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


def test_an_export_is_checked_without_a_home(run: Run, tmp_path: Path) -> None:
    run("ledger", "checkpoint")
    done = run("ledger", "export", "public", "--json").json
    found = run("ledger", "check", "public", "--key", done["key"], "--json")
    assert (found.exit_code, found.json["size"]) == (0, done["size"])
    (tmp_path / "kept").write_bytes((tmp_path / "public/checkpoint").read_bytes())
    entries = next((tmp_path / "public/tile/entries").rglob("*/*"))
    data = bytearray(entries.read_bytes())
    data[20] ^= 1
    entries.write_bytes(data)
    broken = run("ledger", "check", "public", "--kept", "kept", "--json")
    assert broken.exit_code == 5
    assert broken.json["error"]["code"] == "VerificationFailed.Ledger"


def test_a_proof_and_a_new_key(run: Run) -> None:
    old = run("ledger", "rotate-key", "--json").json["retired"][0]
    proof = run("ledger", "prove", "0", "--since", "1", "--json").json
    assert verify_proof(proof, [PublicKey.parse(old)]).size == 3  # signed by both keys
    assert run("ledger", "verify").exit_code == 0
    assert run("ledger", "prove", "99").exit_code == 2


def test_witnesses_are_counted(run: Run, home: Path, tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    ledger = PublicKey.parse(run("ledger", "export", "public", "--json").json["key"])
    witness = Witness("witness.example/w", key, ledger)
    settings = f'witnesses = ["{witness.public}"]\nwitness_quorum = 1\n'
    (home / "cleardance.toml").write_text(settings)
    assert run("ledger", "verify").exit_code == 5
    body = run("ledger", "ask-witness").out
    signed = body.partition("\n\n")[2] + witness.add(body, 1_771_318_800)
    (tmp_path / "signed").write_text(signed)
    assert run("ledger", "cosign", "signed", "--json").json["witnesses"] == ["witness.example/w"]
    assert run("ledger", "verify").exit_code == 0


def test_inspect_writes_a_page_and_asks_nobody_inside(run: Run, tmp_path: Path) -> None:
    (tmp_path / "<b>.txt").write_text("hello")
    assert run("inspect", "<b>.txt", "--html", "page.html").exit_code == 0
    page = (tmp_path / "page.html").read_text()
    assert "&lt;b&gt;.txt" in page
    assert "<b>" not in page
    assert run("inspect", (tmp_path / "<b>.txt").as_uri(), "--json").json["file"] == "<b>.txt"
    url = run("inspect", "http://127.0.0.1:9/a.mp4", "--json")
    assert url.exit_code == 2
    assert "not a public address" in url.json["error"]["message"]
    assert run("inspect", "missing.mp4").exit_code == 2
