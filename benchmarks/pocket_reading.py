"""A sheet to be read blind: what an exported model draws for prompts that nobody taught it.

    python benchmarks/pocket_reading.py MODEL MANIFEST SHEET.png [COUNT] [SEED] [ACROSS]

Prompts are held-out captions of MANIFEST, drawn at random: a subject may come twice or never, so
that nothing is known by elimination. They go to SHEET.txt: look at the sheet, write down each
subject, and only then read them. A model of clips is shown as strips of five frames.
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.dataset.manifest import read_manifest
from cleardance.generate.backends.pocket import PLAN
from cleardance.pocket.film import Ask, film, still
from cleardance.pocket.runtime import Model
from cleardance.pocket.text import Vocabulary

SHOWN = 5


def main() -> None:
    folder, listed, sheet, *rest = sys.argv[1:]
    count, seed, across = (int(value) for value in (*rest, *("60", "1", "10")[len(rest) :]))
    model, manifest = Model.load(Path(folder), threads=1), read_manifest(Path(listed))
    captions = sorted({manifest.rows[row].caption for row in manifest.indices("held_out")})
    rng = np.random.default_rng([seed, 6])
    chosen = [str(one) for one in rng.choice(captions, count, replace=False)]
    began = time.process_time()
    made = [drawn(model, caption, 1000 * seed + n) for n, caption in enumerate(chosen)]
    print(f"{(time.process_time() - began) / count:.2f} s of processor time each, {PLAN}")
    cells = [np.hstack(frames[:: max(1, len(frames) // (SHOWN - 1))][:SHOWN]) for frames in made]
    cells += [np.zeros_like(cells[0])] * (-len(cells) % across)
    rows = [np.hstack(cells[i : i + across]) for i in range(0, len(cells), across)]
    page = np.vstack(rows)[..., ::-1]
    cv2.imwrite(sheet, cv2.resize(page, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    Path(sheet).with_suffix(".txt").write_text("\n".join(chosen) + "\n", "utf-8")


def drawn(model: Model, caption: str, seed: int) -> NDArray[np.uint8]:
    """Return the frames [T, H, W, 3] of a caption: one, or a window of a clip."""
    words = Vocabulary(model.card.words).ids(caption, model.card.text_tokens)[0]
    if model.card.frames == 1:
        return still(model, words, seed, PLAN)[None]
    return film(model, Ask(words, model.card.frames, seed), PLAN).frames


if __name__ == "__main__":
    main()
