"""Takes to sound: every contact at its moment, every actor where it is seen, over its place.

Levels are in dBFS: ambience about -35 to -28 RMS, events -14 to -6 at their peaks before panning.
"""

import math
from collections.abc import Sequence
from functools import cache
from statistics import median

import numpy as np
from numpy.typing import NDArray

from cleardance.world.places import PLACES, Surface
from cleardance.world.sound.ambience import ambience
from cleardance.world.sound.beds import CONTROL_HZ, Motion, bed
from cleardance.world.sound.contacts import Body, body_of
from cleardance.world.sound.grains import ACOUSTICS, VARIANTS, Acoustic, Sound, grain
from cleardance.world.sound.synth import Floats, Samples, stretched
from cleardance.world.take import Bed, Event, EventKind, Take
from cleardance.world.vocabulary import Subject, subjects

CUT_FADE_S = 0.005
_BED_FADE_S = 0.04
_CEILING = 0.9
_LIMIT_BLOCK_S = 0.002
_LIMIT_REACH = 8  # blocks either way
_STREAM = 0xF01E  # so that a take's seed does not repeat its director's draws
_TOUCHING = {EventKind.STEP, EventKind.LAND, EventKind.TAKEOFF}
_DOG_HEIGHT = 0.3
_EVENT_DB = {
    EventKind.STEP: -9.0,
    EventKind.LAND: -6.0,
    EventKind.TAKEOFF: -13.0,
    EventKind.SPLASH: -7.0,
    EventKind.STROKE: -12.0,
    EventKind.FLAP: -13.0,
    EventKind.CALL: -6.0,
    EventKind.WHOOSH: -13.0,
    EventKind.IGNITION: -6.0,
}
_BED_DB = -13.0
_ACOUSTIC_DB = {Acoustic.VOID: -6.0, Acoustic.DEPTHS: -3.0}


def soundtrack(takes: Sequence[Take], sample_rate_hz: int, channels: int) -> NDArray[np.float32]:
    """Return the sound of takes laid one after the other, float32 [N, channels] in -1..1.

    N is the total duration times the rate, rounded. ``channels`` is 1 or 2. The same takes give the
    same samples, whatever was rendered before. Raises ValueError for no takes, another number of
    channels, a rate under 8000 Hz, or a subject or voice that does not exist.
    """
    if not takes or channels not in (1, 2) or sample_rate_hz < 8000:
        raise ValueError("a soundtrack needs takes, 1 or 2 channels and at least 8000 Hz")
    durations = [take.shot.duration_s for take in takes]
    edges = [round(sum(durations[:i]) * sample_rate_hz) for i in range(len(takes) + 1)]
    track = np.zeros((channels, edges[-1]), np.float32)
    fade = round(CUT_FADE_S * sample_rate_hz)
    for take, start, end in zip(takes, edges, edges[1:], strict=False):
        stop = min(end + fade, edges[-1])  # each shot dies away under the beginning of the next
        part = _shot(take, stop - start, sample_rate_hz, channels)
        out = min(fade, part.shape[1])
        part[:, part.shape[1] - out :] *= np.linspace(1, 0, out, dtype=np.float32)
        track[:, start:stop] += part
    return np.ascontiguousarray(_limited(track, sample_rate_hz).T)


