"""Key frames and sound as they are played: any frame rate, any size, any sample rate."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from cleardance.pocket.codec import Pixels

Floats = NDArray[np.float32]


def played(frames: Pixels, fps_in: float, fps_out: int, count: int) -> Iterator[Pixels]:
    """Yield ``count`` frames [H, W, 3] at another rate; the last key frame is held beyond its time.

    What lies between two key frames is both of them, moved along the optical flow (Kroeger et al.
    2016, https://arxiv.org/abs/1603.03590) and blended.
    """
    at, flows = -1, None
    for number in range(count):
        place = min(number * fps_in / fps_out, len(frames) - 1)
        key, part = int(place), place - int(place)
        if part == 0:
            yield frames[key]
            continue
        if key != at:
            at, flows = (
                key,
                (_flow(frames[key], frames[key + 1]), _flow(frames[key + 1], frames[key])),
            )
        assert flows is not None
        one = _moved(frames[key], flows[0], part)
        other = _moved(frames[key + 1], flows[1], 1 - part)
        yield np.asarray(cv2.addWeighted(one, 1 - part, other, part, 0), np.uint8)


def steadied(frames: Pixels, *, ended: bool = False) -> Pixels:
    """Return a window's key frames [T, H, W, 3] with every second frame of a pair made anew.

    It lies halfway between its neighbours along the optical flow. The last one, which has none
    behind it, goes on as far as the one before it went, unless it is known how the window
    ``ended``. A network that does not know yet how things change draws second frames as grain,
    while those beside them are clean (docs/pocket.md).
    """
    made = frames.copy()
    for k in range(2, len(frames) - 1, 2):
        one, two = frames[k - 1], frames[k + 1]
        half, other = _moved(one, _flow(one, two), 0.5), _moved(two, _flow(two, one), 0.5)
        made[k] = cv2.addWeighted(half, 0.5, other, 0.5, 0)
    if len(frames) > 2 and not ended:
        made[-1] = _moved(frames[-2], _flow(frames[-2], made[-3]), -1.0)
    return made


def filled(frame: Pixels, width_px: int, height_px: int) -> Pixels:
    """Return a frame enlarged by Lanczos, its middle cut out to the shape that is asked for."""
    height, width = frame.shape[:2]
    scale = max(width_px / width, height_px / height)
    wide, high = min(width, round(width_px / scale)), min(height, round(height_px / scale))
    top, left = (height - high) // 2, (width - wide) // 2
    cut = np.ascontiguousarray(frame[top : top + high, left : left + wide])
    return np.asarray(cv2.resize(cut, (width_px, height_px), interpolation=cv2.INTER_LANCZOS4))


def resampled(sound: Floats, rate_in: int, rate_out: int, samples: int) -> Floats:
    """Return sound [S] at a rate that is a multiple of its own, as [samples]; silence after it."""
    spectrum = np.fft.rfft(sound)
    longer = np.fft.irfft(spectrum, len(sound) * rate_out // rate_in) * (rate_out / rate_in)
    made = np.zeros(samples, np.float32)
    made[: len(longer)] = np.clip(longer[:samples], -1, 1)
    return made


def _flow(one: Pixels, other: Pixels) -> Floats:
    """Return where each pixel [H, W, 2] of one frame is in the other, in pixels from its place."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (one, other)]
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    finder.setFinestScale(0)
    still = np.zeros((*grey[0].shape, 2), np.float32)
    return np.asarray(finder.calc(grey[0], grey[1], still), np.float32)


def _moved(frame: Pixels, flow: Floats, part: float) -> Pixels:
    """Return a frame as it is a part of the way along its flow."""
    height, width = frame.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    near = cv2.INTER_LINEAR
    source_x, source_y = x - np.float32(part) * flow[..., 0], y - np.float32(part) * flow[..., 1]
    return np.asarray(cv2.remap(frame, source_x, source_y, near, borderMode=cv2.BORDER_REPLICATE))
