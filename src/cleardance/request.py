"""What was asked: one generation request, checked at the edge and immutable afterwards."""

from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

FPS = 24
MAX_PROMPT_CHARS = 20_000
MAX_REFERENCES = 50
MEDIA_TYPES = {".mp4": "video/mp4", ".mov": "video/quicktime", ".png": "image/png"}


class Ratio(StrEnum):
    """Width to height."""

    R21_9 = "21:9"
    R16_9 = "16:9"
    R4_3 = "4:3"
    R1_1 = "1:1"
    R3_4 = "3:4"
    R9_16 = "9:16"


class Resolution(StrEnum):
    """Size class; the pixels also depend on the ratio."""

    P480 = "480p"
    P720 = "720p"
    P1080 = "1080p"


_LANDSCAPE_PX: dict[Resolution, dict[Ratio, tuple[int, int]]] = {
    Resolution.P480: {
        Ratio.R16_9: (864, 496),
        Ratio.R4_3: (752, 560),
        Ratio.R1_1: (640, 640),
        Ratio.R21_9: (992, 432),
    },
    Resolution.P720: {
        Ratio.R16_9: (1280, 720),
        Ratio.R4_3: (1112, 834),
        Ratio.R1_1: (960, 960),
        Ratio.R21_9: (1470, 630),
    },
    Resolution.P1080: {
        Ratio.R16_9: (1920, 1080),
        Ratio.R4_3: (1664, 1248),
        Ratio.R1_1: (1440, 1440),
        Ratio.R21_9: (2206, 946),
    },
}
_PORTRAIT = {Ratio.R3_4: Ratio.R4_3, Ratio.R9_16: Ratio.R16_9}


def frame_size(ratio: Ratio, resolution: Resolution) -> tuple[int, int]:
    """Return (width, height) in pixels, both even; portrait is landscape transposed."""
    if ratio in _PORTRAIT:
        height, width = _LANDSCAPE_PX[resolution][_PORTRAIT[ratio]]
        return width, height
    return _LANDSCAPE_PX[resolution][ratio]


class ReferenceInput(BaseModel):
    """A media file handed in with the prompt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path
    """Where it was handed in from; of a queued request, only its name."""
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$", description="once it is queued")
    media: Literal["image", "video", "audio"]
    role: Literal[
        "first_frame", "last_frame", "reference_image", "reference_video", "reference_audio"
    ]


class Request(BaseModel):
    """One generation request. ``seed`` is always set: the caller draws one if none was asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str = Field(max_length=MAX_PROMPT_CHARS)
    account: str = "local"
    model: str = "draft"
    duration_s: float = Field(5.0, gt=0.0, le=60.0)
    ratio: Ratio = Ratio.R16_9
    resolution: Resolution = Resolution.P720
    seed: int = Field(ge=0, le=2**31 - 1)
    audio: bool = True
    still: bool = Field(False, description="one frame instead of a video")
    container: Literal["mp4", "mov"] = Field("mp4", description="of a video")
    label: Literal["eu", "cn"] | None = Field(None, description="drawn into the picture")
    references: tuple[ReferenceInput, ...] = Field((), max_length=MAX_REFERENCES)
    camera_fixed: bool = Field(False, description="the camera does not move")
    draft: bool = Field(False, description="a quick preview was asked for")
    return_last_frame: bool = Field(False, description="as a picture of its own")
    end_user: str | None = Field(None, max_length=64, description="whom the caller asks for")
    remixed_from: str | None = Field(None, description="the task that it is made after")
    asked_model: str | None = Field(None, description="another name the model was asked by")

    @field_validator("prompt")
    @classmethod
    def _says_something(cls, prompt: str) -> str:
        if not prompt.strip():
            raise PydanticCustomError("empty", "it is empty")
        return prompt

    @property
    def reference_names(self) -> tuple[str, ...]:
        """What the prompt calls each reference: ``@Image1``, ``@Video2``, by kind and order."""
        kinds = [one.media for one in self.references]
        return tuple(f"@{k.capitalize()}{kinds[: n + 1].count(k)}" for n, k in enumerate(kinds))

    @property
    def suffix(self) -> str:
        """How the name of the released file ends."""
        return ".png" if self.still else f".{self.container}"

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return frame_size(self.ratio, self.resolution)
