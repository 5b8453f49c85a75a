"""The network: video in one stream, audio and text in another, attention across both.

Shapes: B samples, Nv video tokens of C channels, Na audio tokens of A, T words, N = Nv + Na + T,
D channels inside, H heads of d. In the lineage of DiT (https://arxiv.org/abs/2212.09748), MM-DiT
(https://arxiv.org/abs/2403.03206; separate weights, joint attention) and PixArt-alpha
(https://arxiv.org/abs/2310.00426; one modulation for all blocks, plus a table in each).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from cleardance.pocket import flow
from cleardance.pocket.config import (
    MLP_RATIO,
    MODULATIONS,
    PLACE_FEATURES,
    STREAMS,
    TIME_FEATURES,
    Config,
)
from cleardance.pocket.text import PAD

_MOST_SPREAD = 3.0  # logarithm of the greatest factor by which a token's own sd leaves the usual
_UNSEEN = -30000.0  # added to the attention scores of empty places: e^-30000 is 0 in any format


class Output(NamedTuple):
    """Velocities of either stream, and which subject each video token belongs to."""

    video: Tensor  # [B, Nv, C]
    audio: Tensor  # [B, Na, A]
    labels: Tensor  # [B, Nv, labels], from the middle of the network


class Norm(nn.LayerNorm):
    """Layer norm whose scale and shift come from outside."""

    def __init__(self, width: int) -> None:
        super().__init__(width, elementwise_affine=False)

    def forward(self, x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
        """Return tokens [B, n, D] normalised, scaled and shifted."""
        return super().forward(x) * (1 + scale) + shift


class Half(nn.Module):
    """One stream's weights in one block."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width, inner = config.width, MLP_RATIO * config.width
        self.heads, self.head_dims = config.heads, config.head_dims
        self.norm = Norm(width)
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.proj = nn.Linear(width, width)
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)
        self.q_norm = nn.Parameter(torch.ones(config.head_dims))
        self.k_norm = nn.Parameter(torch.ones(config.head_dims))
        self.table = nn.Parameter(torch.zeros(MODULATIONS, width))

    def split(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values of tokens [B, n, D], each [B, H, n, d]."""
        batch, count, _ = x.shape
        qkv = self.qkv(x).view(batch, count, 3, self.heads, self.head_dims)  # [B, n, 3, H, d]
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # [B, H, n, d] each
        return _unit(q) * self.q_norm, _unit(k) * self.k_norm, v

    def mlp(self, x: Tensor) -> Tensor:
        """Return the two-layer perceptron of tokens [B, n, D], in the same shape."""
        return self.down(functional.gelu(self.up(x), approximate="tanh"))


class Block(nn.Module):
    """Attention over both streams, then a perceptron in each."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.video, self.other = Half(config), Half(config)

    def forward(
        self, x: Tensor, y: Tensor, shared: Tensor, turn: Tensor, unseen: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return both streams after the block.

        ``x`` is [B, Nv, D], ``y`` [B, M, D], ``shared`` [B, 2, 6, D], ``turn`` [2, N, d / 2],
        ``unseen`` [B, 1, 1, N].
        """
        mod_x = (shared[:, 0] + self.video.table)[:, None].unbind(2)  # six of [B, 1, D]
        mod_y = (shared[:, 1] + self.other.table)[:, None].unbind(2)  # six of [B, 1, D]
        parts_x = self.video.split(self.video.norm(x, mod_x[0], mod_x[1]))  # three of [B, H, Nv, d]
        parts_y = self.other.split(self.other.norm(y, mod_y[0], mod_y[1]))  # three of [B, H, M, d]
        q, k, v = (torch.cat(pair, dim=2) for pair in zip(parts_x, parts_y, strict=True))
        joined = _attention(_turned(q, turn), _turned(k, turn), v, unseen)  # [B, N, D]
        x = x + mod_x[2] * self.video.proj(joined[:, : x.shape[1]])  # [B, Nv, D]
        y = y + mod_y[2] * self.other.proj(joined[:, x.shape[1] :])  # [B, M, D]
        x = x + mod_x[5] * self.video.mlp(self.video.norm(x, mod_x[3], mod_x[4]))  # [B, Nv, D]
        y = y + mod_y[5] * self.other.mlp(self.other.norm(y, mod_y[3], mod_y[4]))  # [B, M, D]
        return x, y


class Transformer(nn.Module):
    """The joint audio-video network of one ``Config``.

    ``video_sd`` [C] and ``audio_sd`` [A] are how much tokens vary over the data (``Codec.sd``).
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config, width = config, config.width
        self.words = nn.Embedding(config.words, width)
        self.word_places = nn.Parameter(torch.empty(config.text_tokens, width))
        self.pooled = nn.Linear(width, width)
        self.time = nn.Sequential(
            nn.Linear(TIME_FEATURES, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.shared = nn.Linear(width, STREAMS * MODULATIONS * width)
        self.video_in = nn.Linear(config.token_dims, width)
        self.audio_in = nn.Linear(config.audio_dims, width)
        self.place = nn.Linear(PLACE_FEATURES, width)
        self.known = nn.Parameter(torch.zeros(STREAMS, width))
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.depth))
        self.label_head = nn.Linear(width, config.labels)
        self.norm = Norm(width)
        self.ends = nn.Parameter(torch.zeros(STREAMS, 2, width))
        self.video_out = nn.Linear(width, config.token_dims)
        self.audio_out = nn.Linear(width, config.audio_dims)
        self.first_in = nn.Linear(config.token_dims, width, bias=False)
        self.first_out = nn.Linear(width, config.token_dims)
        self.video_spread = nn.Linear(width, config.token_dims)
        self.audio_spread = nn.Linear(width, config.audio_dims)
        self.register_buffer("video_sd", torch.ones(config.token_dims))
        self.register_buffer("audio_sd", torch.ones(config.audio_dims))
        self._initialise()

    def forward(
        self,
        video: Tensor,
        audio: Tensor,
        t: Tensor,
        words: Tensor,
        given_video: Tensor,
        given_audio: Tensor,
        first: Tensor,
        places: Tensor,
        angles: Tensor,
    ) -> Output:
        """Return the velocities at x_t.

        ``video`` [B, Nv, C] and ``audio`` [B, Na, A] are x_t, clean where ``given_*`` [B, N*] is 1
        and else noised to ``t`` [B]; ``words`` [B, T] are ids. ``first`` [B, Nv, C] is, for each
        token, the one at its place in the first frame if that is given, and else 0; ``places``
        [Nv, PLACE_FEATURES] and ``angles`` [N, d / 2] say where tokens are. Na may be 0.
        """
        at = t[:, None, None]  # [B, 1, 1]
        in_x, in_y = (flow.scales(at, sd)[0] for sd in (self.video_sd, self.audio_sd))  # [B, 1, *]
        in_x = torch.where(given_video[..., None] > 0, 1 / self.video_sd, in_x)  # [B, Nv, C]
        in_y = torch.where(given_audio[..., None] > 0, 1 / self.audio_sd, in_y)  # [B, Na, A]
        text, pooled = self._read(words)  # [B, T, D], [B, D]
        x = self.video_in(in_x * video) + self.place(places)  # [B, Nv, D]
        x = x + given_video[..., None] * self.known[0] + self.first_in(first / self.video_sd)
        sound = self.audio_in(in_y * audio) + given_audio[..., None] * self.known[1]
        y = torch.cat((sound, text), dim=1)  # [B, Na + T, D]
        shared = self._modulation(t, pooled)  # [B, 2, 6, D]
        turn = torch.stack((angles.cos(), angles.sin()))  # [2, N, d / 2]
        unseen = _unseen(words, video.shape[1] + audio.shape[1])  # [B, 1, 1, N]
        labels = x
        for i, block in enumerate(self.blocks, 1):
            x, y = block(x, y, shared, turn, unseen)
            if i == (self.config.depth + 1) // 2:
                labels = self.label_head(x)  # [B, Nv, labels]
        x = self.norm(x, *self.ends[0])  # [B, Nv, D]
        heard = self.norm(y[:, : audio.shape[1]], *self.ends[1])  # [B, Na, D]
        mean = torch.sigmoid(self.first_out(x).float()) * first  # [B, Nv, C]
        sd_x = self.video_sd * _factor(self.video_spread(x))  # [B, Nv, C]
        sd_y = self.audio_sd * _factor(self.audio_spread(heard))  # [B, Na, A]
        v_x = _velocity(video, at, self.video_out(x), sd_x, mean)  # [B, Nv, C]
        v_y = _velocity(audio, at, self.audio_out(heard), sd_y)  # [B, Na, A]
        return Output(v_x, v_y, labels)

    def _read(self, words: Tensor) -> tuple[Tensor, Tensor]:
        """Return the words [B, T] as tokens [B, T, D] and as one vector [B, D]."""
        seen = (words != PAD)[..., None].to(self.word_places.dtype)  # [B, T, 1]
        vectors = self.words(words) * seen  # [B, T, D]
        pooled = self.pooled(vectors.sum(1) / seen.sum(1))  # [B, D]
        return vectors + self.word_places[: words.shape[1]], pooled

    def _modulation(self, t: Tensor, pooled: Tensor) -> Tensor:
        """Return shift, scale and gate for both halves of every block, [B, 2, 6, D]."""
        count = TIME_FEATURES // 2
        rates = torch.exp(torch.arange(count, device=t.device) * (-math.log(1000.0) / count))
        phase = 100 * t[:, None] * rates  # [B, TIME_FEATURES / 2]
        waves = torch.cat((phase.sin(), phase.cos()), dim=1)  # [B, TIME_FEATURES]
        condition = functional.silu(self.time(waves) + pooled)  # [B, D]
        return self.shared(condition).view(-1, STREAMS, MODULATIONS, self.config.width)

    def _initialise(self) -> None:
        """Start every block as the identity and every output at zero (adaLN-Zero)."""
        nn.init.normal_(self.words.weight, std=0.5)
        nn.init.normal_(self.word_places, std=0.1)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        ends = self.video_out, self.audio_out, self.video_spread, self.audio_spread
        for last in (self.shared, *ends, self.first_in, self.first_out):
            nn.init.zeros_(last.weight)


def _unseen(words: Tensor, before: int) -> Tensor:
    """Return what to add to attention's scores, [B, 1, 1, N], so that empty places are not seen."""
    empty = (words == PAD).float() * _UNSEEN  # [B, T]
    return functional.pad(empty, (before, 0))[:, None, None]


def _velocity(x: Tensor, at: Tensor, found: Tensor, sd: Tensor, mean: Tensor | float = 0) -> Tensor:
    """Return the velocity [B, n, c] that what the network ``found`` means at x_t.

    ``mean`` and ``sd`` are what the network takes each token for before it looks at the rest: where
    nothing changes, ``mean`` is the first frame, ``sd`` is next to nothing, and noise goes without
    having to be carried through the network.
    """
    _, skip, out = flow.scales(at, sd)  # [B, n, c] each
    return skip * (x - (1 - at) * mean) - mean + out * found


def _factor(z: Tensor) -> Tensor:
    """Return how much more than usual a token varies: 1 at zero, within a factor of 20."""
    return torch.exp(_MOST_SPREAD * torch.tanh(z.float() / _MOST_SPREAD))


def _attention(q: Tensor, k: Tensor, v: Tensor, unseen: Tensor) -> Tensor:
    """Return attention [B, N, D] of [B, H, N, d]; written out, it trains faster on processors."""
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + unseen  # [B, H, N, N]
    mixed = scores.softmax(-1).to(v.dtype) @ v  # [B, H, N, d]
    return mixed.transpose(1, 2).flatten(2)


def _turned(x: Tensor, turn: Tensor) -> Tensor:
    """Return [B, H, N, d] with each pair of channels turned by its angle, in x's own type."""
    cos, sin = turn.to(x.dtype)  # [N, d / 2] each
    one, two = x.chunk(2, dim=-1)  # [B, H, N, d / 2] each
    return torch.cat((one * cos - two * sin, one * sin + two * cos), dim=-1)


def _unit(x: Tensor) -> Tensor:
    """Return vectors [..., d] at a root mean square of 1."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6)


def compiled(network: Transformer) -> None:
    """Compile the blocks in place: most of the gain, for a fraction of the whole graph's wait."""
    compile_one: Callable[..., nn.Module] = torch.compile
    for block in network.blocks:
        # Stills and clips are two shapes: each is compiled, rather than one for any shape.
        block.forward = compile_one(block.forward, dynamic=False)
