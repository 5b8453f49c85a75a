"""The ``pocket`` model: a small neural network that learnt from our own world alone."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cleardance.generate.backend import Preview, Raw, unseen
from cleardance.media import Audio, Frame, Video, read_audio, read_image
from cleardance.pocket import audio, playback
from cleardance.pocket.film import Ask, film, still, windows
from cleardance.pocket.positions import Grid
from cleardance.pocket.runtime import CARD, Model, sha256
from cleardance.pocket.sampler import Plan, Progress, Tokens
from cleardance.pocket.text import Vocabulary
from cleardance.request import FPS, Ratio, Request
from cleardance.world.language import reading
from cleardance.world.language.captions import canonical
from cleardance.world.scene import Scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.int64]

SAMPLE_RATE_HZ = 48_000
PLAN = Plan(steps=8, guidance=3.0, guided=(0.7, 1.0))  # below, it cannot be seen (docs/pocket.md)


class PocketBackend:
    """A trained model in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Load the model. Raises VerificationError if it is missing or harmed."""
        self._model = Model.load(folder)
        self._digest = sha256((folder / CARD).read_bytes())

    def generate(self, request: Request, preview: Preview = unseen) -> Raw:
        """Make each shot in turn; all words are looked at before any of them is made.

        A preview is of the model's own size, in the middle of what is being made.
        """
        understood = reading.read(request.prompt, request.duration_s, request.seed)
        shots = understood.scene.shots
        told = [self._read(Scene((shot,), 0)) for shot in shots]
        taught = self._model.card.manifest_sha256
        earlier = (one for one in self._model.card.manifests if one != taught)
        recipe = {
            "weights": self._digest,
            "training_manifest": taught,
            "earlier_training_manifests": ", ".join(earlier),
            "steps": str(PLAN.steps),
            "guidance": f"{PLAN.guidance:g}",
        }
        unknown = (word for _, words in told for word in words)
        ignored = tuple(dict.fromkeys((*understood.ignored, *unknown)))
        words = [ids for ids, _ in told]
        if request.still:
            return Raw(self._still(request, words[0], preview), None, ignored, recipe)
        asks = self._asks(request, words, [shot.duration_s for shot in shots])
        return Raw(*self._filmed(request, asks, preview), ignored, recipe)

    def _still(self, request: Request, words: "Words", preview: Preview) -> Video:
        grid = self._grid(request)
        progress = self._progress(preview, PLAN.steps, grid)
        subject = self._subject(request)
        frame = still(self._model, words, [request.seed, 0], PLAN, subject, grid, progress)
        picture = playback.filled(self._model.enlarged(frame[None])[0], *request.size)
        return Video(*request.size, FPS, 1, iter((picture,)))

    def _asks(
        self, request: Request, words: "Sequence[Words]", durations_s: Sequence[float]
    ) -> list[Ask]:
        """Return the shots: the first begins, the last ends with a frame that was given."""
        fps, sound = self._model.config.key_fps, _sound(request)
        ends_s = np.cumsum(durations_s)
        asks = []
        for number, (ids, end_s) in enumerate(zip(words, ends_s, strict=True)):
            start_s = end_s - durations_s[number]
            heard = None if sound is None else sound[round(start_s * audio.SAMPLE_RATE_HZ) :]
            asks.append(
                Ask(
                    ids,
                    1 + round(end_s * fps) - round(start_s * fps),
                    request.seed + number,
                    first=self._given(request, "first_frame") if number == 0 else None,
                    last=self._given(request, "last_frame") if number == len(words) - 1 else None,
                    sound=heard,
                    picture=self._subject(request),
                    grid=self._grid(request),
                )
            )
        return asks

    def _filmed(
        self, request: Request, asks: Sequence[Ask], preview: Preview
    ) -> tuple[Video, Audio | None]:
        """Return the shots one after the other, at the rate and size that are asked for."""
        parts = sum(len(windows(ask.frames, self._model.card.frames)) for ask in asks)
        parts += sum(ask.first is None for ask in asks)  # each begins with a still
        progress = self._progress(preview, PLAN.steps * parts, self._grid(request))
        made = [film(self._model, ask, PLAN, progress) for ask in asks]
        seconds = ((ask.frames - 1) / self._model.config.key_fps for ask in asks)
        heard = [
            one.sound[: round(length_s * audio.SAMPLE_RATE_HZ)]
            for one, length_s in zip(made, seconds, strict=True)
            if one.sound is not None
        ]
        count = round(request.duration_s * FPS)
        shown = [self._model.enlarged(one.frames) for one in made]
        frames = self._played(shown, count, request.size)
        return Video(*request.size, FPS, count, frames), self._heard(request, heard)

    def _progress(self, preview: Preview, steps: int, grid: Grid) -> Progress:
        """Return what counts the steps of all parts, and shows the middle frame of each."""
        done = 0

        def progress(step: int, expected: Tokens) -> None:
            nonlocal done
            done += 1
            frames = self._model.pixels(expected, grid)
            preview(done, steps, frames[len(frames) // 2])

        return progress

    def _read(self, scene: Scene) -> "tuple[Words, tuple[str, ...]]":
        """Return a shot as the words [T] that the model learnt, and those it did not."""
        card = self._model.card
        return Vocabulary(card.words).ids(canonical(scene), card.text_tokens)

    def _grid(self, request: Request) -> Grid:
        """Return rows and columns of tokens for a ratio; 16:9 and 4:3 are cut from its own 3:2."""
        rows, columns = self._model.config.rows, self._model.config.columns
        shapes = {
            Ratio.R21_9: (rows * 5 // 8, columns),
            Ratio.R1_1: (rows, rows),
            Ratio.R3_4: (rows, rows * 3 // 4),
            Ratio.R9_16: (rows, rows * 5 // 8),
        }
        return shapes.get(request.ratio, (rows, columns))

    def _given(self, request: Request, role: str) -> Frame | None:
        """Return the picture that was given in a role, in the model's own size for the ratio."""
        rows, columns = self._grid(request)
        patch_px = self._model.config.patch_px
        for reference in request.references:
            if reference.role == role:
                picture = read_image(reference.path)
                return playback.filled(picture, columns * patch_px, rows * patch_px)
        return None

    def _subject(self, request: Request) -> Frame | None:
        """Return the picture of the subject, if one was given."""
        return self._given(request, "reference_image")

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
