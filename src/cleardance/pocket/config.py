"""Every size of the model in one table, with what each costs, computed before anything is built.

The same code serves all rows. ``tests/pocket/test_config.py`` builds each on torch's meta device
and compares the counts.
"""

from dataclasses import dataclass
from functools import partial

from cleardance.errors import UsageError

TIME_FEATURES = 128  # sines and cosines of the flow time
PLACE_FEATURES = 32  # sines and cosines of a token's row and column
MLP_RATIO = 4
STREAMS = 2  # video; audio and text
MODULATIONS = 6  # shift, scale and gate, for attention and for the MLP

_TRAINING_BYTES = 4 + 4 + 4 + 4  # weight, gradient, average, momentum: fp32 each


@dataclass(frozen=True)
class Config:
    """One size. Lengths are in pixels, tokens or channels, as named."""

    name: str
    width: int  # D: channels of a token inside the network
    depth: int  # L: blocks
    heads: int
    width_px: int = 96
    height_px: int = 64
    patch_px: int = 8
    token_dims: int = 64  # C: channels of a video token outside the network
    motion_dims: int = 0  # of them, how a moment's second frame differs; 0: moments have one frame
    key_frames: int = 13  # of a clip; a still has one
    key_fps: float = 8.0
    audio_tokens: int = 12
    audio_dims: int = 24  # A: channels of an audio token outside the network
    audio_fps: float = 8.0
    text_tokens: int = 24  # most words of a prompt
    words: int = 2048  # room in the table of word vectors
    labels: int = 512  # room in the head that names each token's subject; 0 is the background

    def __post_init__(self) -> None:
        if self.width % self.heads or (self.width // self.heads) % 16:
            raise ValueError("a head's channels must be a whole multiple of 16")
        if self.width_px % self.patch_px or self.height_px % self.patch_px:
            raise ValueError("the frame must be whole patches")
        if self.motion_dims and self.key_frames % 2 == 0:
            raise ValueError("a clip must be a frame and whole pairs")

    @property
    def head_dims(self) -> int:
        """Channels of one attention head."""
        return self.width // self.heads

    @property
    def rows(self) -> int:
        """Tokens from top to bottom."""
        return self.height_px // self.patch_px

    @property
    def columns(self) -> int:
        """Tokens from left to right."""
        return self.width_px // self.patch_px

    def moments(self, frames: int) -> int:
        """Return how many moments so many key frames are: the first, and pairs."""
        return 1 + (frames - 1) // 2 if self.motion_dims else frames

    def video_tokens(self, frames: int) -> int:
        """Return how many tokens so many key frames are."""
        return self.moments(frames) * self.rows * self.columns

    @property
    def clip_tokens(self) -> int:
        """Tokens of a clip with sound and text: the length attention works on."""
        return self.video_tokens(self.key_frames) + self.audio_tokens + self.text_tokens

    @property
    def still_tokens(self) -> int:
        """Tokens of a still with its text."""
        return self.video_tokens(1) + self.text_tokens

    @property
    def parameters(self) -> int:
        """Weights of the network, without the codec."""
        d = self.width
        matrices = 4 * d * d + 2 * MLP_RATIO * d * d  # qkv, projection, up, down
        biases = d + MLP_RATIO * d + d  # projection, up, down
        block = STREAMS * (matrices + biases + 2 * self.head_dims + MODULATIONS * d)
        time = (TIME_FEATURES * d + d) + (d * d + d)
        shared = d * STREAMS * MODULATIONS * d + STREAMS * MODULATIONS * d
        text = self.words * d + self.text_tokens * d + (d * d + d)
        inputs = (self.token_dims * d + d) + (self.audio_dims * d + d)
        places = PLACE_FEATURES * d + d + 2 * d  # and whether a token is given
        outputs = 2 * (d + 1) * (self.token_dims + self.audio_dims)  # velocities and spreads
        first = d * self.token_dims + (d + 1) * self.token_dims  # in, and how much of it stays
        ends = STREAMS * 2 * d  # shift and scale before the outputs
        labels = d * self.labels + self.labels
        whole = self.depth * block + time + shared + text + inputs + places
        return whole + outputs + first + ends + labels

    def forward_flops(self, video: int, audio: int) -> int:
        """Return multiplications and additions of one evaluation, both counted, of one sample.

        ``video`` and ``audio`` are tokens; the text is as long as it may be.
        """
        d, n = self.width, video + audio + self.text_tokens
        block = (4 + 2 * MLP_RATIO) * d * d * n + 2 * n * n * d
        condition = d * (TIME_FEATURES + d) + d * d + d * STREAMS * MODULATIONS * d
        ends = video * d * (PLACE_FEATURES + 5 * self.token_dims + self.labels)
        ends += audio * d * 3 * self.audio_dims
        return 2 * (self.depth * block + condition + ends)

    @property
    def still_flops(self) -> int:
        """Operations of one evaluation on a still."""
        return self.forward_flops(self.video_tokens(1), 0)

    @property
    def clip_flops(self) -> int:
        """Operations of one evaluation on a clip with sound."""
        return self.forward_flops(self.video_tokens(self.key_frames), self.audio_tokens)

    @property
    def weights_bytes(self) -> int:
        """What the weights weigh in half precision."""
        return 2 * self.parameters

    @property
    def training_bytes(self) -> int:
        """What training holds beside activations, with Muon's one momentum a weight."""
        return _TRAINING_BYTES * self.parameters


_LARGE = partial(
    Config,
    width_px=768,
    height_px=512,
    patch_px=32,
    token_dims=256,
    key_frames=25,
    key_fps=5.0,
    audio_tokens=125,
    audio_dims=64,
    audio_fps=25.0,
    text_tokens=128,
    words=65536,
)

CONFIGS = {
    config.name: config
    for config in (
        Config("tiny", width=64, depth=2, heads=2),  # for tests
        Config("tiny-clips", width=64, depth=2, heads=2, token_dims=128, motion_dims=64),
        Config("pocket", width=256, depth=8, heads=4),
        Config("pocket-clips", width=256, depth=8, heads=4, token_dims=128, motion_dims=64),
        Config("pocket-wide", width=384, depth=10, heads=6),
        Config("pouch", width=768, depth=16, heads=12, width_px=192, height_px=128, patch_px=16),
        _LARGE("one-billion", width=1536, depth=18, heads=12),
        _LARGE("three-billion", width=2304, depth=24, heads=18),
        _LARGE("thirteen-billion", width=4096, depth=32, heads=32),
    )
}


def config_named(name: str) -> Config:
    """Return a row of the table. Raises UsageError for a name that is not in it."""
    try:
        return CONFIGS[name]
    except KeyError:
        known = ", ".join(CONFIGS)
        raise UsageError(f"There is no model size {name!r}.", hint=f"There are: {known}.") from None
