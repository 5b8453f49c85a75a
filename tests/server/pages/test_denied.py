"""What a creator gets of a denied output: words, not its pictures; and what a flood gets: 429."""

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
from tests.clearance.asking import make, request
from tests.server.pages.conftest import Served
from tests.server.pages.test_guarding import entered, token_in

from cleardance.clearance import review, review_decision
from cleardance.clearance.service import open_service
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row


def test_a_denied_output_is_not_had_as_evidence_against_it(served: Served, tmp_path: Path) -> None:
    with entered(served) as client, open_service(served.home) as service:
        assert make(service, tmp_path / "known.png").status == "released"
        reference = str(tmp_path / "known.png")
        row = {"name": "The Ball", "kind": "character", "references": [reference]}
        add(service.store, parse_row(row))
        denied = make(service, tmp_path / "out.png", request(account="mara"))
        assert denied.status == "denied"
        assert denied.verdict is not None
        pictures = {
            digest
            for one in denied.verdict.findings
            for digest in (one.evidence.seen, one.evidence.matched)
            if digest is not None
        }
        assert len(pictures) == 2
        page = client.get(f"/studio/{denied.task.id}")
        assert "The Ball" in page.text
        assert "/evidence/" not in page.text
        for digest in pictures:
            found = client.get(f"/studio/{denied.task.id}/evidence/{digest}")
            assert (found.status_code, found.headers["content-type"][:9]) == (404, "text/html")


def test_unsealed_pictures_are_gone_once_somebody_has_decided_anywhere(
    served: Served, tmp_path: Path
) -> None:
    with entered(served) as client, open_service(served.home) as service:
        assert make(service, tmp_path / "known.png", request(seed=3)).status == "released"
        row = {"name": "The Hill", "kind": "character", "references": [str(tmp_path / "known.png")]}
        add(service.store, parse_row(row))
        denied = make(service, tmp_path / "out.png", request(seed=3, account="mara")).task.id
        now = datetime.now(UTC)
        waiting = review.appeal(service, denied, "mara", "it is my own hill", now).id
        page = client.get(f"/operate/review/{waiting}")
        picture = min(re.findall(r"/pictures/([a-z0-9.-]+\.png)", page.text))
        path = f"/operate/review/{waiting}/pictures/{picture}"
        assert client.get(path).status_code == 200
        review_decision.deny(service, waiting, "local", "it is not", now)  # at the command line
        assert client.get(path).status_code == 404
        client.get(f"/operate/review/{waiting}")  # looking at it again brings none back
        assert list((served.home / "cache" / "reviews").glob(f"{denied}.*")) == []


def test_nobody_fills_the_disk_with_notices(served: Served) -> None:
    with httpx.Client(base_url=served.url, timeout=60) as client:
        fields = {"csrf": token_in(client.get("/notices/new")), "kind": "copyright"}
        answers = [client.post("/notices/new", data=fields).status_code for _ in range(25)]
    assert answers[0] == 200
    assert answers[-1] == 429
