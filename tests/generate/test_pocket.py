from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from cleardance.errors import GenerationFailed, UnsupportedByModel, UsageError, VerificationError
from cleardance.generate.backends.pocket import PLAN as POCKET_PLAN
from cleardance.generate.backends.pocket import PocketBackend
from cleardance.generate.models import MODELS, check_request, check_weights
from cleardance.pocket import audio
from cleardance.pocket.codec import Pixels
from cleardance.pocket.film import Ask, film, windows
from cleardance.pocket.moments import tokens_of
from cleardance.pocket.positions import Layout
from cleardance.pocket.runtime import CARD, CODEC, NETWORK, Model
from cleardance.pocket.sampler import Plan, Predict, Tokens
from cleardance.request import ReferenceInput, Request
from cleardance.settings import Settings

pytest.importorskip("onnxruntime")

CAT = np.array([5, 6] + [0] * 14, np.int64)
PLAN = Plan(2)


def request(prompt: str = "A cat runs on a road.", **more: object) -> Request:
    values = {"model": "pocket", "resolution": "480p", "duration_s": 3.0, "seed": 1} | more
    return Request.model_validate({"prompt": prompt} | values)


def pictures(backend: PocketBackend, ask: Request) -> Pixels:
    return np.stack(list(backend.generate(ask).video.frames))


def test_a_video_with_sound_is_as_long_and_as_large_as_asked(clips: Path) -> None:
    raw = PocketBackend(clips).generate(request(duration_s=3.5))
    frames = list(raw.video.frames)
    assert len(frames) == raw.video.frame_count == 84
    assert {frame.shape for frame in frames} == {(496, 864, 3)}
    assert raw.audio is not None
    assert raw.audio.samples.shape == (168_000, 2)
    assert np.isfinite(raw.audio.samples).all()


