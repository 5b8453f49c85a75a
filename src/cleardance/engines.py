"""Engines beside our own that make videos, as the settings name them, and what each can do.

Whoever runs an engine knows what it can do, and says so here: it is published at ``/v1/models``
and checked before anything is sent.
"""

from pathlib import Path
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    field_validator,
    model_validator,
)

Role = Literal["first_frame", "last_frame", "reference_image", "reference_video", "reference_audio"]
RatioName = Literal["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"]
ResolutionName = Literal["480p", "720p", "1080p"]


class Engine(BaseModel):
    """What any engine can do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ratios: frozenset[RatioName] = frozenset({"16:9"})
    resolutions: frozenset[ResolutionName] = frozenset({"480p", "720p"})
    min_duration_s: PositiveFloat = 4.0
    max_duration_s: PositiveFloat = Field(15.0, le=60.0)
    default_duration_s: PositiveFloat = 5.0
    """When it is to decide by itself."""
    audio: bool = False
    """Whether it makes sound."""
    camera_fixed: bool = False
    """Whether it keeps the camera still when asked to."""
    roles: frozenset[Role] = frozenset()
    """Which references it uses."""
    max_images: NonNegativeInt = Field(0, le=9)
    max_videos: NonNegativeInt = Field(0, le=3)
    max_sounds: NonNegativeInt = Field(0, le=3)
    sound_alone: bool = False
    """Whether sound may be the only reference."""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if not self.min_duration_s <= self.default_duration_s <= self.max_duration_s:
            raise ValueError("default_duration_s is not from min_duration_s to max_duration_s")
        kinds = {"image": self.max_images, "video": self.max_videos, "audio": self.max_sounds}
        for kind, most in kinds.items():
            named = any(_kind(role) == kind for role in self.roles)
            if named != (most > 0):
                raise ValueError(f"roles and how many references of {kind} it uses disagree")
        return self


class Upstream(Engine):
    """A server that makes videos: one of ``/v1/videos`` (vLLM-Omni, SGLang), or one of Ark's API.

    The operator trusts it with prompts and references; what it makes is looked at like all else.
    """

    dialect: Literal["videos", "ark"]
    url: str
    """Where its API begins: ``http://gpu:8000/v1``, ``https://ark.example/api/v3``."""
    model: str = Field(min_length=1, max_length=128)
    """Its name there."""
    key_file: Path | None = None
    """A file with the key that it asks for …"""
    key: SecretStr | None = None
    """… or the key itself."""
    timeout_s: PositiveFloat = 3_600.0
    """How long one video may take there, waiting included."""
    poll_s: PositiveFloat = 2.0
    """How often it is asked whether it is done."""
    quiet_s: NonNegativeFloat = 60.0
    """How long it may not answer, or be overloaded, before the task fails."""

    @field_validator("url")
    @classmethod
    def _is_url(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")) or "?" in url or "#" in url or "@" in url:
            raise ValueError("must be http:// or https://, a host and a path")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _speaks_its_dialect(self) -> Self:
        if self.key is not None and self.key_file is not None:
            raise ValueError("key or key_file, not both")
        if self.dialect == "videos" and (self.roles - {"first_frame"} or self.camera_fixed):
            raise ValueError("/v1/videos has no place for anything but a first frame")
        return self


class Pipeline(Engine):
    """A pipeline of diffusers in a folder of its own (LTX-2 class, Wan class), run in a worker."""

    path: Path
    """The folder, with its ``model_index.json``; nothing is downloaded."""
    device: Literal["cpu", "cuda"] = "cpu"
    dtype: Literal["float32", "bfloat16", "float16"] = "bfloat16"
    offload: Literal["none", "model", "sequential"] = "none"
    """What of it waits in main memory while it is not needed on the device: nothing, each of its
    parts as a whole, or each of its layers (slow, but little memory will do)."""
    steps: PositiveInt = Field(40, le=200)
    guidance: NonNegativeFloat = 4.0
    native_fps: PositiveInt = Field(24, le=60)
    """How many frames a second it was taught to make."""
    max_side_px: PositiveInt = Field(1280, le=4096)
    """It makes no larger picture; a larger one is enlarged from it."""
    spare_memory_mb: NonNegativeInt = 2_048
    """What is left to everything else when it is asked whether the pipeline fits."""

    @model_validator(mode="after")
    def _has_a_device(self) -> Self:
        if self.offload != "none" and self.device == "cpu":
            raise ValueError("offload is from a device to main memory: device is cpu")
        if self.roles - {"first_frame"}:
            raise ValueError("pipelines are given a first frame, and no other references")
        return self


def _kind(role: Role) -> str:
    return {"reference_video": "video", "reference_audio": "audio"}.get(role, "image")
