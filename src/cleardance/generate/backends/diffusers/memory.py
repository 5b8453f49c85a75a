"""How much memory a pipeline takes, told from its files before anything is loaded.

Weights are counted exactly, from the headers of their safetensors files
(https://huggingface.co/docs/safetensors: 8 bytes of length, then JSON). What is computed is
estimated from the size of the picture, as it is the decoder at full size that needs most.
"""

import json
import math
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleardance.engines import Pipeline
from cleardance.errors import DoesNotFit, UsageError
from cleardance.generate.backends.diffusers.shape import Shape

_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
_COPIES = 8  # of the whole video, in the pipeline's own numbers, while it is decoded
_MAX_HEADER = 64 * 2**20
INDEX = "model_index.json"


@dataclass(frozen=True)
class Needs:
    """Bytes that a generation takes: on the device, and in main memory beside it (0 on a CPU)."""

    device: int
    main: int


def needs(engine: Pipeline, shape: Shape) -> Needs:
    """Return what it takes to make ``shape``. Raises UsageError for a folder of something else."""
    parts, largest = weights(engine.path, _BYTES[engine.dtype])
    whole = sum(parts.values())
    pixels = shape.width_px * shape.height_px * shape.frames
    working = _COPIES * 3 * pixels * _BYTES[engine.dtype]
    match engine.offload:
        case "none":
            return Needs(whole + working, 0)
        case "model":
            return Needs(max(parts.values()) + working, whole)
        case "sequential":
            return Needs(largest + working, whole)


def check_fits(engine: Pipeline, shape: Shape, device_free: int, main_free: int) -> None:
    """Raise DoesNotFit, saying what would help, if there is less memory than it takes.

    On a CPU both are the same memory.
    """
    wanted, spare = needs(engine, shape), engine.spare_memory_mb * 2**20
    if engine.device == "cpu":
        _check(wanted.device, main_free - spare, "main memory", engine)
        return
    _check(wanted.device, device_free, "memory of the device", engine)
    _check(wanted.main, main_free - spare, "main memory", engine)


def _check(wanted: int, free: int, where: str, engine: Pipeline) -> None:
    if wanted <= free:
        return
    ways = ["a smaller resolution", "a shorter video"]
    if engine.device == "cuda" and engine.offload != "sequential":
        ways.insert(0, f'offload = "{"model" if engine.offload == "none" else "sequential"}"')
    if engine.dtype == "float32":
        ways.insert(0, 'dtype = "bfloat16"')
    raise DoesNotFit(
        f"{engine.path.name} needs {wanted / 2**30:.1f} GiB of {where}; "
        f"{max(0, free) / 2**30:.1f} GiB are free. It was not loaded.",
        hint=f"What helps: {', '.join(ways)}.",
    )


def weights(folder: Path, bytes_each: int) -> tuple[dict[str, int], int]:
    """Return the bytes of each part of a pipeline, and those of its largest tensor.

    Raises UsageError for a folder without a pipeline, or with weights that are not safetensors:
    the other kinds are programs.
    """
    named = _json(folder / INDEX, folder)
    parts: dict[str, int] = {}
    largest = 0
    for name in (part for part in named if not part.startswith("_")):
        files = sorted((folder / name).glob("*.safetensors"))
        if not files and any((folder / name).glob("*.bin")):
            raise UsageError(f"{folder.name}: {name} has no weights as safetensors.")
        sizes = [count * bytes_each for file in files for count in _tensors(file)]
        if sizes:
            parts[name] = sum(sizes)
            largest = max(largest, *sizes)
    if not parts:
        raise UsageError(f"{folder.name} holds no weights.")
    return parts, largest


def pipeline_class(folder: Path) -> str:
    """Return the name of the class that the pipeline says it is. Raises UsageError."""
    return str(_json(folder / INDEX, folder).get("_class_name"))


def _json(path: Path, folder: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder} holds no pipeline: {error}.") from error
    if not isinstance(found, dict):
        raise UsageError(f"{folder} holds no pipeline.")
    return found


def _tensors(file: Path) -> list[int]:
    """Return how many numbers are in each tensor of a file."""
    try:
        with file.open("rb") as source:
            (length,) = struct.unpack("<Q", source.read(8))
            if length > _MAX_HEADER:
                raise UsageError(f"{file.name} is no safetensors file.")
            header = json.loads(source.read(length))
        return [math.prod(one["shape"]) for name, one in header.items() if name != "__metadata__"]
    except (OSError, ValueError, struct.error, KeyError, AttributeError, TypeError) as error:
        raise UsageError(f"{file.name} is no safetensors file: {error!r}.") from error


def main_memory_free() -> int:
    """Return the bytes of main memory that can be had now, within the limit of our group."""
    free = [_available(Path("/proc/meminfo"))]
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text().strip()
        if limit != "max":
            free.append(int(limit) - int((group / "memory.current").read_text()))
    except (OSError, ValueError):
        pass  # there is no such group
    return min(free)


def _available(meminfo: Path) -> int:
    try:
        rows = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
        return int(rows["MemAvailable"].split()[0]) * 1024
    except (OSError, ValueError, KeyError):  # another system than Linux
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
