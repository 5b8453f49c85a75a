"""What the network learns: the velocity of a straight path from data to noise.

x_t = (1 - t) x_0 + t e, v = dx/dt = e - x_0 (rectified flow, Liu et al. 2022,
https://arxiv.org/abs/2209.03003). The network sees x_t at unit variance and predicts only what a
linear (Wiener) estimate cannot know: with data of standard deviation s and unit noise,

    E[v | x_t]  = (t - (1 - t) s^2) / ((1 - t)^2 s^2 + t^2) x_t
    SD[v | x_t] = s / sqrt((1 - t)^2 s^2 + t^2)

The functions are arithmetic alone, so they serve NumPy arrays and torch tensors alike.
"""

from typing import TypeVar

from cleardance.errors import UsageError

Array = TypeVar("Array")


def mix(clean: Array, noise: Array, t: Array) -> Array:
    """Return x_t; shapes broadcast, t is 0 (data) to 1 (noise)."""
    return (1 - t) * clean + t * noise  # type: ignore[operator, no-any-return]


def velocity(clean: Array, noise: Array) -> Array:
    """Return v, of the operands' shape."""
    return noise - clean  # type: ignore[operator, no-any-return]


def scales(t: Array, sd: Array) -> tuple[Array, Array, Array]:
    """Return (inward, skip, outward) for data of standard deviation ``sd``, broadcast.

    The network is fed ``inward * x_t`` and its output F means v = skip * x_t + outward * F.
    """
    spread = (1 - t) ** 2 * sd**2 + t**2  # type: ignore[operator]
    inward = spread**-0.5
    return inward, (t - (1 - t) * sd**2) / spread, sd * inward  # type: ignore[operator]


def guided(asked: Array, unasked: Array, guidance: float) -> Array:
    """Return the velocity pushed away from what no prompt gives (Ho and Salimans 2022).

    https://arxiv.org/abs/2207.12598; guidance 1 is the prompt's own velocity.
    """
    return unasked + guidance * (asked - unasked)  # type: ignore[operator, no-any-return]


def times(steps: int, shift: float = 1.0) -> list[float]:
    """Return the steps + 1 times a sampler visits, from 1 down to 0.

    ``shift`` above 1 spends more of them near the noise, where shapes are decided. Raises
    UsageError for fewer than one step or a shift that is not positive.
    """
    if steps < 1 or shift <= 0:
        raise UsageError("A sampler needs at least one step and a positive shift.")
    even = [1 - i / steps for i in range(steps + 1)]
    return [t / (t + (1 - t) / shift) for t in even]
