"""The models of the settings' ``diffusers``: a pipeline in a folder, run here with torch.

Needs the ``diffusers`` extra, in the workers that run it. Nothing is downloaded, and no code that
comes with weights is run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from cleardance.engines import Pipeline
from cleardance.errors import GenerationFailed, PartMissing, UnsupportedByModel, UsageError
from cleardance.generate.backend import Errand, Preview, Raw, unseen
from cleardance.generate.backends.diffusers.memory import (
    check_fits,
    main_memory_free,
    pipeline_class,
)
from cleardance.generate.backends.diffusers.shape import Shape, shape_of
from cleardance.generate.fitting import fitted
from cleardance.media import Audio, Video, read_image
from cleardance.pocket.playback import filled
from cleardance.request import FPS, Request


@dataclass(frozen=True)
class Family:
    """What pipelines of one class are told: which class takes a first frame, if one does."""

    with_image: str | None = None
    told_fps: bool = False
    needs_image: bool = False


FAMILIES = {
    "LTX2Pipeline": Family("LTX2ImageToVideoPipeline", told_fps=True),
    "LTXPipeline": Family("LTXImageToVideoPipeline", told_fps=True),
    "WanPipeline": Family(),
    "WanImageToVideoPipeline": Family("WanImageToVideoPipeline", needs_image=True),
}

_loaded: dict[Pipeline, Any] = {}  # the last one: reading tens of gigabytes takes minutes


class DiffusersBackend:
    """One pipeline. The same request gives the same video on the same machine."""

    def __init__(self, engine: Pipeline, errand: Errand | None = None) -> None:
        """Look at the folder; nothing is loaded yet. Raises UsageError, PartMissing."""
        name = pipeline_class(engine.path)
        if name not in FAMILIES:
            known = ", ".join(FAMILIES)
            raise UsageError(f"{engine.path.name} is a {name[:64]!r}; known are {known}.")
        if missing := [one for one in ("torch", "diffusers") if find_spec(one) is None]:
            raise PartMissing(
                f"{engine.path.name} needs {' and '.join(missing)}, which are not installed here.",
                hint="Install the extra where workers run it: pip install 'cleardance[diffusers]'.",
            )
        self._engine, self._family = engine, FAMILIES[name]

    def generate(self, request: Request, preview: Preview = unseen) -> Raw:
        """Make the whole video; it has no previews.

        Raises DoesNotFit before anything is loaded, UnsupportedByModel without a first frame that
        it needs, GenerationFailed for numbers that are no video.
        """
        if self._family.needs_image and not request.references:
            raise UnsupportedByModel(f"The model {request.model!r} needs a first frame.")
        shape = shape_of(self._engine, request)
        if self._engine not in _loaded:
            check_fits(self._engine, shape, _device_free(self._engine), main_memory_free())
        made = self._called(request, shape)
        frames = np.asarray(made.frames[0])
        if frames.shape != (shape.frames, shape.height_px, shape.width_px, 3):
            raise GenerationFailed(f"The model {request.model!r} made {frames.shape}.")
        if not np.isfinite(frames).all():
            raise GenerationFailed(f"The model {request.model!r} made what is not a number.")
        pixels = (np.clip(frames, 0.0, 1.0) * 255 + 0.5).astype(np.uint8)
        timed = ((number / self._engine.native_fps, one) for number, one in enumerate(pixels))
        count = round(request.duration_s * FPS)
        video = Video(*request.size, FPS, count, fitted(timed, count, request.size))
        recipe = {
            "pipeline": pipeline_class(self._engine.path),
            "steps": str(self._engine.steps),
            "guidance": f"{self._engine.guidance:g}",
            "made_at": f"{shape.width_px}x{shape.height_px}x{shape.frames}",
        }
        return Raw(video, self._sound(request, made), (), recipe)

    def _called(self, request: Request, shape: Shape) -> Any:
        import torch
        from PIL import Image

        pipe = _pipeline(self._engine)
        told: dict[str, Any] = {
            "prompt": request.prompt,
            "width": shape.width_px,
            "height": shape.height_px,
            "num_frames": shape.frames,
            "num_inference_steps": self._engine.steps,
            "guidance_scale": self._engine.guidance,
            "generator": torch.Generator("cpu").manual_seed(request.seed),
            "output_type": "np",
        }
        if self._family.told_fps:
            told["frame_rate"] = float(self._engine.native_fps)
        if request.references:
            assert self._family.with_image is not None
            picture = filled(
                read_image(request.references[0].path), shape.width_px, shape.height_px
            )
            told["image"] = Image.fromarray(picture)
            pipe = _class(self._family.with_image)(**pipe.components)
        with torch.inference_mode():
            return pipe(**told)

    def _sound(self, request: Request, made: Any) -> Audio | None:
        heard = getattr(made, "audio", None)
        if heard is None or not request.audio:
            return None
        samples = np.asarray(heard[0].float().cpu().numpy(), np.float32)
        if samples.ndim != 2 or not np.isfinite(samples).all():
            raise GenerationFailed(f"The model {request.model!r} made what is not sound.")
        rate_hz = int(_pipeline(self._engine).vocoder.config.output_sampling_rate)
        return Audio(np.clip(samples.T[:, :2], -1.0, 1.0), rate_hz)


def _pipeline(engine: Pipeline) -> Any:
    """Return the pipeline, loaded and on its device; the one before it is let go of."""
    if engine not in _loaded:
        import torch

        from diffusers import DiffusionPipeline

        _loaded.clear()
        pipe = DiffusionPipeline.from_pretrained(
            engine.path,
            torch_dtype=getattr(torch, engine.dtype),
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
        )
        pipe.set_progress_bar_config(disable=True)
        place: dict[str, Callable[[], object]] = {
            "none": lambda: pipe.to(engine.device),
            "model": lambda: pipe.enable_model_cpu_offload(device=engine.device),
            "sequential": lambda: pipe.enable_sequential_cpu_offload(device=engine.device),
        }
        place[engine.offload]()
        _loaded[engine] = pipe
    return _loaded[engine]


def _class(name: str) -> Any:
    import diffusers

    return getattr(diffusers, name)


def _device_free(engine: Pipeline) -> int:
    if engine.device == "cpu":
        return 0
    import torch

    if not torch.cuda.is_available():
        raise PartMissing("There is no CUDA device here.", hint='Set device = "cpu".')
    free, _ = torch.cuda.mem_get_info()
    return int(free)
