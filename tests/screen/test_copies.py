"""An operator's copy descriptor: a real, tiny ONNX model run on real files."""

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from cleardance.match.copy_descriptor import CopyDescriptor, normalised
from cleardance.media import write_png
from cleardance.rights.registry import add
from cleardance.rights.row import RegistryRow, WorkKind
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.copies import copy_matcher
from cleardance.screen.kept import matches_in_kept
from cleardance.screen.matching import KeptSignal, Matchers, matchers_for
from cleardance.screen.output import screen_media
from cleardance.settings import Settings
from cleardance.store import Store
from cleardance.verdict import Decision, Verdict
from tests.match.pictures import picture, re_encoded
from tests.screen.kept_outputs import kept_of


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that averages 8 x 8 blocks and takes the mean away: 192 numbers."""
    side = TensorProto.FLOAT
    nodes = [
        helper.make_node("AveragePool", ["x"], ["p"], kernel_shape=[36, 36], strides=[36, 36]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("ReduceMean", ["f"], ["m"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["f", "m"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", side, [1, 3, 288, 288])],
        [helper.make_tensor_value_info("y", side, [1, 192])],
    )
    opset = helper.make_opsetid("", 13)
    path = tmp_path_factory.mktemp("model") / "tiny.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), path)
    return path


def screen_file(path: Path, registry: RegistrySnapshot, matchers: Matchers) -> Verdict:
    return screen_media(path, registry, matchers).verdict


@pytest.fixture
def guarded(store: Store, tmp_path: Path) -> Store:
    write_png(tmp_path / "guard.png", picture(1))
    row = RegistryRow(name="Zorblax", kind=WorkKind.SERIES, references=("guard.png",))
    add(store, row, tmp_path)
    return store


def test_a_recoloured_copy_is_found_by_the_descriptor(
    guarded: Store, tmp_path: Path, model: Path
) -> None:
    registry = load_registry(guarded)
    write_png(tmp_path / "copy.png", re_encoded(cv2.convertScaleAbs(picture(1), alpha=0.7)))
    write_png(tmp_path / "other.png", picture(7))
    matchers = Matchers(frames=(copy_matcher(model, tmp_path),))
    verdict = screen_file(tmp_path / "copy.png", registry, matchers)
    (finding,) = verdict.findings
    assert (verdict.decision, finding.signal) == (Decision.DENY, "copy")
    assert finding.rule == "likeness-denied"
    assert finding.score >= 0.9
    assert screen_file(tmp_path / "other.png", registry, matchers).decision is Decision.CLEAR
    again = Matchers(frames=(copy_matcher(model, tmp_path),))  # from the cache, or described anew
    assert screen_file(tmp_path / "copy.png", registry, again) == verdict
    next((tmp_path / "cache").glob("copy-*.npz")).write_bytes(b"damaged")
    damaged = Matchers(frames=(copy_matcher(model, tmp_path),))
    assert screen_file(tmp_path / "copy.png", registry, damaged) == verdict


def test_what_is_kept_finds_pictures_registered_later_by_the_same_model(
    guarded: Store, tmp_path: Path, model: Path
) -> None:
    matchers = Matchers(frames=(copy_matcher(model, tmp_path),))
    other = bytes(8) + bytes(384)  # of another model
    kept: dict[str, tuple[KeptSignal, ...]] = {"u": (KeptSignal("copy", 0.0, other),)}
    for task, seed in (("t", 1), ("v", 7)):
        write_png(tmp_path / f"{task}.png", re_encoded(picture(seed)))
        registry = load_registry(guarded)
        kept[task] = screen_media(tmp_path / f"{task}.png", registry, matchers).signals
    found = matches_in_kept(kept_of(kept), load_registry(guarded), matchers)
    assert {task: [match.signal for match in one] for task, one in found.items()} == {"t": ["copy"]}


def test_a_model_that_is_none_is_unknown_and_held(guarded: Store, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    write_png(tmp_path / "other.png", picture(7))
    for name in ("model.onnx", "missing.onnx"):
        matchers = Matchers(frames=(copy_matcher(tmp_path / name, tmp_path),))
        verdict = screen_file(tmp_path / "other.png", load_registry(guarded), matchers)
        assert (verdict.decision, verdict.unknown) == (Decision.HOLD, ("copy",))
        assert "Set copy_descriptor" in verdict.reason


def test_without_a_model_there_is_no_such_signal(tmp_path: Path, model: Path) -> None:
    def signals(settings: Settings) -> list[str]:
        return [matcher.signal for matcher in matchers_for(settings).frames]

    assert "copy" not in signals(Settings(home=tmp_path))
    assert "copy" in signals(Settings(home=tmp_path, copy_descriptor=model))


def test_what_is_like_everything_is_a_copy_of_nothing(model: Path) -> None:
    rng = np.random.default_rng(0)
    crowd = rng.normal(0, 0.2, (200, 64)) + np.eye(1, 64)  # all near one direction
    crowd = (crowd / np.linalg.norm(crowd, axis=1, keepdims=True)).astype(np.float32)
    stock = np.eye(1, 64, dtype=np.float32)
    plain, scored = stock @ crowd.T, normalised(stock, crowd)
    assert plain.max() > 0.55
    assert scored.max() < 0.55
    own = crowd[:1]
    assert normalised(own, crowd).argmax() == 0
    assert CopyDescriptor(model).describe(picture(1)).shape == (1, 192)
