"""Named limits against denial of service, and the clock that enforces the last of them."""

import time
from dataclasses import dataclass

from cleardance.errors import MediaTooLarge


@dataclass(frozen=True)
class Limits:
    """How much of a file from outside we are willing to read.

    All are checked against what the header claims before anything is decoded, and again against
    what really comes out while decoding.
    """

    max_bytes: int = 512 * 2**20
    max_pixels: int = 8192 * 4320  # in one frame
    max_frames: int = 36_000  # 10 min at 60 fps
    max_duration_s: float = 600.0
    max_streams: int = 16  # phones add several data tracks
    max_decode_s: float = 120.0  # wall clock, for one file


DEFAULT_LIMITS = Limits()


class Meter:
    """Counts what decoding one file has cost so far; raises MediaTooLarge past a limit."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        self.frames = 0
        self._deadline_s = time.monotonic() + limits.max_decode_s

    def frame(self, width: int, height: int, time_s: float) -> None:
        """Account for one decoded frame of ``width`` x ``height`` pixels shown at ``time_s``."""
        self.frames += 1
        check_pixels(self._name, width, height, self._limits)
        if self.frames > self._limits.max_frames:
            raise MediaTooLarge(f"{self._name} has more than {self._limits.max_frames} frames")
        self.moment(time_s)

    def moment(self, time_s: float) -> None:
        """Account for having reached ``time_s`` of the media."""
        check_duration(self._name, time_s, self._limits)
        self.tick()

    def tick(self) -> None:
        """Raise when the wall clock has run past the limit."""
        if time.monotonic() > self._deadline_s:
            raise MediaTooLarge(
                f"{self._name} took longer than {self._limits.max_decode_s:g} s to decode",
                hint="Re-encode it as plain H.264 in MP4, or cut it.",
            )


def check_pixels(name: str, width: int, height: int, limits: Limits) -> None:
    """Raise MediaTooLarge when a frame of this size is past the limit."""
    if width * height > limits.max_pixels:
        raise MediaTooLarge(
            f"{name} is {width} x {height} pixels; the limit is {limits.max_pixels} in a frame",
            hint="Scale it down.",
        )


def check_duration(name: str, duration_s: float, limits: Limits) -> None:
    """Raise MediaTooLarge when media of this duration is past the limit."""
    if duration_s > limits.max_duration_s:
        raise MediaTooLarge(
            f"{name} lasts more than {limits.max_duration_s:g} s ({duration_s:.0f} s or longer)",
            hint="Cut it.",
        )
