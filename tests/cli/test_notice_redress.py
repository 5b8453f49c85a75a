import json
from pathlib import Path

from cleardance.clearance.notices.executing import execute
from cleardance.clearance.service import open_service
from tests.cli.conftest import Run

LETTERS = Path(__file__).parents[2] / "examples" / "letters"
STATES = ("mistake_under_penalty_of_perjury", "consent_to_jurisdiction",
          "accept_service_of_process")  # fmt: skip


def test_a_removal_is_told_objected_to_and_withdrawn(run: Run, home: Path, tmp_path: Path) -> None:
    made = run("generate", "a cat runs along Lantern Street", "-o", "a.png", "--json").json["id"]
    letter = (LETTERS / "netflix.yaml").read_text().replace("Squid Game", "Lantern Street")
    (tmp_path / "letter.yaml").write_text(letter)
    filed = run("notice", "submit", "letter.yaml", "--json").json
    waiting = run("notice", "due")
    assert (waiting.exit_code, "DEADLINE PASSED" in waiting.out) == (1, True)
    with open_service(home) as service:
        execute(service, filed["id"], by="local")
    assert run("notice", "due", "--json").json == {"due": []}
    assert "Statement of reasons sor-" in run("task", "show", made).out
    [told] = run("notice", "statements", filed["id"], "--json").json["statements"]
    assert (told["subject"], told["restriction"]) == (made, "removal")
    form = {
        "notice": filed["id"],
        "sender": {"name": "L. Ocal", "address": "1 Main Street", "phone": "+1 555 0100"},
        "outputs": [made],
        "statements": dict.fromkeys(STATES, True),
        "signature": "/s/ L. Ocal",
    }
    (tmp_path / "counter.json").write_text(json.dumps(form | {"signature": None}))
    lacking = run("notice", "counter", "counter.json")
    assert (lacking.exit_code, "- signature: " in lacking.out) == (1, True)
    (tmp_path / "counter.json").write_text(json.dumps(form))
    countered = run("notice", "counter", "counter.json", "--json")
    assert (countered.exit_code, countered.json["status"]) == (0, "forwarded")
    assert "L. Ocal" in countered.json["forwarding_letter"]
    sued = run("notice", "court", countered.json["id"], "--case", "3:26-cv-1", "--json")
    assert sued.json["status"] == "sued"
    page = run("notice", "status", filed["id"], "--secret", filed["secret"]).json
    assert (page["status"], page["removed"], page["counter_notices"]) == ("executed", 1, 2)
    back = run("notice", "withdraw", filed["id"], "--why", "a mistake", "--json")
    assert back.json["restored"] == [made]
    assert run("task", "fetch", made, "-o", "again.png").exit_code == 0
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "a.png").read_bytes()
    period = ("--from", "2026-01-01", "--to", "2028-01-01")
    report = run("notice", "transparency", *period).json
    assert (report["outputs_removed"], report["outputs_restored"]) == (1, 1)
    assert json.loads(run("notice", "dsa-rows", *period).out)["puid"] == told["id"]
    assert run("notice", "dsa-rows", "--from", "2028-01-01", "--to", "2026-01-01").exit_code == 2
    assert run("notice", "strikes", "--json").json["strikes"][0]["reversed_at"] is not None
