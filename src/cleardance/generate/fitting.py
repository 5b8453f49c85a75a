"""Frames that came at another rate or size, at the rate and size that were asked for."""

from collections.abc import Iterator

from cleardance.media import Frame
from cleardance.pocket.playback import filled
from cleardance.request import FPS


def fitted(
    timed: Iterator[tuple[float, Frame]], count: int, size: tuple[int, int]
) -> Iterator[Frame]:
    """Yield ``count`` frames at our rate: at each moment the newest of ``timed`` (seconds, frame).

    The last is held. They are enlarged and cut to fill ``size`` (width, height) in pixels.
    """
    _, shown = next(timed)
    picture, later = filled(shown, *size), next(timed, None)
    for number in range(count):
        newest = None
        while later is not None and later[0] <= number / FPS + 1e-6:
            newest, later = later[1], next(timed, None)
        if newest is not None:
            picture = filled(newest, *size)
        yield picture
