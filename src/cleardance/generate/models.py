"""Which models there are, what each can do, and whether that covers a request."""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from cleardance import __version__
from cleardance.errors import UnsupportedByModel, UsageError
from cleardance.generate.backend import Backend, Capabilities
from cleardance.request import Ratio, Request, Resolution


@dataclass(frozen=True)
class Model:
    """A model as it is listed: known without loading it, since models are heavy to load."""

    name: str
    version: str
    source_type: str  # IPTC digital source type of what it makes
    capabilities: Capabilities
    backend: str  # module:class
    trained: bool = False  # weights come from a folder of their own

    def load(self, weights: Path | None = None) -> Backend:
        """Import and make the backend, with the folder of its weights if it is trained.

        Raises UsageError if there are none, VerificationError if they are not what they say.
        """
        module, name = self.backend.split(":")
        make = getattr(import_module(module), name)
        backend: Backend = make(_there(self, weights)) if self.trained else make()
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
            ratios=frozenset({Ratio.R16_9, Ratio.R4_3}),  # cut from its own 3:2
            resolutions=frozenset(Resolution),
            min_duration_s=3.0,
            max_duration_s=15.0,
            audio=True,
            stills=True,
            roles=frozenset({"first_frame", "last_frame", "reference_audio"}),
            max_images=2,
            max_sounds=1,
            sound_alone=True,
        ),
        backend="cleardance.generate.backends.pocket:PocketBackend",
        trained=True,
    ),
}


def model_named(name: str) -> Model:
    """Return a model. Raises UsageError for a name that is not in ``MODELS``."""
    try:
        return MODELS[name]
    except KeyError:
        known = ", ".join(MODELS)
        raise UsageError(f"There is no model {name!r}.", hint=f"Models here: {known}.") from None


def check_request(model: Model, request: Request) -> None:
    """Raise UnsupportedByModel, naming the first thing the model cannot do."""
    can = model.capabilities
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


def check_weights(model: Model, request: Request, folder: Path | None) -> None:
    """Raise unless a trained model has weights here that are whole and can do what is asked.

    UsageError if there are none or nothing runs them, VerificationError if a file is missing,
    damaged or foreign, UnsupportedByModel for a video of weights that make stills only.
    """
    if not model.trained:
        return
    there = _there(model, folder)
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
