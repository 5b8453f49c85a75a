"""A trained model at work, without torch: ONNX Runtime for the network, NumPy for the rest.

A model is a folder: a card, the network, and a codec for pictures and one for sound if it makes
any. A second network may draw single frames, so that the first has only to move them. The card
names the digests of the others; a file that is not the one it names is refused before it is read.
"""

import hashlib
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cleardance.errors import VerificationError
from cleardance.pocket import audio, sampler
from cleardance.pocket.codec import Codec, Pixels, to_pixels
from cleardance.pocket.config import Config, config_named
from cleardance.pocket.moments import frames_from
from cleardance.pocket.positions import Grid, Layout, geometry, layout_of
from cleardance.pocket.sampler import Floats, Given, Ids, Plan, Predict, Progress, Tokens
from cleardance.pocket.text import PAD, Vocabulary

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CARD, NETWORK, CODEC, SOUND_CODEC = "card.json", "network.onnx", "codec.npz", "sound-codec.npz"
STILLS, DECODER = "stills.onnx", "decoder.onnx"
ENLARGED = 3
"""How many times larger the decoder makes a frame."""

INPUTS = ["video", "audio", "t", "words", "given_video", "given_audio"]
INPUTS += ["first", "places", "angles"]
OUTPUTS = ["video_velocity", "audio_velocity"]

Precision = Literal["single", "half", "int8"]
"""How a network's weights are stored: halves are computed with in 32 bits, bytes as bytes."""

_DIGEST = r"^[0-9a-f]{64}$"


