from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

import torch

from cleardance.dataset.shelf import Shelf
from cleardance.errors import UsageError, VerificationError
from cleardance.pocket import sampler
from cleardance.pocket.positions import geometry
from cleardance.pocket.runtime import CARD, CODEC, NETWORK, Model, Precision, sha256
from cleardance.pocket.sampler import Plan
from cleardance.train.bundle import write_model
from cleardance.train.runs import RUNS
from cleardance.train.sheets import predictor
from cleardance.train.trainer import Trainer

TOLERANCES: dict[Precision, float] = {"single": 1e-4, "half": 1e-2, "int8": 0.5}
"""How far torch and ONNX Runtime may be apart, of velocities up to about 8."""
RMS: dict[Precision, float] = {"single": 1e-5, "half": 1e-3, "int8": 0.03}
"""The same as a share of the velocity, on the whole."""
SIZES: dict[Precision, float] = {"single": 1.1, "half": 0.65, "int8": 0.5}
"""Of the file, of four bytes a weight; the tiny network is small beside its graph."""


@pytest.fixture(scope="module")
def trainer(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    """A run whose averaged weights are random, gates and outputs included."""
    made = Trainer(RUNS["tiny"], shelf, tmp_path_factory.mktemp("run"))
    generator = torch.Generator().manual_seed(0)
    for weight in made.progress.average.values():
        weight += 0.05 * torch.randn(weight.shape, generator=generator)
    return made


@pytest.fixture(scope="module")
def bundle(trainer: Trainer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    write_model(trainer, folder)
    return folder


@pytest.mark.parametrize("precision", ["single", "half", "int8"])
def test_both_ways_of_running_it_agree(
    trainer: Trainer, tmp_path: Path, precision: Precision
) -> None:
    card = write_model(trainer, tmp_path, precision)
    assert card.precision == precision
    model, config = Model.load(tmp_path), RUNS["tiny"].config
    video, audio = (3, config.video_tokens(1), config.token_dims), (3, 0, config.audio_dims)
    start = sampler.noise(video, audio, 1)
    words = np.array([[5, 6, 7] + [0] * 13, [8] + [0] * 15, [1] + [0] * 15], np.int64)
    known = sampler.unknown(start)
    known.video[0, :10] = True
    t = np.array([0.1, 0.5, 1.0], np.float32)
    layout = model.layout()
    here = model.predictor(layout)(start, t, words, known)
    network = trainer.averaged()
    with torch.inference_mode():
        arrays = (start.video, start.audio, t, words)
        flags = known.video.astype(np.float32), known.audio.astype(np.float32)
        told = known.first(layout), *geometry(config, layout)
        there = network(*map(torch.tensor, (*arrays, *flags, *told)))
    assert np.abs(here.video).max() > 1
    np.testing.assert_allclose(here.video, there.video.numpy(), atol=TOLERANCES[precision])
    off = np.square(here.video - there.video.numpy()).mean() / np.square(here.video).mean()
    assert off**0.5 < RMS[precision]
    whole = sum(weight.numel() for weight in network.parameters()) * 4
    assert (tmp_path / NETWORK).stat().st_size < SIZES[precision] * whole + 300_000
    assert {path.name for path in tmp_path.iterdir()} == {CARD, CODEC, NETWORK}


def test_a_picture_is_the_same_by_either_way_but_for_rounding(
    trainer: Trainer, bundle: Path
) -> None:
    """The training side draws its sheets in bfloat16: a few levels apart, no more."""
    model, config = Model.load(bundle), RUNS["tiny"].config
    pixels, sound, ignored = model.make("a cat stands on a purplish road", 3, Plan(4))
    assert sound is None
    assert pixels.shape == (1, 64, 96, 3)
    assert ignored == ("purplish",)
    ids = trainer.teacher.words.ids("a cat stands on a road", RUNS["tiny"].text_tokens)[0]
    shape = (1, config.video_tokens(1), config.token_dims)
    start = sampler.noise(shape, (1, 0, config.audio_dims), 3)
    predict = predictor(trainer.averaged(), model.layout())
    made = sampler.sample(predict, start, ids[None], Plan(4))
    other = model.pixels(made)
    assert np.abs(pixels.astype(int) - other).mean() < 4


def test_the_same_seed_is_the_same_picture_and_each_step_is_told(bundle: Path) -> None:
    told: list[int] = []
    one = Model.load(bundle).make("a cat", 1, Plan(3), lambda step, tokens: told.append(step))
    two = Model.load(bundle).make("a cat", 1, Plan(3))
    other = Model.load(bundle).make("a cat", 2, Plan(3))
    np.testing.assert_array_equal(one[0], two[0])
    assert (one[0] != other[0]).any()
    assert told == [1, 2, 3]


def test_the_card_names_what_it_was_trained_on(bundle: Path, shelf: Shelf) -> None:
    card = Model.load(bundle).card
    assert card.manifest_sha256 == shelf.manifest.digest
    assert card.words == shelf.manifest.header.words


@pytest.mark.parametrize("name", [NETWORK, CODEC, CARD])
@pytest.mark.parametrize("harm", ["changed", "missing", "foreign"])
def test_files_that_are_not_the_models_are_refused(
    bundle: Path, tmp_path: Path, name: str, harm: str
) -> None:
    for path in bundle.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    content = bytearray((bundle / name).read_bytes())
    content[len(content) // 2] ^= 1
    if harm == "missing":
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(b"{}" if harm == "foreign" else content)
    with pytest.raises(VerificationError):
        Model.load(tmp_path, sha256((bundle / CARD).read_bytes()))


def test_five_thousand_words_are_refused_before_any_work(bundle: Path) -> None:
    with pytest.raises(UsageError, match="5000 words"):
        Model.load(bundle).make("cat " * 5000, 0, Plan(1))
