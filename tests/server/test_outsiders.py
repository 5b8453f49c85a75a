"""What somebody without any key gets to know, and by which ways they try."""

from pathlib import Path

from cleardance.clearance.service import open_service
from cleardance.rights import registry
from cleardance.rights.row import parse_row
from tests.clearance.asking import make, request
from tests.server.conftest import Server


def test_whoever_finds_a_file_is_not_told_the_words_behind_it(idle: Server, tmp_path: Path) -> None:
    with open_service(idle.home) as service:
        row = {"name": "Silver Lantern", "kind": "film", "owner": "Tide", "policy": "allow"}
        registry.add(service.store, parse_row(row))
        output = tmp_path / "out.png"
        asked = request("my sister's wedding in Silver Lantern", account="creator")
        assert make(service, output, asked).status == "released"
    with idle.client(None) as anybody:
        told = anybody.post("/api/clearance/inspect", files={"file": output.read_bytes()}).json()
    assert told["verdicts"]["ask"]["decision"] == "clear"
    assert told["verdicts"]["ask"]["findings"] == []
    assert told["verdicts"]["ask"]["reason"] == ""
    assert "Silver Lantern" not in str(told)
