"""References over HTTP, and what is refused or held by them and by outputs, as clients see it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import volcenginesdkarkruntime
from volcenginesdkarkruntime._exceptions import ArkBadRequestError

from cleardance.clearance.service import open_service
from cleardance.rights import registry
from cleardance.rights.row import parse_row
from tests.generate.conftest import written
from tests.server.accounts import make_accounts
from tests.server.conftest import Server, serving
from tests.server.pictures import data_url, drawn

SHORT = {"resolution": "480p", "ratio": "16:9", "duration": 4}


@pytest.fixture(scope="module")
def pocket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("pocket")
    weights = folder / "weights"
    weights.mkdir()
    written(weights, clips=True)
    with open_service(folder / "home") as service:
        keys = make_accounts(service)
        row = {"name": "The Tapestry", "kind": "film", "owner": "Weavers",
               "references": [str(drawn(folder / "known.png", 1))]}  # fmt: skip
        registry.add(service.store, parse_row(row))
        held = {"name": "Quiet Harbour", "kind": "film", "owner": "Tide", "policy": "review"}
        registry.add(service.store, parse_row(held))
    settings = {"CLEARDANCE_POCKET_MODEL": str(weights)}
    with serving(folder / "home", keys, slots=0, **settings) as running:
        yield running


@pytest.fixture
def tasks(pocket: Server) -> Iterator[Any]:
    base = {"base_url": f"{pocket.url}/api/v3", "api_key": pocket.keys["creator"]}
    with volcenginesdkarkruntime.Ark(**base) as client:
        yield client.content_generation.tasks


def content(words: str, path: Path) -> list[dict[str, Any]]:
    picture = {"type": "image_url", "image_url": {"url": data_url(path)}}
    return [{"type": "text", "text": words}, picture]


def test_a_registered_picture_is_refused_as_the_clients_bad_request(
    tasks: Any, tmp_path: Path
) -> None:
    with pytest.raises(ArkBadRequestError) as caught:
        tasks.create(
            model="pocket", content=content("a ball", drawn(tmp_path / "a.png", 1)), **SHORT
        )
    assert caught.value.code == "InputImageSensitiveContentDetected.PolicyViolation"
    assert "The Tapestry" in caught.value.message


def test_a_picture_of_ones_own_is_taken_and_kept(
    tasks: Any, pocket: Server, tmp_path: Path
) -> None:
    path = drawn(tmp_path / "a.png", 2)
    made = tasks.create(model="pocket", content=content("a ball", path), **SHORT)
    assert tasks.get(task_id=made.id).status == "queued"
    with open_service(pocket.home) as service:
        (kept,) = service.task(made.id).request.references
        assert (kept.role, kept.sha256 is not None) == ("first_frame", True)


def test_what_is_held_runs_with_a_note_until_a_person_has_looked(
    tasks: Any, pocket: Server
) -> None:
    words = [{"type": "text", "text": "Quiet Harbour at dawn"}]
    made = tasks.create(model="draft", content=words, **SHORT)
    with pocket.client() as client:
        task = client.get(f"/api/v3/contents/generations/tasks/{made.id}").json()
    assert (task["status"], task["content"], task["error"]) == ("running", None, None)
    assert task["note"].startswith("Held until a person has looked at it.")
    assert "Quiet Harbour" in task["note"]
    with pocket.client("reviewer") as client:
        (row,) = client.get("/api/clearance/reviews").json()["reviews"]
        said = {"reason": "It is another harbour"}
        done = client.post(f"/api/clearance/reviews/{row['id']}/deny", json=said)
    assert done.json()["status"] == "denied"
    ended = tasks.get(task_id=made.id)
    assert (ended.status, ended.error.code) == (
        "failed",
        "InputTextSensitiveContentDetected.PolicyViolation",
    )
