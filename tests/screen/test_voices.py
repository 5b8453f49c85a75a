"""Registered voices: a real, tiny ONNX model run on real sound."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cleardance.clearance.service import open_service
from cleardance.errors import RegistryError, SignalUnavailable
from cleardance.match.voice_descriptor import VoiceDescriptor, windows_of
from cleardance.rights.registry import add
from cleardance.rights.row import RegistryRow
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.consent import screen_file
from cleardance.screen.matching import Footage, KeptSignal, Matchers, matchers_for
from cleardance.screen.output import Screened, screen_output
from cleardance.screen.voices import VoiceMatcher
from cleardance.settings import Settings
from cleardance.store import Store
from cleardance.verdict import Decision
from tests.match.pictures import picture
from tests.match.sounds import RATE_HZ, Stereo, audio, written

LOW, HIGH = 600.0, 2400.0  # where two speakers resonate


def spoken(formant_hz: float, seed: int, duration_s: float = 6.0) -> Stereo:
    """Return syllables of changing pitch from a throat that resonates at ``formant_hz``."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(duration_s * RATE_HZ))
    t = np.arange(round(0.2 * RATE_HZ)) / RATE_HZ
    for start_s in np.arange(0, duration_s - 0.25, 0.25):
        f0 = rng.uniform(110, 190)
        harmonics = f0 * np.arange(1, 25)
        gains = np.exp(-(((harmonics - formant_hz) / 250) ** 2)) + 0.01
        tone = (gains[:, None] * np.sin(2 * np.pi * harmonics[:, None] * t)).sum(axis=0)
        at = round(start_s * RATE_HZ)
        out[at : at + len(t)] += tone * np.sin(np.pi * t / 0.2)
    out *= 0.5 / np.abs(out).max()
    return np.stack([out, out], axis=1).astype(np.float32)


