"""Registered voices: a real, tiny ONNX model run on real sound."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from cleardance.clearance.service import open_service
from cleardance.errors import RegistryError, SignalUnavailable
from cleardance.match.voice_descriptor import VoiceDescriptor
from cleardance.rights.grant import parse_grant
from cleardance.rights.granting import grant
from cleardance.rights.licence import Asker, Use
from cleardance.rights.registry import add
from cleardance.rights.row import RegistryRow
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.consent import screen_file
from cleardance.screen.matching import Footage, Matchers, matchers_for
from cleardance.screen.output import Screened, screen_output
from cleardance.screen.voices import VoiceMatcher
from cleardance.settings import Settings
from cleardance.store import Store
from cleardance.verdict import Decision
from tests.match.pictures import picture
from tests.match.sounds import RATE_HZ, Stereo, audio, written
from tests.match.voices import HIGH, LOW, band_model, saved, spoken
from tests.screen.kept_outputs import kept_of


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return band_model(tmp_path_factory.mktemp("model") / "tiny.onnx")


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


@pytest.mark.parametrize(
    ("uses", "decision"), [(["voice"], Decision.CLEAR), (["likeness"], Decision.HOLD)]
)
def test_only_a_consent_to_the_voice_clears_it(
    store: Store, tmp_path: Path, model: Path, uses: list[str], decision: Decision
) -> None:
    registered(store, tmp_path)
    terms = {"works": ["Quentin Quux"], "to": "everyone", "uses": uses}
    terms |= {"grantor": "Quentin Quux", "statement": "I agree."}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    given = grant(store, parse_grant(terms), moment)
    asker = Asker(moment + timedelta(days=1), use=Use.OUTPUT)
    footage = Footage([(0.0, picture(7))], lambda: audio(spoken(LOW, 2)))
    matchers = Matchers(sound=(VoiceMatcher(model, tmp_path),))
    verdict = screen_output(footage, load_registry(store), matchers, asker=asker).verdict
    assert verdict.decision is decision
    cleared = decision is Decision.CLEAR
    assert verdict.licences == ((given.licence.id,) if cleared else ())


def test_opposite_channels_do_not_hide_a_voice(store: Store, tmp_path: Path, model: Path) -> None:
    registry = registered(store, tmp_path)
    opposite = spoken(LOW, 2) * np.array([1, -1], np.float32)
    verdict = heard(opposite, registry, VoiceMatcher(model, tmp_path)).verdict
    assert verdict.decision is Decision.HOLD
    assert [finding.signal for finding in verdict.findings] == ["voice"]


def test_another_voice_is_clear(store: Store, tmp_path: Path, model: Path) -> None:
    registry = registered(store, tmp_path)
    verdict = heard(spoken(HIGH, 3), registry, VoiceMatcher(model, tmp_path)).verdict
    assert (verdict.decision, verdict.findings) == (Decision.CLEAR, ())


def test_what_is_kept_finds_voices_registered_later(
    store: Store, tmp_path: Path, model: Path
) -> None:
    matcher, nobody = VoiceMatcher(model, tmp_path), load_registry(store)
    kept, other = (heard(spoken(hz, 2), nobody, matcher).signals for hz in (LOW, HIGH))
    assert [one.time_s for one in kept] == [0.0, 1.5, 3.0]
    registry = registered(store, tmp_path)
    ((task, match),) = matcher.find_kept(kept_of({"t": kept, "u": other}), registry)
    (now,) = heard(spoken(LOW, 2), registry, matcher).verdict.findings
    assert (task, match.work.name) == ("t", "Quentin Quux")
    assert match.evidence == now.evidence
    assert match.distance == pytest.approx(now.distance, abs=0.001)
    without = VoiceMatcher(None, tmp_path)  # no model to compare by
    assert list(without.find_kept(kept_of({"t": kept}), registry)) == []


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
