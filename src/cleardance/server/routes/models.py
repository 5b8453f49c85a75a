"""Which models there are and what each can do, in OpenAI's list and ours."""

from typing import Any

from fastapi import APIRouter

from cleardance.accounts.roles import Permission
from cleardance.errors import NoSuchModel
from cleardance.generate.models import Model, models
from cleardance.server.guard import Called, Guarded, needs

router = APIRouter(route_class=Guarded, tags=["Models"])


def described(model: Model, name: str) -> dict[str, Any]:
    """Return a model as clients see it; ``name`` is what they call it."""
    can = model.capabilities
    return {
        "id": name,
        "object": "model",
        "created": 0,
        "owned_by": "cleardance",
        "model": model.name,
        "version": model.version,
        "capabilities": {
            "ratios": sorted(can.ratios),
            "resolutions": sorted(can.resolutions),
            "min_duration_s": can.min_duration_s,
            "max_duration_s": can.max_duration_s,
            "default_duration_s": can.default_duration_s,
            "audio": can.audio,
            "stills": can.stills,
            "camera_fixed": can.camera_fixed,
            "references": {
                "roles": sorted(can.roles),
                "images": can.max_images,
                "videos": can.max_videos,
                "audio": can.max_sounds,
                "audio_alone": can.sound_alone,
            },
        },
    }


@router.get("/v1/models")
@needs(Permission.READ_TASKS)
def list_models(here: Called) -> dict[str, Any]:
    """List the models, and the names by which clients may ask for them."""
    there = models(here.service.settings)
    names = {name: name for name in there} | here.service.settings.model_names
    data = [described(there[ours], name) for name, ours in names.items() if ours in there]
    return {"object": "list", "data": data}


@router.get("/v1/models/{name}")
@needs(Permission.READ_TASKS)
def get_model(here: Called, name: str) -> dict[str, Any]:
    """Return one model."""
    ours = here.service.settings.model_names.get(name, name)
    if (found := models(here.service.settings).get(ours)) is None:
        raise NoSuchModel(f"There is no model {name[:128]!r} here.")
    return described(found, name)
