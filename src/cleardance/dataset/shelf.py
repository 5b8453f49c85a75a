"""A manifest beside its pictures: made once, checked against the digests at every reading."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cleardance.dataset import exclusion
from cleardance.dataset.assets import BACKDROPS, asset_id, assets
from cleardance.dataset.manifest import Header, Manifest, Row, read_manifest, split_of
from cleardance.dataset.stills import Still, still
from cleardance.dataset.words import world_words
from cleardance.errors import VerificationError
from cleardance.pocket.text import NO_WORDS, Vocabulary
from cleardance.rights.snapshot import RegistrySnapshot

MANIFEST, PIXELS, LABELS = "manifest.jsonl", "pixels.npy", "labels.npy"
_LIBRARIES = ("cleardance", "numpy", "opencv-python-headless", "resvg_py")

Pixels = NDArray[np.uint8]
Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Shelf:
    """A data set on disk: ``pixels`` uint8 [M, H, W, 3] and ``labels`` uint8 [M, H, W], mapped."""

    manifest: Manifest
    pixels: Pixels
    labels: Pixels

    def read(self, rows: Sequence[int]) -> tuple[Pixels, Pixels]:
        """Return pixels [B, H, W, 3] and labels [B, H, W] of rows.

        Raises VerificationError if one no longer is what the manifest lists.
        """
        for row in rows:
            if _digest(self.pixels[row], self.labels[row]) != self.manifest.rows[row].sha256:
                seed = self.manifest.rows[row].seed
                raise VerificationError(f"The picture of seed {seed} is not what was listed.")
        return self.pixels[rows], self.labels[rows]


def open_shelf(folder: Path) -> Shelf:
    """Open a data set. Raises VerificationError if a part is missing or is of another size."""
    manifest = read_manifest(folder / MANIFEST)
    header, count = manifest.header, len(manifest.rows)
    frame = (count, header.height_px, header.width_px)
    try:
        pixels = np.load(folder / PIXELS, mmap_mode="r")
        labels = np.load(folder / LABELS, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise VerificationError(f"{folder} has no pictures: {error}.") from error
    if pixels.shape != (*frame, 3) or labels.shape != frame:
        raise VerificationError(f"{folder} has other pictures than its manifest lists.")
    return Shelf(manifest, pixels, labels)


def build(
    folder: Path,
    cast: Sequence[str],
    count: int,
    size_px: tuple[int, int],
    registry: RegistrySnapshot,
    known: Vocabulary = NO_WORDS,
    progress: Progress = lambda done: None,
) -> Shelf:
    """Draw ``count`` stills of seeds 0, 1, ... of ``cast``, stamp and list them, and open them.

    ``known`` are words that a model already knows: they keep their ids, new ones follow.
    The manifest is written last: a folder without one is unfinished, and is drawn again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    width_px, height_px = size_px
    pixels = _table(folder / PIXELS, (count, height_px, width_px, 3))
    labels = _table(folder / LABELS, (count, height_px, width_px))
    made: list[Row] = []
    for seed in range(count):
        picture = still(seed, cast, width_px, height_px)
        pixels[seed], labels[seed] = picture.pixels, picture.labels
        made.append(_row(seed, picture))
        progress((seed + 1) / count)
    stamped = exclusion.stamp({row.seed: row.caption for row in made}, registry)
    kept = [i for i, row in enumerate(made) if row.seed not in set(stamped.excluded_seeds)]
    if len(kept) < count:  # close the gaps, then cut the files to size
        pixels = _table(folder / PIXELS, (len(kept), *pixels.shape[1:]), pixels[kept])
        labels = _table(folder / LABELS, (len(kept), *labels.shape[1:]), labels[kept])
    pixels.flush()
    labels.flush()
    words = world_words(known)
    header = Header(
        width_px=width_px,
        height_px=height_px,
        cast=tuple(cast),
        words=words.words,
        vocabulary_digest=words.digest,
        assets=assets(cast),
        libraries={name: version(name) for name in _LIBRARIES},
        exclusion=stamped,
    )
    _write(folder / MANIFEST, Manifest(header=header, rows=tuple(made[i] for i in kept)).text)
    return open_shelf(folder)


def _row(seed: int, picture: Still) -> Row:
    return Row(
        seed=seed,
        caption=picture.caption,
        subject=picture.subject,
        assets=(asset_id(picture.subject), BACKDROPS),
        split=split_of(picture.caption),
        sha256=_digest(picture.pixels, picture.labels),
    )


def _digest(pixels: Pixels, labels: Pixels) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(pixels).tobytes())
    digest.update(np.ascontiguousarray(labels).tobytes())
    return digest.hexdigest()


def _table(
    path: Path, shape: tuple[int, ...], filled: Pixels | None = None
) -> np.memmap[tuple[int, ...], np.dtype[np.uint8]]:
    """Make an array on disk, in place of what is there."""
    path.unlink(missing_ok=True)
    table = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
    if filled is not None:
        table[:] = filled
    return table


def _write(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
