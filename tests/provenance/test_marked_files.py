"""Marked files, and what is left of the mark when somebody else has had them."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import av
import c2pa
import numpy as np
import pytest

from cleardance.errors import SealInvalid
from cleardance.media import (
    DEFAULT_LIMITS,
    Audio,
    Video,
    read_audio,
    read_image,
    read_video,
    write_mezzanine,
    write_png,
)
from cleardance.provenance import Authority, Sealed, UnsealedParts, inspect, prove, seal
from cleardance.provenance.inspect import Claim
from cleardance.provenance.looking import look
from cleardance.provenance.watermark import NOTHING, Detection, NoWatermark
from tests.provenance.conftest import make_parts
from tests.provenance.watermark.scenes import HEIGHT, INDEX, OURS, THEIRS, WIDTH, plain, rustle

SECONDS, FPS = 4, 8


def _parts():
    recipe = make_parts().recipe
    size = {"width_px": WIDTH, "height_px": HEIGHT, "fps": FPS, "duration_s": float(SECONDS)}
    return make_parts(ledger_index=INDEX, recipe=type(recipe)(**{**vars(recipe), **size}))


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("raw") / "raw.mkv"
    video = Video(WIDTH, HEIGHT, FPS, SECONDS * FPS, iter(plain(SECONDS * FPS)))
    write_mezzanine(path, video, Audio(rustle(SECONDS), 48_000))
    return path


@pytest.fixture(scope="module")
def marked(raw: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    folder = tmp_path_factory.mktemp("marked")
    return seal(UnsealedParts(raw, _parts()), folder, authority, OURS)


def _look(path: Path) -> Detection:
    return look(path, OURS, (), DEFAULT_LIMITS)


def test_both_pictures_and_sound_carry_the_entry(marked: Sealed) -> None:
    found = _look(marked.path)
    assert (found.ledger_index, found.where) == (INDEX, ("picture", "sound"))
    assert (found.also, found.deployment, found.problem) == ((), None, None)


def test_the_manifest_names_the_mark(marked: Sealed) -> None:
    with marked.path.open("rb") as file:
        store = json.loads(c2pa.Reader("video/mp4", file).json())
    manifest = store["manifests"][store["active_manifest"]]
    data = {item["label"]: item["data"] for item in manifest["assertions"]}
    assert data["c2pa.soft-binding"]["alg"] == OURS.name
    value = base64.b64encode(INDEX.to_bytes(8)).decode()
    assert data["c2pa.soft-binding"]["blocks"] == [{"scope": {}, "value": value}]
    actions = [action["action"] for action in data["c2pa.actions.v2"]["actions"]]
    assert "c2pa.watermarked.bound" in actions


def test_what_was_sealed_with_a_mark_proves_itself_only_with_it(
    marked: Sealed, raw: Path, authority: Authority
) -> None:
    parts = UnsealedParts(raw, _parts())
    assert prove(marked.path, parts, authority, OURS).sha256 == marked.sha256
    with pytest.raises(SealInvalid, match="does not say what was signed"):
        prove(marked.path, parts, authority)


def test_the_same_seal_gives_the_same_media(
    marked: Sealed, raw: Path, authority: Authority, tmp_path: Path
) -> None:
    again = seal(UnsealedParts(raw, _parts()), tmp_path, authority, OURS)
    pairs = zip(read_video(again.path).frames, read_video(marked.path).frames, strict=True)
    assert all((one == other).all() for one, other in pairs)
    assert (read_audio(again.path).samples == read_audio(marked.path).samples).all()


def test_stripped_cut_mirrored_and_re_encoded_it_still_leads_to_the_entry(
    marked: Sealed, authority: Authority, tmp_path: Path
) -> None:
    path = tmp_path / "copy.mp4"
    frames = (np.ascontiguousarray(frame[:, 560:40:-1]) for frame in _frames(marked))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "26"})
        stream.width, stream.height, stream.pix_fmt = 520, HEIGHT, "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode(None))
    asked = []
    found = inspect(path, authority.root_pem, lambda claims, _: asked.extend(claims), OURS)
    assert asked == [Claim(INDEX)]
    assert found.c2pa.state == "None"
    assert f"names ledger entry {INDEX} (in the picture)" in found.words()


def test_a_screenshot_of_one_frame_is_enough(marked: Sealed, tmp_path: Path) -> None:
    path = tmp_path / "shot.png"
    write_png(path, next(_frames(marked)))
    assert _look(path).ledger_index == INDEX


def test_the_sound_alone_is_enough(marked: Sealed, tmp_path: Path) -> None:
    path = tmp_path / "sound.m4a"
    with av.open(str(marked.path)) as source, av.open(str(path), "w", format="mp4") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    found = _look(path)
    assert (found.ledger_index, found.where) == (INDEX, ("sound",))
    assert found.problem is not None  # there are no pictures to look at


def test_a_still_is_marked(authority: Authority, tmp_path: Path) -> None:
    source = tmp_path / "raw.png"
    write_png(source, plain()[0])
    sealed = seal(UnsealedParts(source, _parts(), ".png"), tmp_path, authority, OURS)
    assert _look(sealed.path).ledger_index == INDEX
    assert abs(read_image(sealed.path).astype(int) - plain()[0]).max() <= 8


def test_another_deployment_finds_nothing(marked: Sealed) -> None:
    assert look(marked.path, THEIRS, range(2000), DEFAULT_LIMITS) == NOTHING
    assert look(marked.path, NoWatermark(), (), DEFAULT_LIMITS) == NOTHING


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_truncated_file_is_named_for_it(marked: Sealed, tmp_path: Path, share: float) -> None:
    path = tmp_path / "cut.mp4"
    data = marked.path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert _look(path).problem


def test_of_a_file_that_is_too_long_the_beginning_is_looked_at(marked: Sealed) -> None:
    found = look(marked.path, OURS, (), replace(DEFAULT_LIMITS, max_duration_s=3.2))
    assert (found.ledger_index, found.where) == (INDEX, ("picture", "sound"))
    assert found.problem == f"{marked.path.name} lasts more than 3.2 s, later is not looked at"


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"hello", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_what_is_no_media_is_named_for_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    found = _look(path)
    assert not found.found
    assert found.problem


def test_a_picture_of_one_pixel_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "dot.png"
    write_png(path, plain()[0][:1, :1])
    assert _look(path) == NOTHING


def _frames(marked: Sealed):
    return read_video(marked.path).frames
