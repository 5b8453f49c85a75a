"""Models of other servers: a second server of ours is the upstream, in both dialects.

What a server may say that ours does not is said by a small one, in ``tests/server/strange.py``.
"""

import base64
import json
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cleardance.clearance.inspection import inspect_file
from cleardance.clearance.service import open_service
from cleardance.media import encode_final, write_mezzanine
from cleardance.rights import registry
from cleardance.rights.row import parse_row
from tests.media.clips import moving
from tests.server.accounts import make_accounts
from tests.server.conftest import ARK, Server, serving
from tests.server.pictures import data_url, drawn
from tests.server.strange import Strange, strange_server

SHORT = {"resolution": "480p", "ratio": "21:9", "duration": 4}
FAST = {"poll_s": 0.2, "quiet_s": 1.0, "ratios": ["21:9", "16:9"], "audio": True}


@pytest.fixture(scope="module")
def strange() -> Iterator[Strange]:
    with strange_server() as running:
        yield running


@pytest.fixture(scope="module")
def front(
    tmp_path_factory: pytest.TempPathFactory, server: Server, strange: Strange
) -> Iterator[Server]:
    """A server whose models are those of ``server``, and of one that is strange."""
    folder = tmp_path_factory.mktemp("front")
    (folder / "upstream.key").write_text(server.keys["creator"] + "\n")
    with open_service(folder / "home") as service:
        keys = make_accounts(service)
    with open_service(server.home) as service:
        row = {"name": "Zanzibar Moonrise", "kind": "film", "owner": "Far Away Films"}
        registry.add(service.store, parse_row(row))
    ours = {**FAST, "model": "draft", "key_file": str(folder / "upstream.key")}
    theirs = {**FAST, "model": "odd", "dialect": "ark", "url": f"{strange.url}/api/v3"}
    engines: dict[str, dict[str, Any]] = {
        "far": {**ours, "dialect": "videos", "url": f"{server.url}/v1"},
        "farther": {**ours, "dialect": "ark", "url": f"{server.url}/api/v3"},
        "locked": {**ours, "dialect": "ark", "url": f"{server.url}/api/v3", "key_file": None},
        "gone": {**ours, "dialect": "videos", "url": "http://127.0.0.1:9/v1"},
        "odd": {**theirs, "key": "the-key-of-odd", "timeout_s": 1.0,
                "roles": ["first_frame", "last_frame", "reference_image", "reference_video",
                          "reference_audio"],
                "max_images": 9, "max_videos": 3, "max_sounds": 3},
    }  # fmt: skip
    settings = {"CLEARDANCE_UPSTREAMS": json.dumps(engines), "CLEARDANCE_FETCH_PRIVATE": "true"}
    with serving(folder / "home", keys, slots=1, **settings) as running:
        yield running


def ended(front: Server, task_id: str, within_s: float = 240.0) -> Any:
    deadline = time.monotonic() + within_s
    with front.client() as client:
        while (task := client.get(f"{ARK}/{task_id}").json())["status"] in ("queued", "running"):
            assert time.monotonic() < deadline, task
            time.sleep(0.1)
    return task


def asked(front: Server, model: str, words: str = "a red ball", **more: Any) -> str:
    content = [{"type": "text", "text": words}, *more.pop("content", [])]
    with front.client() as client:
        body = {"model": model, "content": content, **SHORT, **more}
        answer = client.post(ARK, json=body, timeout=240.0)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


@pytest.mark.parametrize("model", ["far", "farther"])
def test_a_video_of_another_server_is_marked_signed_and_logged_like_ours(
    front: Server, server: Server, model: str, tmp_path: Path
) -> None:
    with server.client() as client:
        before = client.get(ARK).json()["total"]
    task = ended(front, asked(front, model, "a blue cube spins"))
    assert (task["status"], task["error"]) == ("succeeded", None)
    film = tmp_path / "film.mp4"
    with front.client(None) as client:
        film.write_bytes(client.get(task["content"]["video_url"]).content)
    with open_service(front.home) as service:
        found = inspect_file(service, film)
        assert found.c2pa.state == "Trusted"
        assert found.c2pa.facts is not None
        assert found.c2pa.facts.record is not None
        assert found.c2pa.facts.record.recipe["upstream_model"] == "draft"
        assert found.ledger is not None
        assert found.ledger.output == task["id"]
    deadline = time.monotonic() + 120.0
    with server.client() as client:  # and there it is deleted
        while client.get(ARK).json()["total"] != before:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_a_refusal_of_the_other_server_is_the_tasks_error_with_its_reason(front: Server) -> None:
    task = ended(front, asked(front, "far", "Zanzibar Moonrise, the last scene"))
    assert task["status"] == "failed"
    assert task["error"]["code"] == "InputTextSensitiveContentDetected.PolicyViolation"
    assert "The upstream 'draft' at 127.0.0.1 refused" in task["error"]["message"]
    assert "Far Away Films" in task["error"]["message"]


