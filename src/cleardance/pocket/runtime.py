"""A trained model at work, without torch: ONNX Runtime for the network, NumPy for the rest.

A model is a folder of three files. Its card names the digests of the other two; a file that is not
the one the card names is refused before it is read.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cleardance.errors import VerificationError
from cleardance.pocket import sampler
from cleardance.pocket.codec import Codec, Pixels, frames_of, to_pixels
from cleardance.pocket.config import Config, config_named
from cleardance.pocket.sampler import Given, Plan, Progress, Tokens
from cleardance.pocket.text import Vocabulary

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

CARD, NETWORK, CODEC = "card.json", "network.onnx", "codec.npz"
INPUTS = ["video", "audio", "t", "words", "given_video", "given_audio"]
OUTPUTS = ["video_velocity", "audio_velocity"]

_DIGEST = r"^[0-9a-f]{64}$"


class Card(BaseModel):
    """What a model is and what it was made of. Goes into the recipe of whatever it makes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    size: str
    run: str
    steps: int = Field(ge=0)
    samples: int = Field(ge=0, description="pictures seen, repetitions counted")
    frames: int = Field(ge=1)
    audio_tokens: int = Field(ge=0)
    text_tokens: int = Field(ge=1)
    words: tuple[str, ...]
    manifest_sha256: str = Field(pattern=_DIGEST, description="of the training manifest")
    network_sha256: str = Field(pattern=_DIGEST)
    codec_sha256: str = Field(pattern=_DIGEST)


@dataclass(frozen=True, eq=False)
class Model:
    """A loaded model. Deterministic: the same prompt and seed give the same pixels here."""

    card: Card
    codec: Codec
    session: "InferenceSession"

    @classmethod
    def load(cls, folder: Path, card_sha256: str | None = None, threads: int = 2) -> Self:
        """Load a model, the one whose card has this digest if one is given.

        Raises VerificationError if a file is missing, damaged or of another model.
        """
        import onnxruntime

        if card_sha256 is not None:
            _verified(folder / CARD, card_sha256)
        card = read_card(folder)
        network = _verified(folder / NETWORK, card.network_sha256)
        _verified(folder / CODEC, card.codec_sha256)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(network, options, ["CPUExecutionProvider"])
        return cls(card, Codec.load(folder / CODEC), session)

    @property
    def config(self) -> Config:
        """The model's row in the table of sizes."""
        return config_named(self.card.size)

    def predict(
        self, x: Tokens, t: NDArray[np.float32], words: NDArray[np.int64], given: Given
    ) -> Tokens:
        """Return the velocity, as ``sampler.sample`` asks for it."""
        known = given.video.astype(np.float32), given.audio.astype(np.float32)
        arrays = (x.video, x.audio, t, words, *known)
        video, audio = self.session.run(OUTPUTS, dict(zip(INPUTS, arrays, strict=True)))
        return Tokens(video, audio)

    def frames(
        self, prompt: str, seed: int, plan: Plan, progress: Progress | None = None
    ) -> tuple[Pixels, tuple[str, ...]]:
        """Return key frames [T, H, W, 3], and the words of the prompt that it does not know.

        Raises UsageError for a prompt that is too long, GenerationFailed for what is not finite.
        """
        card, config = self.card, self.config
        ids, ignored = Vocabulary(card.words).ids(prompt, card.text_tokens)
        video = (1, config.video_tokens(card.frames), config.token_dims)
        audio = (1, card.audio_tokens, config.audio_dims)
        start = sampler.noise(video, audio, seed)
        made = sampler.sample(self.predict, start, ids[None], plan, progress=progress)
        return self.pixels(made), ignored

    def pixels(self, tokens: Tokens) -> Pixels:
        """Return the key frames [T, H, W, 3] of one sample's tokens; also previews, on the way."""
        config = self.config
        frames = tokens.video[0].reshape(-1, config.video_tokens(1), config.token_dims)
        return to_pixels(frames_of(self.codec.decode(frames), config.rows, config.patch_px))


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
