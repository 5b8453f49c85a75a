"""From the recipe in a file back to the request that makes the same video again."""

from typing import Any

from pydantic import ValidationError

from cleardance.errors import UsageError
from cleardance.provenance.manifest import Record
from cleardance.request import Ratio, Request, Resolution, frame_size


def request_of(record: Record, prompt: str | None = None) -> Request:
    """Return the request behind a file's record: the same model makes the same pictures of it.

    The prompt comes from the record if it was published there, else from whoever asked. Raises
    UsageError when there is none, or when the recipe is not one that a request can have.
    """
    recipe: dict[str, Any] = record.recipe
    text = recipe.get("prompt", prompt)
    if text is None:
        raise UsageError("The file does not state its prompt.", hint="Give the prompt, if you can.")
    try:
        ratio, resolution = _size(recipe["width_px"], recipe["height_px"])
        return Request.model_validate(
            {
                "prompt": text,
                "model": recipe["model"],
                "seed": recipe["seed"],
                "ratio": ratio,
                "resolution": resolution,
                "duration_s": recipe["duration_s"],
                "still": recipe["still"],
                "audio": recipe["audio"],
                "label": record.label,
            }
        )
    except (KeyError, ValidationError) as error:
        raise UsageError("The recipe is not one of ours.") from error


def _size(width_px: int, height_px: int) -> tuple[Ratio, Resolution]:
    """Raise KeyError for a size that no request can have."""
    sizes = {frame_size(ratio, size): (ratio, size) for size in Resolution for ratio in Ratio}
    return sizes[width_px, height_px]
