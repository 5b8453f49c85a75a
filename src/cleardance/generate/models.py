"""Which models there are, and whether one can do what a request asks."""

from cleardance.errors import UnsupportedByModel, UsageError
from cleardance.generate.backend import Backend
from cleardance.request import Request

DEFAULT_MODEL = "draft"
MODELS = ("draft",)


def load_model(name: str) -> Backend:
    """Return the named backend, imported only now: models are the heaviest part of a start.

    Raises UsageError for a name that is not in ``MODELS``.
    """
    if name == "draft":
        from cleardance.generate.backends.draft import DraftBackend

        return DraftBackend()
    raise UsageError(f"There is no model {name!r}.", hint=f"Models here: {', '.join(MODELS)}.")


def check_request(backend: Backend, request: Request) -> None:
    """Raise UnsupportedByModel, naming the first thing the model cannot do."""
    can = backend.capabilities
    problems = (
        (request.ratio not in can.ratios, f"the ratio {request.ratio}"),
        (request.resolution not in can.resolutions, f"{request.resolution}"),
        (
            not can.min_duration_s <= request.duration_s <= can.max_duration_s,
            f"{request.duration_s:g} s; it makes {can.min_duration_s:g} to {can.max_duration_s:g} s",
        ),
        (request.still and not can.stills, "a still"),
    )
    unused = [r for r in request.references if r.role not in can.roles]
    wrong = [what for is_wrong, what in problems if is_wrong]
    wrong += [f"{r.path.name} as {r.role.replace('_', ' ')}" for r in unused]
    if wrong:
        raise UnsupportedByModel(f"The model {backend.name!r} cannot do {wrong[0]}.")
