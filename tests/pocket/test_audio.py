import numpy as np
import pytest

from cleardance.errors import UsageError
from cleardance.pocket import audio
from cleardance.pocket.audio import SAMPLE_RATE_HZ, patches, sound_of

RATE = SAMPLE_RATE_HZ
SECOND = np.arange(RATE) / RATE


def sine(hz: float, level: float = 0.5) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * SECOND)).astype(np.float32)


def loudest_hz(sound: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(sound)).argmax() * RATE / len(sound))


def test_eight_patches_a_second() -> None:
    assert patches(sine(440)).shape == (8, 512)
    assert sound_of(np.zeros((8, 512), np.float32), rounds=1).shape == (RATE,)
    assert patches(np.zeros(2500, np.float32)).shape == (2, 512)


def test_silence_stays_silent() -> None:
    silent = patches(np.zeros(RATE, np.float32))
    assert not silent.any()
    assert np.abs(sound_of(silent)).max() == 0


@pytest.mark.parametrize("hz", [150, 440, 1000, 3000, 6000])
def test_a_tone_keeps_its_pitch(hz: float) -> None:
    """Within a band's width: the spectrogram knows no better."""
    assert loudest_hz(sound_of(patches(sine(hz)))) == pytest.approx(hz, rel=0.12)


@pytest.mark.parametrize("level", [0.05, 0.5])
def test_a_tone_keeps_its_loudness(level: float) -> None:
    back = sound_of(patches(sine(440, level)))
    assert 0.4 < back.std() / sine(440, level).std() < 2.5


@pytest.mark.parametrize("at_s", [0.2, 0.5, 0.77])
def test_a_knock_comes_back_when_it_was(at_s: float) -> None:
    sound = np.zeros(RATE, np.float32)
    knock = np.random.default_rng(0).standard_normal(400) * np.exp(-np.arange(400) / 80)
    start = round(at_s * RATE)
    sound[start : start + 400] = 0.3 * knock
    back = np.convolve(sound_of(patches(sound)) ** 2, np.ones(320), "same")
    assert abs(back.argmax() / RATE - at_s) < 0.03


def test_the_round_trip_keeps_the_spectrogram() -> None:
    rng = np.random.default_rng(0)
    sound = (sine(300, 0.3) * (SECOND < 0.5) + sine(1200, 0.2) * (SECOND >= 0.5)).astype(np.float32)
    sound += 0.02 * rng.standard_normal(RATE).astype(np.float32)
    once = patches(sound)
    twice = patches(sound_of(once))
    assert np.corrcoef(once.ravel(), twice.ravel())[0, 1] > 0.9


def test_the_same_patches_are_the_same_sound() -> None:
    patched = patches(sine(440))
    np.testing.assert_array_equal(sound_of(patched, 3), sound_of(patched, 3))


@pytest.mark.parametrize("shape", [(100,), (2, RATE), (0,)])
def test_what_is_too_short_or_not_mono_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(UsageError):
        patches(np.zeros(shape, np.float32))


def test_every_band_hears_something() -> None:
    filters = audio._filters()
    assert (filters.sum(axis=1) > 0.99).all()
