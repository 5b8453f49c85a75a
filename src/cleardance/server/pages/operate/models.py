"""Models and what each can do; what was trained on, and what notices took out of it."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi.responses import PlainTextResponse, Response

from cleardance.accounts.roles import Permission
from cleardance.clearance.service import Service
from cleardance.dataset import kept
from cleardance.dataset.manifest import read_manifest
from cleardance.dataset.summary import Provider, summarise
from cleardance.errors import CleardanceError, NotFound
from cleardance.generate.models import Model
from cleardance.generate.models import models as models_of
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import needing
from cleardance.server.pages.visit import Visit

router = page_router("/operate/models")
_HERE: Final = "/operate/models"
_SHOWN: Final = 200
Operator = Annotated[Visit, needing(Permission.OPERATE)]


@dataclass(frozen=True)
class Listed:
    """A model as listed: by which other names clients ask for it, and what keeps it from working.

    ``weights`` are what a trained model's own card says of them.
    """

    model: Model
    names: tuple[str, ...]
    problem: str | None
    weights: tuple[tuple[str, str], ...]


@router.get("")
def models(seen: Operator) -> Response:
    """Show the models, the training sets and the exclusion list."""
    service = seen.service
    with service.store.read() as session:
        told = {
            "models": [_listed(service, model) for model in models_of(service.settings).values()],
            "sets": kept.shelf(session),
            "marked": kept.marked(session),
            "exclusions": kept.exclusions(session, _SHOWN),
        }
    return seen.html("operate/models.html", "Models and datasets", told, here=_HERE)


@router.get("/sets/{digest}/summary.md")
def summary(seen: Operator, digest: str) -> Response:
    """Return the public summary of a training set (AI Act, Art. 53(1)(d)), as Markdown."""
    found = [one for one in kept.sets(seen.service.store) if one.digest == digest]
    if not found:
        raise NotFound("There is no such training set.")
    provider = Provider(seen.service.settings.origin, "see the notice page", "a model trained here")
    text = summarise([read_manifest(found[0].manifest)], provider)
    headers = {"Content-Disposition": f'attachment; filename="summary-{digest[:12]}.md"'}
    return PlainTextResponse(text, headers=headers)


def _listed(service: Service, model: Model) -> Listed:
    ours = service.settings.model_names.items()
    names = tuple(name for name, meant in ours if meant == model.name)
    if not model.trained:
        return Listed(model, names, None, ())
    folder = service.settings.pocket_model
    if folder is None:
        return Listed(model, names, "There are no weights here: set pocket_model.", ())
    try:
        from cleardance.pocket.runtime import read_card

        card = read_card(folder)
    except (CleardanceError, ImportError) as error:
        return Listed(model, names, str(error), ())
    facts = (
        ("Weights", f"run {card.run}, {card.steps:,} steps, {card.precision}"),
        ("Taught from", card.manifest_sha256),
        ("Network", card.network_sha256),
    )
    return Listed(model, names, None, facts)
