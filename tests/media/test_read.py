"""Reading good files gives the pixels and samples that are in them."""

from pathlib import Path

import av
import numpy as np
import pytest

from cleardance.errors import UnreadableMedia
from cleardance.media import probe, read_audio, read_image, read_video, sample_frames, write_png
from tests.media import clips


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.mp4(tmp_path_factory.mktemp("clip"), count=48)


def _picture(folder: Path, suffix: str, codec: str, pixel_format: str) -> Path:
    path = folder / f"picture.{suffix}"
    with av.open(str(path), "w", format="gif" if suffix == "gif" else "image2") as container:
        stream = container.add_stream(codec, rate=1)
        stream.width, stream.height, stream.pix_fmt = clips.WIDTH, clips.HEIGHT, pixel_format
        picture = av.VideoFrame.from_ndarray(clips.frame(0), "rgb24").reformat(format=pixel_format)
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("suffix", "codec", "pixel_format", "tolerance"),
    [
        ("png", "png", "rgb24", 0),
        ("bmp", "bmp", "bgr24", 0),
        ("tiff", "tiff", "rgb24", 0),
        ("jpg", "mjpeg", "yuvj444p", 12),
        ("webp", "libwebp", "bgra", 12),
        ("gif", "gif", "rgb8", 40),
    ],
)
def test_every_image_format(suffix, codec, pixel_format, tolerance, tmp_path: Path) -> None:
    path = _picture(tmp_path, suffix, codec, pixel_format)
    header = probe(path)
    assert (header.kind, header.width_px, header.height_px) == ("image", clips.WIDTH, clips.HEIGHT)
    error = np.abs(read_image(path).astype(int) - clips.frame(0))
    assert error.mean() <= tolerance
    assert [time for time, _ in sample_frames(path)] == [0.0]


def test_transparent_parts_show_white_paper(tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:, :4] = (10, 20, 30, 255)
    pixels[:, 4:] = (200, 0, 0, 0)  # hidden colour under full transparency
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 8, 8, "rgba"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgba")))
        container.mux(stream.encode(None))
    image = read_image(path)
    assert image[0, 0].tolist() == [10, 20, 30]
    assert image[0, 7].tolist() == [255, 255, 255]


def test_probe_of_a_video(clip: Path) -> None:
    header = probe(clip)
    assert (header.kind, header.container) == ("video", "mp4")
    assert (header.width_px, header.height_px, header.fps) == (clips.WIDTH, clips.HEIGHT, 24.0)
    assert header.frame_count == 48
    assert header.duration_s == pytest.approx(2.0, abs=0.02)
    assert (header.audio_sample_rate_hz, header.audio_channels) == (48_000, 2)
    assert [stream.codec for stream in header.streams] == ["h264", "aac"]


def test_video_is_read_lazily_and_whole(clip: Path) -> None:
    video = read_video(clip)
    assert (video.width, video.height, video.fps, video.frame_count) == (160, 96, 24, 48)
    frames = list(video.frames)
    assert len(frames) == 48
    for index in (0, 20, 47):
        assert np.abs(frames[index].astype(int) - clips.frame(index)).mean() < 4


@pytest.mark.parametrize(("per_second", "count"), [(1.0, 2), (2.0, 4), (5.0, 10), (24.0, 48)])
def test_samples_are_evenly_spread(clip: Path, per_second: float, count: int) -> None:
    times = [time for time, _ in sample_frames(clip, per_second=per_second)]
    assert len(times) == count
    assert times[0] == 0.0
    for index, time_s in enumerate(times):
        assert index / per_second - 1e-6 <= time_s < index / per_second + 1 / clips.FPS


def test_rotated_video_is_read_upright(tmp_path: Path) -> None:
    path = tmp_path / "turned.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = clips.WIDTH, clips.HEIGHT, "yuv420p"
        stream.set_display_rotation(90)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(clips.frame(0), "rgb24")))
        container.mux(stream.encode(None))
    video = read_video(path)
    assert (video.width, video.height) == (clips.HEIGHT, clips.WIDTH)
    upright = np.rot90(clips.frame(0))  # 90 degrees counter-clockwise
    assert np.abs(next(video.frames).astype(int) - upright).mean() < 8


@pytest.mark.parametrize("sample_rate_hz", [8_000, 44_100, 48_000])
def test_audio_is_resampled(clip: Path, sample_rate_hz: int) -> None:
    audio = read_audio(clip, sample_rate_hz=sample_rate_hz)
    assert audio.channels == 2
    assert audio.duration_s == pytest.approx(2.0, abs=0.03)
    spectrum = np.abs(np.fft.rfft(audio.samples[:, 0]))
    peak_hz = np.argmax(spectrum) * sample_rate_hz / len(audio.samples)
    assert peak_hz == pytest.approx(440, abs=2)


def test_silent_video_has_no_audio_to_read(tmp_path: Path) -> None:
    path = clips.mp4(tmp_path, audio=False)
    assert not probe(path).has_audio
    with pytest.raises(UnreadableMedia, match="has no sound"):
        read_audio(path)


def test_a_picture_is_not_a_video(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    write_png(path, clips.frame(0))
    with pytest.raises(UnreadableMedia, match="is image, not video"):
        read_video(path)