def saved(path: Path, nodes: list[onnx.NodeProto], rank: int = 2) -> Path:
    shape: list[int | str] = [1, "N"] if rank == 2 else [1, 1, "N"]
    bands = [np.exp(-2j * np.pi * hz * np.arange(256) / 16_000) for hz in range(125, 4000, 125)]
    kernels = np.array([part for b in bands for part in (b.real, b.imag)])[:, None]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(kernels.astype(np.float32), "w"),
            numpy_helper.from_array(np.array([1], np.int64), "one"),
        ],
    )
    opset = helper.make_opsetid("", 13)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), path)
    return path


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the power in 31 bands: another throat, another vector."""
    nodes = [
        helper.make_node("Unsqueeze", ["x", "one"], ["u"]),
        helper.make_node("Conv", ["u", "w"], ["c"], strides=[128]),
        helper.make_node("Mul", ["c", "c"], ["p"]),
        helper.make_node("ReduceMean", ["p"], ["y"], axes=[2], keepdims=0),
    ]
    return saved(tmp_path_factory.mktemp("model") / "tiny.onnx", nodes)


def registered(store: Store, folder: Path, **row: object) -> RegistrySnapshot:
    written(folder / "voice.wav", spoken(LOW, 1))
    values = {"name": "Quentin Quux", "kind": "person"} | row
    values["references"] = [{"path": "voice.wav", "role": "voice"}]
    add(store, RegistryRow.model_validate(values), folder)
    return load_registry(store)


def heard(samples: Stereo, registry: RegistrySnapshot, matcher: VoiceMatcher) -> Screened:
    footage = Footage([(0.0, picture(7))], lambda: audio(samples))
    return screen_output(footage, registry, Matchers(sound=(matcher,)))


def test_a_registered_voice_that_says_something_else_is_held(
    store: Store, tmp_path: Path, model: Path
) -> None:
    registry = registered(store, tmp_path)
    quiet = np.zeros((6 * RATE_HZ, 2), np.float32)
    said = np.concatenate([quiet, spoken(LOW, 2, 4.0)])
    screened = heard(said, registry, VoiceMatcher(model, tmp_path))
    (finding,) = screened.verdict.findings
    assert screened.verdict.decision is Decision.HOLD
    assert (finding.signal, finding.rule) == ("voice", "voice-held")
    assert finding.score >= 0.9
    assert finding.evidence.time_s is not None
    assert 4.5 <= finding.evidence.time_s <= 7.0
    assert finding.evidence.until_s == finding.evidence.time_s + 3
    assert "a voice between" in screened.verdict.reason
    again = heard(said, registry, VoiceMatcher(model, tmp_path))  # from the cache
    assert again == screened
    next((tmp_path / "cache").glob("voice-*.npz")).write_bytes(b"damaged")
    assert heard(said, registry, VoiceMatcher(model, tmp_path)) == screened


@pytest.mark.parametrize(
    ("row", "decision"),
    [
        ({"policy": "deny"}, Decision.HOLD),
        ({"policy": "review"}, Decision.HOLD),
        ({"policy": "allow"}, Decision.CLEAR),
        ({"public_domain": True}, Decision.CLEAR),
    ],
)
def test_the_very_recording_is_never_denied(
    store: Store, tmp_path: Path, model: Path, row: dict[str, object], decision: Decision
) -> None:
    registry = registered(store, tmp_path, **row)
    verdict = heard(spoken(LOW, 1), registry, VoiceMatcher(model, tmp_path)).verdict
    assert (verdict.decision, verdict.findings[0].score) == (decision, 1.0)


def test_opposite_channels_do_not_hide_a_voice(store: Store, tmp_path: Path, model: Path) -> None:
    registry = registered(store, tmp_path)
    opposite = spoken(LOW, 2) * np.array([1, -1], np.float32)
    verdict = heard(opposite, registry, VoiceMatcher(model, tmp_path)).verdict
    assert verdict.decision is Decision.HOLD
    assert [finding.signal for finding in verdict.findings] == ["voice"]


def test_another_voice_is_clear_and_kept_for_later(
    store: Store, tmp_path: Path, model: Path
) -> None:
    matcher = VoiceMatcher(model, tmp_path)
    other = heard(spoken(HIGH, 3), registered(store, tmp_path), matcher)
    assert (other.verdict.decision, other.verdict.findings) == (Decision.CLEAR, ())
    before = heard(spoken(LOW, 2), load_registry(store), matcher).signals
    assert [kept.time_s for kept in before] == [0.0, 1.5, 3.0]
    known = VoiceDescriptor(model).describe(windows_of(audio(spoken(LOW, 1)))[0].samples)[0]
    assert [_cosine(kept, known) > 0.5 for kept in before] == [True] * 3
    assert all(_cosine(kept, known) < 0.5 for kept in other.signals)
    assert {kept.value[:8] for kept in (*before, *other.signals)} == {before[0].value[:8]}


def _cosine(kept: KeptSignal, vector: np.ndarray) -> float:
    return float(np.frombuffer(kept.value[8:], "<f2").astype(np.float32) @ vector)


def test_silence_and_hum_match_nothing(store: Store, tmp_path: Path, model: Path) -> None:
    registry = registered(store, tmp_path)
    t = np.arange(4 * RATE_HZ) / RATE_HZ
    hum = np.repeat(0.3 * np.sin(2 * np.pi * 600 * t)[:, None], 2, axis=1).astype(np.float32)
    for samples in (np.zeros_like(hum), hum, hum[:10]):
        screened = heard(samples, registry, VoiceMatcher(model, tmp_path))
        assert (screened.verdict.decision, screened.signals) == (Decision.CLEAR, ())
    written(tmp_path / "silent.wav", np.zeros_like(hum))
    row = {"name": "Mute", "kind": "person"}
    row |= {"references": [{"path": "silent.wav", "role": "voice"}]}  # type: ignore[dict-item]
    with pytest.raises(RegistryError, match="silent"):
        add(store, RegistryRow.model_validate(row), tmp_path)


def test_a_short_word_is_compared_too(store: Store, tmp_path: Path, model: Path) -> None:
    registry = registered(store, tmp_path)
    verdict = heard(spoken(LOW, 4, 1.6), registry, VoiceMatcher(model, tmp_path)).verdict
    assert (verdict.decision, verdict.findings[0].evidence.time_s) == (Decision.HOLD, 0.0)


@pytest.mark.parametrize("wrong", ["missing", "no model", "takes pictures", "gives a table"])
def test_a_wrong_model_is_unknown_and_holds_only_where_a_voice_is_registered(
    store: Store, tmp_path: Path, wrong: str
) -> None:
    path = tmp_path / "model.onnx"
    if wrong == "no model":
        path.write_bytes(b"not a model")
    elif wrong == "takes pictures":
        saved(path, [helper.make_node("Conv", ["x", "w"], ["y"])], rank=3)
    elif wrong == "gives a table":
        saved(path, [helper.make_node("Concat", ["x", "x"], ["y"], axis=0)])
    with pytest.raises(SignalUnavailable, match="cannot be used"):
        VoiceDescriptor(path).describe(np.ones(48_000, np.float32))
    matcher = VoiceMatcher(path, tmp_path)
    unneeded = heard(spoken(LOW, 2), load_registry(store), matcher).verdict
    needed = heard(spoken(LOW, 2), registered(store, tmp_path), matcher).verdict
    assert (unneeded.decision, unneeded.unknown) == (Decision.CLEAR, ("voice",))
    assert (needed.decision, needed.unknown) == (Decision.HOLD, ("voice",))
    assert "set voice_descriptor" in needed.reason


def test_without_a_model_only_a_registered_voice_makes_it_unknown(
    store: Store, tmp_path: Path
) -> None:
    (matcher,) = [
        one for one in matchers_for(Settings(home=tmp_path)).sound if isinstance(one, VoiceMatcher)
    ]
    before = heard(spoken(LOW, 2), load_registry(store), matcher)
    assert (before.verdict.decision, before.verdict.unknown) == (Decision.CLEAR, ())
    registry = registered(store, tmp_path)
    verdict = heard(spoken(LOW, 2), registry, matcher).verdict
    assert (verdict.decision, verdict.needed) == (Decision.HOLD, ("voice",))
    assert "the voices could not be compared" in verdict.reason.lower()
    assert "pip install 'cleardance[voice]'" in verdict.reason
    silent = heard(np.zeros((RATE_HZ, 2), np.float32), registry, matcher).verdict
    assert silent.decision is Decision.CLEAR


def test_a_file_is_screened_for_voices_by_the_settings(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARDANCE_VOICE_DESCRIPTOR", str(model))
    with open_service(tmp_path / "home") as service:
        registry = registered(service.store, tmp_path)
        written(tmp_path / "said.wav", spoken(LOW, 2))
        written(tmp_path / "other.wav", spoken(HIGH, 2))
        said = screen_file(tmp_path / "said.wav", registry, service.matchers)
        other = screen_file(tmp_path / "other.wav", registry, service.matchers)
    assert (said.decision, [one.signal for one in said.findings]) == (Decision.HOLD, ["voice"])
    assert said.findings[0].evidence.reference is not None
    assert other.decision is Decision.CLEAR
