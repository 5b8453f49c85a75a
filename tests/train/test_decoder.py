from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

import torch

from cleardance.dataset.shelf import Shelf
from cleardance.errors import UsageError, VerificationError
from cleardance.pocket.runtime import DECODER, Model
from cleardance.train import decoder as decoding
from cleardance.train.bundle import write_model
from cleardance.train.decoder import Decoder
from cleardance.train.runs import RUNS
from cleardance.train.trainer import Trainer


@pytest.fixture(scope="module")
def trainer(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    return Trainer(RUNS["tiny"], shelf, tmp_path_factory.mktemp("run"))


def test_untrained_it_enlarges_what_is_straight_exactly() -> None:
    ramp = torch.linspace(-0.9, 0.9, 24).expand(1, 3, 16, 24)
    with torch.inference_mode():
        large = Decoder()(ramp)
    assert large.shape == (1, 3, 48, 72)
    step = 1.8 / 23 / 3
    wanted = -0.9 + step * (torch.arange(72) - 1)
    np.testing.assert_allclose(large[0, 1, 20, 9:-9], wanted[9:-9], atol=1e-6)


def test_it_learns_the_same_each_time_and_keeps_the_enlargement(trainer: Trainer) -> None:
    """How well it learns takes minutes to see: benchmarks/pocket_decoder.py."""
    config, codec, shelf = trainer.run.config, trainer.codec, trainer.shelf
    one, two = (decoding.trained(shelf, codec, config, 2, lambda line: None) for _ in range(2))
    for name, weight in one.state_dict().items():
        assert torch.equal(weight, two.state_dict()[name])
    assert torch.equal(one.skip.weight, Decoder().skip.weight)
    assert one.last.weight.abs().max() > 0


def test_pictures_drawn_large_are_of_the_same_scenes(shelf: Shelf) -> None:
    """Their scenery falls elsewhere, but subjects and light are where they were."""
    rows = list(range(12))
    large, read = decoding.drawn_large(shelf, rows), shelf.read(rows)
    again, subject = decoding.shrunk(large).astype(int), read.labels[:, 0] > 0
    assert np.abs(again - read.pixels[:, 0])[subject].mean() < 12


def test_equal_pictures_are_wholly_similar() -> None:
    one = np.random.default_rng(0).integers(0, 256, (2, 40, 40, 3), np.uint8)
    assert decoding.ssim(one, one) == pytest.approx(1.0)
    assert decoding.ssim(one, one[::-1]) < 0.2


def test_clips_are_no_lesson_for_it(trainer: Trainer) -> None:
    header = trainer.shelf.manifest.header.model_copy(update={"kind": "clips", "frames": 13})
    manifest = trainer.shelf.manifest.model_copy(update={"header": header})
    clips = replace(trainer.shelf, manifest=manifest)
    with pytest.raises(UsageError, match="from stills"):
        decoding.trained(clips, trainer.codec, trainer.run.config, 1, print)


def test_it_is_part_of_the_model_and_checked_like_the_rest(
    trainer: Trainer, tmp_path: Path
) -> None:
    taught = Decoder().eval()
    torch.nn.init.normal_(taught.last.weight, std=0.02, generator=torch.Generator().manual_seed(1))
    decoding.export(taught, trainer.folder / DECODER)
    card = write_model(trainer, tmp_path)
    model = Model.load(tmp_path)
    assert card.decoder_sha256
    frames = np.random.default_rng(2).integers(0, 256, (2, 64, 96, 3), np.uint8)
    made = model.enlarged(frames)
    seen = torch.from_numpy(frames.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1)
    with torch.inference_mode():
        there = taught(seen).permute(0, 2, 3, 1).numpy()
    there = np.clip(np.rint((there + 1) * 127.5), 0, 255)
    assert made.shape == (2, 192, 288, 3)
    assert np.abs(made.astype(int) - there).max() <= 1
    (tmp_path / DECODER).write_bytes((tmp_path / DECODER).read_bytes()[:-1] + b"?")
    with pytest.raises(VerificationError, match=DECODER):
        Model.load(tmp_path)
