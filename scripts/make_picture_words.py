"""Make the words that pictures are looked up by, from 1,500 drawn stills of the data world.

Writes ``src/cleardance/match/data/picture_words.npy``: uint8 [2, 256, 64], centres of both halves
of local descriptors (k-means, seeded). Run it again only with a new format of the stored features:
an index built with other words must be built again, and is.
"""

from pathlib import Path

import cv2
import numpy as np

from cleardance.dataset.stills import still
from cleardance.match.local import features_of
from cleardance.world.vocabulary import subjects

OUT = Path(__file__).parents[1] / "src/cleardance/match/data/picture_words.npy"
STILLS = 1_500
TRAINED_ON = 120_000


def main() -> None:
    """Draw, describe, cluster, write."""
    cast = list(subjects())[:200]
    pictures = (still(50_000 + seed, cast, 384, 216).pixels for seed in range(STILLS))
    values = np.concatenate([features_of(picture).descriptors for picture in pictures])
    rng = np.random.default_rng(0)
    values = values[rng.permutation(len(values))[:TRAINED_ON]]
    cv2.setRNGSeed(0)
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 20, 0.0)
    halves = []
    for half in np.split(values.astype(np.float32), 2, axis=1):
        _, _, centres = cv2.kmeans(
            np.ascontiguousarray(half), 256, None, stop, 1, cv2.KMEANS_PP_CENTERS
        )
        halves.append(np.rint(centres * 16).clip(0, 255))
    np.save(OUT, np.array(halves, np.uint8))


if __name__ == "__main__":
    main()
