"""A Sealed exists only for a file that was marked, signed, and read back as intended."""

import ast
import dataclasses
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import cleardance
from cleardance.errors import SealFailed, SealInvalid, UnreadableMedia
from cleardance.media import probe, read_image, read_yuv
from cleardance.provenance import (
    Authority,
    NoWatermark,
    Sealed,
    SourceType,
    UnsealedParts,
    prove,
    seal,
)
from cleardance.provenance.seal import file_sha256
from tests.media import clips
from tests.provenance.conftest import make_parts


def test_sealed_file_proves_itself(sealed: Sealed) -> None:
    assert sealed.sha256 == file_sha256(sealed.path)
    assert (sealed.ledger_index, sealed.c2pa_state, sealed.watermark) == (7, "Trusted", "none")
    assert probe(sealed.path).frame_count == 24
    assert [path.name for path in sealed.path.parent.iterdir() if "seal" in path.name] == [
        "sealed.mp4"
    ]


def test_a_still_is_sealed_pixel_for_pixel(
    picture: Path, authority: Authority, tmp_path: Path
) -> None:
    sealed = seal(UnsealedParts(picture, make_parts(), ".png"), tmp_path, authority)
    assert sealed.path.suffix == ".png"
    assert np.array_equal(read_image(sealed.path), clips.frame(0))


def test_a_video_is_sealed_as_quicktime_too(
    raw: Path, authority: Authority, tmp_path: Path
) -> None:
    parts = UnsealedParts(raw, make_parts(), ".mov")
    sealed = seal(parts, tmp_path, authority)
    assert (sealed.path.name, sealed.path.read_bytes()[4:12]) == ("sealed.mov", b"ftypqt  ")
    assert prove(sealed.path, parts, authority) == sealed


def test_nobody_else_can_make_one(sealed: Sealed) -> None:
    values = {
        "path": sealed.path,
        "sha256": sealed.sha256,
        "ledger_index": 8,
        "c2pa_state": "Trusted",
        "watermark": "none",
    }
    with pytest.raises(TypeError):
        Sealed(**values)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="made by"):
        Sealed(**values, key=object())  # type: ignore[arg-type]
    with pytest.raises((TypeError, ValueError)):
        replace(sealed, ledger_index=8)
    with pytest.raises(dataclasses.FrozenInstanceError):
        sealed.ledger_index = 8  # type: ignore[misc]


def test_the_source_constructs_it_in_one_place() -> None:
    """No module but provenance/seal.py calls Sealed(...)."""
    places = [
        path.relative_to(Path(cleardance.__file__).parent).as_posix()
        for path in Path(cleardance.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "Sealed"
    ]
    assert places == ["provenance/seal.py"]


class _Brighten(NoWatermark):
    """A mark anyone can see: enough to tell that marking happens."""

    name = "test-brighten-1"

    def embed(self, luma, frame_index, payload):
        return (np.minimum(luma, 200) + payload).astype(np.uint8)


def test_the_mark_is_embedded_and_recorded(
    raw: Path, picture: Path, authority: Authority, tmp_path: Path
) -> None:
    video = seal(UnsealedParts(raw, make_parts(ledger_index=20)), tmp_path, authority, _Brighten())
    assert video.watermark == "test-brighten-1"
    marked = next(read_yuv(video.path)).to_ndarray()[: clips.HEIGHT].mean()
    assert marked - next(read_yuv(raw)).to_ndarray()[: clips.HEIGHT].mean() == pytest.approx(
        20, abs=1
    )
    still = seal(
        UnsealedParts(picture, make_parts(ledger_index=20), ".png"),
        tmp_path,
        authority,
        _Brighten(),
    )
    dark = clips.frame(0).max(axis=2) < 180
    assert np.array_equal(read_image(still.path)[dark], clips.frame(0)[dark] + 20)


class _Failing(NoWatermark):
    def embed(self, luma, frame_index, payload):
        raise RuntimeError("out of chips")


def _recipe(**changes: object):
    return replace(make_parts().recipe, **changes)  # type: ignore[arg-type]


def test_a_failing_mark_seals_nothing(raw: Path, authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(SealFailed, match="out of chips"):
        seal(UnsealedParts(raw, make_parts()), tmp_path, authority, _Failing())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"duration_s": 1.5}, "frame count is 24, not 36"),
        ({"fps": 12, "duration_s": 2.0}, r"frame rate is 24\.0, not 12\.0"),
        ({"width_px": 1280}, "size is"),
    ],
)
def test_a_file_that_is_not_what_the_manifest_says_is_not_sealed(
    raw: Path, authority: Authority, tmp_path: Path, changes, message: str
) -> None:
    with pytest.raises(SealInvalid, match=message):
        seal(UnsealedParts(raw, make_parts(recipe=_recipe(**changes))), tmp_path, authority)
    assert list(tmp_path.iterdir()) == []


def test_a_root_that_does_not_trust_the_signer_seals_nothing(
    raw: Path, authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    mixed = replace(authority, root_pem=stranger.root_pem)
    with pytest.raises(SealInvalid, match="is Valid"):
        seal(UnsealedParts(raw, make_parts()), tmp_path, mixed)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_mezzanine_seals_nothing(raw: Path, authority: Authority, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(raw.read_bytes()[:20_000])
    with pytest.raises((UnreadableMedia, SealInvalid)):
        seal(UnsealedParts(cut, make_parts()), tmp_path, authority)
    assert [path.name for path in tmp_path.iterdir()] == ["cut.mkv"]


def test_what_was_sealed_proves_itself_again_under_any_name(
    sealed: Sealed, raw: Path, authority: Authority, tmp_path: Path
) -> None:
    blob = tmp_path / sealed.sha256
    blob.write_bytes(sealed.path.read_bytes())
    again = prove(blob, UnsealedParts(raw, make_parts()), authority)
    assert (again.sha256, again.ledger_index) == (sealed.sha256, 7)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ledger_index": 8}, "does not say what was signed"),
        ({"verdict_digest": "00" * 32}, "does not say what was signed"),
        ({"source_type": SourceType.TRAINED}, "discloses algorithmicMedia"),
    ],
)
def test_a_sealed_file_proves_nothing_about_another_output(
    sealed: Sealed, raw: Path, authority: Authority, changes, message: str
) -> None:
    with pytest.raises(SealInvalid, match=message):
        prove(sealed.path, UnsealedParts(raw, make_parts(**changes)), authority)


def test_a_sealed_still_is_not_a_sealed_video(
    raw: Path, picture: Path, authority: Authority, tmp_path: Path
) -> None:
    still = seal(UnsealedParts(picture, make_parts(), ".png"), tmp_path, authority)
    with pytest.raises(SealInvalid, match="kind is image, not video"):
        prove(still.path, UnsealedParts(raw, make_parts()), authority)
