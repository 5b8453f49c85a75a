"""Files that attack the reader end in a typed error, soon, and read nothing else."""

import contextlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.errors import MediaError, MediaTooLarge, UnreadableMedia
from cleardance.media import (
    Limits,
    probe,
    read_audio,
    read_image,
    read_video,
    sample_frames,
    write_png,
)
from cleardance.media.sniff import image_size, sniff
from tests import hostile
from tests.media import clips

QUICK = Limits(max_decode_s=5.0)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.mp4(tmp_path_factory.mktemp("clip"), count=48)


@pytest.mark.parametrize("build", hostile.NOT_MEDIA, ids=lambda build: build.__name__)
def test_what_is_not_media_is_refused_by_every_reader(build, tmp_path: Path) -> None:
    path = build(tmp_path)
    for read in (probe, read_image, read_video, read_audio, lambda p: list(sample_frames(p))):
        with pytest.raises(UnreadableMedia, match=path.name) as caught:
            read(path)
        assert caught.value.hint


@pytest.mark.parametrize("build", hostile.HUGE_IMAGES, ids=lambda build: build.__name__)
def test_enormous_images_are_refused_from_their_header(build, tmp_path: Path) -> None:
    with pytest.raises(MediaTooLarge, match=r"\d+ x \d+ pixels"):
        probe(build(tmp_path))


def test_enormous_pictures_in_a_video_are_refused(clip: Path) -> None:
    with pytest.raises(MediaError):
        list(read_video(hostile.huge_sequence_header(clip), QUICK).frames)


@pytest.mark.parametrize("build", [hostile.huge_sample_entry, hostile.endless])
def test_boasting_headers_allocate_nothing(build, clip: Path) -> None:
    frames = list(read_video(build(clip), QUICK).frames)
    assert len(frames) == 48
    assert frames[0].shape == (clips.HEIGHT, clips.WIDTH, 3)


def test_a_picture_larger_than_its_header_says_is_refused_while_decoding(clip: Path) -> None:
    small = Limits(max_pixels=clips.WIDTH * clips.HEIGHT - 1)
    with pytest.raises(MediaTooLarge):
        probe(clip, small)


def test_a_time_table_that_never_ends_is_refused(clip: Path) -> None:
    with pytest.raises(MediaTooLarge, match="lasts more than"):
        list(sample_frames(hostile.slow_samples(clip)))


def test_frames_an_edit_list_hides_are_seen(clip: Path) -> None:
    assert len(list(sample_frames(hostile.hidden_frames(clip), per_second=24))) == 48


def test_a_codec_we_do_not_read_is_named(clip: Path) -> None:
    with pytest.raises(UnreadableMedia, match="picture track in a codec we do not read"):
        probe(hostile.unknown_codec(clip))


def test_a_thousand_streams_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaTooLarge, match="streams"):
        probe(hostile.many_streams(tmp_path))


def test_two_picture_tracks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match="2 picture tracks"):
        probe(hostile.two_pictures(tmp_path))


@pytest.mark.parametrize("build", [hostile.truncated, hostile.beheaded])
def test_cut_mp4_is_refused(build, clip: Path) -> None:
    with pytest.raises(UnreadableMedia):
        list(read_video(build(clip)).frames)


def test_cut_matroska_is_refused(tmp_path: Path) -> None:
    path = hostile.truncated(clips.mezzanine(tmp_path, count=96))
    with pytest.raises(UnreadableMedia, match="truncated"):
        list(sample_frames(path))


def test_cut_png_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "whole.png"
    write_png(path, clips.frame(0, 640, 480))
    with pytest.raises(UnreadableMedia):
        read_image(hostile.beheaded(path))


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(max_bytes=100), "bytes; the limit is 100"),
        (Limits(max_frames=10), "frames"),
        (Limits(max_duration_s=1.0), "lasts more than 1 s"),
        (Limits(max_streams=1), "2 streams; the limit is 1"),
        (Limits(max_pixels=1000), "160 x 96 pixels"),
    ],
)
def test_each_limit_is_checked_from_the_header(limits, message: str, clip: Path) -> None:
    with pytest.raises(MediaTooLarge, match=message):
        probe(clip, limits)


def test_frames_are_counted_when_the_header_says_nothing(tmp_path: Path) -> None:
    path = clips.mezzanine(tmp_path, count=24)
    assert probe(path).frame_count is None
    with pytest.raises(MediaTooLarge, match="more than 10 frames"):
        list(sample_frames(path, Limits(max_frames=10)))


def test_decoding_time_runs_out(clip: Path) -> None:
    frames = sample_frames(clip, Limits(max_decode_s=0.05), per_second=24)
    next(frames)
    time.sleep(0.06)
    with pytest.raises(MediaTooLarge, match=r"longer than 0\.05 s"):
        list(frames)


def test_what_is_not_a_regular_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, tmp_path / "missing.mp4"):
        with pytest.raises(UnreadableMedia):
            probe(path)


def test_a_name_that_looks_like_a_protocol_is_only_a_name(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "concat:a|b.mp4"
    path.write_bytes(clip.read_bytes())
    assert probe(path).frame_count == 48


@given(st.binary(max_size=64), st.sampled_from([b"", b"\xff\xd8\xff", b"II*\0", b"RIFFxxxxWEBP"]))
def test_headers_are_read_without_raising(tail: bytes, magic: bytes) -> None:
    head = magic + tail
    found = sniff(head)
    size = image_size(found, head) if found else None
    assert size is None or (size[0] >= 0 and size[1] >= 0)


@settings(max_examples=60, deadline=None)
@given(
    at=st.floats(0, 1, exclude_max=True),
    change=st.binary(min_size=1, max_size=8),
)
def test_any_damage_ends_in_frames_or_in_a_media_error(
    clip: Path, at: float, change: bytes
) -> None:
    data = bytearray(clip.read_bytes())
    start = int(at * len(data))
    data[start : start + len(change)] = change
    path = clip.with_name("damaged.mp4")
    path.write_bytes(data)
    with contextlib.suppress(MediaError):
        assert all(frame.ndim == 3 for _, frame in sample_frames(path, QUICK))
