"""What happens to pictures and sound on their way through the world, by name."""

import io
import math
from collections.abc import Callable, Iterator
from fractions import Fraction

import av
import cv2
import numpy as np

Clip = list[np.ndarray]  # RGB frames
Attack = Callable[[Clip], Clip]
Sound = np.ndarray  # [N, 2] at 48 kHz


def coded(clip: Clip, codec: str = "libx264", fps: int = 24, **options: str) -> Clip:
    """Encode and decode again."""
    height, width = (side // 2 * 2 for side in clip[0].shape[:2])
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as container:
        stream = container.add_stream(codec, rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.thread_count = 1
        for frame in clip:
            cut = np.ascontiguousarray(frame[:height, :width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(cut, format="rgb24")))
        container.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def hevc(clip: Clip) -> Clip:
    return coded(clip, "libx265", crf="28", preset="veryfast", **{"x265-params": "log-level=none"})


def h264(crf: int) -> Attack:
    return lambda clip: coded(clip, crf=str(crf), preset="veryfast")


def each(change: Callable[[np.ndarray], np.ndarray], crf: int = 23) -> Attack:
    """Change every frame alike, then encode."""
    return lambda clip: coded([change(frame) for frame in clip], crf=str(crf), preset="veryfast")


def scaled(across: float, down: float | None = None) -> Callable[[np.ndarray], np.ndarray]:
    down = down or across
    way = cv2.INTER_AREA if across < 1 else cv2.INTER_CUBIC

    def change(frame: np.ndarray) -> np.ndarray:
        height, width = frame.shape[:2]
        size = round(width * across / 2) * 2, round(height * down / 2) * 2
        return cv2.resize(frame, size, interpolation=way)

    return change


def cut(left: float, top: float, right: float, bottom: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(frame: np.ndarray) -> np.ndarray:
        height, width = frame.shape[:2]
        rows = slice(int(height * top) // 2 * 2, int(height * (1 - bottom)) // 2 * 2)
        return frame[rows, int(width * left) // 2 * 2 : int(width * (1 - right)) // 2 * 2]

    return change


def cut_and_filled(share: float) -> Callable[[np.ndarray], np.ndarray]:
    """Cut a share off each dimension and scale back to the old size."""
    inner = cut(share * 0.7, share * 0.4, share * 0.3, share * 0.6)
    return lambda frame: cv2.resize(inner(frame), frame.shape[1::-1], interpolation=cv2.INTER_CUBIC)


def turned(degrees: float) -> Callable[[np.ndarray], np.ndarray]:
    """Turn, and zoom until no corner is empty."""

    def change(frame: np.ndarray) -> np.ndarray:
        height, width = frame.shape[:2]
        angle = abs(math.radians(degrees))
        zoom = math.cos(angle) + max(width / height, height / width) * math.sin(angle)
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, zoom)
        return cv2.warpAffine(frame, matrix, (width, height), flags=cv2.INTER_LINEAR)

    return change


def mirrored(frame: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(frame[:, ::-1])


def letterboxed(frame: np.ndarray) -> np.ndarray:
    height, width = frame.shape[:2]
    side = max(height, width)
    boxed = np.zeros((side * 3 // 4, side, 3), np.uint8)
    inner = scaled(min(side / width, side * 0.75 / height) * 0.99)(frame)
    top, left = (boxed.shape[0] - inner.shape[0]) // 2, (side - inner.shape[1]) // 2
    boxed[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return boxed


def portrait(frame: np.ndarray) -> np.ndarray:
    """The middle of a wide picture at 9:16, filling a telephone."""
    height, width = frame.shape[:2]
    narrow = min(width, height * 9 // 16)
    left = (width - narrow) // 2
    return cv2.resize(frame[:, left : left + narrow], (720, 1280), interpolation=cv2.INTER_CUBIC)


def picture_in_picture(frame: np.ndarray) -> np.ndarray:
    """At 60 % over other pictures."""
    height, width = frame.shape[:2]
    coarse = np.random.default_rng(5).integers(0, 255, (18, 32, 3), dtype=np.uint8)
    other = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    inner = scaled(0.6)(frame)
    top, left = int(height * 0.1), int(width * 0.12)
    other[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return other


def overlaid(frame: np.ndarray) -> np.ndarray:
    """A caption bar and a logo."""
    result = frame.copy()
    height, width = frame.shape[:2]
    result[int(height * 0.78) : int(height * 0.93)] //= 3
    cv2.putText(
        result, "BREAKING", (width // 20, int(height * 0.9)), 0, height / 300, (255, 255, 255), 3
    )
    cv2.circle(result, (int(width * 0.9), int(height * 0.15)), height // 12, (230, 30, 30), -1)
    return result


def coloured(frame: np.ndarray) -> np.ndarray:
    """Brighter, more contrast, warmer, gamma 0.85."""
    value = (np.arange(256)[:, None] / 255.0) ** 0.85 * (1.12, 1.02, 0.9)
    table = np.clip(255 * (1.15 * (value - 0.5) + 0.52), 0, 255).astype(np.uint8)
    return cv2.LUT(frame, table[None])


def grains(shape: tuple[int, ...], deviation: float, seed: int) -> Iterator[np.ndarray]:
    """Yield grain of another kind for every frame, cut from one large field."""
    random = np.random.default_rng(seed)
    height, width, channels = shape
    field = random.normal(0, deviation, (height + 64, width + 64, channels)).astype(np.float32)
    while True:
        top, left = random.integers(0, 64, 2)
        yield field[top : top + height, left : left + width]


def noisy(clip: Clip) -> Clip:
    noise = grains(clip[0].shape, 8, 3)
    return h264(23)([cv2.add(frame, next(noise), dtype=cv2.CV_8U) for frame in clip])


def screen(clip: Clip) -> Clip:
    """Filmed from a screen: keystone, blur, vignette, noise, gamma, 30 to 24 frames a second."""
    height, width = clip[0].shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = corners + np.array([(10, 6), (-8, 9), (-3, -8), (6, -5)], np.float32) * (width / 1280)
    lens = cv2.getPerspectiveTransform(moved, corners)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    dim = (1 - 0.2 * (x**2 + y**2)).astype(np.float32)[..., None]
    gamma = (255 * (np.arange(256) / 255) ** 1.1).astype(np.float32)
    noise = grains(clip[0].shape, 3, 4)

    def filmed(frame: np.ndarray) -> np.ndarray:
        seen = cv2.GaussianBlur(cv2.warpPerspective(frame, lens, (width, height)), (0, 0), 0.8)
        return cv2.add(gamma[seen] * dim, next(noise), dtype=cv2.CV_8U)

    return h264(24)([filmed(frame) for frame in clip])


def jpeg(clip: Clip) -> Clip:
    """One frame, JPEG quality 50."""
    _, data = cv2.imencode(".jpg", clip[len(clip) // 2], [cv2.IMWRITE_JPEG_QUALITY, 50])
    return [cv2.imdecode(data, cv2.IMREAD_COLOR)]


def chain(*attacks: Attack) -> Attack:
    def change(clip: Clip) -> Clip:
        for attack in attacks:
            clip = attack(clip)
        return clip

    return change


def bare(change: Callable[[np.ndarray], np.ndarray]) -> Attack:
    return lambda clip: [change(frame) for frame in clip]


SINGLE: dict[str, Attack] = {
    "as released, or muxed again": lambda clip: clip,
    "h264 crf 18": h264(18),
    "h264 crf 23": h264(23),
    "h264 crf 28": h264(28),
    "h264 crf 35": h264(35),
    "h264 crf 40": h264(40),
    "hevc crf 28": hevc,
    "vp9 crf 33": lambda clip: coded(
        clip, "libvpx-vp9", crf="33", b="0", deadline="realtime", **{"cpu-used": "8"}
    ),
    "av1 crf 35": lambda clip: coded(clip, "libsvtav1", crf="35", preset="10"),
    "scale 25 %": each(scaled(0.25)),
    "scale 50 %": each(scaled(0.5)),
    "scale 75 %": each(scaled(0.75)),
    "scale 150 %": each(scaled(1.5)),
    "crop 5 %": each(cut(0.02, 0.03, 0.03, 0.02)),
    "crop 10 %": each(cut(0.03, 0.06, 0.07, 0.04)),
    "crop 25 %": each(cut(0.2, 0.05, 0.05, 0.2)),
    "crop 25 %, refilled": each(cut_and_filled(0.25)),
    "crop 40 %": each(cut(0.3, 0.1, 0.1, 0.3)),
    "flip": each(mirrored),
    "rotate 1": each(turned(1)),
    "rotate -3": each(turned(-3)),
    "rotate 5": each(turned(5)),
    "squeeze to 4:3": each(scaled(0.75, 1.0)),
    "aspect 93 %": each(scaled(1.0, 0.93)),
    "letterbox": each(letterboxed),
    "portrait": each(portrait),
    "10 frames a second": lambda clip: coded(clip[::2], fps=10, crf="23", preset="veryfast"),
    "speed 0.8": lambda clip: coded(
        [frame for n, frame in enumerate(clip) for _ in range(2 if n % 4 == 0 else 1)],
        crf="23",
        preset="veryfast",
    ),
    "speed 1.25": lambda clip: coded(
        [frame for n, frame in enumerate(clip) if n % 5], crf="23", preset="veryfast"
    ),
    "excerpt 0.5 s": lambda clip: h264(23)(clip[len(clip) // 4 :][:12]),
    "excerpt 1 s": lambda clip: h264(23)(clip[len(clip) // 6 :][:24]),
    "excerpt 2 s": lambda clip: h264(23)(clip[len(clip) // 6 :][:48]),
    "one frame, jpeg 50": jpeg,
    "blur": each(lambda frame: cv2.GaussianBlur(frame, (0, 0), 1.2)),
    "noise": noisy,
    "colour": each(coloured),
    "overlay": each(overlaid),
    "picture in picture": each(picture_in_picture),
    "screen recording": screen,
}
CHAINED: dict[str, Attack] = {
    "crop 15 % + half + crf 26": chain(bare(cut_and_filled(0.15)), bare(scaled(0.5)), h264(26)),
    "flip + crop 10 % + crf 28": chain(bare(mirrored), bare(cut(0, 0.05, 0.1, 0.05)), h264(28)),
    "rotate 2 + 75 % + crf 26": chain(bare(turned(2)), bare(scaled(0.75)), h264(26)),
    "colour + overlay + crf 28": chain(bare(coloured), bare(overlaid), h264(28)),
    "crf 28 + 75 % + hevc 28": chain(
        h264(28),
        bare(scaled(0.75)),
        hevc,
    ),
    "portrait + overlay + crf 26": chain(bare(portrait), bare(overlaid), h264(26)),
}


def sound_coded(codec: str, bit_rate: int) -> Callable[[Sound], Sound]:
    def change(samples: Sound) -> Sound:
        buffer = io.BytesIO()
        with av.open(buffer, "w", format="matroska") as container:
            stream = container.add_stream(codec, rate=48_000)
            stream.codec_context.layout, stream.codec_context.bit_rate = "stereo", bit_rate
            container.mux(stream.encode(_sound_frame(samples)))
            container.mux(stream.encode(None))
        buffer.seek(0)
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=48_000)
        with av.open(buffer) as container:
            decoded = [
                piece.to_ndarray().T
                for frame in container.decode(audio=0)
                for piece in resampler.resample(frame)
            ]
        return np.concatenate(decoded)

    return change


def filtered(*steps: tuple[str, str]) -> Callable[[Sound], Sound]:
    def change(samples: Sound) -> Sound:
        graph = av.filter.Graph()
        rate = Fraction(1, 48_000)
        last = graph.add_abuffer(format="s16", sample_rate=48_000, layout="stereo", time_base=rate)
        source = last
        for name, arguments in (*steps, ("aformat", "sample_fmts=fltp")):
            node = graph.add(name, arguments)
            last.link_to(node)
            last = node
        sink = graph.add("abuffersink")
        last.link_to(sink)
        graph.configure()
        source.push(_sound_frame(samples))
        source.push(None)
        pieces = []
        while True:
            try:
                pieces.append(sink.pull().to_ndarray().T)
            except (av.FFmpegError, EOFError):
                return np.concatenate(pieces)

    return change


def _sound_frame(samples: Sound) -> av.AudioFrame:
    whole = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(whole.reshape(1, -1), format="s16", layout="stereo")
    frame.sample_rate, frame.pts = 48_000, 0
    return frame


def _with_noise(samples: Sound) -> Sound:
    noise = np.random.default_rng(1).normal(0, 0.1 * samples.std(), samples.shape)
    return (samples + noise).astype(np.float32)


def _talked_over(samples: Sound) -> Sound:
    random = np.random.default_rng(2)
    swell = np.sin(np.arange(len(samples)) / 4000)[:, None]
    return samples + (0.5 * samples.std() * random.normal(0, 1, samples.shape) * swell).astype("f4")


SOUND: dict[str, Callable[[Sound], Sound]] = {
    "as made": lambda samples: samples,
    "aac 128k": sound_coded("aac", 128_000),
    "aac 64k": sound_coded("aac", 64_000),
    "mp3 96k": sound_coded("libmp3lame", 96_000),
    "opus 48k": sound_coded("libopus", 48_000),
    "low-pass 4 kHz": filtered(("lowpass", "f=4000")),
    "noise 20 dB": _with_noise,
    "quieter": lambda samples: samples * np.float32(0.3),
    "excerpt 2 s": lambda samples: samples[30_000:126_000],
    "resampled 1.05": filtered(("asetrate", "50400"), ("aresample", "48000")),
    "stretched 1.1": filtered(("atempo", "1.1")),
    "talked over": _talked_over,
}