def _shot(take: Take, n: int, sample_rate_hz: int, channels: int) -> Samples:
    """Return one take's sound, float32 [channels, n]; only its beginning is faded."""
    rng = np.random.default_rng([abs(take.seed), _STREAM])
    part = ambience(take.shot, n, sample_rate_hz, rng)[:channels]
    rise = min(n, round(CUT_FADE_S * sample_rate_hz))
    part[:, :rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    for actor, own in enumerate(rng.spawn(len(take.performances))):
        events = [e for e in take.events if e.actor == actor and 0 <= e.time_s < n / sample_rate_hz]
        beds = [b for b in take.beds if b.actor == actor]
        if events or beds:
            part += _Player(take, actor, n, sample_rate_hz).sound(events, beds, channels, own)
    return part


class _Player:
    """One actor, to be heard: where it is, how fast and how big, on a control grid."""

    def __init__(self, take: Take, actor: int, n: int, sample_rate_hz: int) -> None:
        self.n, self.sample_rate_hz = n, sample_rate_hz
        self.hop = max(1, round(sample_rate_hz / CONTROL_HZ))
        self.step_s = self.hop / sample_rate_hz
        grid = np.arange(-(-n // self.hop) + 1) * self.step_s
        self.times = np.minimum(grid, take.shot.duration_s)
        performance = take.performances[actor]
        self.subject = _subject(performance.actor.subject)
        self.surface = PLACES[take.shot.place].surface
        self.acoustic = ACOUSTICS.get(take.shot.place, Acoustic.OPEN)
        self.level_db = _ACOUSTIC_DB.get(self.acoustic, 0.0)
        poses, view = performance.poses(self.times), take.view(self.times)
        self.height = poses.height
        self.speed = np.abs(np.gradient(poses.x, self.step_s))
        across = (poses.x - view.x) * view.zoom / (take.aspect / 2)
        self.pan = np.clip(across, -1, 1)  # as Take.pan, from the poses at hand: they cost most
        self.nearness = 1 / (1 + 1.5 * np.maximum(0, np.abs(across) - 1))  # fades out of sight

    def sound(
        self, events: list[Event], beds: list[Bed], channels: int, rng: np.random.Generator
    ) -> Samples:
        """Return everything the actor does, panned along its way, [channels, n]."""
        line = np.zeros((channels, (len(self.times) - 1) * self.hop), np.float32)
        for one in beds:
            self._lay(line, one, int(rng.integers(2**31)))
        variant = int(rng.integers(VARIANTS))
        for event in events:
            variant = (variant + int(rng.integers(1, VARIANTS))) % VARIANTS  # never twice in a row
            self._strike(line, event, variant, rng.uniform(-1.5, 0.5))
        for side, gain in enumerate(self._gains(channels)):
            line[side] *= stretched(gain, self.hop)
        return line[:, : self.n]

    def _gains(self, channels: int) -> list[Floats]:
        """Return each channel's gain on the control grid: constant power between the ears."""
        if channels == 1:
            return [self.nearness]
        angle = (self.pan + 1) * np.pi / 4
        return [np.cos(angle) * self.nearness, np.sin(angle) * self.nearness]

    def _lay(self, line: Samples, one: Bed, seed: int) -> None:
        """Add a bed to a line in place."""
        first = max(0, math.floor(one.start_s / self.step_s))
        last = min(len(self.times) - 1, math.ceil(one.end_s / self.step_s))
        if last - first < 2:
            return
        grid = np.arange(first, last + 1) * self.step_s
        edges = np.minimum(grid - one.start_s, one.end_s - grid) / _BED_FADE_S
        level = one.strength * 10 ** ((_BED_DB + self.level_db) / 20)
        part = slice(first, last + 1)
        motion = Motion(
            self.hop,
            self.sample_rate_hz,
            self.speed[part],
            self.height[part],
            np.clip(edges, 0, 1) * level,
            _half_octaves(self.subject.height / _DOG_HEIGHT),
        )
        line[:, first * self.hop : last * self.hop] += bed(
            one.kind, self.subject, self.surface, motion, seed
        )

    def _strike(self, line: Samples, event: Event, variant: int, vary_db: float) -> None:
        """Add an event to a line in place, its moment to the sample."""
        height = float(np.interp(event.time_s, self.times, self.height))
        if event.kind is EventKind.CALL and not self.subject.voice:
            return
        sound = _sound(event.kind, self.subject, self.surface, height, variant)
        one = grain(sound, self.acoustic, self.sample_rate_hz)
        level_db = _EVENT_DB[event.kind] + vary_db + self.level_db
        gain = np.float32(math.sqrt(event.strength) * 10 ** (level_db / 20))
        start = round(event.time_s * self.sample_rate_hz) - one.lead
        samples = one.samples[: len(line), max(0, -start) :]
        start = max(0, start)
        stop = min(line.shape[1], start + samples.shape[1])
        line[:, start:stop] += samples[:, : stop - start] * gain


def _sound(
    kind: EventKind, subject: Subject, surface: Surface, height: float, variant: int
) -> Sound:
    """Return what an event sounds like, told apart no finer than can be heard."""
    if kind is EventKind.CALL:
        size = _half_octaves(height / natural_height(subject.voice))
        return Sound(kind, subject.voice, Body.SOFT, Surface.NONE, size, variant)
    size = _half_octaves(height / _DOG_HEIGHT)
    if kind in _TOUCHING:
        return Sound(kind, "", body_of(subject), surface, size, variant)
    return Sound(kind, "", Body.SOFT, Surface.NONE, size, variant)


@cache
def natural_height(voice: str) -> float:
    """Return the height at which a voice has its own pitch: the middle of those who have it."""
    return median(s.height for s in subjects().values() if s.voice == voice)


def _half_octaves(ratio: float) -> int:
    """Return a size ratio in half octaves, within two octaves either way."""
    return max(-4, min(4, round(2 * math.log2(max(ratio, 1e-3)))))


def _subject(key: str) -> Subject:
    """Return a subject; ValueError if there is none of this name."""
    if key not in subjects():
        raise ValueError(f"no subject is called {key!r}")
    return subjects()[key]


def _limited(track: Samples, sample_rate_hz: int) -> Samples:
    """Return a track [channels, n] turned down, smoothly and ahead of time, where it is too loud.

    Gain is the mean of the least gains that blocks within reach need, so no block exceeds the
    ceiling, and no waveform is bent.
    """
    channels, n = track.shape
    hop = max(1, round(_LIMIT_BLOCK_S * sample_rate_hz))
    blocks = -(-n // hop)
    padded = np.pad(track, ((0, 0), (0, blocks * hop - n)))
    peaks = np.abs(padded).reshape(channels, blocks, hop).max(axis=(0, 2))
    if peaks.max() <= _CEILING:
        return track
    needed = np.pad(_CEILING / np.maximum(peaks, _CEILING), 2 * _LIMIT_REACH, mode="edge")
    least = np.lib.stride_tricks.sliding_window_view(needed, 2 * _LIMIT_REACH).min(axis=1)
    width = 2 * _LIMIT_REACH - 1
    gain = np.convolve(least, np.full(width, 1 / width), "valid")[1:-1]
    return track * stretched(gain, hop)[:n]
