from pathlib import Path

import numpy as np
import pytest

from cleardance.dataset.shelf import MANIFEST, PIXELS, Shelf, build, open_shelf
from cleardance.dataset.stills import still
from cleardance.errors import VerificationError
from cleardance.rights.snapshot import RegistrySnapshot
from tests.dataset.conftest import CAST


def test_the_pictures_are_those_of_the_seeds(shelf: Shelf) -> None:
    pixels, labels, sound = shelf.read([3, 5])
    assert sound.size == 0
    for i, seed in enumerate((3, 5)):
        again = still(seed, CAST, 96, 64)
        np.testing.assert_array_equal(pixels[i, 0], again.pixels)
        np.testing.assert_array_equal(labels[i, 0], again.labels)
        assert shelf.manifest.rows[seed].caption == again.caption


def test_drawn_twice_is_listed_the_same(tmp_path: Path, registry: RegistrySnapshot) -> None:
    one, two = (build(tmp_path / n, CAST, 5, (96, 64), registry, frozenset()) for n in "ab")
    assert one.manifest.digest == two.manifest.digest


def test_one_changed_pixel_is_found(own_shelf: Path) -> None:
    pixels = np.load(own_shelf / PIXELS, mmap_mode="r+")
    pixels[4, 0, 10, 10, 0] ^= 1
    pixels.flush()
    shelf = open_shelf(own_shelf)
    shelf.read([0, 1, 2, 3, 5])
    with pytest.raises(VerificationError, match="seed 4"):
        shelf.read([3, 4])


def test_a_folder_without_a_part_is_refused(own_shelf: Path, tmp_path: Path) -> None:
    (own_shelf / PIXELS).unlink()
    for folder in (own_shelf, tmp_path / "nowhere"):
        with pytest.raises(VerificationError):
            open_shelf(folder)


def test_other_pictures_than_listed_are_refused(own_shelf: Path) -> None:
    lines = (own_shelf / MANIFEST).read_text().splitlines()
    (own_shelf / MANIFEST).write_text("\n".join(lines[:-1]) + "\n")
    with pytest.raises(VerificationError, match="other parts"):
        open_shelf(own_shelf)
