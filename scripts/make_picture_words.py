"""Make the words that pictures are looked up by, from 1,500 drawn stills of the data world.

Writes ``src/cleardance/match/data/picture_words.npy``: uint8 [256, 64], centres of the first halves
of local descriptors and of their mirror images (k-means, seeded). Never run it again for a home
that keeps sketches of outputs: they hold these words.
"""

from pathlib import Path

import cv2
import numpy as np

from cleardance.dataset.stills import still
from cleardance.match.local import MIRRORED, features_of
from cleardance.world.vocabulary import subjects

OUT = Path(__file__).parents[1] / "src/cleardance/match/data/picture_words.npy"
STILLS = 1_500
TRAINED_ON = 200_000


def main() -> None:
    """Draw, describe, cluster, write."""
    cast = list(subjects())[:200]
    pictures = (still(50_000 + seed, cast, 384, 216).pixels for seed in range(STILLS))
    values = np.concatenate([features_of(picture).descriptors for picture in pictures])
    halves = np.concatenate([values[:, :64], values[:, MIRRORED[:64]]])
    rng = np.random.default_rng(0)
    chosen = halves[rng.permutation(len(halves))[:TRAINED_ON]].astype(np.float32)
    cv2.setRNGSeed(0)
    stop = (cv2.TERM_CRITERIA_MAX_ITER, 20, 0.0)
    _, _, centres = cv2.kmeans(chosen, 256, None, stop, 1, cv2.KMEANS_PP_CENTERS)
    np.save(OUT, np.rint(centres * 16).clip(0, 255).astype(np.uint8))


if __name__ == "__main__":
    main()
