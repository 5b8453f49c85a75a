"""Whether the model repeats what it was taught: each output's nearest training picture.

    python benchmarks/pocket_memory.py MODEL DATA [COUNT] [SEED] [SHEET.png]

COUNT captions of the training rows of DATA are drawn as stills by MODEL. Each is compared, as the
product compares outputs with registered works, by PDQ (Hamming distance of 256 bits; 31 or less is
a copy) with every training picture of DATA, and with the nearest of them by local features (which
agree if they are of one picture). Beside it: how near two training pictures of one caption are to
each other, for as many pairs. A model that repeats has outputs nearer to a training picture than
those are. SHEET.png shows the nearest pairs, outputs above.
"""

import sys
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.dataset.shelf import Shelf, open_shelf
from cleardance.generate.backends.pocket import PLAN
from cleardance.match.pdq import MAX_DISTANCE, hash_frame
from cleardance.match.picture import look_at_query, look_at_reference
from cleardance.match.picture_index import PictureIndex
from cleardance.pocket.film import still
from cleardance.pocket.runtime import Model
from cleardance.pocket.text import Vocabulary

ENLARGED = 4  # the product sees larger pictures than the model's own
SHOWN = 12

Pixels = NDArray[np.uint8]


def main() -> None:
    folder, data, *rest = sys.argv[1:]
    count, seed, sheet = (*rest, *("200", "1", "")[len(rest) :])
    model, shelf = Model.load(Path(folder), threads=1), open_shelf(Path(data))
    rng = np.random.default_rng([int(seed), 8])
    taught = shelf.manifest.indices("train")
    rows = [taught[i] for i in rng.choice(len(taught), int(count), replace=False)]
    words = Vocabulary(model.card.words)
    captions = [shelf.manifest.rows[row].caption for row in rows]
    made = [
        still(model, words.ids(caption, model.card.text_tokens)[0], [int(seed), n], PLAN)
        for n, caption in enumerate(captions)
    ]
    known = np.stack([bits(picture(shelf, row)) for row in taught])  # [M, 256]
    found = np.stack([np.abs(known - bits(frame)).sum(axis=1) for frame in made])  # [B, M]
    nearest, which = found.min(axis=1), found.argmin(axis=1)
    pairs = same_caption(shelf, taught, int(count), rng)
    between = np.array([np.abs(bits(one) - bits(other)).sum() for one, other in pairs])
    print("| PDQ distance, bits | nearest | 1st percentile | median | within 31 |")
    print("|---|---|---|---|---|")
    print(row_of(f"{len(made)} outputs to their nearest of {len(taught):,}", nearest))
    print(row_of(f"{len(pairs)} pairs of training pictures of one caption", between))
    copies = [
        agree(frame, picture(shelf, taught[at])) for frame, at in zip(made, which, strict=True)
    ]
    others = [agree(one, other) for one, other in pairs]
    taken = f"{sum(copies)} of {len(made)} outputs for a copy of their nearest"
    print(f"the product's screening takes {taken},")
    print(f"and {sum(others)} of {len(pairs)} training pictures for one of the other of their pair")
    if sheet:
        order = np.argsort(nearest)[:SHOWN]
        above = np.hstack([made[i] for i in order])
        below = np.hstack([picture(shelf, taught[which[i]]) for i in order])
        cv2.imwrite(sheet, np.vstack((above, below))[..., ::-1].repeat(2, 0).repeat(2, 1))


def picture(shelf: Shelf, row: int) -> Pixels:
    """Return a row's picture, or the middle frame of its clip, [H, W, 3]."""
    frames = shelf.read([row]).pixels[0]
    return frames[len(frames) // 2]


def large(frame: Pixels) -> Pixels:
    size = None, ENLARGED, ENLARGED
    return np.asarray(cv2.resize(frame, None, *size, cv2.INTER_CUBIC), np.uint8)


def bits(frame: Pixels) -> NDArray[np.int16]:
    """Return a frame's PDQ hash as 256 zeros and ones."""
    value = np.frombuffer(hash_frame(large(frame)).value, np.uint8)
    return np.unpackbits(value).astype(np.int16)


def agree(frame: Pixels, other: Pixels) -> bool:
    """Whether the product's screening takes a frame for a copy of another."""
    index, seen = PictureIndex([look_at_reference(large(other))]), [look_at_query(large(frame))]
    return bool(index.find_hashes(seen) or index.find_local(seen))


def same_caption(
    shelf: Shelf, rows: list[int], count: int, rng: np.random.Generator
) -> list[tuple[Pixels, Pixels]]:
    """Return so many pairs of different training pictures of one caption."""
    by_caption = defaultdict(list)
    for row in rows:
        by_caption[shelf.manifest.rows[row].caption].append(row)
    several = [together for together in by_caption.values() if len(together) > 1]
    chosen = rng.choice(len(several), min(count, len(several)), replace=False)
    pairs = [rng.choice(several[i], 2, replace=False) for i in chosen]
    return [(picture(shelf, int(one)), picture(shelf, int(other))) for one, other in pairs]


def row_of(name: str, distances: NDArray[np.int16]) -> str:
    low, middle = np.percentile(distances, 1), np.median(distances)
    near = int((distances <= MAX_DISTANCE).sum())
    return f"| {name} | {distances.min()} | {low:.0f} | {middle:.0f} | {near} |"


if __name__ == "__main__":
    main()
