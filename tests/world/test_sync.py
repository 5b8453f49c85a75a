"""Seen when heard, in the file itself: contacts in decoded frames, onsets in decoded sound."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from cleardance.generate.backends.draft import DraftBackend
from cleardance.media import encode_final, read_audio, read_video, write_mezzanine
from cleardance.request import FPS, Request, Resolution
from tests.world.hand import onsets_s

FRAME_S = 1 / FPS
BLUR_PX = 2  # of edges, by the encoder
FREE_PX = 4  # how far a body has to rise before it can come down again

# Blue on a wooden floor in a still room: nothing else moves, shadows keep the floor's hue, and
# nobody has a voice.
PROMPTS = {
    "bounce": ("a blue ball bounces in a room", 6),
    "jump": ("a blue teddy bear jumps in a room", 2),
    "run": ("a blue deer runs in a room", 6),
}
"""What is asked for, and how often at least it has to be seen to touch down."""


@dataclass(frozen=True)
class Clip:
    """What a viewer gets: when something is seen to touch down, and when something is heard."""

    contacts_s: NDArray[np.float64]
    onsets_s: NDArray[np.float64]
    at_least: int

    def apart_s(self, delay_s: float = 0.0) -> NDArray[np.float64]:
        """Return how far from each contact the nearest onset is, with the sound delayed."""
        gaps = self.contacts_s[:, None] - (self.onsets_s + delay_s)
        return np.asarray(np.abs(gaps).min(axis=1))


def lowest_rows(path: Path) -> list[int]:
    """Return the row of the moving subject's bottom edge in every frame, against the median."""
    hues = np.stack([blueness(frame) for frame in read_video(path).frames])
    still = np.median(hues[::5], axis=0)
    moving = cv2.absdiff(hues, np.broadcast_to(still.astype(np.uint8), hues.shape)) > 30
    return [int(np.flatnonzero(rows)[-1]) for rows in moving.sum(axis=2) >= 3]


def blueness(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the share of blue in each pixel, however dark, as 0 to 255."""
    total = frame.sum(axis=2, dtype=np.uint16) + 1
    return (frame[..., 2] * np.uint32(255) // total).astype(np.uint8)


def touchdowns_s(lowest: list[int]) -> NDArray[np.float64]:
    """Return when a body has come down: the frames after which its lowest point sinks no more."""
    found, high = [], lowest[0]
    for k, (row, following) in enumerate(pairwise(lowest)):
        high = min(high, row)
        if row - high > FREE_PX and following - row <= BLUR_PX:
            found.append(k * FRAME_S)
            high = row
    return np.array(found)


@pytest.fixture(scope="module", params=PROMPTS)
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    prompt, at_least = PROMPTS[request.param]
    asked = Request(prompt=prompt, duration_s=3.5, resolution=Resolution.P480, seed=4)
    raw, folder = DraftBackend().generate(asked), tmp_path_factory.mktemp("sync")
    write_mezzanine(folder / "raw.mkv", raw.video, raw.audio)
    encode_final(folder / "raw.mkv", folder / "clip.mp4")
    sound = read_audio(folder / "clip.mp4")
    heard = onsets_s(sound.samples.mean(axis=1), sound.sample_rate_hz, 0.3)
    return Clip(touchdowns_s(lowest_rows(folder / "clip.mp4")), heard, at_least)


def test_every_contact_is_heard_within_a_frame_of_being_seen(clip: Clip) -> None:
    assert len(clip.contacts_s) >= clip.at_least
    assert clip.apart_s().max() < FRAME_S


@pytest.mark.parametrize("frames", [-2, 2])
def test_a_sound_two_frames_off_would_be_found_out(clip: Clip, frames: int) -> None:
    assert (clip.apart_s(frames * FRAME_S) > FRAME_S).mean() > 0.8
