"""The ``pocket`` model: a small neural network that learnt from our own world alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cleardance.errors import UsageError
from cleardance.generate.backend import Raw
from cleardance.media import Audio, Frame, Video, read_audio, read_image
from cleardance.pocket import audio, playback
from cleardance.pocket.film import Ask, film
from cleardance.pocket.runtime import CARD, Model, sha256
from cleardance.pocket.sampler import Plan
from cleardance.pocket.text import Vocabulary
from cleardance.request import FPS, Request
from cleardance.world.language import reading
from cleardance.world.language.captions import canonical
from cleardance.world.scene import Scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE_RATE_HZ = 48_000
PLAN = Plan(steps=8, guidance=3.0)


class PocketBackend:
    """A trained model in a folder of its own."""

    def __init__(self, folder: Path | None) -> None:
        """Load the model. Raises UsageError if there is none, VerificationError if it is harmed."""
        if folder is None:
            raise UsageError(
                "There are no weights of the model 'pocket' here.",
                hint="Train it (cleardance train), and set pocket_model to the folder it exports.",
            )
        self._model = Model.load(folder)
        self._digest = sha256((folder / CARD).read_bytes())

    def generate(self, request: Request) -> Raw:
        """Make each shot in turn; all words are looked at before any of them is made."""
        if not request.prompt.strip():
            raise UsageError("The prompt is empty.")
        understood = reading.read(request.prompt, request.duration_s, request.seed)
        shots = understood.scene.shots
        told = [self._read(Scene((shot,), 0)) for shot in shots]
        recipe = {
            "weights": self._digest,
            "training_manifest": self._model.card.manifest_sha256,
            "steps": str(PLAN.steps),
            "guidance": f"{PLAN.guidance:g}",
        }
        ignored = (*understood.ignored, *(word for _, unknown in told for word in unknown))
        if request.still:
            tokens = self._model.sample(told[0][0], [request.seed, 0], PLAN)
            picture = playback.filled(self._model.pixels(tokens)[0], *request.size)
            video = Video(*request.size, FPS, 1, iter((picture,)))
            return Raw(video, None, ignored, recipe)
        keys_a_s, first, sound = self._model.config.key_fps, self._first(request), _sound(request)
        frames, heard, start_s = [], [], 0.0
        for number, shot in enumerate(shots):
            end_s = start_s + shot.duration_s
            count = 1 + round(end_s * keys_a_s) - round(start_s * keys_a_s)
            given = None if sound is None else sound[round(start_s * audio.SAMPLE_RATE_HZ) :]
            ask = Ask(told[number][0], count, request.seed + number, first, given)
            made = film(self._model, ask, PLAN)
            frames.append(made.frames)
            if made.sound is not None:
                heard.append(made.sound[: round((count - 1) / keys_a_s * audio.SAMPLE_RATE_HZ)])
            first, start_s = None, end_s
        count = round(request.duration_s * FPS)
        video = Video(*request.size, FPS, count, self._played(frames, count, request.size))
        return Raw(video, self._heard(request, heard), ignored, recipe)

    def _read(self, scene: Scene) -> "tuple[NDArray[np.int64], tuple[str, ...]]":
        """Return a shot as the words [T] that the model learnt, and those it did not."""
        card = self._model.card
        return Vocabulary(card.words).ids(canonical(scene), card.text_tokens)

    def _first(self, request: Request) -> Frame | None:
        """Return the first frame that was given, in the model's own size."""
        config = self._model.config
        for reference in request.references:
            if reference.role == "first_frame":
                picture = read_image(reference.path)
                return playback.filled(picture, config.width_px, config.height_px)
        return None

    def _played(self, shots: list[Frame], count: int, size: tuple[int, int]) -> Iterator[Frame]:
        """Yield the shots' key frames at the rate and size asked for; no flow crosses a cut."""
        fps = self._model.config.key_fps
        left = count
        for number, frames in enumerate(shots):
            last = number == len(shots) - 1
            part = left if last else min(left, round((len(frames) - 1) * FPS / fps))
            left -= part
            for frame in playback.played(frames, fps, FPS, part):
                yield playback.filled(frame, *size)

    def _heard(self, request: Request, parts: "list[NDArray[np.float32]]") -> Audio | None:
        if not (request.audio and parts):
            return None
        samples = round(request.duration_s * SAMPLE_RATE_HZ)
        whole = playback.resampled(
            np.concatenate(parts), audio.SAMPLE_RATE_HZ, SAMPLE_RATE_HZ, samples
        )
        return Audio(np.stack((whole, whole), axis=1), SAMPLE_RATE_HZ)


def _sound(request: Request) -> "NDArray[np.float32] | None":
    """Return the sound that was given, mono [S] at the model's rate."""
    for reference in request.references:
        if reference.role == "reference_audio":
            heard = read_audio(reference.path, sample_rate_hz=audio.SAMPLE_RATE_HZ)
            return np.asarray(heard.samples.mean(axis=1), np.float32)
    return None