class Taught(BaseModel):
    """A network, and what it was taught."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: str
    steps: int = Field(ge=0)
    samples: int = Field(ge=0, description="pictures seen, repetitions counted")
    manifest_sha256: str = Field(pattern=_DIGEST, description="of the training manifest")
    earlier_manifests: tuple[str, ...] = Field(
        default=(), description="of the data sets that its weights had been taught before"
    )
    network_sha256: str = Field(pattern=_DIGEST)


class Card(Taught):
    """What a model is and what it was made of. Goes into the recipe of whatever it makes."""

    format: Literal[2] = 2
    size: str
    frames: int = Field(ge=1)
    audio_tokens: int = Field(ge=0)
    text_tokens: int = Field(ge=1)
    words: tuple[str, ...]
    precision: Precision = "single"
    stills: Taught | None = Field(
        default=None, description="the network that draws single frames, if it is one of its own"
    )
    codec_sha256: str = Field(pattern=_DIGEST)
    sound_codec_sha256: str | None = Field(default=None, pattern=_DIGEST)
    decoder_sha256: str | None = Field(default=None, pattern=_DIGEST)

    @property
    def manifests(self) -> tuple[str, ...]:
        """Digests of all that any of its weights were taught, each once, oldest first."""
        networks = (self,) if self.stills is None else (self.stills, self)
        taught = ((*one.earlier_manifests, one.manifest_sha256) for one in networks)
        return tuple(dict.fromkeys(chain.from_iterable(taught)))

    @property
    def files(self) -> dict[str, str]:
        """The digests of the files it names, by their names."""
        digests = {
            NETWORK: self.network_sha256,
            STILLS: None if self.stills is None else self.stills.network_sha256,
            CODEC: self.codec_sha256,
            SOUND_CODEC: self.sound_codec_sha256,
            DECODER: self.decoder_sha256,
        }
        return {name: digest for name, digest in digests.items() if digest is not None}


class Made(NamedTuple):
    """Key frames [T, H, W, 3], mono sound [S] at 16 kHz if the model makes any, unknown words."""

    frames: Pixels
    sound: Floats | None
    ignored: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Model:
    """A loaded model. Deterministic: the same prompt and seed give the same pixels here."""

    card: Card
    codec: Codec
    sound_codec: Codec | None
    session: "InferenceSession"
    stills: "InferenceSession | None" = None
    decoder: "InferenceSession | None" = None

    @classmethod
    def load(cls, folder: Path, card_sha256: str | None = None, threads: int = 2) -> Self:
        """Load a model, the one whose card has this digest if one is given.

        Raises VerificationError if a file is missing, damaged or of another model.
        """
        import onnxruntime

        if card_sha256 is not None:
            _verified(folder / CARD, card_sha256)
        card = verified(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads

        sessions = {
            name: onnxruntime.InferenceSession(
                _verified(folder / name, digest), options, ["CPUExecutionProvider"]
            )
            for name, digest in card.files.items()
            if name.endswith(".onnx")
        }
        return cls(
            card,
            Codec.load(folder / CODEC),
            Codec.load(folder / SOUND_CODEC) if SOUND_CODEC in card.files else None,
            sessions[NETWORK],
            sessions.get(STILLS),
            sessions.get(DECODER),
        )

    @property
    def config(self) -> Config:
        """The model's row in the table of sizes."""
        return config_named(self.card.size)

    def layout(self, frames: int | None = None, grid: Grid | None = None) -> Layout:
        """Return the layout of so many key frames, the model's own number if nobody says.

        One frame has no sound. ``grid`` is rows and columns, if they are not the size's own.
        """
        card = self.card
        frames = card.frames if frames is None else frames
        own = layout_of(self.config, frames, card.audio_tokens, card.text_tokens)
        rows, columns = grid or (own.rows, own.columns)
        audio = card.audio_tokens if frames > 1 else 0
        return replace(own, rows=rows, columns=columns, audio=audio)

    def predictor(self, layout: Layout) -> Predict:
        """Return the network at work on a layout, as ``sampler.sample`` asks for it."""
        alone = layout.moments == 1 and not layout.pictured  # stills are not taught with pictures
        session = self.stills if self.stills is not None and alone else self.session

        def predict(x: Tokens, t: Floats, words: Ids, given: Given) -> Tokens:
            flags = given.video.astype(np.float32), given.audio.astype(np.float32)
            samples = zip(x.video, x.audio, t, words, *flags, given.first(layout), strict=True)
            made = [self._velocities(session, layout, *sample) for sample in samples]
            return Tokens(*(np.concatenate(stream) for stream in zip(*made, strict=True)))

        return predict

    def _velocities(
        self,
        session: "InferenceSession",
        layout: Layout,
        video: Floats,
        audio: Floats,
        t: Floats,
        words: Ids,
        *given: Floats,
    ) -> list[Floats]:
        """Return both velocities of one sample; empty places behind its words are left out."""
        said = words[words != PAD]
        told = geometry(self.config, replace(layout, words=len(said)))
        arrays = *(array[None] for array in (video, audio, t, said, *given)), *told
        made: list[Floats] = session.run(OUTPUTS, dict(zip(INPUTS, arrays, strict=True)))
        return made

    def make(
        self, prompt: str, seed: int | list[int], plan: Plan, progress: Progress | None = None
    ) -> Made:
        """Return what the model makes of a prompt.

        Raises UsageError for a prompt that is too long, GenerationFailed for what is not finite.
        """
        ids, ignored = Vocabulary(self.card.words).ids(prompt, self.card.text_tokens)
        made = self.sample(ids, seed, plan, self.layout(), progress=progress)
        return Made(self.pixels(made), self.sound(made.audio[0]), ignored)

    def sample(
        self,
        words: Ids,
        seed: int | list[int],
        plan: Plan,
        layout: Layout,
        given: Given | None = None,
        progress: Progress | None = None,
    ) -> Tokens:
        """Return one sample for words [T], with what is given in its place.

        Raises GenerationFailed for what is not finite.
        """
        start = sampler.noise(*self._shapes(layout), seed)
        start = sampler.quieted(start, self.config.motion_dims, plan)
        return sampler.sample(self.predictor(layout), start, words[None], plan, given, progress)

    def unknown(self, layout: Layout) -> Given:
        """Return the condition of one sample that nothing is given."""
        empty = (np.zeros(shape, np.float32) for shape in self._shapes(layout))
        return sampler.unknown(Tokens(*empty))

    def _shapes(self, layout: Layout) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the shapes of one sample's tokens, of video and of audio."""
        config = self.config
        return (1, layout.video, config.token_dims), (1, layout.audio, config.audio_dims)

    def pixels(self, tokens: Tokens, grid: Grid | None = None) -> Pixels:
        """Return the key frames [T, H, W, 3] of one sample's tokens; also previews, on the way."""
        return frames_from(self.codec, tokens.video[0], self.config, grid)

    def enlarged(self, frames: Pixels) -> Pixels:
        """Return frames [T, H, W, 3] without seams, three times larger; as they are by no decoder.

        One after the other, so that memory does not grow with their number.
        """
        if self.decoder is None:
            return frames
        made = []
        for frame in frames:
            seen = frame.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(127.5) - 1
            made.append(to_pixels(self.decoder.run(None, {"frames": seen})[0][0]))  # [3, 3H, 3W]
        return np.stack(made).transpose(0, 2, 3, 1)

    def sound(self, tokens: Floats) -> Floats | None:
        """Return the sound [S] of tokens [Na, A]; none if the model makes none."""
        return None if self.sound_codec is None else audio.sound_of(self.sound_codec.decode(tokens))


def verified(folder: Path) -> Card:
    """Return the card of a model whose files all are those that it names.

    Raises VerificationError if one is missing, damaged or of another model.
    """
    card = read_card(folder)
    for name, digest in card.files.items():
        _verified(folder / name, digest)
    return card


def read_card(folder: Path) -> Card:
    """Read a model's card. Raises VerificationError if there is none."""
    try:
        return Card.model_validate_json((folder / CARD).read_text("utf-8"))
    except (OSError, ValueError) as error:
        detail = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise VerificationError(f"{folder} holds no model: {detail}.") from error


def sha256(content: bytes) -> str:
    """Return the digest that a card names a file by."""
    return hashlib.sha256(content).hexdigest()


def _verified(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise VerificationError(f"{path} cannot be read: {error.strerror}.") from error
    if sha256(content) != digest:
        raise VerificationError(f"{path} is not the file that the model's card names.")
    return content
