"""What a create of Ark's may say beside its prompt, and that a GET says it back."""

from typing import Any

from cleardance.clearance.service import open_service
from cleardance.generate.models import MODELS
from tests.server.conftest import ARK, Server

FIELDS: dict[str, Any] = {
    "model": "draft", "resolution": "480p", "ratio": "9:16", "duration": 6, "seed": 77,
    "generate_audio": False, "watermark": True, "camera_fixed": True, "service_tier": "flex",
    "priority": 7, "execution_expires_after": 3_600, "safety_identifier": "user-5f2c",
    "callback_url": "https://hooks.example/done", "return_last_frame": True,
    "output_format": "mov",
}  # fmt: skip


def text(words: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": words}]


def test_what_was_asked_for_is_what_the_task_says(idle: Server) -> None:
    with idle.client() as client:
        made = client.post(ARK, json={**FIELDS, "content": text("a fox")}).json()["id"]
        task = client.get(f"{ARK}/{made}").json()
        client.delete(f"{ARK}/{made}")
    same = FIELDS.keys() - {"callback_url", "camera_fixed", "return_last_frame", "output_format"}
    assert {name: task[name] for name in same} == {name: FIELDS[name] for name in same}
    assert (task["status"], task["frames"], task["framespersecond"]) == ("queued", 144, 24)
    with open_service(idle.home) as service:
        request = service.task(made).request
    said = (request.camera_fixed, request.return_last_frame, request.suffix)
    assert said == (True, True, ".mov")


def test_parameters_at_the_prompts_end_are_taken_and_the_bodys_own_win(idle: Server) -> None:
    words = "a fox --rs 480p --rt 9:16 --dur 6 --seed 9 --wm true --cf true"
    with idle.client() as client:
        made = client.post(ARK, json={"model": "draft", "seed": 5, "content": text(words)})
        task = client.get(f"{ARK}/{made.json()['id']}").json()
        client.delete(f"{ARK}/{task['id']}")
    names = ("resolution", "ratio", "duration", "seed", "watermark")
    assert [task[name] for name in names] == ["480p", "9:16", 6, 5, True]
    with open_service(idle.home) as service:
        assert service.task(task["id"]).request.prompt == "a fox"


def test_a_draft_is_made_in_full_by_its_id(idle: Server) -> None:
    small = {"resolution": "480p", "ratio": "1:1", "duration": 7, "seed": 21, "draft": True,
             "generate_audio": False}  # fmt: skip
    item = {"type": "draft_task", "draft_task": {"id": ""}}
    with idle.client() as client, idle.client("other") as stranger:
        draft = client.post(ARK, json={"model": "draft", **small, "content": text("a fox")}).json()
        item["draft_task"] = {"id": draft["id"]}
        body = {"model": "draft", "resolution": "1080p", "content": [item]}
        full = client.get(f"{ARK}/{client.post(ARK, json=body).json()['id']}").json()
        plain = client.post(ARK, json={"model": "draft", "content": text("a hen")}).json()["id"]
        wrong = {"type": "draft_task", "draft_task": {"id": plain}}
        refused = client.post(ARK, json={"model": "draft", "content": [wrong]})
        theirs = stranger.post(ARK, json=body)
        for one in (draft["id"], full["id"], plain):
            client.delete(f"{ARK}/{one}")
    names = ("seed", "ratio", "duration", "generate_audio", "resolution", "draft")
    assert [full[name] for name in names] == [21, "1:1", 7, False, "1080p", False]
    with open_service(idle.home) as service:
        assert service.task(full["id"]).request.prompt == "a fox"
    for answer in (refused, theirs):  # no draft, and another's
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NotFound.Resource")


def test_models_say_what_they_can_do(idle: Server) -> None:
    with idle.client() as client:
        models = {one["id"]: one["capabilities"] for one in client.get("/v1/models").json()["data"]}
    assert models["draft"]["references"]["roles"] == []
    assert (models["draft"]["min_duration_s"], models["draft"]["max_duration_s"]) == (4.0, 15.0)
    for name, said in models.items():
        can = MODELS[name].capabilities
        assert set(said["ratios"]) == {ratio.value for ratio in can.ratios}
        assert said["references"]["images"] == can.max_images
        assert set(said["references"]["roles"]) == can.roles
        assert said["audio"] is can.audio
