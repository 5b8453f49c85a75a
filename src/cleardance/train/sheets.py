"""Contact sheets: what the averaged weights make of held-out prompts, to be judged blind.

The order of a sheet depends on its step, and the prompts are in a file of their own: look at the
picture first, write down what you see, then compare.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from cleardance.dataset.manifest import Manifest
from cleardance.pocket import sampler
from cleardance.pocket.codec import Codec, frames_of, to_pixels
from cleardance.pocket.sampler import Given, Plan, Tokens
from cleardance.pocket.text import Vocabulary
from cleardance.pocket.transformer import Transformer

Pixels = NDArray[np.uint8]

ACROSS = 6
ENLARGED = 3


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


def predictor(network: Transformer) -> sampler.Predict:
    """Return the network as the sampler wants it: NumPy in, NumPy out."""

    @torch.inference_mode()
    def predict(
        x: Tokens, t: NDArray[np.float32], words: NDArray[np.int64], given: Given
    ) -> Tokens:
        known = given.video.astype(np.float32), given.audio.astype(np.float32)
        arrays = (x.video, x.audio, t, words, *known)
        with torch.autocast("cpu", torch.bfloat16):
            out = network(*(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays))
        return Tokens(out.video.float().numpy(), out.audio.float().numpy())

    return predict


def stills(
    predict: sampler.Predict,
    codec: Codec,
    network: Transformer,
    words: Vocabulary,
    captions: Sequence[str],
    length: int,
    plan: Plan,
    seed: int,
) -> Pixels:
    """Return what the model draws for captions, uint8 [B, H, W, 3]."""
    config = network.config
    ids = np.stack([words.ids(caption, length)[0] for caption in captions])  # [B, T]
    count = len(captions)
    video = (count, config.video_tokens(1), config.token_dims)
    start = sampler.noise(video, (count, 0, config.audio_dims), seed)
    made = sampler.sample(predict, start, ids, plan)
    return to_pixels(frames_of(codec.decode(made.video), config.rows, config.patch_px))


def sheet(pictures: Pixels) -> Pixels:
    """Return pictures [B, H, W, 3] side by side, ``ACROSS`` to a row, enlarged."""
    count, height, width, _ = pictures.shape
    rows = -(-count // ACROSS)
    cells = np.zeros((rows * ACROSS, height, width, 3), np.uint8)
    cells[:count] = pictures
    page = cells.reshape(rows, ACROSS, height, width, 3).swapaxes(1, 2)
    page = page.reshape(rows * height, ACROSS * width, 3)
    return page.repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1)


def write(folder: Path, step: int, pictures: Pixels, captions: Sequence[str]) -> None:
    """Write ``sheet-STEP.png`` and, apart from it, ``sheet-STEP.txt`` with the prompts."""
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / f"sheet-{step:07}.png"), sheet(pictures)[..., ::-1])
    (folder / f"sheet-{step:07}.txt").write_text("\n".join(captions) + "\n", "utf-8")
