from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from cleardance.dataset.shelf import Shelf
from cleardance.train.bundle import write_model
from cleardance.train.probe import ASPECTS, accuracies, judge, trained, truth
from cleardance.train.runs import RUNS
from cleardance.train.trainer import Trainer


def test_the_truth_is_what_the_caption_says() -> None:
    said = truth("A train facing left drives on a road at dusk.")
    assert list(said) == list(ASPECTS)
    assert list(said.values()) == ["train", "road", "dusk", "left", "drive"]


def test_every_caption_of_a_data_set_is_read_as_it_was_meant(shelf: Shelf) -> None:
    for row in shelf.manifest.rows:
        assert truth(row.caption)["subject"] == row.subject


def test_the_probe_tells_a_cat_from_a_car_and_noise_from_both(shelf: Shelf, tmp_path: Path) -> None:
    probe = trained(shelf, 1, steps=60)
    rows = shelf.manifest.indices("train")
    captions = [shelf.manifest.rows[row].caption for row in rows]
    assert accuracies(probe, shelf.read(rows).pixels, captions)["subject"] > 0.8
    write_model(Trainer(RUNS["tiny"], shelf, tmp_path / "run"), tmp_path / "model")
    judged = judge(tmp_path / "model", shelf, tmp_path / "drawn", 4, steps=1)
    assert set(judged.made) == set(judged.real) == set(ASPECTS[:-1])
    assert not judged.sync
    assert 0 < judged.pictures <= 4
    noise = np.random.default_rng(0).integers(0, 256, (len(rows), 1, 64, 96, 3)).astype(np.uint8)
    assert accuracies(probe, noise, captions)["subject"] < 0.8
