"""The contract every generator fulfils: a request in, raw video and audio out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cleardance.request import Ratio, Request, Resolution

if TYPE_CHECKING:  # FFmpeg comes with it, and capabilities are asked of every request
    from cleardance.media import Audio, Frame, Video

Preview = Callable[[int, int, "Frame"], None]
"""Called after each of a model's own steps: its number, from 1, how many there are in all, and a
frame [H, W, 3] of what is expected by now. Nothing has screened it: whoever shows it to others
shows what may yet be refused."""


def unseen(step: int, steps: int, frame: "Frame") -> None:
    """Show nobody."""


@dataclass(frozen=True)
class Capabilities:
    """What a model can be asked. Checked before any work is done."""

    ratios: frozenset[Ratio]
    resolutions: frozenset[Resolution]
    min_duration_s: float
    max_duration_s: float
    audio: bool
    stills: bool
    roles: frozenset[str]  # reference roles it uses; any other reference is refused
    max_images: int = 0  # references of each kind at once
    max_videos: int = 0
    max_sounds: int = 0
    sound_alone: bool = False  # sound may be the only reference
    camera_fixed: bool = False  # it can keep the camera still when asked to
    max_words: int = 1000  # of a prompt
    default_duration_s: float = 5.0  # when the model is to decide


@dataclass(frozen=True)
class Raw:
    """What a model made: nothing has looked at it yet, and nothing may serve it.

    ``ignored`` lists the words of the prompt the model could not use, ``recipe`` what it takes
    beside the request to make the same again.
    """

    video: "Video"
    audio: "Audio | None"
    ignored: tuple[str, ...]
    recipe: dict[str, str]


class Backend(Protocol):
    """A generator. Deterministic: the same request gives the same frames and samples."""

    def generate(self, request: Request, preview: Preview = unseen) -> Raw:
        """Return the raw output; frames may be produced lazily as they are read.

        ``preview`` is told of each step of models that have steps.

        Raises GenerationFailed if the model fails; a request outside the model's capabilities
        never gets here.
        """
        ...


class Errand(Protocol):
    """What a backend may use whose videos are made elsewhere, or come as files."""

    @property
    def id(self) -> str:
        """The same whenever this generation is begun again."""
        ...

    @property
    def folder(self) -> Path:
        """Private and empty; it is gone when the frames were read."""
        ...

    def begun(self) -> str | None:
        """Return what it was called elsewhere, if it was begun there before we were killed."""
        ...

    def begin(self, remote_id: str) -> None:
        """Keep what it is called elsewhere, so that it is not begun twice, and can be ended."""
        ...
