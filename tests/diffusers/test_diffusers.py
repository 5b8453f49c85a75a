"""Tiny real pipelines with random weights, run as the settings would have them run."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("diffusers")

from cleardance.engines import Pipeline
from cleardance.errors import DoesNotFit
from cleardance.generate.backends.diffusers.backend import DiffusersBackend
from cleardance.generate.backends.diffusers.memory import needs, weights
from cleardance.generate.backends.diffusers.shape import Shape
from cleardance.media import write_png
from cleardance.request import ReferenceInput, Request, Resolution
from tests.diffusers import tiny

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning"),
]
FAST: dict[str, Any] = {
    "dtype": "float32", "steps": 2, "guidance": 3.0, "native_fps": 2, "max_side_px": 64,
    "spare_memory_mb": 1, "audio": True, "roles": ["first_frame"], "max_images": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def wan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.wan(tmp_path_factory.mktemp("wan"))


@pytest.fixture(scope="module")
def ltx2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.ltx2(tmp_path_factory.mktemp("ltx2"))


def engine(path: Path, **more: Any) -> Pipeline:
    return Pipeline.model_validate(FAST | {"path": path} | more)


def asked(**more: Any) -> Request:
    return Request.model_validate(
        {"prompt": "a red ball", "seed": 7, "model": "tiny", "duration_s": 4.0,
         "resolution": Resolution.P480} | more
    )  # fmt: skip


def test_wan_makes_the_size_and_length_asked_for_and_the_same_again(wan: Path) -> None:
    first, again, other = (
        list(DiffusersBackend(engine(wan)).generate(asked(seed=seed)).video.frames)
        for seed in (7, 7, 8)
    )
    assert (len(first), first[0].shape) == (96, (496, 864, 3))
    np.testing.assert_array_equal(first[40], again[40])
    assert (first[40] != other[40]).any()


def test_ltx2_makes_sound_and_begins_with_the_frame_that_was_given(
    ltx2: Path, tmp_path: Path
) -> None:
    backend = DiffusersBackend(engine(ltx2, max_side_px=32))
    made = backend.generate(asked())
    assert made.audio is not None
    assert (made.audio.channels, made.audio.sample_rate_hz) == (2, 16_000)
    assert made.recipe["pipeline"] == "LTX2Pipeline"
    assert backend.generate(asked(audio=False)).audio is None
    write_png(tmp_path / "first.png", np.full((320, 480, 3), 240, np.uint8))
    first = {"path": tmp_path / "first.png", "media": "image", "role": "first_frame"}
    given = asked(references=(ReferenceInput.model_validate(first),))
    with_frame = backend.generate(given)
    plain, begun = next(made.video.frames), next(with_frame.video.frames)
    assert (plain != begun).any()


def test_weights_are_counted_from_the_files_as_torch_counts_them(wan: Path) -> None:
    import diffusers

    parts, largest = weights(wan, 4)
    pipe = diffusers.DiffusionPipeline.from_pretrained(wan)
    for name in ("transformer", "vae", "text_encoder"):
        module = getattr(pipe, name)
        assert parts[name] == 4 * sum(one.numel() for one in module.parameters())
    assert 0 < largest < parts["transformer"] + parts["vae"]


def test_what_does_not_fit_is_not_loaded(wan: Path) -> None:
    wanted = DiffusersBackend(engine(wan, spare_memory_mb=10**9))
    with pytest.raises(DoesNotFit, match=r"needs .* GiB of main memory; 0.0 GiB are free") as told:
        wanted.generate(asked())
    assert 'dtype = "bfloat16"' in (told.value.hint or "")


def test_offload_takes_less_of_the_device_and_more_of_main_memory(wan: Path) -> None:
    shape = Shape(64, 32, 9)
    found = [
        needs(engine(wan, device="cuda", offload=one), shape)
        for one in ("none", "model", "sequential")
    ]
    assert found[0].device > found[1].device > found[2].device
    assert (found[0].main, found[1].main) == (0, found[2].main)


def test_half_precision_is_half_of_it(wan: Path) -> None:
    shape = Shape(64, 32, 9)
    whole, half = (needs(engine(wan, dtype=one), shape) for one in ("float32", "bfloat16"))
    assert whole.device == 2 * half.device


def test_weights_that_were_cut_are_named_before_they_are_loaded(wan: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(wan, tmp_path / "copy"))
    (file,) = (copy / "transformer").glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(Exception, match="is no safetensors file"):
        DiffusersBackend(engine(copy)).generate(asked())
