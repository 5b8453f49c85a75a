"""What we write reads back as what was meant, whole or not at all, the same every time."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from cleardance.errors import DiskFull, EncodingFailed
from cleardance.media import (
    Audio,
    Video,
    encode_final,
    probe,
    read_audio,
    read_image,
    read_video,
    read_yuv,
    sample_keyframes,
    write_mezzanine,
    write_png,
)
from tests.media import clips


def test_mezzanine_is_lossless_in_yuv(tmp_path: Path) -> None:
    path = clips.mezzanine(tmp_path)
    for index, frame in enumerate(read_yuv(path)):
        meant = av.VideoFrame.from_ndarray(clips.frame(index), "rgb24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        assert np.array_equal(frame.to_ndarray(), meant.to_ndarray())
    assert index == 23


def test_mezzanine_sound_is_exact_to_16_bits(tmp_path: Path) -> None:
    path = clips.mezzanine(tmp_path)
    found = read_audio(path).samples
    assert found.shape == (48_000, 2)
    assert np.abs(found - clips.tone().samples).max() < 1 / 32_000


@pytest.mark.parametrize("rate", [16_000, 44_100])
@pytest.mark.parametrize("seconds", [0.5, 1.0, 2.0])
def test_sound_is_made_stereo_and_as_long_as_the_picture(tmp_path, rate, seconds) -> None:
    path = tmp_path / "raw.mkv"
    write_mezzanine(path, clips.moving(), clips.tone(seconds, rate, channels=1))
    found = read_audio(path)
    assert found.samples.shape == (48_000, 2)
    assert np.array_equal(found.samples[:, 0], found.samples[:, 1])


def test_keyframes_come_twice_a_second(tmp_path: Path) -> None:
    path = clips.mezzanine(tmp_path, count=48)
    sampled = list(sample_keyframes(path))
    assert [time for time, _ in sampled] == [0.0, 0.5, 1.0, 1.5]
    for (_, frame), index in zip(sampled, (0, 12, 24, 36), strict=True):
        assert np.abs(frame.astype(int) - clips.frame(index)).mean() < 3


def test_colours_survive_to_the_final_file(tmp_path: Path) -> None:
    colours = [(220, 30, 30), (30, 200, 40), (30, 60, 220), (128, 128, 128), (250, 250, 250)]
    frames = [np.full((64, 64, 3), colour, np.uint8) for colour in colours for _ in range(8)]
    write_mezzanine(tmp_path / "raw.mkv", Video(64, 64, 24, 40, iter(frames)), None)
    encode_final(tmp_path / "raw.mkv", tmp_path / "clip.mp4")
    found = list(read_video(tmp_path / "clip.mp4").frames)
    for index, colour in enumerate(colours):
        assert np.abs(found[8 * index + 4].reshape(-1, 3).mean(0) - colour).max() < 4


def test_final_is_tagged_bt709_and_starts_with_its_index(tmp_path: Path) -> None:
    path = clips.mp4(tmp_path)
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    assert b"Lavf" not in data
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert {context.colorspace, context.color_primaries, context.color_trc} == {1}
        assert context.color_range == 1


def test_flash_and_click_stay_together(tmp_path: Path) -> None:
    video, audio = clips.flash_and_click(at_frame=36, count=60)
    write_mezzanine(tmp_path / "raw.mkv", video, audio)
    for path in (tmp_path / "raw.mkv", tmp_path / "clip.mp4"):
        if path.suffix == ".mp4":
            encode_final(tmp_path / "raw.mkv", path)
        with av.open(str(path)) as container:
            flash_s = next(f.time for f in container.decode(video=0) if f.to_ndarray()[0, 0] > 128)
        with av.open(str(path)) as container:
            pieces = [(f.time, np.abs(f.to_ndarray()[0])) for f in container.decode(audio=0)]
        start_s, loudest = max(pieces, key=lambda piece: piece[1].max())
        stride = 2 if path.suffix == ".mkv" else 1  # FLAC decodes to interleaved stereo
        onset = np.argmax(loudest > loudest.max() / 2) / stride / 48_000
        assert flash_s == pytest.approx(1.5, abs=1e-3)
        assert start_s + onset == pytest.approx(1.5, abs=2e-3)


def test_same_values_give_the_same_bytes(tmp_path: Path) -> None:
    files, heap = [], []
    for name in "abcdefgh":
        folder = tmp_path / name
        folder.mkdir()
        heap.append(
            os.urandom(60_000 * len(files))
        )  # an encoder must not read what it did not write
        clip = clips.mp4(folder, count=48)
        write_png(folder / "still.png", clips.frame(0))
        names = (clip, folder / "raw.mkv", folder / "still.png")
        files.append([path.read_bytes() for path in names])
    assert all(file == files[0] for file in files)


def test_mark_changes_luma_only_and_sees_every_frame(tmp_path: Path) -> None:
    raw = clips.mezzanine(tmp_path)
    seen = []

    def brighten(luma, index):
        seen.append((index, luma.shape, luma.dtype))
        return np.minimum(luma, 200) + 20

    encode_final(raw, tmp_path / "plain.mp4")
    encode_final(raw, tmp_path / "marked.mp4", brighten)
    assert seen == [(i, (clips.HEIGHT, clips.WIDTH), np.uint8) for i in range(24)]
    plain, marked = (
        next(read_yuv(tmp_path / name)).to_ndarray().astype(int)
        for name in ("plain.mp4", "marked.mp4")
    )
    assert (marked - plain)[: clips.HEIGHT].mean() == pytest.approx(20, abs=1)
    assert np.abs(marked - plain)[clips.HEIGHT :].mean() < 1.5


def test_a_mark_of_the_wrong_shape_is_refused(tmp_path: Path) -> None:
    raw = clips.mezzanine(tmp_path)
    with pytest.raises(EncodingFailed, match="shape or type"):
        encode_final(raw, tmp_path / "out.mp4", lambda luma, index: luma[:-2])
    assert {path.name for path in tmp_path.iterdir()} == {"raw.mkv"}


def test_progress_ends_at_one(tmp_path: Path) -> None:
    done: list[float] = []
    write_mezzanine(tmp_path / "raw.mkv", clips.moving(), None, done.append)
    encode_final(tmp_path / "raw.mkv", tmp_path / "clip.mp4", None, done.append)
    assert len(done) == 48
    assert done[23] == 1.0
    assert done[47] == pytest.approx(1.0)


def test_png_is_exact(tmp_path: Path) -> None:
    write_png(tmp_path / "still.png", clips.frame(3))
    assert np.array_equal(read_image(tmp_path / "still.png"), clips.frame(3))


@pytest.mark.parametrize(
    ("video", "message"),
    [
        (Video(160, 96, 24, 30, (clips.frame(i) for i in range(24))), "24 frames came, 30"),
        (Video(160, 98, 24, 24, (clips.frame(i) for i in range(24))), "frame 0 is uint8"),
        (Video(161, 96, 24, 1, iter([])), "must be even"),
    ],
    ids=["count", "size", "odd"],
)
def test_a_video_that_lies_about_itself_leaves_no_file(video, message, tmp_path: Path) -> None:
    with pytest.raises(EncodingFailed, match=message):
        write_mezzanine(tmp_path / "raw.mkv", video, None)
    assert list(tmp_path.iterdir()) == []


def test_surround_sound_is_refused(tmp_path: Path) -> None:
    audio = Audio(np.zeros((48_000, 6), np.float32), 48_000)
    with pytest.raises(EncodingFailed, match="6 channels"):
        write_mezzanine(tmp_path / "raw.mkv", clips.moving(), audio)


@contextmanager
def _file_size_limit(limit_bytes: int) -> Iterator[None]:
    """A disk that is full after so many bytes: the kernel really refuses the write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("what", ["raw.mkv", "clip.mp4", "still.png"])
def test_a_full_disk_at_any_point_is_named_and_leaves_nothing(what, share, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    raw = clips.mezzanine(source)

    def write(folder: Path) -> None:
        if what == "raw.mkv":
            write_mezzanine(folder / what, clips.moving(), clips.tone())
        elif what == "clip.mp4":
            encode_final(raw, folder / what)
        else:
            write_png(folder / what, clips.frame(0))

    write(tmp_path)
    whole = (tmp_path / what).stat().st_size
    with _file_size_limit(int(whole * share)), pytest.raises(DiskFull, match="no space left"):
        write(target)
    assert list(target.iterdir()) == []


def test_probe_of_a_mezzanine(tmp_path: Path) -> None:
    header = probe(clips.mezzanine(tmp_path))
    assert (header.container, header.fps, header.duration_s) == ("matroska", 24.0, 1.0)
    assert [stream.codec for stream in header.streams] == ["h264", "flac"]
