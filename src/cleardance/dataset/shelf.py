"""A manifest beside its pictures or clips: made once, checked by digest at every reading."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleardance.dataset import exclusion
from cleardance.dataset.assets import BACKDROPS, asset_id, assets
from cleardance.dataset.clips import clip
from cleardance.dataset.manifest import Header, Manifest, Row, read_manifest, split_of
from cleardance.dataset.stills import still
from cleardance.dataset.words import world_words
from cleardance.errors import VerificationError
from cleardance.pocket.text import NO_WORDS, Vocabulary
from cleardance.rights.snapshot import RegistrySnapshot

MANIFEST, PIXELS, LABELS, SOUND = "manifest.jsonl", "pixels.npy", "labels.npy", "sound.npy"
_LIBRARIES = ("cleardance", "numpy", "opencv-python-headless", "resvg_py")

Pixels = NDArray[np.uint8]
Sound = NDArray[np.float16]
Table = NDArray[Any]
Progress = Callable[[float], None]


class Samples(NamedTuple):
    """Rows as read: pixels [B, T, H, W, 3], labels [B, T, H, W], sound [B, N, P].

    Stills have one frame, and an N of 0.
    """

    pixels: Pixels
    labels: Pixels
    sound: Sound


class _Drawing(NamedTuple):
    """One row before it is listed: pixels [T, H, W, 3], labels [T, H, W], sound [N, P]."""

    pixels: Pixels
    labels: Pixels
    sound: Sound
    caption: str
    subject: str


@dataclass(frozen=True, eq=False)
class Shelf:
    """A data set on disk, mapped: of M rows, every array's first axis."""

    manifest: Manifest
    pixels: Pixels
    labels: Pixels
    sound: Sound

    def read(self, rows: Sequence[int]) -> Samples:
        """Return rows. Raises VerificationError if one no longer is what the manifest lists."""
        read = Samples(self.pixels[rows], self.labels[rows], self.sound[rows])
        for row, *arrays in zip(rows, *read, strict=True):
            listed = self.manifest.rows[row]
            if _digest(*arrays) != listed.sha256:
                raise VerificationError(f"What seed {listed.seed} drew is not what was listed.")
        return read


def open_shelf(folder: Path) -> Shelf:
    """Open a data set. Raises VerificationError if a part is missing or is of another size."""
    manifest = read_manifest(folder / MANIFEST)
    header, count = manifest.header, len(manifest.rows)
    frames = header.frames or 1
    frame = (count, frames, header.height_px, header.width_px)
    try:
        pixels = np.load(folder / PIXELS, mmap_mode="r").reshape(*frame, 3)
        labels = np.load(folder / LABELS, mmap_mode="r").reshape(frame)
        sound = np.zeros((count, 0, 0), np.float16)
        if header.kind == "clips":
            sound = np.load(folder / SOUND, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise VerificationError(f"{folder} has other parts than it lists: {error}.") from error
    if len(sound) != count:
        raise VerificationError(f"{folder} has other parts than it lists.")
    return Shelf(manifest, pixels, labels, sound)


def build(
    folder: Path,
    cast: Sequence[str],
    count: int,
    size_px: tuple[int, int],
    registry: RegistrySnapshot,
    excluded: frozenset[str],
    known: Vocabulary = NO_WORDS,
    frames: int | None = None,
    progress: Progress = lambda done: None,
) -> Shelf:
    """Draw stills of seeds 0, 1, ... of ``cast``, stamp and list them, and open them.

    ``excluded`` are digests of samples to leave out, which notices took out of training. With
    ``frames``, draw clips of so many key frames, with sound. ``known`` are words that a model
    already knows: they keep their ids, new ones follow. The manifest is written last: a folder
    without one is unfinished, and is drawn again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    made: list[Row] = []
    tables: list[Table] = []
    for seed in range(count):
        drawn = _drawn(seed, cast, size_px, frames)
        if not tables:
            tables = _tables(folder, count, drawn)
        for table, array in zip(tables, drawn[:3], strict=True):
            table[seed] = array
        made.append(_row(seed, drawn))
        progress((seed + 1) / count)
    taken_out = frozenset(row.seed for row in made if row.sha256 in excluded)
    stamped = exclusion.stamp({row.seed: row.caption for row in made}, registry, taken_out)
    rows = tuple(row for row in made if row.seed not in set(stamped.excluded_seeds))
    _keep(folder, tables, [row.seed for row in rows])
    words = world_words(known)
    header = Header(
        kind="clips" if frames else "stills",
        frames=frames,
        width_px=size_px[0],
        height_px=size_px[1],
        cast=tuple(cast),
        words=words.words,
        vocabulary_digest=words.digest,
        assets=assets(cast),
        libraries={name: version(name) for name in _LIBRARIES},
        exclusion=stamped,
    )
    _write(folder / MANIFEST, Manifest(header=header, rows=rows).text)
    return open_shelf(folder)


def _drawn(
    seed: int, cast: Sequence[str], size_px: tuple[int, int], frames: int | None
) -> _Drawing:
    if frames is None:
        one = still(seed, cast, *size_px)
        silence = np.zeros((0, 0), np.float16)
        return _Drawing(one.pixels[None], one.labels[None], silence, one.caption, one.subject)
    many = clip(seed, cast, *size_px, frames)
    return _Drawing(many.pixels, many.labels, many.sound, many.caption, many.subject)


def _row(seed: int, drawn: _Drawing) -> Row:
    return Row(
        seed=seed,
        caption=drawn.caption,
        subject=drawn.subject,
        assets=(asset_id(drawn.subject), BACKDROPS),
        split=split_of(drawn.caption),
        sha256=_digest(*drawn[:3]),
    )


def _digest(*arrays: NDArray[Any]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _tables(folder: Path, count: int, drawn: _Drawing) -> list[Table]:
    """Make the arrays on disk, in place of what is there; stills have no file of sound."""
    tables: list[Table] = []
    parts: tuple[Table, ...] = drawn.pixels, drawn.labels, drawn.sound
    for name, array in zip((PIXELS, LABELS, SOUND), parts, strict=True):
        shape = (count, *array.shape)
        (folder / name).unlink(missing_ok=True)
        if array.size:
            tables.append(np.lib.format.open_memmap(folder / name, "w+", array.dtype, shape))
        else:
            tables.append(np.zeros(shape, array.dtype))
    return tables


def _keep(folder: Path, tables: Sequence[Table], kept: list[int]) -> None:
    """Flush the tables; if rows were excluded, write them anew without those."""
    for name, table in zip((PIXELS, LABELS, SOUND), tables, strict=True):
        if isinstance(table, np.memmap):
            table.flush()
            if len(kept) < len(table):
                rest = table[kept]
                (folder / name).unlink()
                np.save(folder / name, rest)


def _write(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
