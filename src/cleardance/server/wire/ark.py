"""The body of a create, as Ark's clients send it, and what it asks for."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from cleardance.request import MAX_PROMPT_CHARS, MAX_REFERENCES
from cleardance.server.wire.base import Wire

Role = Literal["first_frame", "last_frame", "reference_image", "reference_video", "reference_audio"]
Resolution = Literal["480p", "720p", "1080p", "4k"]
Ratio = Literal["16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "adaptive"]

MAX_URL_CHARS = 90 * 2**20  # a data: URL; the whole body is bounded before


class Address(Wire):
    """Where a file is: http(s), ``data:`` or ``asset://``."""

    url: str = Field(min_length=1, max_length=MAX_URL_CHARS)


class TextItem(Wire):
    """The prompt."""

    type: Literal["text"]
    text: str = Field(max_length=MAX_PROMPT_CHARS)


class ImageItem(Wire):
    """A picture: the first frame unless its role says otherwise."""

    type: Literal["image_url"]
    image_url: Address
    role: Literal["first_frame", "last_frame", "reference_image"] = "first_frame"


class VideoItem(Wire):
    """A clip to refer to."""

    type: Literal["video_url"]
    video_url: Address
    role: Literal["reference_video"] = "reference_video"


class AudioItem(Wire):
    """A sound to refer to."""

    type: Literal["audio_url"]
    audio_url: Address
    role: Literal["reference_audio"] = "reference_audio"


class DraftTask(Wire):
    """A task of one's own."""

    id: str = Field(min_length=1, max_length=128)


class DraftItem(Wire):
    """A draft to be made in full: its prompt, seed, ratio and references are taken over."""

    type: Literal["draft_task"]
    draft_task: DraftTask


Item = Annotated[
    TextItem | ImageItem | VideoItem | AudioItem | DraftItem, Field(discriminator="type")
]


class CreateTask(Wire):
    """``POST /contents/generations/tasks``."""

    model: str = Field(min_length=1, max_length=128)
    content: list[Item] = Field(min_length=1, max_length=MAX_REFERENCES + 2)
    resolution: Resolution | None = None
    ratio: Ratio | None = None
    duration: int | None = Field(None, ge=-1, le=60, description="seconds; -1: the model decides")
    frames: int | None = Field(None, ge=1, le=1_440, description="wins over duration")
    generate_audio: bool | None = None
    seed: int | None = Field(None, ge=-1, le=2**31 - 1)
    watermark: bool | None = None
    return_last_frame: bool | None = None
    camera_fixed: bool | None = None
    draft: bool | None = None
    service_tier: Literal["default", "flex"] = "default"
    priority: int = Field(0, ge=0, le=9)
    execution_expires_after: int = Field(172_800, ge=3_600, le=259_200)
    callback_url: str | None = Field(None, min_length=1, max_length=2_048)
    safety_identifier: str | None = Field(None, min_length=1, max_length=64)
    tools: list[dict[str, Any]] | None = Field(None, max_length=16)
    omni_reference_task_type: Literal["auto", "reference", "edit", "extend"] = "auto"
    output_format: Literal["mp4", "mov"] = "mp4"

    @model_validator(mode="after")
    def _is_one_thing(self) -> "CreateTask":
        if sum(isinstance(item, TextItem) for item in self.content) > 1:
            raise ValueError("content has several texts; there is one prompt")
        if sum(isinstance(item, DraftItem) for item in self.content) > 1:
            raise ValueError("content has several draft tasks")
        return self
