"""Contact sheets: what the averaged weights make of held-out prompts, to be judged blind.

The order of a sheet depends on its step, and the prompts are in a file of their own: look at the
picture first, write down what you see, then compare.
"""

import wave
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from cleardance.dataset.manifest import Manifest
from cleardance.pocket import audio, sampler
from cleardance.pocket.moments import frames_from
from cleardance.pocket.positions import Layout, geometry, layout_of
from cleardance.pocket.sampler import Given, Plan, Tokens
from cleardance.pocket.transformer import Transformer
from cleardance.train.objective import Teacher

Pixels = NDArray[np.uint8]

ACROSS = 6
ENLARGED = 3
CLIPS, SOUNDS = 10, 2  # on a sheet


def prompts(manifest: Manifest, step: int) -> list[str]:
    """Return one held-out caption for each subject of the cast, in an order of the step's own."""
    rng = np.random.default_rng([step, 2])
    held_out = [manifest.rows[i] for i in manifest.indices("held_out")]
    chosen = []
    for subject in rng.permutation(np.array(manifest.header.cast)):
        captions = sorted({row.caption for row in held_out if row.subject == subject})
        if captions:
            chosen.append(captions[int(rng.integers(len(captions)))])
    return chosen


def predictor(network: Transformer, layout: Layout) -> sampler.Predict:
    """Return the network as the sampler wants it: NumPy in, NumPy out."""
    told = geometry(network.config, layout)

    @torch.inference_mode()
    def predict(
        x: Tokens, t: NDArray[np.float32], words: NDArray[np.int64], given: Given
    ) -> Tokens:
        known = given.video.astype(np.float32), given.audio.astype(np.float32)
        arrays = (x.video, x.audio, t, words, *known, given.first(layout), *told)
        with torch.autocast("cpu", torch.bfloat16):
            out = network(*(torch.tensor(array) for array in arrays))
        return Tokens(out.video.float().numpy(), out.audio.float().numpy())

    return predict


def draw(folder: Path, step: int, network: Transformer, teacher: Teacher) -> None:
    """Write a sheet of held-out prompts, a row of frames each if they are clips, and two sounds."""
    captions = prompts(teacher.shelf.manifest, step)
    frames = teacher.run.frames or 1
    captions = captions[: CLIPS if frames > 1 else len(captions)]
    if not captions:
        return
    made = tokens(network, teacher, captions, Plan(), seed=step)
    pixels = frames_from(teacher.codec, made.video, network.config)  # [B, T, H, W, 3]
    folder.mkdir(parents=True, exist_ok=True)
    across = frames if frames > 1 else ACROSS
    cv2.imwrite(
        str(folder / f"sheet-{step:07}.png"),
        sheet(pixels.reshape(-1, *pixels.shape[2:]), across)[..., ::-1],
    )
    (folder / f"sheet-{step:07}.txt").write_text("\n".join(captions) + "\n", "utf-8")
    if teacher.sound_codec is not None:
        for number, heard in enumerate(made.audio[:SOUNDS]):
            path = folder / f"sound-{step:07}-{number}.wav"
            write_wav(path, audio.sound_of(teacher.sound_codec.decode(heard)))


def tokens(
    network: Transformer, teacher: Teacher, captions: Sequence[str], plan: Plan, seed: int
) -> Tokens:
    """Return what the model makes of captions: clean tokens of B samples.

    Clips are stills first, which then move.
    """
    config, run = network.config, teacher.run
    ids = np.stack([teacher.words.ids(caption, run.text_tokens)[0] for caption in captions])
    still = layout_of(config, 1, 0, run.text_tokens)
    drawn = _sampled(network, still, ids, plan, seed, None)
    if run.frames is None:
        return drawn
    layout = layout_of(config, run.frames, run.audio_tokens, run.text_tokens)
    return _sampled(network, layout, ids, plan, seed + 1, drawn.video)


def _sampled(
    network: Transformer,
    layout: Layout,
    ids: NDArray[np.int64],
    plan: Plan,
    seed: int,
    first: NDArray[np.float32] | None,
) -> Tokens:
    """Return a sample of a layout for each of the words [B, T], begun by ``first`` [B, N, C]."""
    config, count = network.config, len(ids)
    video = count, layout.video, config.token_dims
    start = sampler.noise(video, (count, layout.audio, config.audio_dims), seed)
    start = sampler.quieted(start, config.motion_dims, plan)
    known = sampler.unknown(start)
    if first is not None:
        known.tokens.video[:, : layout.frame] = first
        known.video[:, : layout.frame] = True
    return sampler.sample(predictor(network, layout), start, ids, plan, known)


def write_wav(path: Path, sound: NDArray[np.float32]) -> None:
    """Write mono samples of -1 to 1 as 16-bit PCM."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(audio.SAMPLE_RATE_HZ)
        file.writeframes(np.rint(sound * 32767).astype("<i2").tobytes())


def sheet(pictures: Pixels, across: int) -> Pixels:
    """Return pictures [B, H, W, 3] side by side, ``across`` to a row, enlarged."""
    count, height, width, _ = pictures.shape
    rows = -(-count // across)
    cells = np.zeros((rows * across, height, width, 3), np.uint8)
    cells[:count] = pictures
    page = cells.reshape(rows, across, height, width, 3).swapaxes(1, 2)
    page = page.reshape(rows * height, across * width, 3)
    return page.repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1)
