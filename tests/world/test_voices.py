"""Every call is there, is heard, and is its own."""

import numpy as np
import pytest

from cleardance.world import vocabulary
from cleardance.world.places import Surface
from cleardance.world.sound.contacts import Body
from cleardance.world.sound.grains import Acoustic, Sound, grain
from cleardance.world.sound.synth import SYNTH_HZ
from cleardance.world.sound.voices import VOICES, call
from cleardance.world.take import EventKind
from tests.world.hand import centroid_hz

DARK = {"moo", "hoot", "growl", "whale", "ship_horn", "drum", "thunder", "howl", "bell", "guitar"}
BRIGHT = {"chirp", "hiss", "squeak", "dolphin_click", "bike_bell", "cricket", "clock_tick"}


def called(name: str) -> Sound:
    return Sound(EventKind.CALL, name, Body.SOFT, Surface.NONE, 0, 0)


def test_every_voice_of_the_vocabulary_can_be_heard() -> None:
    assert VOICES.keys() >= vocabulary.VOICES


@pytest.mark.parametrize("name", sorted(VOICES))
def test_a_voice_is_finite_heard_and_repeatable(name: str) -> None:
    x = call(name, 1.0, 0)
    assert np.isfinite(x).all()
    assert np.sqrt(np.mean(x**2)) > 0.02 * np.abs(x).max() > 0
    assert np.array_equal(x, call(name, 1.0, 0))
    other = call(name, 1.0, 1)
    assert len(other) != len(x) or not np.allclose(other, x)


@pytest.mark.parametrize("name", sorted(DARK | BRIGHT))
def test_dark_voices_are_dark_and_bright_ones_bright(name: str) -> None:
    centroid = centroid_hz(call(name, 1.0, 0), SYNTH_HZ)
    assert centroid < 700 if name in DARK else centroid > 2000


def test_no_two_voices_sound_alike() -> None:
    edges = np.geomspace(60, 12_000, 25)
    outlines = {}
    for name in sorted(vocabulary.VOICES):
        x = call(name, 1.0, 0)[: SYNTH_HZ // 2]
        power = np.abs(np.fft.rfft(x, SYNTH_HZ)) ** 2
        bands = np.add.reduceat(power, edges.astype(int))[:-1]
        outline = np.sqrt(bands / bands.sum())
        for known, seen in outlines.items():
            assert float(outline @ seen) < 0.985, (name, known)
        outlines[name] = outline


@pytest.mark.parametrize("name", ["bark", "moo", "chirp", "car_horn", "bell"])
def test_a_lower_pitch_is_lower(name: str) -> None:
    assert centroid_hz(call(name, 0.6, 0), SYNTH_HZ) < 0.9 * centroid_hz(
        call(name, 1.2, 0), SYNTH_HZ
    )


def test_an_unknown_voice_is_refused() -> None:
    with pytest.raises(ValueError, match="moan"):
        call("moan", 1.0, 0)


@pytest.mark.parametrize("acoustic", list(Acoustic))
@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_a_grain_peaks_at_one_and_ends_in_silence(acoustic: Acoustic, rate: int) -> None:
    samples = grain(called("bark"), acoustic, rate).samples
    assert samples.shape[0] == 2
    assert np.abs(samples).max() == pytest.approx(1.0, abs=1e-4)
    assert np.abs(samples[:, -3:]).max() < 0.02
    assert not samples.flags.writeable


def test_a_room_goes_on_after_the_sound_and_the_open_does_not() -> None:
    dry = grain(called("bark"), Acoustic.OPEN, 16_000).samples
    wet = grain(called("bark"), Acoustic.ROOM, 16_000).samples
    assert wet.shape[1] > dry.shape[1] + 1600
    assert np.array_equal(dry[0], dry[1])
    assert not np.allclose(wet[0], wet[1])
