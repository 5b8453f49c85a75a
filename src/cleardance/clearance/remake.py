"""From a file back to the request that makes the same video again."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cleardance.clearance.inspection import inspect_file
from cleardance.clearance.references import located
from cleardance.clearance.service import Service
from cleardance.errors import NotFound, UsageError
from cleardance.provenance.manifest import Record
from cleardance.request import Ratio, Request, Resolution, frame_size

_ROLES = ("first_frame", "last_frame", "reference_")


def request_behind(service: Service, path: Path, prompt: str | None = None) -> Request:
    """Return the request behind any copy of an output: as it was stored, if it was made here.

    Else it is that of the recipe in the file's credentials, which must be intact, and a ``prompt``
    is needed unless they state it. Raises UnreadableMedia, BlobDamaged, or UsageError saying what
    is missing.
    """
    found = inspect_file(service, path)
    if found.ledger is not None and found.ledger.verified:
        try:
            stored = service.task(found.ledger.output).request
        except NotFound:  # erased: only the file itself still knows
            pass
        else:
            if prompt not in (None, stored.prompt):
                raise UsageError(f"{path.name} was made from another prompt.")
            return located(service, stored)
    if found.c2pa.state in ("Trusted", "Valid") and found.c2pa.facts and found.c2pa.facts.record:
        return request_of(found.c2pa.facts.record, prompt)
    raise UsageError(
        f"{path.name} does not say how it was made, and nothing is known about it here."
    )


def request_of(record: Record, prompt: str | None = None) -> Request:
    """Return the request behind a file's record: the same model makes the same pictures of it.

    The prompt comes from the record if it was published there, else from whoever asked. Raises
    UsageError when there is none, or when the recipe is not one that a request can have.
    """
    recipe: dict[str, Any] = record.recipe
    text = recipe.get("prompt", prompt)
    if handed_in := sorted(name for name in recipe if name.startswith(_ROLES)):
        raise UsageError(
            f"It was made from files that were handed in: {', '.join(handed_in)}.",
            hint="Only the home that made it has them: hand them in with the prompt instead.",
        )
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
