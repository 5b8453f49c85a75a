"""The clients that people have already, against the real server: only the address is ours."""

import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import httpx
import openai
import pytest

from cleardance.clearance.inspection import inspect_file
from cleardance.clearance.service import open_service
from cleardance.generate.backends.draft import DraftBackend
from cleardance.media import write_png
from cleardance.request import Ratio, Request, Resolution
from cleardance.rights import registry
from cleardance.rights.row import parse_row
from tests.server.conftest import Server

DENIED = "Squid Game guards march past"
SHORT = {"resolution": "480p", "ratio": "21:9", "duration": 4, "generate_audio": False}
REFUSED = "InputTextSensitiveContentDetected.PolicyViolation"


def text(words: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": words}]


@pytest.fixture(params=["volcenginesdkarkruntime", "arkruntime", "byteplussdkarkruntime"])
def ark(request: pytest.FixtureRequest, server: Server) -> Iterator[Any]:
    base = {"base_url": f"{server.url}/api/v3", "api_key": server.keys["creator"]}
    module = pytest.importorskip(request.param)  # ./dev test installs the last two
    with module.Ark(**base) as client:
        yield client


def errors_of(client: Any) -> Any:
    """The module in which a client's own error classes are."""
    name = type(client).__module__.partition(".")[0]
    return __import__(f"{name}._exceptions", fromlist=["x"])


def tasks(client: Any) -> Any:
    return client.content_generation.tasks


def until(look: Callable[[], Any], done: Callable[[Any], bool], within_s: float = 240.0) -> Any:
    deadline = time.monotonic() + within_s
    while not done(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def test_a_video_is_made_fetched_without_a_key_listed_and_deleted(ark: Any, server: Server) -> None:
    prompt = "a red ball bounces in a meadow --rs 480p --rt 21:9 --seed 11"
    short = {"duration": 4, "generate_audio": False, "return_last_frame": True}
    made = tasks(ark).create(model="draft", content=text(prompt), **short)
    ended = ("succeeded", "failed")
    task = until(lambda: tasks(ark).get(task_id=made.id), lambda task: task.status in ended)
    assert (task.status, task.error) == ("succeeded", None)
    facts = (task.seed, task.resolution, task.ratio, task.duration, task.framespersecond)
    assert facts == (11, "480p", "21:9", 4, 24)
    assert task.usage.total_tokens == 992 * 432 * (24 * 4 + 1) // 1024
    film = httpx.get(task.content.video_url, timeout=120.0)
    assert film.headers["content-type"] == "video/mp4"
    path = server.home.parent / f"{made.id}.mp4"
    path.write_bytes(film.content)
    with open_service(server.home) as service:
        assert inspect_file(service, path).c2pa.state == "Trusted"
    last = httpx.get(task.content.last_frame_url, timeout=120.0)
    assert last.headers["content-type"] == "image/png"
    (server.home.parent / f"{made.id}.png").write_bytes(last.content)
    with open_service(server.home) as service:
        found = inspect_file(service, server.home.parent / f"{made.id}.png")
        assert (found.c2pa.state, found.ledger and found.ledger.output) == ("Trusted", made.id)
    listed = tasks(ark).list(page_size=5, status="succeeded", task_ids=[made.id])
    assert (listed.total, listed.items[0].id) == (1, made.id)
    tasks(ark).delete(task_id=made.id)
    with pytest.raises(errors_of(ark).ArkNotFoundError):
        tasks(ark).get(task_id=made.id)


def test_a_denied_prompt_raises_the_clients_bad_request(ark: Any) -> None:
    with pytest.raises(errors_of(ark).ArkBadRequestError) as caught:
        tasks(ark).create(model="draft", content=text(DENIED), **SHORT)
    assert caught.value.code == REFUSED
    assert '"Squid Game" (series) is registered by Netflix' in caught.value.message


@pytest.fixture(scope="module")
def known_look(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A create whose output looks like a work that is registered by a picture alone."""
    asked = Request(prompt="a green boat sails on the sea", seed=3, ratio=Ratio.R21_9,
                    resolution=Resolution.P480, duration_s=4.0)  # fmt: skip
    frames = DraftBackend().generate(asked).video.frames
    picture = tmp_path_factory.mktemp("known") / "boat.png"
    write_png(picture, next(islice(frames, 48, None)))
    row = {"name": "Regatta", "kind": "film", "owner": "Sails", "references": [str(picture)]}
    with open_service(server.home) as service:
        registry.add(service.store, parse_row(row))
    return {"model": "draft", "content": text(asked.prompt), "seed": 3, **SHORT}


def test_a_denied_output_is_a_failed_task_with_its_code(
    ark: Any, known_look: dict[str, Any]
) -> None:
    made = tasks(ark).create(**known_look)
    task = until(lambda: tasks(ark).get(task_id=made.id), lambda task: task.status == "failed")
    assert task.error.code == "OutputVideoSensitiveContentDetected.PolicyViolation"
    assert "Regatta" in task.error.message
    assert task.content is None or task.content.video_url is None


def test_a_wrong_key_raises_the_clients_authentication_error(ark: Any) -> None:
    ark.api_key = "cd-" + 43 * "x"
    with pytest.raises(errors_of(ark).ArkAuthenticationError):
        tasks(ark).list()


def test_a_model_that_is_not_here_raises_the_clients_not_found(ark: Any) -> None:
    with pytest.raises(errors_of(ark).ArkNotFoundError) as caught:
        tasks(ark).create(model="sora", content=text("a ball"), **SHORT)
    assert caught.value.code == "InvalidEndpointOrModel.NotFound"


@pytest.fixture
def videos(server: Server) -> Iterator[Any]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.keys["creator"]) as client:
        yield client.videos


pytestmark = pytest.mark.filterwarnings("ignore:The Sora API:DeprecationWarning")


def test_openai_makes_polls_fetches_remixes_lists_and_deletes(videos: Any, server: Server) -> None:
    made = videos.create(prompt="a blue cube", model="draft", seconds="4", size="640x640")
    assert (made.status, made.seconds, made.size) == ("queued", "4", "640x640")
    done = videos.poll(made.id)
    assert (done.status, done.progress, done.error) == ("completed", 100, None)
    assert videos.download_content(made.id).read()[4:8] == b"ftyp"
    thumbnail = videos.download_content(made.id, variant="thumbnail").read()
    assert thumbnail[1:4] == b"PNG"
    with pytest.raises(openai.BadRequestError, match="only what is signed is served"):
        videos.download_content(made.id, variant="spritesheet")
    again = videos.remix(made.id, prompt="a red cube")
    assert (again.remixed_from_video_id, again.size) == (made.id, "640x640")
    page = videos.list(limit=1)
    assert (page.data[0].id, page.has_more) == (again.id, True)
    assert made.id in [one.id for one in videos.list(limit=100, after=again.id).data]
    videos.poll(again.id)
    assert videos.delete(again.id).deleted
    assert videos.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        videos.retrieve(made.id)


def test_openai_raises_its_bad_request_for_a_denied_prompt(videos: Any) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        videos.create(prompt=DENIED, model="draft")
    assert caught.value.code == REFUSED
    assert "Netflix" in caught.value.message


def test_openai_raises_its_bad_request_for_what_the_model_cannot_use(videos: Any) -> None:
    png = b"\x89PNG\r\n\x1a\n" + 64 * b"x"
    with pytest.raises(openai.APIStatusError, match=r"input_reference.*pixels"):
        videos.create(prompt="a ball", model="draft", input_reference=("a.png", png))
    with pytest.raises(openai.BadRequestError, match="No model here makes 1024x1792"):
        videos.create(prompt="a ball", model="draft", size="1024x1792")
    with pytest.raises(openai.NotFoundError):
        videos.create(prompt="a ball", model="sora-2")


def test_openai_lists_the_models(server: Server) -> None:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.keys["creator"]) as client:
        names = {one.id for one in client.models.list()}
        assert {"draft", "pocket"} <= names
        assert client.models.retrieve("draft").capabilities["references"]["roles"] == []
