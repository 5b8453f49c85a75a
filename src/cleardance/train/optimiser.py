"""Muon for the matrices of the blocks, AdamW for everything else.

Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/) steps along the momentum with
all its singular values set near one, by a few Newton-Schulz iterations.
"""

from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor, nn

_QUINTIC = (3.4445, -4.7750, 2.0315)
_ITERATIONS = 4
_MOMENTUM = 0.95


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised. Takes matrices only; those of one shape go together."""

    def __init__(self, matrices: Iterable[nn.Parameter], lr: float) -> None:
        super().__init__(matrices, {"lr": lr})

    @torch.no_grad()
    def step(self) -> None:
        """Move every matrix that has a gradient."""
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for matrix in group["params"]:
                if matrix.grad is not None:
                    by_shape[matrix.shape].append(matrix)
            for shape, matrices in by_shape.items():
                self._move(matrices, group["lr"] * max(1.0, shape[0] / shape[1]) ** 0.5)

    def _move(self, matrices: list[nn.Parameter], rate: float) -> None:
        ahead = []
        for matrix in matrices:
            state = self.state[matrix]
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(matrix)
            momentum = state["momentum"].lerp_(matrix.grad, 1 - _MOMENTUM)
            ahead.append(torch.lerp(matrix.grad, momentum, _MOMENTUM))  # Nesterov's look ahead
        for matrix, way in zip(matrices, orthogonal(torch.stack(ahead)), strict=True):
            matrix.sub_(way.to(matrix.dtype), alpha=rate)


def orthogonal(stack: Tensor) -> Tensor:
    """Return matrices [K, r, c] with singular values of about 1, in bf16."""
    a, b, c = _QUINTIC
    tall = stack.shape[1] > stack.shape[2]
    x = stack.mT if tall else stack  # [K, short, long]
    x = (x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)).bfloat16()
    for _ in range(_ITERATIONS):
        square = x @ x.mT  # [K, short, short]
        x = a * x + (b * square + c * square @ square) @ x  # [K, short, long]
    return x.mT if tall else x


def optimisers(
    network: nn.Module, matrix_rate: float, other_rate: float
) -> tuple[Muon, torch.optim.AdamW]:
    """Return the two optimisers of a network: each of its weights is in one of them."""
    matrices: list[nn.Parameter] = []
    others: list[nn.Parameter] = []
    for name, weight in network.named_parameters():
        is_matrix = name.startswith("blocks.") and name.endswith(".weight")
        (matrices if is_matrix else others).append(weight)
    adam = torch.optim.AdamW(others, lr=other_rate, betas=(0.9, 0.95), weight_decay=0.0)
    return Muon(matrices, matrix_rate), adam
