"""Which models there are, what each can do, and whether that covers a request."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from cleardance import __version__
from cleardance.engines import Engine, Pipeline, Upstream
from cleardance.errors import UnsupportedByModel, UsageError
from cleardance.generate.backend import Backend, Capabilities, Errand
from cleardance.request import Ratio, Request, Resolution
from cleardance.settings import Settings


@dataclass(frozen=True)
class Model:
    """A model as it is listed: known without loading it, since models are heavy to load."""

    name: str
    version: str
    source_type: str  # IPTC digital source type of what it makes
    capabilities: Capabilities
    backend: str  # module:class
    trained: bool = False  # weights come from a folder of their own
    engine: Engine | None = None  # it is as the settings say

    def load(self, settings: Settings, errand: Errand | None = None) -> Backend:
        """Import and make the backend; ``errand`` is for what is made elsewhere.

        Raises UsageError if its weights or its parts are not here, VerificationError if they are
        not what they say.
        """
        module, name = self.backend.split(":")
        make = getattr(import_module(module), name)
        backend: Backend
        if self.trained:
            backend = make(_there(self, settings.pocket_model))
        elif self.engine is not None:
            backend = make(self.engine, errand)
        else:
            backend = make()
        return backend


MODELS = {
    "draft": Model(
        name="draft",
        version=__version__,
        source_type="algorithmicMedia",  # it learnt from nothing
        capabilities=Capabilities(
            ratios=frozenset(Ratio),
            resolutions=frozenset(Resolution),
            min_duration_s=4.0,
            max_duration_s=15.0,
            audio=True,
            stills=True,
            roles=frozenset(),
            camera_fixed=True,
        ),
        backend="cleardance.generate.backends.draft:DraftBackend",
    ),
    "pocket": Model(
        name="pocket",
        version=__version__,
        source_type="trainedAlgorithmicMedia",
        capabilities=Capabilities(
            ratios=frozenset(Ratio),
            resolutions=frozenset(Resolution),
            min_duration_s=3.0,
            max_duration_s=15.0,
            audio=True,
            stills=True,
            roles=frozenset({"first_frame", "last_frame", "reference_image", "reference_audio"}),
            max_images=2,
            max_sounds=1,
            sound_alone=True,
        ),
        backend="cleardance.generate.backends.pocket:PocketBackend",
        trained=True,
    ),
}


def models(settings: Settings) -> dict[str, Model]:
    """Return all models: our own, and those that the settings name."""
    engines: dict[str, Engine] = {**settings.upstreams, **settings.diffusers}
    return MODELS | {name: _foreign(name, engine) for name, engine in engines.items()}


def _foreign(name: str, engine: Engine) -> Model:
    if isinstance(engine, Upstream):
        version, backend = engine.model, "upstream.backend:UpstreamBackend"
    else:
        assert isinstance(engine, Pipeline)
        version, backend = engine.path.name, "diffusers.backend:DiffusersBackend"
    return Model(
        name=name,
        version=version,
        source_type="trainedAlgorithmicMedia",
        capabilities=Capabilities(
            ratios=frozenset(map(Ratio, engine.ratios)),
            resolutions=frozenset(map(Resolution, engine.resolutions)),
            stills=False,
            **{name: getattr(engine, name) for name in _SAME},
        ),
        backend=f"cleardance.generate.backends.{backend}",
        engine=engine,
    )


_SAME = (
    "min_duration_s",
    "max_duration_s",
    "default_duration_s",
    "audio",
    "camera_fixed",
    "roles",
    "max_images",
    "max_videos",
    "max_sounds",
    "sound_alone",
)


def model_named(name: str, settings: Settings) -> Model:
    """Return a model. Raises UsageError for a name that is not among ``models``."""
    known = models(settings)
    try:
        return known[name]
    except KeyError:
        raise UsageError(
            f"There is no model {name!r}.", hint=f"Models here: {', '.join(known)}."
        ) from None


def check_request(model: Model, request: Request) -> None:
    """Raise UnsupportedByModel, naming the first thing the model cannot do."""
    can = model.capabilities
    words = len(request.prompt.split())
    if words > can.max_words:
        raise _cannot(model, f"read {words:,} words, only {can.max_words:,}")
    if request.ratio not in can.ratios or request.resolution not in can.resolutions:
        raise _cannot(model, f"make {request.ratio} at {request.resolution}")
    if not can.min_duration_s <= request.duration_s <= can.max_duration_s:
        span = f"{can.min_duration_s:g} to {can.max_duration_s:g} s"
        raise _cannot(model, f"make {request.duration_s:g} s, only {span}")
    if request.still and not can.stills:
        raise _cannot(model, "make stills")
    if request.camera_fixed and not can.camera_fixed:
        raise _cannot(model, "keep the camera fixed")
    _check_references(model, request)


def _check_references(model: Model, request: Request) -> None:
    can = model.capabilities
    for reference in request.references:
        if reference.role not in can.roles:
            role = reference.role.replace("_", " ")
            raise _cannot(model, f"use {reference.path.name} as a {role}")
    kinds: list[str] = [one.media for one in request.references]
    most = {"image": can.max_images, "video": can.max_videos, "audio": can.max_sounds}
    for kind, number in most.items():
        if kinds.count(kind) > number:
            raise _cannot(model, f"use {kinds.count(kind)} references of {kind}, only {number}")
    if kinds and set(kinds) == {"audio"} and not can.sound_alone:
        raise _cannot(model, "use sound without a picture")


def check_weights(model: Model, request: Request, settings: Settings) -> None:
    """Raise unless a trained model has weights here that are whole and can do what is asked.

    UsageError if there are none or nothing runs them, VerificationError if a file is missing,
    damaged or foreign, UnsupportedByModel for a video of weights that make stills only.
    """
    if not model.trained:
        return
    there = _there(model, settings.pocket_model)
    if find_spec("onnxruntime") is None:
        raise UsageError(
            f"The model {model.name!r} needs ONNX Runtime, which is not installed.",
            hint="Install the extra: pip install 'cleardance[pocket]'.",
        )
    from cleardance.pocket.runtime import verified

    if verified(there).frames == 1 and not request.still:
        raise _cannot(model, "make video with these weights, only stills (FILE ending in .png)")


def _there(model: Model, folder: Path | None) -> Path:
    if folder is None:
        raise UsageError(
            f"There are no weights of the model {model.name!r} here.",
            hint="Train it (cleardance train), and set pocket_model to the folder it exports.",
        )
    return folder


def _cannot(model: Model, what: str) -> UnsupportedByModel:
    return UnsupportedByModel(f"The model {model.name!r} cannot {what}.")
