"""Notices over HTTP: anybody may send one, and nobody can block others by it."""

import time
from typing import Any

from tests.rights.notices.forms import COPYRIGHT, INTIMATE
from tests.server.conftest import Server

NOTICES = "/api/clearance/notices"


def sent(server: Server, notice: dict[str, Any]) -> dict[str, Any]:
    with server.client(None) as client:
        answer = client.post(NOTICES, json=notice)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def status_of(server: Server, sent: dict[str, Any]) -> dict[str, Any]:
    headers = {"X-Notice-Secret": sent["secret"]}
    path = f"{NOTICES}/{sent['id']}/status"
    with server.client(None) as client:
        return dict(client.get(path, headers=headers).json())


def test_a_letter_that_nobody_vouches_for_blocks_nothing(idle: Server) -> None:
    row = {"name": "Quillfeather Tower", "kind": "film"}
    receipt = sent(idle, COPYRIGHT | {"works": [row], "law": "letter", "located": []})
    assert (receipt["valid"], len(receipt["held"])) == (True, 1)
    assert "a person looks first" in receipt["held"][0]
    assert status_of(idle, receipt)["status"] == "held"
    with idle.client() as client:
        verdict = client.post("/api/clearance/screen", json={"text": "Quillfeather Tower"})
        assert verdict.json()["decision"] == "clear"
    with idle.client("operator") as client:
        refused = client.post(f"{NOTICES}/{receipt['id']}/execute")
        assert refused.status_code == 400, refused.text


def test_an_unauthorised_letter_has_no_effect_and_is_told_why(idle: Server) -> None:
    statements = COPYRIGHT["statements"] | {"authorised": False}
    receipt = sent(idle, COPYRIGHT | {"statements": statements})
    assert (receipt["valid"], receipt["missing"]) == (False, ["statements.authorised"])
    assert receipt["id"] in receipt["cure_request"]


def test_an_intimate_image_is_due_within_48_hours(idle: Server) -> None:
    began = time.time()
    receipt = sent(idle, INTIMATE)
    due = status_of(idle, receipt)["deadline"]
    assert (receipt["valid"], receipt["held"]) == (True, [])
    assert time.time() <= began + 60
    assert due[:10] == time.strftime("%Y-%m-%d", time.gmtime(began + 48 * 3600))


def test_the_secret_of_another_notice_opens_nothing(idle: Server) -> None:
    one, other = sent(idle, INTIMATE | {"signature": "/s/ 1"}), sent(idle, INTIMATE)
    path = f"{NOTICES}/{one['id']}/status"
    headers = {"X-Notice-Secret": other["secret"] or "x"}
    with idle.client(None) as client:
        assert client.get(path, headers=headers).status_code == 404
