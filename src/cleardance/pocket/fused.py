"""The blocks of the network once more, of operators that ONNX Runtime has whole.

Attention, the turning of queries and keys, and their norms are one operator each there, which saves
a third of the time or more. The weights are the network's own. These blocks are for export alone:
they take one sample, without empty places among its words, so that attention needs no mask and a
norm has one scale.
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.onnx import ops

from cleardance.pocket.transformer import Block, Half, Transformer

_EPSILON = 1e-6  # as in the torch path's norm of queries and keys


def fused(network: Transformer) -> Transformer:
    """Return a copy of the network whose blocks are fused. It can be exported, but not run."""
    made = copy.deepcopy(network)
    made.blocks = nn.ModuleList(FusedBlock(block) for block in made.blocks)
    return made


class FusedBlock(nn.Module):
    """``Block`` for one sample, B = 1; shapes as there."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.video, self.other = block.video, block.other

    def forward(
        self, x: Tensor, y: Tensor, shared: Tensor, turn: Tensor, unseen: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return both streams after the block; ``unseen`` is not looked at, all is seen."""
        mod_x = (shared[0, 0] + self.video.table).unbind(0)  # six of [D]
        mod_y = (shared[0, 1] + self.other.table).unbind(0)  # six of [D]
        parts_x = _split(self.video, _normed(x, mod_x[0], mod_x[1]))  # three of [1, Nv, D]
        parts_y = _split(self.other, _normed(y, mod_y[0], mod_y[1]))  # three of [1, M, D]
        q, k, v = (torch.cat(pair, dim=1) for pair in zip(parts_x, parts_y, strict=True))
        joined = _attention(q, k, v, turn, self.video.heads)  # [1, N, D]
        x = x + mod_x[2] * self.video.proj(joined[:, : x.shape[1]])  # [1, Nv, D]
        y = y + mod_y[2] * self.other.proj(joined[:, x.shape[1] :])  # [1, M, D]
        x = x + mod_x[5] * self.video.mlp(_normed(x, mod_x[3], mod_x[4]))  # [1, Nv, D]
        y = y + mod_y[5] * self.other.mlp(_normed(y, mod_y[3], mod_y[4]))  # [1, M, D]
        return x, y


def _normed(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Return tokens [1, n, D] normalised, by a scale and a shift [D] that the operator takes in."""
    return functional.layer_norm(x, x.shape[-1:], 1 + scale, shift)


def _split(half: Half, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return queries, keys and values of tokens, each [1, n, D], heads beside one another."""
    q, k, v = half.qkv(x).chunk(3, dim=-1)
    return _unit(half, q, half.q_norm), _unit(half, k, half.k_norm), v


def _unit(half: Half, x: Tensor, scale: Tensor) -> Tensor:
    """Return [1, n, D] with each head's vector at a root mean square of ``scale`` [d]."""
    heads = x.unflatten(-1, (half.heads, half.head_dims))  # [1, n, H, d]
    about = {"epsilon": _EPSILON, "axis": -1}
    # ONNX Runtime keeps this norm (RMSNorm) under the standard's own name.
    return _operator("ai.onnx::SimplifiedLayerNormalization", (heads, scale), about).flatten(2)


def _attention(q: Tensor, k: Tensor, v: Tensor, turn: Tensor, heads: int) -> Tensor:
    """Return attention [1, N, D] of [1, N, D]; ``turn`` [2, N, d / 2] turns queries and keys."""
    start = torch.zeros(1, dtype=torch.long)  # the first place's row in ``turn``
    q, k = (
        _operator("com.microsoft::RotaryEmbedding", (x, start, *turn), {"num_heads": heads})
        for x in (q, k)
    )
    return _operator("com.microsoft::MultiHeadAttention", (q, k, v), {"num_heads": heads})


def _operator(name: str, inputs: tuple[Tensor, ...], about: dict[str, int | float]) -> Tensor:
    """Return what an operator makes that torch does not know, in the shape of its first input."""
    like = inputs[0]
    return ops.symbolic(name, inputs, about, dtype=like.dtype, shape=like.shape, version=1)
