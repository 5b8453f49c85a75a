"""Requests that are malformed, oversized, mistyped, null or duplicated are told what is wrong."""

import base64
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.server.conftest import ARK, Server

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 2_000
FOX = {"type": "text", "text": "a fox"}


def image(url: str, role: str | None = None) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}, "role": role}


def data(raw: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"


def create(**values: Any) -> dict[str, Any]:
    return {"model": "draft", "content": [FOX], **values}


BAD = {
    "no body": (b"", 400, "InvalidParameter", "JSON"),
    "not JSON": (b"{", 400, "InvalidParameter", "JSON"),
    "a list": (b"[]", 400, "InvalidParameter", "object"),
    "deep nesting": (b'{"model":' + b"[" * 50_000, 400, "InvalidParameter", ""),
    "not UTF-8": (b'{"model":"\xff"}', 400, "InvalidParameter", ""),
    "half a surrogate": (b'{"model":"\\ud800"}', 400, "InvalidParameter", ""),
    "NUL": (create(model="a\0b"), 400, "InvalidParameter", "NUL"),
    "no model": ({"content": [FOX]}, 400, "MissingParameter.model", "model"),
    "model null": (create(model=None), 400, "MissingParameter.model", "model"),
    "no content": ({"model": "draft"}, 400, "MissingParameter.content", "content"),
    "content empty": (create(content=[]), 400, "InvalidParameter.content", "content"),
    "content a text": (create(content="a fox"), 400, "InvalidParameter.content", "content"),
    "an item unknown": (create(content=[{"type": "x"}]), 400, "InvalidParameter.content", "type"),
    "text missing": (create(content=[{"type": "text"}]), 400, "MissingParameter.content", "text"),
    "text empty": (create(content=[FOX | {"text": " "}]), 400, "MissingParameter", "text"),
    "two texts": (create(content=[FOX, FOX]), 400, "InvalidParameter", "several texts"),
    "duration a text": (create(duration="5"), 400, "InvalidParameter.duration", "integer"),
    "duration half": (create(duration=5.5), 400, "InvalidParameter.duration", "integer"),
    "duration zero": (create(duration=0), 400, "InvalidParameter", "duration"),
    "duration 2 s": (create(duration=2), 400, "InvalidParameter.Unsupported", "4 to 15"),
    "frames too few": (create(frames=24), 400, "InvalidParameter.Unsupported", "4 to 15"),
    "audio a number": (create(generate_audio=1), 400, "InvalidParameter.generate_audio", "boolean"),
    "seed large": (create(seed=2**31), 400, "InvalidParameter.seed", "seed"),
    "ratio unknown": (create(ratio="2:1"), 400, "InvalidParameter.ratio", "ratio"),
    "4k": (create(resolution="4k"), 400, "InvalidParameter.Unsupported", "4k"),
    "priority ten": (create(priority=10), 400, "InvalidParameter.priority", "priority"),
    "expiry short": (create(execution_expires_after=60), 400,
                     "InvalidParameter.execution_expires_after", "3600"),
    "identifier long": (create(safety_identifier="x" * 65), 400,
                        "InvalidParameter.safety_identifier", "64"),
    "callback a file": (create(callback_url="file:///etc/passwd"), 400,
                        "InvalidParameter.Address", "address"),
    "tools": (create(tools=[{"type": "web_search"}]), 400, "InvalidParameter.Unsupported", "tools"),
    "webm": (create(output_format="webm"), 400, "InvalidParameter.output_format", "mov"),
    "flag bad": (create(content=[{"type": "text", "text": "a fox --dur x"}]), 400,
                 "InvalidParameter", "--dur"),
    "flag fps": (create(content=[{"type": "text", "text": "a fox --fps 30"}]), 400,
                 "InvalidParameter.Unsupported", "30 frames"),
    "flag twice": (create(content=[{"type": "text", "text": "a fox --dur 5 --dur 6"}]), 400,
                   "InvalidParameter", "twice"),
    "a mention of nothing": (create(content=[{"type": "text", "text": "@Image1 runs"}]), 400,
                             "InvalidParameter", "@Image1"),
    "a draft not there": (create(content=[{"type": "draft_task", "draft_task": {"id": "x"}}]), 404,
                          "NotFound.Resource", "x"),
    "a broken picture": (create(content=[FOX, image(data(PNG))]), 400, "Invalid", "@Image1"),
    "a page": (create(content=[FOX, image(data(b"<html>" * 99))]), 400,
               "InvalidMedia.Unreadable", "@Image1"),
    "a file of ours": (create(content=[FOX, image("file:///etc/passwd")]), 400,
                       "InvalidParameter.Address", "@Image1"),
    "an asset of nobody": (create(content=[FOX, image("asset://x")]), 404,
                           "NotFound.Resource", "asset"),
    "ten pictures": (create(content=[FOX, *[image("asset://x")] * 10]), 400,
                     "InvalidParameter", "9 is the most"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_create_is_told_what_is_wrong_in_arks_envelope(idle: Server, what: str) -> None:
    body, status, code, words = BAD[what]
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with idle.client() as client:
        answer = client.post(ARK, content=raw, headers={"Content-Type": "application/json"})
    error = answer.json()["error"]
    assert answer.status_code == status, error
    assert error["code"].startswith(code), error
    assert words in error["message"]
    assert set(error) == {"code", "message", "param", "type"}


def test_nulls_are_as_absent_and_unknown_fields_are_ignored(idle: Server) -> None:
    nulls = dict.fromkeys(["seed", "ratio", "duration", "frames", "draft", "tools", "watermark"])
    with idle.client() as client:
        made = client.post(ARK, json=create(**nulls, subdivision_level=None, of_tomorrow=7))
        task = client.get(f"{ARK}/{made.json()['id']}").json()
        client.delete(f"{ARK}/{made.json()['id']}")
    facts = (task["duration"], task["ratio"], task["resolution"], task["draft"], task["watermark"])
    assert facts == (5, "16:9", "720p", False, False)


def test_a_body_past_the_limit_is_refused_before_it_is_read(idle: Server) -> None:
    with idle.client() as client:
        declared = client.post(ARK, content=b"x" * (64 * 2**20 + 1))
    assert (declared.status_code, declared.json()["error"]["code"]) == (413, "RequestTooLarge")


def test_a_retried_create_is_joined_and_a_second_one_is_not(idle: Server) -> None:
    again = {"x-stainless-retry-count": "1"}
    with idle.client() as client:
        first = client.post(ARK, json=create()).json()["id"]
        time.sleep(0.5)  # the server sees a moment later than we that its answer has arrived
        second = client.post(ARK, json=create()).json()["id"]
        joined = client.post(ARK, json=create(), headers=again).json()["id"]
        for one in (first, second):
            client.delete(f"{ARK}/{one}")
    assert first != second
    assert joined in (first, second)


def test_creates_of_one_idempotency_key_are_one_and_of_one_body(idle: Server) -> None:
    named = {"Idempotency-Key": "order-7"}
    with idle.client() as client, idle.client("other") as stranger:
        first = client.post(ARK, json=create(), headers=named).json()["id"]
        time.sleep(0.5)
        again = client.post(ARK, json=create(), headers=named).json()["id"]
        changed = client.post(ARK, json=create(seed=12), headers=named)
        theirs = stranger.post(ARK, json=create(), headers=named).json()["id"]
        video = {"prompt": "a fox"}
        one, two = (client.post("/v1/videos", json=video, headers={"Idempotency-Key": "order-8"})
                    for _ in range(2))  # fmt: skip
        long = client.post(ARK, json=create(), headers={"Idempotency-Key": 256 * "x"})
        client.delete(f"{ARK}/{first}")
        client.delete(f"{ARK}/{one.json()['id']}")
        stranger.delete(f"{ARK}/{theirs}")
    assert first == again != theirs
    assert one.json()["id"] == two.json()["id"]
    code = changed.json()["error"]["code"]
    assert (changed.status_code, code) == (422, "InvalidParameter.IdempotencyKey")
    assert (long.status_code, long.json()["error"]["code"]) == (400, "InvalidParameter")


def test_ids_of_requests_are_echoed_and_answers_carry_careful_headers(idle: Server) -> None:
    with idle.client() as client:
        answer = client.get(ARK, headers={"X-Client-Request-Id": "mine-1"})
        hostile = client.get(ARK, headers={"X-Client-Request-Id": "a b<c>"})
    assert answer.headers["x-client-request-id"] == "mine-1"
    assert "x-client-request-id" not in hostile.headers
    assert answer.headers["x-request-id"].startswith("req-")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_no_prompt_and_no_key_is_logged(idle: Server) -> None:
    secret_words = "zanzibar lighthouse"
    with idle.client() as client:
        made = client.post(ARK, json=create(content=[{"type": "text", "text": secret_words}]))
        client.get(f"{ARK}?filter.model={secret_words}")
        client.delete(f"{ARK}/{made.json()['id']}")
    log = (idle.home.parent / "serve.log").read_text()
    assert "zanzibar" not in log
    assert not any(key in log for key in idle.keys.values())
    assert made.headers["x-request-id"] in log


def test_a_link_is_good_for_what_it_was_signed_for_and_nothing_else(idle: Server) -> None:
    later = int(time.time()) + 100
    for path in (
        f"/media/cgt-1/video?expires={later}&signature=x",
        f"/media/cgt-1/video?expires={later}&signature=%C3%A9",
        "/media/cgt-1/video?expires=1&signature=",
    ):
        assert httpx.get(idle.url + path).status_code == 403


def test_registering_a_file_of_the_servers_own_is_refused(idle: Server) -> None:
    row = {"name": "X", "kind": "film", "references": ["/etc/passwd"]}
    notice = {"kind": "copyright", "works": [row]}
    with idle.client("operator") as client:
        for path, body in (("works", row), ("notices", notice)):
            answer = client.post(f"/api/clearance/{path}", json=body)
            assert answer.json()["error"]["code"] == "InvalidParameter.Address", path


def test_slow_and_silent_connections_do_not_slow_the_others(idle: Server) -> None:
    """A hundred clients that promise a body and send nothing."""
    host, port = idle.url.removeprefix("http://").split(":")
    head = f"POST {ARK} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {idle.keys['other']}\r\n"
    silent = [socket.create_connection((host, int(port))) for _ in range(100)]
    try:
        for one in silent:
            one.sendall(f"{head}Content-Length: 1000\r\n\r\n".encode())
        with idle.client() as client, ThreadPoolExecutor(8) as threads:
            start = time.monotonic()
            answers = list(threads.map(lambda _: client.get(ARK).status_code, range(40)))
        assert answers == [200] * 40
        assert time.monotonic() - start < 20.0
    finally:
        for one in silent:
            one.close()


def test_health_readiness_and_metrics(idle: Server) -> None:
    assert httpx.get(f"{idle.url}/healthz").json() == {"status": "ok"}
    ready = httpx.get(f"{idle.url}/readyz")
    assert (ready.status_code, ready.json()["problems"]) == (200, [])
    with idle.client("operator") as client:
        text = client.get("/metrics").text
    assert 'cleardance_http_requests_total{method="GET",route="/healthz",status="200"}' in text
    assert 'cleardance_tasks{status="queued"}' in text
    assert 'cleardance_queue_tasks{tier="default"}' in text
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    waiting = float(values['cleardance_tasks{status="queued"}'])
    assert float(values['cleardance_queue_tasks{tier="default"}']) == waiting
    assert (float(values["cleardance_queue_oldest_seconds"]) > 0) == (waiting > 0)
    assert float(values["cleardance_index_age_seconds"]) < 60
    assert {values[f"cleardance_{name}"] for name in ("leases_lapsed", "lease_holders")} == {"0.0"}