@pytest.mark.parametrize(
    ("model", "words"),
    [("locked", "does not let us in (401)"), ("gone", "cannot be reached")],
)
def test_a_server_that_is_not_to_be_had_fails_the_task(
    front: Server, model: str, words: str
) -> None:
    task = ended(front, asked(front, model))
    assert task["status"] == "failed"
    assert task["error"]["code"] == "GenerationFailed.Upstream"
    assert words in task["error"]["message"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("plain text", "Upstream", "without an answer we understand"),
        ("a redirect", "Upstream", "without an answer we understand"),
        ("without end", "Upstream", "more than anybody would read"),
        ("no id", "Upstream", "without saying what it calls it"),
        ("a video elsewhere inside", "Upstream", "not a public address"),
        ("a page instead", "Upstream", "not media of a kind we read"),
        ("a short video", "Upstream", "made 1.0 s of video, not 4 s"),
        ("never done", "Upstream", "was not done in 1 s"),
        ("out of order", "Upstream", "answered 500: boom"),
        ("lost", "Upstream", "does not know this"),
        ("refused later", "Sensitive", "refused: too much blood"),
        ("ended", "Upstream", "ended it as expired"),
    ],
)
def test_whatever_the_other_server_does_the_task_ends_and_says_so(
    front: Server, words: str, code: str, said: str
) -> None:
    task = ended(front, asked(front, "odd", words))
    assert task["status"] == "failed"
    assert code in task["error"]["code"]
    assert said in task["error"]["message"]
    assert "the-key-of-odd" not in json.dumps(task)
    assert "the-key-of-odd" not in (front.home.parent / "serve.log").read_text()


def item(kind: str, url: str) -> dict[str, Any]:
    name = f"{kind}_url"
    return {"type": name, name: {"url": url}, "role": f"reference_{kind}"}


def test_nine_pictures_two_clips_and_a_sound_are_screened_sent_and_cited(
    front: Server, strange: Strange, tmp_path: Path
) -> None:
    encode_final(_clip(tmp_path), tmp_path / "clip.mp4")
    tone = tmp_path / "tone.wav"
    _write_wav(tone)
    strange.files |= {"/clip": (tmp_path / "clip.mp4").read_bytes(), "/tone": tone.read_bytes()}
    pictures = [drawn(tmp_path / f"{seed}.png", seed) for seed in range(9)]
    strange.files["/picture"] = pictures[0].read_bytes()
    with front.client() as client:
        file = {"file": pictures[1].read_bytes()}
        kept = client.post("/api/clearance/assets", files=file).json()["url"]
    urls = [f"{strange.url}/picture", kept, *map(data_url, pictures[2:])]
    content = [*(item("image", url) for url in urls),
               *[item("video", f"{strange.url}/clip")] * 2,
               item("audio", f"{strange.url}/tone")]  # fmt: skip
    words = "@Image1 meets @Image9 as in @Video2, to @Audio1"
    task = ended(front, asked(front, "odd", words, content=content))
    assert (task["status"], task["error"]) == ("succeeded", None)
    (sent,) = [one.body["content"] for one in strange.begun if one.prompt == words]
    assert [one["role"] for one in sent[1:]] == [one["role"] for one in content]
    taken = [base64.b64decode(one["image_url"]["url"].partition(",")[2]) for one in sent[1:10]]
    assert taken == [path.read_bytes() for path in pictures]
    film = tmp_path / "film.mp4"
    with front.client(None) as client:
        film.write_bytes(client.get(task["content"]["video_url"]).content)
    with open_service(front.home) as service:
        facts = inspect_file(service, film).c2pa.facts
    assert facts is not None
    assert facts.ingredients == (
        *(f"reference image {n + 1}" for n in range(9)),
        "reference video 1",
        "reference video 2",
        "reference audio",
    )


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        ([("image", "/picture")] * 10, 400, "10 of image were handed in; 9 is the most"),
        ([("video", "/clip")] * 4, 400, "4 of video were handed in; 3 is the most"),
        ([("audio", "/tone")] * 4, 400, "4 of audio were handed in; 3 is the most"),
        ([("image", "/nowhere")], 400, "@Image1: "),
        ([("image", "/inside")], 400, "@Image1: "),
        ([("image", "/page")], 400, "@Image1: "),
        ([("video", "/picture")], 400, "@Video1: it is of image, not of video"),
        ([("audio", "/tone")], 400, "cannot use sound without a picture"),
    ],
)
def test_references_that_cannot_be_used_are_named(
    front: Server, strange: Strange, tmp_path: Path, content: Any, status: int, words: str
) -> None:
    strange.files.setdefault("/picture", drawn(tmp_path / "a.png", 1).read_bytes())
    if "/tone" not in strange.files:
        _write_wav(tmp_path / "tone.wav")
        strange.files["/tone"] = (tmp_path / "tone.wav").read_bytes()
    items = [{"type": "text", "text": "a fox"},
             *(item(kind, strange.url + path) for kind, path in content)]  # fmt: skip
    with front.client() as client:
        answer = client.post(ARK, json={"model": "odd", "content": items, **SHORT})
    assert answer.status_code == status
    assert words in answer.json()["error"]["message"]


def _clip(folder: Path) -> Path:
    raw = folder / "raw.mkv"
    write_mezzanine(raw, moving(48, 400, 320), None)
    return raw


def _write_wav(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        rng = np.random.default_rng(5)
        file.writeframes((3_000 * rng.standard_normal(32_000)).astype("<i2").tobytes())


def test_it_is_begun_once_however_often_it_is_tried(front: Server, strange: Strange) -> None:
    task = ended(front, asked(front, "odd", "busy at first"))
    assert "does not know this" in task["error"]["message"]
    keys = [one.idempotency_key for one in strange.begun if one.prompt == "busy at first"]
    assert len(keys) == 2
    assert keys[0] == keys[1] == f"cleardance-{task['id']}"


def test_what_is_cancelled_here_is_deleted_there(front: Server, strange: Strange) -> None:
    task_id = asked(front, "odd", "never done at all")
    deadline = time.monotonic() + 120.0
    with front.client() as client:
        while not any(one.prompt == "never done at all" for one in strange.begun):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.2)  # until its name there is kept
        client.post(f"/api/clearance/tasks/{task_id}/cancel")
        assert client.get(f"{ARK}/{task_id}").json()["status"] == "cancelled"
    while "never done at all" not in strange.deleted:
        assert time.monotonic() < deadline
        time.sleep(0.05)
