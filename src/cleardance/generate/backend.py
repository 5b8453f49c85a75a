"""The contract every generator fulfils: a request in, raw video and audio out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cleardance.media import Audio, Video
from cleardance.request import Ratio, Request, Resolution

Progress = Callable[[float], None]
"""Called with the fraction done, 0 to 1."""


@dataclass(frozen=True)
class Capabilities:
    """What a model can be asked. Checked before any work is done."""

    ratios: frozenset[Ratio]
    resolutions: frozenset[Resolution]
    min_duration_s: float
    max_duration_s: float
    audio: bool
    stills: bool
    roles: frozenset[str]  # reference roles it uses; none means references are refused


@dataclass(frozen=True)
class Raw:
    """What a model made: nothing has looked at it yet, and nothing may serve it.

    ``ignored`` lists the words of the prompt the model could not use.
    """

    video: Video
    audio: Audio | None
    ignored: tuple[str, ...]
    recipe: dict[str, str]  # what it takes to make it again: version, assets' digest


class Backend(Protocol):
    """A generator. Deterministic: the same request gives the same frames and samples."""

    name: str
    capabilities: Capabilities

    def generate(self, request: Request) -> Raw:
        """Return the raw output; frames may be produced lazily as they are read.

        Raises UnsupportedByModel for a request outside the capabilities, GenerationFailed if the
        model itself fails.
        """
        ...
