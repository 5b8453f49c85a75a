import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.errors import UnreadableMedia
from cleardance.match.sound import SOUND_SIGNAL
from cleardance.match.sound_index import SoundIndex, evidence_bits
from cleardance.match.sound_peaks import Peaks, peaks_of
from cleardance.media import Audio
from tests.match.sounds import ATTACKS, RATE_HZ, audio, tune

DENIED, HELD = (rung.max_distance for rung in SOUND_SIGNAL.ladder.rungs)
TIMES_S = np.arange(6 * RATE_HZ) / RATE_HZ


def compute(samples: np.ndarray) -> bytes:
    value = SOUND_SIGNAL.compute(audio(samples))
    assert value is not None
    return value


@pytest.fixture(scope="module")
def index() -> SoundIndex:
    return SoundIndex([compute(tune(seed)) for seed in range(8)])


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_copy_is_found_and_nothing_else(index: SoundIndex, attack: str) -> None:
    found = index.search(compute(ATTACKS[attack](tune(3))))
    assert [match.reference for match in found] == [3]
    assert found[0].distance <= DENIED


def test_the_place_of_an_excerpt_is_told(index: SoundIndex) -> None:
    mixed = np.concatenate([tune(101, 5), tune(3)[2 * RATE_HZ : 7 * RATE_HZ], tune(102, 5)])
    (match,) = index.search(compute(mixed))
    assert match.reference == 3
    assert match.time_s == pytest.approx(5.0, abs=1.0)
    assert match.reference_s == pytest.approx(2.0, abs=1.0)
    assert match.time_s - 5 == pytest.approx(match.reference_s - 2, abs=0.1)


def test_an_excerpt_at_the_end_of_a_long_sound_is_found(index: SoundIndex) -> None:
    long = np.concatenate([tune(201, 40), tune(3)[: 4 * RATE_HZ]])
    (match,) = index.search(compute(long))
    assert (match.reference, match.time_s >= 38) == (3, True)


def test_other_tunes_are_far(index: SoundIndex) -> None:
    for seed in range(20, 25):
        assert index.search(compute(tune(seed))) == []


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros((RATE_HZ * 5, 2)),
        0.5 * np.sin(2 * np.pi * 440 * TIMES_S)[:, None],
        0.2 * sum(np.sin(2 * np.pi * hz * TIMES_S) for hz in (440, 554, 659))[:, None],
        1e-5 * np.random.default_rng(1).standard_normal((RATE_HZ * 5, 1)),
        np.zeros((0, 2)),
        0.1 * np.ones((40, 1)),
    ],
    ids=["silence", "tone", "chord", "faint hiss", "nothing", "a click"],
)
def test_what_has_nothing_to_recognise_gives_no_signal(samples: np.ndarray) -> None:
    assert SOUND_SIGNAL.compute(audio(samples)) is None


def test_noises_and_ticking_do_not_match_each_other() -> None:
    noises = [0.1 * np.random.default_rng(k).standard_normal((len(TIMES_S), 1)) for k in range(4)]
    beats = np.random.default_rng(9).uniform(0, 0.4, 4)
    ticks = [0.5 * ((TIMES_S + beat) % 0.5 < 0.002)[:, None] for beat in beats]
    values = [compute(samples) for samples in (*noises, *ticks)]
    for at, value in enumerate(values):
        others = SoundIndex([*values[:at], *values[at + 1 :]])
        assert [match for match in others.search(value) if match.distance <= DENIED] == []


def test_samples_that_are_no_sound_are_refused() -> None:
    with pytest.raises(UnreadableMedia):
        peaks_of(Audio(np.full((RATE_HZ, 1), np.nan, np.float32), RATE_HZ))
    with pytest.raises(UnreadableMedia):
        peaks_of(Audio(np.zeros((1_001_000, 1), np.float32), 1_000))


def test_the_same_sound_gives_the_same_bytes_at_any_rate_of_sampling() -> None:
    assert compute(tune(5)) == compute(tune(5))
    half = Audio(tune(5)[::2] * np.float32(1), RATE_HZ // 2)
    value = SOUND_SIGNAL.compute(half)
    assert value is not None
    assert SOUND_SIGNAL.distance(value, compute(tune(5))) <= DENIED


PEAKS = st.lists(st.tuples(st.integers(0, 2**16 - 1), st.integers(0, 161)), max_size=80)


@settings(max_examples=15, deadline=None)
@given(st.lists(PEAKS, max_size=4), PEAKS)
def test_any_peaks_can_be_searched(references: list, query: list) -> None:
    values = [_packed(one) for one in references]
    for match in SoundIndex(values).search(_packed(query), 1.0):
        assert 0 <= match.distance <= 1
        assert 0 <= match.reference < len(values)


def _packed(peaks: list[tuple[int, int]]) -> bytes:
    frames, bins = zip(*sorted(peaks), strict=True) if peaks else ((), ())
    return Peaks(np.array(frames, np.int64), np.array(bins, np.int64)).to_bytes()


def test_peaks_are_packed_in_three_bytes_each() -> None:
    peaks = peaks_of(audio(tune(1)))
    assert len(peaks.to_bytes()) == 3 * len(peaks)
    assert Peaks.from_bytes(peaks.to_bytes()).to_bytes() == peaks.to_bytes()


def test_bytes_that_are_no_peaks_are_refused() -> None:
    with pytest.raises(ValueError, match="size"):
        Peaks.from_bytes(b"four")


def test_evidence_grows_with_what_meets_and_is_none_at_chance() -> None:
    tried = np.array([100, 100, 100, 200])
    bits = evidence_bits(tried, np.array([5, 10, 50, 100]), 0.1)
    assert list(bits[:2]) == [0, 0]
    assert bits[2] == pytest.approx(bits[3] / 2) == pytest.approx(73.7, abs=0.1)
