"""The second stage: the same network on clips with sound, begun from stills."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

import torch

from cleardance.dataset.shelf import Shelf, build
from cleardance.errors import VerificationError
from cleardance.pocket.codec import Codec
from cleardance.pocket.positions import geometry
from cleardance.pocket.runtime import CODEC, NETWORK, SOUND_CODEC, Model, Precision
from cleardance.pocket.runtime import STILLS as STILLS_FILE
from cleardance.pocket.sampler import Floats, Plan, noise
from cleardance.pocket.transformer import Transformer
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.train import state
from cleardance.train.bundle import write_model
from cleardance.train.data import stamped_shelf
from cleardance.train.objective import FRAME, NOTHING, SOUND, loss_of
from cleardance.train.probe import ASPECTS, judge
from cleardance.train.runs import RUNS
from cleardance.train.trainer import Habits, Trainer

OTHERS = ", another's sound"
STILLS, CLIPS = RUNS["tiny"], RUNS["tiny-clips"]


@pytest.fixture(scope="module")
def first(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    trainer = Trainer(STILLS, shelf, tmp_path_factory.mktemp("stills"))
    trainer.step()
    trainer.save()
    return trainer.folder / state.FILE_NAME


@pytest.fixture(scope="module")
def clips(
    first: Path, tmp_path_factory: pytest.TempPathFactory, registry: RegistrySnapshot
) -> Shelf:
    folder = tmp_path_factory.mktemp("clips")
    return stamped_shelf(CLIPS, folder, registry, frozenset(), first, lambda line: None)


def test_clips_go_on_where_stills_ended(first: Path, clips: Shelf, tmp_path: Path) -> None:
    trainer = Trainer(CLIPS, clips, tmp_path, first)
    assert trainer.codec.of_frames(64).digest == Codec.load(first.parent / CODEC).digest
    trainer.train(4, Habits(look_s=1e9, log_steps=1, threads=1), lambda line: None)
    sheets = {path.suffix for path in (tmp_path / "sheets").iterdir()}
    assert sheets == {".png", ".txt", ".wav"}
    again = Trainer(CLIPS, clips, tmp_path)
    assert again.progress.step == 4
    torch.testing.assert_close(again.progress.average, trainer.progress.average)


def test_every_so_often_a_still_is_taught_in_one_of_its_shapes(
    first: Path, clips: Shelf, tmp_path: Path
) -> None:
    teacher = Trainer(CLIPS, clips, tmp_path, first).teacher
    clip = teacher.lesson(1)
    assert (clip.video.shape[1], clip.audio.shape[1]) == (7 * 96, 12)
    stills = [teacher.lesson(CLIPS.still_every * number) for number in range(8)]
    grids = [(one.layout.rows, one.layout.columns) for one in stills]
    own, square, wide, tall = (8, 12), (8, 8), (5, 12), (8, 5)
    assert grids == [own, own, own, square, own, own, wide, tall]
    assert all(one.video.shape[1] == one.layout.video for one in stills)
    assert not any(one.audio.numel() for one in stills)


def test_a_subject_is_shown_by_a_picture_and_named_at_times(
    first: Path, clips: Shelf, tmp_path: Path
) -> None:
    run = replace(CLIPS, still_batch=40)
    teacher = Trainer(run, clips, tmp_path, first).teacher
    lesson = teacher.lesson(CLIPS.still_every)
    assert lesson.layout.pictured
    given = lesson.given_video.view(40, 2, 96)
    assert not given[:, 0].any()
    assert given[:, 1].all()
    assert not lesson.first.any()
    names = torch.tensor([teacher.words.ids(name, 16)[0][0] for name in CLIPS.cast])
    named = torch.isin(lesson.words, names).any(dim=1)
    assert 0 < named.sum() < 40


def test_the_first_frame_is_beside_every_moment(first: Path, clips: Shelf, tmp_path: Path) -> None:
    teacher = Trainer(CLIPS, clips, tmp_path, first).teacher
    kinds = np.array([NOTHING, FRAME, SOUND])
    lesson = teacher.prepared([0, 1, 2], np.random.default_rng(0), 0.0, kinds=kinds)
    own = lesson.video.view(3, 7, 96, -1)[:, :1].expand(3, 7, 96, -1)
    shown = lesson.first.view(3, 7, 96, -1)
    assert not shown[0].any()
    torch.testing.assert_close(shown[1:], own[1:])
    assert lesson.given_audio.sum(dim=1).tolist() == [0, 0, 12]


def test_stills_mean_the_same_to_the_model_of_clips(
    first: Path, clips: Shelf, tmp_path: Path
) -> None:
    """What was learnt from stills is there to begin with: new channels are unheard and silent."""
    now, before = Trainer(CLIPS, clips, tmp_path, first), Transformer(STILLS.config)
    body = torch.load(first, weights_only=True)
    before.load_state_dict(body["weights"] | body["average"])
    still = now.teacher.prepared([0, 1], np.random.default_rng(0), 0.0, frames=1)
    assert not still.video[..., 64:].any()
    told = [torch.tensor(array) for array in geometry(STILLS.config, still.layout)]
    given = still.given_video, still.given_audio
    with torch.inference_mode():
        arguments = still.audio, still.t, still.words, *given
        there = before(still.video[..., :64], *arguments, still.first[..., :64], *told).video
        here = now.progress.network(still.video, *arguments, still.first, *told).video
    torch.testing.assert_close(here[..., :64], there)


def test_lessons_begin_anywhere_in_a_clip_and_sound_goes_with_them(
    first: Path, clips: Shelf, tmp_path: Path
) -> None:
    teacher = Trainer(CLIPS, clips, tmp_path, first).teacher
    rng = np.random.default_rng(0)
    drawn, starts = clips.read([3]), set()
    for _ in range(12):
        part = teacher._parts([3], rng, 13)
        start = next(i for i in range(13) if (drawn.pixels[0, i : i + 13] == part.pixels[0]).all())
        np.testing.assert_array_equal(part.sound[0], drawn.sound[0, start : start + 12])
        starts.add(start)
    assert len(starts) > 3


def test_beginnings_ends_and_sounds_are_given_at_times(
    first: Path, clips: Shelf, tmp_path: Path
) -> None:
    run = replace(CLIPS, batch=200)
    lesson = Trainer(run, clips, tmp_path, first).teacher.lesson(1)
    given = lesson.given_video.view(200, 7, 96)
    assert (given == given[:, :, :1]).all()  # whole moments
    shown = given[:, :, 0].int()  # [B, M]
    assert not shown[:, 2:-1].any()
    heard = lesson.given_audio.int()  # [B, Na]
    patterns = {(tuple(a), tuple(b)) for a, b in zip(shown.tolist(), heard.tolist(), strict=True)}
    none, all_heard, overlap = (0,) * 12, (1,) * 12, (1,) * 2 + (0,) * 10
    assert patterns == {
        ((0,) * 7, none),
        ((1,) + (0,) * 6, none),
        ((1,) + (0,) * 5 + (1,), none),
        ((1, 1) + (0,) * 5, overlap),
        ((1, 1) + (0,) * 4 + (1,), overlap),
        ((1,) + (0,) * 6, all_heard),
    }
    ends = lesson.video.view(200, 7, 96, 128)[shown[:, -1] > 0][:, -1]
    assert not ends[..., 64:].any()  # a last frame is a still: nothing is known of before


def test_what_is_given_costs_nothing(first: Path, clips: Shelf, tmp_path: Path) -> None:
    """The loss does not ask for velocities of tokens that are not noised."""
    trainer = Trainer(CLIPS, clips, tmp_path, first)
    lesson = trainer.teacher.prepared([0, 1], np.random.default_rng(0), 0.0)
    everything = lesson._replace(
        given_video=torch.ones_like(lesson.given_video),
        given_audio=torch.ones_like(lesson.given_audio),
    )
    loss = loss_of(trainer.progress.network, everything, CLIPS)
    assert (loss.velocity.item(), loss.audio.item()) == (0, 0)


def test_the_model_makes_frames_and_sound(first: Path, clips: Shelf, tmp_path: Path) -> None:
    trainer = Trainer(CLIPS, clips, tmp_path / "run", first)
    write_model(trainer, tmp_path / "model")
    made = Model.load(tmp_path / "model").make("a cat runs on a road", 1, Plan(2))
    assert made.frames.shape == (13, 64, 96, 3)
    assert made.sound is not None
    assert made.sound.shape == (24_000,)
    assert np.isfinite(made.sound).all()


def test_stills_are_drawn_by_the_network_that_knew_them_best(
    first: Path, clips: Shelf, tmp_path: Path
) -> None:
    """A model of two networks draws single frames with one and moves them with the other."""
    trainer = Trainer(CLIPS, clips, tmp_path / "run", first)
    generator = torch.Generator().manual_seed(0)
    for weight in trainer.progress.average.values():
        weight += 0.05 * torch.randn(weight.shape, generator=generator)
    card = write_model(trainer, tmp_path / "both", stills=first)
    assert card.stills is not None
    assert (card.stills.run, card.stills.steps, card.stills.samples) == ("tiny", 1, 8)
    assert card.manifests == (card.stills.manifest_sha256, clips.manifest.digest)
    both = Model.load(tmp_path / "both")
    moving = replace(both, stills=None)
    assert both.stills is not None
    still = replace(moving, session=both.stills)
    for frames, own, other in ((1, still, moving), (13, moving, still)):
        np.testing.assert_array_equal(velocity(both, frames), velocity(own, frames))
        assert np.abs(velocity(both, frames) - velocity(other, frames)).max() > 1e-3
    begun, source = trainer.begun_with(first)
    again, source_of_model = trainer.begun_with(tmp_path / "both")
    assert source_of_model == source
    torch.testing.assert_close(again.video_out.weight, begun.video_out.weight, rtol=1e-3, atol=1e-6)
    (tmp_path / "both" / STILLS_FILE).write_bytes((tmp_path / "both" / NETWORK).read_bytes())
    with pytest.raises(VerificationError, match=STILLS_FILE):
        Model.load(tmp_path / "both")


def velocity(model: Model, frames: int) -> Floats:
    """Return the velocity of video [1, Nv, C] of so many frames of noise."""
    layout = model.layout(frames)
    known = model.unknown(layout)
    x = noise(known.tokens.video.shape, known.tokens.audio.shape, 1)
    words = np.array([[5, 6, 7] + [0] * 13], np.int64)
    return model.predictor(layout)(x, np.full(1, 0.5, np.float32), words, known).video


@pytest.mark.parametrize(("precision", "off"), [("single", 0.0), ("half", 1e-3), ("int8", 0.02)])
def test_training_goes_on_from_an_exported_model_alone(
    first: Path, clips: Shelf, tmp_path: Path, precision: Precision, off: float
) -> None:
    """All that is drawn with is there, as exactly as it is stored; the optimisers begin anew."""
    before = Trainer(CLIPS, clips, tmp_path / "before", first)
    before.train(3, Habits(look_s=1e9, threads=1), lambda line: None)
    card = write_model(before, tmp_path / "model", precision)
    after = Trainer(CLIPS, clips, tmp_path / "after", tmp_path / "model")
    drawn = {k: v for k, v in before.progress.average.items() if not k.startswith("label_head.")}
    assert len(drawn) > 40
    for name, weight in drawn.items():
        found = after.progress.average[name]
        assert (found - weight).norm() <= off * weight.norm(), name
    assert after.sound_codec is not None
    assert after.sound_codec.digest == Codec.load(before.folder / SOUND_CODEC).digest
    assert after.progress.lineage == (*card.earlier_manifests, card.manifest_sha256)
    after.step()


@pytest.mark.parametrize("harm", ["foreign", "damaged"])
def test_models_that_training_cannot_go_on_from_are_refused(
    first: Path, clips: Shelf, tmp_path: Path, harm: str
) -> None:
    before = Trainer(CLIPS, clips, tmp_path / "before", first)
    write_model(before, tmp_path / "model")
    network = tmp_path / "model" / NETWORK
    if harm == "damaged":
        network.write_bytes(network.read_bytes()[:-1])
    if harm == "foreign":
        fitted = Codec.load(tmp_path / "model" / CODEC)
        replace(fitted, mean=fitted.mean + 1).save(tmp_path / "model" / CODEC)
    with pytest.raises(VerificationError):
        Trainer(CLIPS, clips, tmp_path / "after", tmp_path / "model")


def test_clips_are_judged_by_what_happens_and_by_what_is_heard(
    first: Path, clips: Shelf, tmp_path: Path
) -> None:
    """As the product draws them; what was drawn before is not drawn again."""
    write_model(Trainer(CLIPS, clips, tmp_path / "run", first), tmp_path / "model")
    model, drawn = tmp_path / "model", tmp_path / "drawn"
    judged = judge(model, clips, drawn, 3, steps=2)
    assert set(judged.made) == set(judged.real) == set(ASPECTS)
    assert set(judged.sync) == {f"{a}{b}" for a in ("made", "real") for b in ("", OTHERS)}
    files = {path: path.stat().st_mtime_ns for path in drawn.rglob("*.npz")}
    assert len(files) == judged.pictures > 0
    assert judge(model, clips, drawn, 3, steps=2) == judged
    assert {path: path.stat().st_mtime_ns for path in drawn.rglob("*.npz")} == files


def test_another_cast_is_another_data_set(
    first: Path, tmp_path: Path, registry: RegistrySnapshot
) -> None:
    build(tmp_path, ("dog",), 2, (96, 64), registry, frozenset(), frames=25)
    with pytest.raises(VerificationError, match="another run"):
        stamped_shelf(CLIPS, tmp_path, registry, frozenset(), first, lambda line: None)
