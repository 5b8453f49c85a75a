"""The mark in sound: unheard, found again, and only where it is."""

from collections.abc import Sequence

import numpy as np
import pytest

from cleardance.provenance.watermark import NOTHING, Detection, KeyedWatermark
from cleardance.provenance.watermark.folding import folded_sound
from tests.provenance.watermark.scenes import INDEX, OURS, THEIRS, rustle, sounding


def _faster(samples: np.ndarray, speed: float) -> np.ndarray:
    places = np.arange(0, len(samples) - 1, speed)
    channels = [np.interp(places, np.arange(len(samples)), channel) for channel in samples.T]
    return np.stack(channels, axis=1).astype(np.float32)


def _heard(
    samples: np.ndarray, issued: Sequence[int] = (), mark: KeyedWatermark = OURS
) -> Detection:
    return mark.detect_sound(lambda: iter([samples]), issued)


TREATMENTS = {
    "as it is": lambda samples: samples,
    "quieter": lambda samples: samples * np.float32(0.2),
    "one channel": lambda samples: samples[:, :1],
    "cut": lambda samples: samples[50_123:230_000],
    "16 bits": lambda samples: np.round(samples * 32767).astype(np.float32) / 32767,
    "noisy": lambda samples: samples + rustle()[::-1] * np.float32(0.15),
    "faster": lambda samples: _faster(samples, 1.05),
}


@pytest.mark.parametrize("treatment", TREATMENTS.values(), ids=TREATMENTS.keys())
def test_the_mark_survives(treatment) -> None:
    found = _heard(treatment(sounding()))
    assert (found.found, found.ledger_index) == (True, INDEX)
    assert found.confidence > 1 - 1e-8


@pytest.mark.parametrize("index", [0, 1, 2**30 - 1])
def test_every_index_comes_back(index: int) -> None:
    assert _heard(sounding(index)).ledger_index == index


def test_nothing_is_heard_where_there_is_nothing() -> None:
    assert _heard(rustle(), range(2000)) == NOTHING
    assert _heard(sounding(), range(2000), THEIRS) == NOTHING


def test_another_deployments_mark_is_named_for_it() -> None:
    both = KeyedWatermark(THEIRS.key, {"Harbour Films": OURS.key})
    found = _heard(sounding(), mark=both)
    assert (found.ledger_index, found.deployment) == (INDEX, "Harbour Films")


@pytest.mark.parametrize("count", [0, 1, 1023, 1024, 1025, 5000])
def test_short_sound_keeps_its_length_and_says_nothing(count: int) -> None:
    marked = sounding(samples=rustle()[:count], blocks=1) if count else np.empty((0, 2))
    assert len(marked) == count
    assert _heard(rustle()[:count]) == NOTHING


def test_silence_stays_silent() -> None:
    silence = np.zeros((48_000, 2), np.float32)
    assert np.array_equal(sounding(samples=silence), silence)
    assert _heard(silence) == NOTHING


def test_how_the_sound_is_cut_into_blocks_does_not_matter() -> None:
    whole = sounding(samples=rustle()[:40_000], blocks=1)
    assert len(whole) == 40_000
    assert np.array_equal(whole, sounding(samples=rustle()[:40_000], blocks=97))


def test_noise_changes_by_a_decibel_or_two_and_tones_by_less() -> None:
    def ratio_db(samples: np.ndarray) -> float:
        change = sounding(samples=samples) - samples
        return float(10 * np.log10(np.mean(samples**2) / np.mean(change**2)))

    times = np.arange(96_000)[:, None] / 48_000
    tone = np.repeat(0.3 * np.sin(2 * np.pi * 1000 * times), 2, axis=1).astype(np.float32)
    assert ratio_db(rustle()) > 17
    assert ratio_db(tone) > 27


def test_two_marks_are_both_named() -> None:
    found = _heard(sounding(99, sounding()))
    assert {found.ledger_index, *found.also} == {INDEX, 99}


@pytest.mark.parametrize("speeds", [(1.0,), (0.9, 1.1)])
def test_sound_worked_through_in_pieces_says_the_same_as_in_one(speeds, monkeypatch) -> None:
    sound = rustle(31.0)
    pieces = folded_sound(iter(np.array_split(sound, 101)), speeds)
    monkeypatch.setattr("cleardance.provenance.watermark.folding._PIECE", 10**9)
    whole = folded_sound(iter([sound]), speeds)
    for one, other in zip(pieces, whole, strict=True):
        np.testing.assert_allclose(one.levels, other.levels, atol=2e-3)


def test_only_the_beginning_is_taken_in() -> None:
    sound = rustle(31.0)
    some = folded_sound(iter(np.array_split(sound, 31)), (1.0,), longest_s=9.0)
    assert np.array_equal(
        some[0].levels, folded_sound(iter([sound[: 9 * 48_000]]), (1.0,))[0].levels
    )
