"""Registered sounds, in files handed in and in what was made."""

from pathlib import Path

import numpy as np
import pytest

from cleardance.errors import RegistryError
from cleardance.rights.registry import add
from cleardance.rights.row import Policy, RegistryRow, WorkKind
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.hearing import SoundMatcher
from cleardance.screen.kept import matches_in_kept
from cleardance.screen.matching import Footage, Matchers
from cleardance.screen.output import screen_media, screen_output
from cleardance.store import Store
from cleardance.verdict import Decision
from tests.match.pictures import picture
from tests.match.sounds import ATTACKS, Stereo, audio, tune, written
from tests.screen.kept_outputs import kept_of

EARS = Matchers(sound=(SoundMatcher(),))


def registered(store: Store, folder: Path, policy: Policy = Policy.DENY) -> RegistrySnapshot:
    written(folder / "song.wav", tune(1))
    row = RegistryRow.model_validate(
        {"name": "Zorblax", "kind": WorkKind.FILM, "policy": policy, "references": ["song.wav"]}
    )
    add(store, row, folder)
    return load_registry(store)


def heard(samples: Stereo) -> Footage:
    return Footage([(0.0, picture(7))], lambda: audio(samples))


@pytest.mark.parametrize(
    ("policy", "decision", "rule"),
    [
        (Policy.DENY, Decision.DENY, "sound-denied"),
        (Policy.REVIEW, Decision.HOLD, "sound-reviewed"),
        (Policy.ALLOW, Decision.CLEAR, "owner-allows"),
    ],
)
def test_a_registered_song_in_a_file_is_found(
    store: Store, tmp_path: Path, policy: Policy, decision: Decision, rule: str
) -> None:
    registry = registered(store, tmp_path, policy)
    written(tmp_path / "copy.wav", ATTACKS["mp3 at 24 kbit/s"](tune(1)))
    verdict = screen_media(tmp_path / "copy.wav", registry, EARS).verdict
    (finding,) = verdict.findings
    assert (verdict.decision, finding.signal, finding.rule) == (decision, "sound", rule)
    assert finding.evidence.time_s is not None
    assert finding.score >= finding.threshold
    assert "that of a registered recording" in verdict.reason


def test_another_song_is_clear_and_silence_too(store: Store, tmp_path: Path) -> None:
    registry = registered(store, tmp_path)
    other = screen_output(heard(tune(2)), registry, EARS)
    silent = screen_output(heard(np.zeros((48_000, 2), np.float32)), registry, EARS)
    assert (other.verdict.decision, silent.verdict.decision) == (Decision.CLEAR, Decision.CLEAR)
    assert ([s.kind for s in other.signals], silent.signals) == (["sound"], ())


def test_the_kept_sound_finds_works_registered_later(store: Store, tmp_path: Path) -> None:
    nobody = load_registry(store)
    copies = {name: attack(tune(1)) for name, attack in ATTACKS.items()}
    others = {f"tune {seed}": tune(seed) for seed in range(2, 6)}
    kept = {
        name: screen_output(heard(samples), nobody, EARS).signals
        for name, samples in (copies | others).items()
    }
    found = matches_in_kept(kept_of(kept), registered(store, tmp_path), EARS)
    assert set(found) == set(copies)
    assert {match.work.name for matches in found.values() for match in matches} == {"Zorblax"}


def test_sound_is_needed_only_where_some_is_registered(store: Store, tmp_path: Path) -> None:
    assert not SoundMatcher().is_needed(load_registry(store))
    assert SoundMatcher().is_needed(registered(store, tmp_path))


def test_sound_that_is_none_is_unknown_and_held(store: Store, tmp_path: Path) -> None:
    broken = np.full((48_000, 2), np.nan, np.float32)
    verdict = screen_output(heard(broken), registered(store, tmp_path), EARS).verdict
    assert (verdict.decision, verdict.unknown) == (Decision.HOLD, ("sound",))


def test_a_recording_of_nothing_cannot_be_registered(store: Store, tmp_path: Path) -> None:
    written(tmp_path / "silent.wav", np.zeros((96_000, 2), np.float32))
    row = RegistryRow.model_validate(
        {"name": "Quiet", "kind": "film", "references": ["silent.wav"]}
    )
    with pytest.raises(RegistryError, match="silent, steady or too short"):
        add(store, row, tmp_path)
