"""Commands about one task."""

from pathlib import Path

from tests.cli.conftest import Run

STILL = ("--resolution", "480p", "--ratio", "1:1", "--seed", "7")


def test_the_clearance_record_is_checked_with_its_file_and_without_a_home(
    run: Run, tmp_path: Path
) -> None:
    made = run("generate", "a red ball bounces", "-o", "ball.png", *STILL, "--json").json
    for form in ("json", "pdf"):
        done = run("task", "record", made["id"], "--format", form, "-o", f"record.{form}")
        assert done.exit_code == 0, done.err
    assert (tmp_path / "record.pdf").read_bytes().startswith(b"%PDF-")
    nowhere = tmp_path / "nowhere"
    check = ("ledger", "check-record", "record.json")
    done = run(*check, "--media", "ball.png", "--json", in_home=nowhere)
    assert (done.exit_code, done.json["verified"], done.json["media_checked"]) == (0, True, True)
    assert run(*check, "--media", "record.pdf", in_home=nowhere).exit_code == 5
    changed = (tmp_path / "record.json").read_text().replace("a red ball", "a sad ball")
    (tmp_path / "record.json").write_text(changed)
    assert run(*check, in_home=nowhere).exit_code == 5
    (tmp_path / "record.json").write_text("[]")
    assert run(*check, in_home=nowhere).exit_code == 5
    assert not nowhere.exists()


def test_no_record_of_what_is_not_there_and_none_where_nothing_can_be_written(run: Run) -> None:
    assert run("task", "record", "cgt-none", "-o", "x.pdf").exit_code == 2
    made = run("generate", "a red ball bounces", "-o", "ball.png", *STILL, "--json").json
    done = run("task", "record", made["id"], "-o", "no/such/folder/x.json", "--format", "json")
    assert done.exit_code != 0
    assert "Traceback" not in done.err
