import hashlib
import json
from pathlib import Path

from tests.cli.conftest import Run

TO_STUDIO = ("Squid Game", "--to", "account:studio", "--use", "prompt")


def granted(run: Run, *options: str) -> str:
    run("account", "create", "studio")
    done = run("licence", "grant", *TO_STUDIO, *options, "--json")
    assert done.exit_code == 0, done.err
    return str(done.json["id"])


def test_a_licence_counts_from_the_next_request_on_until_it_is_revoked(run: Run) -> None:
    licence_id = granted(run)
    asked = ("screen", "Squid Game guards", "--account", "studio", "--json")
    cleared = run(*asked)
    assert (cleared.exit_code, cleared.json["licences"]) == (0, [licence_id])
    assert run("screen", "Squid Game guards").exit_code == 3  # the local account has none
    assert run("screen", "Squid Game guards", "--account", "studio", "--post").exit_code == 3
    gone = run("licence", "revoke", licence_id, "--by", "Netflix", "--why", "breach", "--json")
    assert (gone.exit_code, gone.json["state"]) == (0, "revoked")
    denied = run(*asked)
    assert (denied.exit_code, denied.json["licences"]) == (3, [])
    assert f"{licence_id} by Netflix does not count: it was revoked on" in denied.json["reason"]
    assert "breach" not in denied.out


def test_show_and_evidence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "contract.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "out").mkdir()
    licence_id = granted(run, "--evidence", "contract.pdf", "--until", "2099-12-31")
    shown = run("licence", "show", licence_id, "--json").json
    digest = hashlib.sha256(b"%PDF-1.7").hexdigest()
    assert shown["evidence"] == [{"name": "contract.pdf", "sha256": digest}]
    assert (shown["to"], shown["state"]) == ("account:studio", "in force")
    words = run("licence", "show", licence_id, "--evidence", "out")
    assert words.out.startswith(f"Licence   {licence_id}, in force\n")
    assert (tmp_path / "out" / "1-contract.pdf").read_bytes() == b"%PDF-1.7"
    policy = run("licence", "show", licence_id, "--odrl").json
    assert (policy["@type"], policy["uid"].endswith(licence_id)) == ("Agreement", True)


def test_evidence_that_was_changed_is_not_handed_out(run: Run, home: Path, tmp_path: Path) -> None:
    licence_id = granted(run, "--statement", "by letter")
    digest = hashlib.sha256(b"by letter").hexdigest()
    (home / "blobs" / digest[:2] / digest[2:]).write_bytes(b"by word of mouth")
    (tmp_path / "out").mkdir()
    done = run("licence", "show", licence_id, "--evidence", "out", "--json")
    assert done.exit_code == 1
    assert done.json["error"]["code"] == "StoreFailed.BlobDamaged"
    assert list((tmp_path / "out").iterdir()) == []


def test_list_names_every_licence_and_its_state(run: Run) -> None:
    ended = granted(run, "--until", "2020-12-31")
    to_all = ("--to", "everyone", "--use", "style", "--json")
    held = run("licence", "grant", "Squid Game", *to_all).json["id"]
    found = run("licence", "list", "Squid Game", "--json").json["licences"]
    states = {one["id"]: one["state"] for one in found}
    assert states == {ended: "expired", held: "in force"}
    words = run("licence", "list", "--to", "everyone").out
    assert words.startswith(f"{held}  in force       everyone ")


def test_check_says_which_licence_allows_it_and_why_others_do_not(run: Run) -> None:
    licence_id = granted(run, "--from", "2030-01-01", "--territory", "DE")
    about = ("licence", "check", "Squid Game", "--use")
    held = ("--account", "studio", "--territory", "DE", "--at", "2030-01-01")
    allowed = run(*about, "prompt", *held, "--json")
    assert (allowed.exit_code, allowed.json["licence"]) == (0, licence_id)
    denied = run(*about, "style", "--at", "2029-01-01", "--json")
    assert (denied.exit_code, denied.json["licence"]) == (3, None)
    assert denied.json["not_counting"] == [
        {
            "id": licence_id,
            "why": [
                "is held by others",
                "begins on 2030-01-01",
                "is for DE only (outputs are offered everywhere)",
                "allows prompt, not style",
            ],
        }
    ]
    assert run(*about, "prompt", "--at", "some day").exit_code == 2


def test_a_consent_needs_evidence_and_is_the_persons_own(run: Run) -> None:
    consent = ("licence", "grant", "Tom Cruise", "--to", "everyone", "--use", "likeness", "--json")
    refused = run(*consent)
    assert (refused.exit_code, refused.json["error"]["code"]) == (1, "InvalidLicence")
    made = run(*consent, "--statement", "I agree.")
    assert (made.exit_code, made.json["kind"]) == (0, "consent")
    assert run("screen", "Tom Cruise dances").exit_code == 0


def test_a_partner_holds_a_licence_for_its_accounts(run: Run) -> None:
    run("account", "create", "first", "--partner", "guild")
    run("licence", "grant", "Squid Game", "--to", "partner:guild", "--use", "prompt")
    assert run("screen", "Squid Game", "--account", "first").exit_code == 0
    assert run("account", "partner", "first", "--json").json == {"name": "first", "partner": None}
    assert run("screen", "Squid Game", "--account", "first").exit_code == 3


def test_what_is_wrong_is_said(run: Run) -> None:
    for options, exit_code in (
        (("Nothing Known", "--to", "everyone", "--use", "prompt"), 2),
        (("Squid Game", "--to", "nobody", "--use", "prompt"), 1),
        (("Squid Game", "--to", "everyone"), 2),
    ):
        done = run("licence", "grant", *options, "--json")
        assert done.exit_code == exit_code
        assert json.loads(done.out.splitlines()[0])["error"]["message"]
    assert run("licence", "revoke", "lic-0", "--by", "x", "--why", "y").exit_code == 2
    assert run("screen", "x", "--account", "nobody").exit_code == 2
