from pathlib import Path

from tests.cli.conftest import Run

LETTERS = Path(__file__).parents[2] / "examples" / "letters"


def test_the_letter_is_filed_counted_listed_and_shown(run: Run, tmp_path: Path) -> None:
    made = run("generate", "a fox runs #Bridgerton", "-o", str(tmp_path / "a.png"), "--json")
    assert made.exit_code == 3  # the work is registered, its hashtag counts as its name
    done = run("notice", "submit", str(LETTERS / "netflix.yaml"), "--json")
    assert done.exit_code == 0
    assert (done.json["valid"], done.json["missing"]) == (True, [])
    assert done.json["deadline"] == "2026-02-20T23:59:59Z"
    assert done.json["plan"] == {
        "remove": 0,
        "accounts": 1,
        "keys": 0,
        "in_flight": 0,
        "samples": 0,
    }
    assert len(done.json["works"]) == 4
    again = run("notice", "submit", str(LETTERS / "netflix.yaml"), "--json")
    assert (again.json["id"], again.json["joined"]) == (done.json["id"], True)
    [listed] = run("notice", "list", "--json").json["notices"]
    assert (listed["id"], listed["status"]) == (done.json["id"], "accepted")
    shown = run("notice", "show", done.json["id"])
    assert "Touches   0 released outputs, 0 tasks on their way, 1 accounts" in shown.out
    assert "Netflix" in run("notice", "list").out


def test_outputs_released_before_the_work_was_registered_are_counted(
    run: Run, tmp_path: Path
) -> None:
    prompt = "a cat runs along Lantern Street at night"
    assert run("generate", prompt, "-o", str(tmp_path / "a.png")).exit_code == 0
    letter = (LETTERS / "netflix.yaml").read_text().replace("Squid Game", "Lantern Street")
    (tmp_path / "letter.yaml").write_text(letter)
    done = run("notice", "submit", "letter.yaml", "--json")
    assert done.json["plan"] == {
        "remove": 1,
        "accounts": 1,
        "keys": 0,
        "in_flight": 0,
        "samples": 0,
    }
    denied = run("generate", prompt, "-o", str(tmp_path / "b.png"))
    assert denied.exit_code == 3


def test_a_notice_without_a_signature_is_answered(run: Run, tmp_path: Path) -> None:
    letter = (LETTERS / "sony.yaml").read_text().replace('signature: "/s/ A. Counsel"\n', "")
    (tmp_path / "letter.yaml").write_text(letter)
    done = run("notice", "submit", "letter.yaml")
    assert done.exit_code == 1
    assert "To act on it, we still need:\n\n  - signature: who vouches for it" in done.out
    shown = run("notice", "submit", "letter.yaml", "--json").json
    assert (shown["valid"], shown["missing"], shown["plan"]) == (False, ["signature"], None)


def test_what_is_no_notice_and_what_is_unknown(run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.yaml").write_text("kind: theft")
    done = run("notice", "submit", "letter.yaml", "--json")
    assert (done.exit_code, done.json["error"]["code"]) == (1, "InvalidNotice")
    assert run("notice", "show", "ntc-none").exit_code == 2


def test_the_report_is_written_and_checked_without_a_home(run: Run, tmp_path: Path) -> None:
    assert run("generate", "a fox #Bridgerton", "-o", str(tmp_path / "a.png")).exit_code == 3
    notice_id = run("notice", "submit", str(LETTERS / "netflix.yaml"), "--json").json["id"]
    said = run("notice", "report", notice_id).json
    assert said["summary"]["instances"] == 1
    for form in ("json", "csv", "html", "pdf"):
        name = f"report.{form}"
        done = run("notice", "report", notice_id, "--format", form, "-o", name)
        assert done.exit_code == 0, done.err
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    nowhere = tmp_path / "nowhere"
    key = ("--key", said["ledger_key"])
    done = run("ledger", "check-report", "report.json", *key, "--json", in_home=nowhere)
    assert (done.exit_code, done.json["verified"], done.json["instances"]) == (0, True, 1)
    changed = (tmp_path / "report.json").read_text().replace('"denied"', '"failed"', 1)
    (tmp_path / "report.json").write_text(changed.replace('"instances": 1', '"instances": 0'))
    assert run("ledger", "check-report", "report.json", in_home=nowhere).exit_code == 5
    assert not nowhere.exists()