def test_the_same_request_is_the_same_video(clips: Path) -> None:
    one, two = (pictures(PocketBackend(clips), request()) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert (one != pictures(PocketBackend(clips), request(seed=2))).any()
    assert (one != pictures(PocketBackend(clips), request("A dog runs on a road."))).any()


def test_the_recipe_names_weights_and_what_they_were_trained_on(clips: Path) -> None:
    recipe = PocketBackend(clips).generate(request()).recipe
    assert recipe["training_manifest"] == 64 * "0"
    assert len(recipe["weights"]) == 64


def test_unknown_words_are_reported(clips: Path) -> None:
    raw = PocketBackend(clips).generate(request("A zorgly cat runs on a road."))
    assert raw.ignored == ("zorgly",)


def test_several_shots_are_made_one_after_the_other(clips: Path) -> None:
    """No flow crosses the cut: the frame before it and the frame after are key frames' own."""
    raw = PocketBackend(clips).generate(
        request("Shot 1: a cat sits in a room. Shot 2: a dog runs on a beach.", duration_s=6.0)
    )
    assert len(list(raw.video.frames)) == 144
    assert raw.audio is not None
    assert len(raw.audio.samples) == 6 * 48_000


@pytest.mark.parametrize(
    ("frames", "starts"), [(1, [0]), (13, [0]), (14, [0, 1]), (23, [0, 10]), (31, [0, 10, 18])]
)
def test_windows_cover_a_shot_and_end_with_it(frames: int, starts: list[int]) -> None:
    assert windows(frames, 13) == starts


def test_each_window_goes_on_from_the_end_of_the_one_before(
    clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, seen = Model.load(clips), []
    sample = Model.sample

    def spied(self: Model, *arguments: Any) -> Tokens:
        seen.append(arguments[4])
        return sample(self, *arguments)

    monkeypatch.setattr(Model, "sample", spied)
    made = film(model, Ask(CAT, 31, 7), PLAN)
    assert made.frames.shape == (31, 64, 96, 3)
    assert made.sound is not None
    assert len(made.sound) == 30 * 2000
    still, first, second, third = seen
    assert not still.video.any()
    assert first.video.reshape(7, 96).all(axis=1).tolist() == [True] + [False] * 6
    for given, start in ((second, 10), (third, 18)):
        shown = given.video.reshape(7, 96)
        assert shown[:2].all()
        assert not shown[2:].any()
        assert given.audio[0].tolist() == [True] * 2 + [False] * 10
        end = tokens_of(model.codec, made.frames[start : start + 3], model.config)
        np.testing.assert_allclose(given.tokens.video[0, :192], end, atol=1e-5)


def test_a_first_frame_is_shown_first(clips: Path, tmp_path: Path) -> None:
    picture = np.full((96, 144, 3), (200, 60, 40), np.uint8)
    cv2.imwrite(str(tmp_path / "red.png"), picture[..., ::-1])
    role = {"path": tmp_path / "red.png", "media": "image", "role": "first_frame"}
    asked = request(references=(ReferenceInput.model_validate(role),))
    frames = pictures(PocketBackend(clips), asked)
    np.testing.assert_array_equal(frames[0], np.full_like(frames[0], (200, 60, 40)))
    assert np.abs(frames[0].astype(int) - frames[40]).mean() > 5


@pytest.mark.parametrize("frames", [8, 9, 13, 31])
def test_a_last_frame_is_shown_last(clips: Path, frames: int) -> None:
    model = Model.load(clips)
    picture = np.full((64, 96, 3), (30, 90, 200), np.uint8)
    made = film(model, Ask(CAT, frames, 7, last=picture), PLAN)
    tokens = tokens_of(model.codec, picture[None], model.config)
    known = model.pixels(Tokens(tokens[None], np.zeros((1, 0, 24), np.float32)))
    assert np.abs(made.frames[-1].astype(int) - known[0]).mean() < 2  # a pair's, to rounding
    assert np.abs(made.frames[0].astype(int) - known[0]).mean() > 5


def test_each_step_of_each_window_is_previewed(clips: Path) -> None:
    told: list[tuple[int, int]] = []
    shapes = set()

    def preview(step: int, steps: int, frame: Pixels) -> None:
        told.append((step, steps))
        shapes.add((frame.shape, frame.dtype))

    two = "Shot 1: a cat sits in a room. Shot 2: a dog runs on a beach."
    PocketBackend(clips).generate(request(two, duration_s=6.0), preview)
    steps = 2 * 4 * POCKET_PLAN.steps  # two shots of 25 frames, a still and three windows each
    assert told == [(step, steps) for step in range(1, steps + 1)]
    assert shapes == {((64, 96, 3), np.dtype(np.uint8))}
    told.clear()
    PocketBackend(clips).generate(request(still=True), preview)
    assert told[-1] == (POCKET_PLAN.steps, POCKET_PLAN.steps)


def test_a_given_sound_is_what_is_heard(clips: Path) -> None:
    model = Model.load(clips)
    assert model.sound_codec is not None
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(64_000) / 16_000).astype(np.float32)
    made = film(model, Ask(CAT, 33, 7, sound=tone), PLAN)
    tokens = model.sound_codec.encode(audio.patches(tone))
    np.testing.assert_allclose(made.sound, model.sound(tokens), atol=1e-3)


def with_weights(folder: Path | None) -> Settings:
    return Settings(home=Path("/nowhere"), pocket_model=folder)


def test_without_weights_it_says_how_to_get_them() -> None:
    with pytest.raises(UsageError, match="no weights") as caught:
        check_weights(MODELS["pocket"], request(), with_weights(None))
    assert "pocket_model" in caught.value.diagnostics()
    with pytest.raises(UsageError, match="no weights"):
        MODELS["pocket"].load(with_weights(None))


def test_weights_are_looked_at_before_any_work(clips: Path, stills: Path, tmp_path: Path) -> None:
    model = MODELS["pocket"]
    check_weights(model, request(), with_weights(clips))
    check_weights(model, request(still=True), with_weights(stills))
    check_weights(MODELS["draft"], request(), with_weights(None))
    with pytest.raises(UnsupportedByModel, match="only stills"):
        check_weights(model, request(), with_weights(stills))
    with pytest.raises(VerificationError, match="holds no model"):
        check_weights(model, request(), with_weights(tmp_path / "nowhere"))


@pytest.mark.parametrize("name", [NETWORK, CODEC, CARD])
def test_a_corrupt_file_is_refused(clips: Path, tmp_path: Path, name: str) -> None:
    for path in clips.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    content = (clips / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(VerificationError):
        PocketBackend(tmp_path)
    with pytest.raises(VerificationError):
        check_weights(MODELS["pocket"], request(), with_weights(tmp_path))


def test_a_model_of_stills_makes_stills_and_no_video(stills: Path) -> None:
    raw = PocketBackend(stills).generate(request(still=True))
    assert [frame.shape for frame in raw.video.frames] == [(496, 864, 3)]
    with pytest.raises(UsageError, match="stills only"):
        PocketBackend(stills).generate(request())


def test_what_is_not_finite_is_named(clips: Path) -> None:
    model = Model.load(clips)
    broken = replace(model.codec, gain=np.full_like(model.codec.gain, np.nan))
    with pytest.raises(GenerationFailed, match="video velocity is not finite at step 1"):
        film(replace(model, codec=broken), Ask(CAT, 13, 1, np.zeros((64, 96, 3), np.uint8)), PLAN)


@pytest.mark.parametrize("prompt", ["", " ", "\n\t"])
def test_an_empty_prompt_is_refused_before_there_is_a_request(prompt: str) -> None:
    with pytest.raises(ValidationError, match="empty"):
        request(prompt)


def test_five_thousand_words_are_refused_before_any_work() -> None:
    with pytest.raises(UnsupportedByModel, match="5,000 words"):
        check_request(MODELS["pocket"], request("cat " * 5000))


def test_a_thousand_words_are_read_as_the_shots_they_tell(clips: Path) -> None:
    """The world's grammar says it again in its own few words; what is left out is named once."""
    raw = PocketBackend(clips).generate(request("cat robot " * 500, still=True))
    assert len(list(raw.video.frames)) == 1
    assert len(raw.ignored) == len(set(raw.ignored))


@pytest.mark.parametrize(
    "more",
    [{"duration_s": 2.9}, {"duration_s": 15.1}, {"camera_fixed": True}],
)
def test_what_it_cannot_make_is_refused_before_any_work(more: dict[str, object]) -> None:
    with pytest.raises(UnsupportedByModel):
        check_request(MODELS["pocket"], request(**more))


def test_references_it_does_not_use_are_refused(tmp_path: Path) -> None:
    given = {"path": tmp_path / "x.mp4", "media": "video", "role": "reference_video"}
    asked = request(references=(ReferenceInput.model_validate(given),))
    with pytest.raises(UnsupportedByModel, match="reference video"):
        check_request(MODELS["pocket"], asked)


@pytest.mark.parametrize(("ratio", "grid"), [("1:1", (8, 8)), ("9:16", (8, 5)), ("21:9", (5, 12))])
def test_other_shapes_are_other_grids(
    clips: Path, monkeypatch: pytest.MonkeyPatch, ratio: str, grid: tuple[int, int]
) -> None:
    seen, predictor = set(), Model.predictor

    def spied(self: Model, layout: Layout) -> Predict:
        seen.add((layout.rows, layout.columns))
        return predictor(self, layout)

    monkeypatch.setattr(Model, "predictor", spied)
    asked = request(ratio=ratio)
    raw = PocketBackend(clips).generate(asked)
    assert next(iter(raw.video.frames)).shape == (asked.size[1], asked.size[0], 3)
    assert seen == {grid}


def test_a_picture_of_the_subject_is_given_beside_the_still_alone(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cv2.imwrite(str(tmp_path / "me.png"), np.full((64, 96, 3), 90, np.uint8))
    role = {"path": tmp_path / "me.png", "media": "image", "role": "reference_image"}
    seen, sample = [], Model.sample

    def spied(self: Model, *arguments: Any) -> Tokens:
        seen.append((arguments[3], arguments[4]))
        return sample(self, *arguments)

    monkeypatch.setattr(Model, "sample", spied)
    PocketBackend(clips).generate(request(references=(ReferenceInput.model_validate(role),)))
    (drawn, given), *moved = seen
    assert (drawn.moments, drawn.pictured, drawn.video) == (1, True, 192)
    assert given.video[0].tolist() == [False] * 96 + [True] * 96
    assert not any(layout.pictured for layout, _ in moved)
