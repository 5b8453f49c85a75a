"""A judge that compares embeddings, behind a stand-in that serves them."""

from collections.abc import Iterator

import pytest

from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.judge import Candidate, Case, screen_by
from cleardance.screen.judge_client import Endpoint
from cleardance.screen.judge_embedding import EmbeddingJudge
from cleardance.screen.matching import SampledFrame
from cleardance.store import Store
from cleardance.verdict import Decision, Verdict
from tests.match.pictures import picture
from tests.screen.judge_server import Model, model_server


@pytest.fixture
def model() -> Iterator[Model]:
    with model_server() as served:
        served.vectors = {"an ogre": [2.0, 0.0, 0.0], "a green ogre": [1.6, 1.2, 0.0]}
        yield served


@pytest.fixture
def registry(store: Store) -> RegistrySnapshot:
    add(store, parse_row({"name": "Zorblax", "kind": "character"}))
    add(store, parse_row({"name": "Quuxo", "kind": "character"}))
    return load_registry(store)


def screened(
    model: Model, registry: RegistrySnapshot, text: str = "an ogre", frames: int = 0
) -> Verdict:
    works = sorted(registry.works.values(), key=lambda work: work.name)
    candidates = (Candidate(works[0]), Candidate(works[1], ("a blue gnome", "a green ogre")))
    shown = tuple(SampledFrame(n / 2, picture(n)) for n in range(frames))
    judge = EmbeddingJudge(Endpoint(model.url, "embedder", None, timeout_s=2.0), 0.3, 0.8)
    return screen_by(judge, Case(text, candidates, shown), registry)


def test_a_description_that_is_like_the_request_is_found(
    model: Model, registry: RegistrySnapshot
) -> None:
    found = screened(model, registry)
    (finding,) = found.findings
    assert (finding.work.name, finding.score, found.decision) == ("Zorblax", 1.0, Decision.HOLD)
    assert model.requests[-1]["input"] == [
        "an ogre", "Quuxo", "Zorblax", "a blue gnome", "a green ogre",
    ]  # fmt: skip
    assert model.requests[-1]["path"] == "/v1/embeddings"


@pytest.mark.parametrize(("cosine", "score"), [(0.3, None), (0.54, None), (0.6, 0.6), (0.9, 1.0)])
def test_the_score_lies_between_the_cosines_of_unlike_and_alike(
    model: Model, registry: RegistrySnapshot, cosine: float, score: float | None
) -> None:
    model.vectors["a green ogre"] = [cosine, (1 - cosine**2) ** 0.5, 0.0]
    scores = [finding.score for finding in screened(model, registry).findings]
    assert scores == ([] if score is None else [score])


def test_frames_are_compared_with_descriptions_too(
    model: Model, registry: RegistrySnapshot
) -> None:
    model.vectors |= {"a trip": [0.0, -1.0, 0.0], "frame": [0.8, 0.6, 0.0]}
    found = screened(model, registry, "a trip", frames=2)
    assert [(one.work.name, one.evidence.time_s) for one in found.findings] == [("Zorblax", 0.0)]
    content = model.requests[-1]["messages"][0]["content"]
    assert content[0]["image_url"]["url"].startswith("data:image/jpeg;base64,")


@pytest.mark.parametrize(
    "vector", [[], [0.0, 0.0, 0.0], [1.0], ["x", "y", "z"], [float("nan"), 0.0, 0.0], None]
)
def test_vectors_that_are_none_hold(
    model: Model, registry: RegistrySnapshot, vector: list[float]
) -> None:
    model.vectors["an ogre"] = vector
    assert screened(model, registry).needed == ("judge",)


def test_too_few_vectors_an_error_and_nobody_there_hold(
    model: Model, registry: RegistrySnapshot
) -> None:
    one = {"object": "embedding", "index": 0, "embedding": [1.0]}
    for body in ({"object": "list", "data": [one], "model": "m"}, {"data": None}, b"<html>"):
        model.body = body
        assert screened(model, registry).needed == ("judge",)
    model.body, model.status = None, 500
    assert screened(model, registry).needed == ("judge",)
    model.url = "http://127.0.0.1:9/v1"
    assert screened(model, registry).needed == ("judge",)
