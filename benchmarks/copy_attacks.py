"""What is done to footage so that it is not recognised: one function for each evasion.

An attack takes the frames of a clip (a list of RGB uint8 [H, W, 3]), frames of other footage to
mix it with, and a seeded generator; it returns the frames that are published.
"""

from collections.abc import Callable
from fractions import Fraction
from io import BytesIO

import av
import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
Frames = list[Frame]
Attack = Callable[[Frames, Frames, Generator], Frames]


def encoded(frames: Frames, crf: int = 23) -> Frames:
    """Return the frames through H.264, as every publisher's file goes."""
    height, width = (side // 2 * 2 for side in frames[0].shape[:2])
    buffer = BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=2, options={"crf": str(crf), "g": "6"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.thread_count = 1
        for index, frame in enumerate(frames):
            pixels = np.ascontiguousarray(frame[:height, :width])
            picture = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            picture.pts, picture.time_base = index, Fraction(1, 2)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def resized(frame: Frame, width: int, height: int) -> Frame:
    size = max(1, width), max(1, height)
    shrinks = width < frame.shape[1]
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def recompressed(frames: Frames, other: Frames, rng: Generator) -> Frames:
    return encoded(frames, 38)


def scaled_down(frames: Frames, other: Frames, rng: Generator) -> Frames:
    height, width = frames[0].shape[:2]
    return encoded([resized(frame, width * 2 // 5, height * 2 // 5) for frame in frames], 30)


def cropped(share: float) -> Attack:
    """Cut ``share`` of each side's length away, off centre, and scale back up."""

    def attack(frames: Frames, other: Frames, rng: Generator) -> Frames:
        height, width = frames[0].shape[:2]
        keep_h, keep_w = round(height * (1 - share)), round(width * (1 - share))
        top, left = rng.integers(0, height - keep_h + 1), rng.integers(0, width - keep_w + 1)
        cut = [frame[top : top + keep_h, left : left + keep_w] for frame in frames]
        return encoded([resized(frame, width, height) for frame in cut], 28)

    return attack


def mirrored(frames: Frames, other: Frames, rng: Generator) -> Frames:
    return encoded([np.ascontiguousarray(frame[:, ::-1]) for frame in frames], 28)


def rotated(degrees: float) -> Attack:
    def attack(frames: Frames, other: Frames, rng: Generator) -> Frames:
        height, width = frames[0].shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        return encoded([cv2.warpAffine(frame, turn, (width, height)) for frame in frames], 28)

    return attack


def turned(frames: Frames, other: Frames, rng: Generator) -> Frames:
    return encoded([np.ascontiguousarray(np.rot90(frame)) for frame in frames], 28)


def letterboxed(frames: Frames, other: Frames, rng: Generator) -> Frames:
    height, width = frames[0].shape[:2]
    bar = height // 6
    pad = ((bar, bar), (0, 0), (0, 0))
    return encoded([resized(np.pad(frame, pad), width, height) for frame in frames], 28)


def bordered(frames: Frames, other: Frames, rng: Generator) -> Frames:
    height, width = frames[0].shape[:2]
    colour = [int(value) for value in rng.integers(40, 220, 3)]
    framed = []
    for frame in frames:
        canvas = np.full_like(frame, colour)
        inner = resized(frame, width * 4 // 5, height * 4 // 5)
        top, left = height // 10, width // 10
        canvas[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
        framed.append(canvas)
    return encoded(framed, 28)


def portrait_with_blurred_bars(frames: Frames, other: Frames, rng: Generator) -> Frames:
    """Re-frame to 9:16 over a blurred enlargement of the same picture."""

    def reframe(frame: Frame) -> Frame:
        height, width = frame.shape[:2]
        out_w, out_h = 360, 640
        scale = out_h / height
        large = resized(frame, max(out_w, round(width * scale)), out_h)
        left = (large.shape[1] - out_w) // 2
        back = cv2.GaussianBlur(large[:, left : left + out_w], (0, 0), 12)
        front = resized(frame, out_w, round(height * out_w / width))[:out_h]
        top = (out_h - front.shape[0]) // 2
        back[top : top + front.shape[0]] = front
        return back

    return encoded([reframe(frame) for frame in frames], 28)


def picture_in_picture(share: float) -> Attack:
    """Put the clip, ``share`` as wide as the frame, into a corner of other footage."""

    def attack(frames: Frames, other: Frames, rng: Generator) -> Frames:
        made = []
        corner = rng.integers(0, 2, 2)
        for index, frame in enumerate(frames):
            canvas = resized(other[index % len(other)], 854, 480)
            width = round(854 * share)
            inner = resized(frame, width, round(frame.shape[0] * width / frame.shape[1]))[:440]
            top = 20 if corner[0] else 460 - inner.shape[0]
            left = 20 if corner[1] else 834 - width
            canvas[top : top + inner.shape[0], left : left + width] = inner
            made.append(canvas)
        return encoded(made, 26)

    return attack


def with_text(frames: Frames, other: Frames, rng: Generator) -> Frames:
    made = []
    for frame in frames:
        copy = frame.copy()
        height, width = copy.shape[:2]
        for line, words in enumerate(("WAIT FOR IT", "follow for part 2")):
            at = (width // 12, round(height * (0.3 + 0.45 * line)))
            size = width / 380
            cv2.putText(
                copy, words, at, cv2.FONT_HERSHEY_DUPLEX, size, (0, 0, 0), max(2, width // 90)
            )
            cv2.putText(
                copy, words, at, cv2.FONT_HERSHEY_DUPLEX, size, (255, 255, 0), max(1, width // 220)
            )
        made.append(copy)
    return encoded(made, 28)


def with_logo(frames: Frames, other: Frames, rng: Generator) -> Frames:
    made = []
    for frame in frames:
        copy = frame.copy()
        height, width = copy.shape[:2]
        centre = round(width * 0.82), round(height * 0.75)
        cv2.circle(copy, centre, height // 6, (230, 30, 60), -1)
        cv2.circle(copy, centre, height // 10, (250, 250, 250), height // 30 + 1)
        made.append(copy)
    return encoded(made, 28)


def recoloured(frames: Frames, other: Frames, rng: Generator) -> Frames:
    mix = np.eye(3) * 0.75 + rng.uniform(0, 0.25, (3, 3))
    shift = rng.uniform(-20, 20, 3)
    made = [np.clip(frame @ mix.T + shift, 0, 255).astype(np.uint8) for frame in frames]
    return encoded(made, 28)


def gamma(power: float) -> Attack:
    def attack(frames: Frames, other: Frames, rng: Generator) -> Frames:
        table = (np.linspace(0, 1, 256) ** power * 255).astype(np.uint8)
        return encoded([table[frame] for frame in frames], 28)

    return attack


def greyed(frames: Frames, other: Frames, rng: Generator) -> Frames:
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    return encoded([np.repeat(frame[..., None], 3, axis=2) for frame in grey], 28)


def blurred(frames: Frames, other: Frames, rng: Generator) -> Frames:
    sigma = frames[0].shape[1] / 200
    return encoded([cv2.GaussianBlur(frame, (0, 0), sigma) for frame in frames], 28)


def noisy(frames: Frames, other: Frames, rng: Generator) -> Frames:
    made = [frame + rng.normal(0, 20, frame.shape) for frame in frames]
    return encoded([np.clip(frame, 0, 255).astype(np.uint8) for frame in made], 28)


def recorded_from_a_screen(frames: Frames, other: Frames, rng: Generator) -> Frames:
    """Film a screen from the side: perspective, dark surroundings, glare, moiré, blur, noise."""
    out_w, out_h = 640, 360
    height, width = frames[0].shape[:2]
    margin = rng.uniform(0.04, 0.16, (4, 2)) * (out_w, out_h)
    ends = np.float32([(0, 0), (out_w, 0), (out_w, out_h), (0, out_h)])
    inward = np.float32([(1, 1), (-1, 1), (-1, -1), (1, -1)])
    corners = (ends + margin * inward).astype(np.float32)
    plane = np.float32([(0, 0), (width, 0), (width, height), (0, height)])
    warp = cv2.getPerspectiveTransform(plane, corners)
    ys, xs = np.mgrid[0:out_h, 0:out_w]
    moire = 6 * np.sin(xs * 0.9 + ys * 0.13) + 5 * np.sin(ys * 1.1 - xs * 0.07)
    glare = 60 * np.exp(-((xs - out_w * 0.7) ** 2 + (ys - out_h * 0.3) ** 2) / (out_w * 0.15) ** 2)
    wall = np.full((out_h, out_w, 3), (46, 40, 36), np.float32)
    inside = cv2.warpPerspective(np.ones((height, width), np.float32), warp, (out_w, out_h))
    made = []
    for frame in frames:
        seen = cv2.warpPerspective(frame, warp, (out_w, out_h)).astype(np.float32)
        seen = seen * 0.8 * (1.05, 1.0, 0.9) + (moire + glare)[..., None] * 0.8
        seen = seen * inside[..., None] + wall * (1 - inside[..., None])
        seen = cv2.GaussianBlur(seen, (0, 0), 0.9) + rng.normal(0, 5, seen.shape)
        made.append(np.clip(seen, 0, 255).astype(np.uint8))
    return encoded(made, 28)


def then(*attacks: Attack) -> Attack:
    """Do several things one after the other."""

    def attack(frames: Frames, other: Frames, rng: Generator) -> Frames:
        for one in attacks:
            frames = one(frames, other, rng)
        return frames

    return attack


def excerpted(frames: Frames, other: Frames, rng: Generator) -> Frames:
    """Cut one second of the clip into six seconds of other footage."""
    height, width = frames[0].shape[:2]
    fill = [resized(frame, width, height) for frame in (other * 12)[:12]]
    start = int(rng.integers(0, max(1, len(frames) - 2)))
    return encoded([*fill[:6], *frames[start : start + 2], *fill[6:]], 28)


ATTACKS: dict[str, Attack] = {
    "re-encoded crf 38": recompressed,
    "scaled to 40 %": scaled_down,
    "crop 10 %": cropped(0.10),
    "crop 20 %": cropped(0.20),
    "crop 30 %": cropped(0.30),
    "crop 40 %": cropped(0.40),
    "mirrored": mirrored,
    "rotated 5°": rotated(5),
    "rotated 90°": turned,
    "letterboxed": letterboxed,
    "border": bordered,
    "portrait, blurred bars": portrait_with_blurred_bars,
    "picture in picture 50 %": picture_in_picture(0.5),
    "picture in picture 35 %": picture_in_picture(0.35),
    "text over it": with_text,
    "logo over it": with_logo,
    "recoloured": recoloured,
    "gamma 0.6": gamma(0.6),
    "gamma 1.7": gamma(1.7),
    "grey": greyed,
    "blurred": blurred,
    "noise": noisy,
    "1 s in other footage": excerpted,
    "screen recording": recorded_from_a_screen,
    "mirrored, crop 20 %": then(mirrored, cropped(0.2)),
    "mirrored, in picture 50 %": then(mirrored, picture_in_picture(0.5)),
    "crop, colour, text, crf 38": then(cropped(0.15), recoloured, with_text, recompressed),
}
