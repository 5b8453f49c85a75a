"""A small network that takes out the codec's seams and enlarges frames three times.

It learns from the rows of a data set of stills: each is drawn again three times larger, and must be
found from what the codec leaves of it made small, with some noise in its tokens, as a model that is
not perfect makes them. (The small row itself would not do: the world's scenery falls elsewhere in
frames of another size.)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from cleardance.dataset.shelf import Shelf
from cleardance.dataset.stills import still
from cleardance.errors import UsageError
from cleardance.pocket.codec import Codec, frames_of, patches, psnr_db
from cleardance.pocket.config import Config
from cleardance.pocket.export import exported
from cleardance.pocket.runtime import ENLARGED

_WIDTH, _LAYERS, _TAPS = 24, 6, 5
_BATCH = 8
_RATE = 3e-3
_NOISE = 0.15  # of a token's standard deviation, at most
_DRAWN = 1_500

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Report = Callable[[str], None]


class Decoder(nn.Module):
    """Frames [B, 3, H, W] of -1 to 1 to [B, 3, 3 H, 3 W]; untrained, it is bicubic enlargement."""

    def __init__(self) -> None:
        super().__init__()
        values = 3 * ENLARGED**2
        pad = {"padding": "same", "padding_mode": "replicate"}
        self.skip = nn.Conv2d(3, values, _TAPS, **pad)
        self.first = nn.Conv2d(3, _WIDTH, 3, **pad)
        self.layers = nn.ModuleList(nn.Conv2d(_WIDTH, _WIDTH, 3, **pad) for _ in range(_LAYERS))
        self.last = nn.Conv2d(_WIDTH, values, 3, **pad)
        with torch.no_grad():
            self.skip.weight.copy_(_bicubic())
            for zero in (self.skip.bias, self.last.weight, self.last.bias):
                zero.zero_()
        self.skip.requires_grad_(False)  # or the first steps would spoil what is right already

    def forward(self, frames: Tensor) -> Tensor:
        """Return frames three times as wide and high."""
        x = self.first(frames)  # [B, D, H, W]
        for layer in self.layers:
            x = x + layer(functional.gelu(x, approximate="tanh"))
        return functional.pixel_shuffle(self.skip(frames) + self.last(x), ENLARGED)


@dataclass(frozen=True)
class Quality:
    """Against held-out pictures drawn large, in decibels and as structural similarity, 0 to 1."""

    psnr_db: float
    ssim: float


def trained(
    shelf: Shelf, codec: Codec, config: Config, steps: int, report: Report, seed: int = 0
) -> Decoder:
    """Return a decoder that has learnt from training rows of a data set of stills.

    Raises UsageError for a data set of clips.
    """
    if shelf.manifest.header.kind != "stills":
        raise UsageError(
            "The decoder learns from stills.", hint="Copy decoder.onnx from their run."
        )
    rng = np.random.default_rng([seed, 5])
    rows = shelf.manifest.indices("train")
    chosen = rng.choice(rows, min(_DRAWN, len(rows)), replace=False).tolist()
    large = drawn_large(shelf, chosen)
    small = shrunk(large)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        decoder = Decoder()
    learning = [weight for weight in decoder.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=_RATE, weight_decay=0.0)
    for step in range(steps):
        optimiser.param_groups[0]["lr"] = _RATE * (1 - step / steps)
        batch = rng.integers(len(chosen), size=_BATCH)
        seen = through(codec, small[batch], config, rng, _NOISE)
        wanted = _channels_first(large[batch].astype(np.float32) / 127.5 - 1)
        loss = functional.l1_loss(decoder(_channels_first(seen)), wanted)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 50 == 49:
            report(f"decoder, step {step + 1} of {steps}: {loss.item():.4f}")
    return decoder.eval()


def drawn_large(shelf: Shelf, rows: Sequence[int]) -> Pixels:
    """Return rows of a data set of stills, drawn again three times larger, [B, 3 H, 3 W, 3]."""
    header = shelf.manifest.header
    size_px = header.width_px * ENLARGED, header.height_px * ENLARGED
    seeds = (shelf.manifest.rows[row].seed for row in rows)
    return np.stack([still(seed, header.cast, *size_px).pixels for seed in seeds])


def shrunk(large: Pixels) -> Pixels:
    """Return pictures [B, 3 H, 3 W, 3] at a third of their size, [B, H, W, 3]."""
    size_px = large.shape[2] // ENLARGED, large.shape[1] // ENLARGED
    return np.stack([cv2.resize(one, size_px, interpolation=cv2.INTER_AREA) for one in large])


def through(
    codec: Codec, frames: Pixels, config: Config, rng: np.random.Generator, noise: float
) -> Floats:
    """Return frames [B, H, W, 3] as the codec leaves them, with up to ``noise`` in their tokens."""
    tokens = codec.encode(patches(frames, config.patch_px))  # [B, N, C]
    much = rng.uniform(0, noise, (len(tokens), 1, 1)).astype(np.float32)
    tokens = tokens + much * codec.sd * rng.standard_normal(tokens.shape, dtype=np.float32)
    return frames_of(codec.decode(tokens), config.rows, config.patch_px)


def qualities(
    shelf: Shelf, codec: Codec, config: Config, decoder: Decoder, count: int, noise: float = 0.0
) -> dict[str, Quality]:
    """Return how near held-out pictures come, by bicubic enlargement and by a decoder."""
    rows = shelf.manifest.indices("held_out")[:count]
    large = drawn_large(shelf, rows)
    rng = np.random.default_rng(7)
    seen = through(codec, shrunk(large), config, rng, noise)
    with torch.inference_mode():
        ours = decoder(_channels_first(seen)).permute(0, 2, 3, 1).numpy()
    size_px = large.shape[2], large.shape[1]
    bicubic = np.stack([cv2.resize(one, size_px, interpolation=cv2.INTER_CUBIC) for one in seen])
    return {
        "bicubic": _quality(_pixels(bicubic), large),
        "decoder": _quality(_pixels(ours), large),
    }


def export(decoder: Decoder, path: Path) -> None:
    """Write a decoder as ONNX, for frames of any size."""
    frames = torch.zeros(2, 3, 64, 96)
    dims = {0: torch.export.Dim.DYNAMIC, 2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    exported(decoder, (frames,), path, ["frames"], ["enlarged"], (dims,))


def _quality(made: Pixels, wanted: Pixels) -> Quality:
    return Quality(psnr_db(made, wanted), ssim(made, wanted))


def ssim(one: Pixels, other: Pixels) -> float:
    """Return the mean structural similarity of grey pictures [B, H, W, 3].

    Wang et al. 2004, https://doi.org/10.1109/TIP.2003.819861; Gaussian window of 1.5 pixels.
    """
    found = []
    for pair in zip(one, other, strict=True):
        x, y = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float64) for frame in pair)
        mean_x, mean_y = _blurred(x), _blurred(y)
        var_x, var_y = _blurred(x * x) - mean_x**2, _blurred(y * y) - mean_y**2
        both = _blurred(x * y) - mean_x * mean_y
        c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
        share = (2 * mean_x * mean_y + c1) * (2 * both + c2)
        found.append((share / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))).mean())
    return float(np.mean(found))


def _blurred(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.GaussianBlur(x, (11, 11), 1.5))


def _pixels(frames: Floats) -> Pixels:
    return np.clip(np.rint((frames + 1) * 127.5), 0, 255).astype(np.uint8)


def _channels_first(frames: Floats) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2)


def _bicubic() -> Tensor:
    """Return the weights [27, 3, 5, 5] that enlarge by the cubic of Keys (1981), a = -1/2."""
    taps = np.arange(_TAPS, dtype=np.float64) - _TAPS // 2  # pixels from the middle one
    kernels = np.stack([_cubic(taps - (k - 1) / ENLARGED) for k in range(ENLARGED)])  # [3, 5]
    weight = np.zeros((3, ENLARGED, ENLARGED, 3, _TAPS, _TAPS), np.float32)
    for colour in range(3):
        weight[colour, :, :, colour] = np.einsum("ai,bj->abij", kernels, kernels)
    return torch.from_numpy(weight.reshape(-1, 3, _TAPS, _TAPS))


def _cubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.abs(x)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))
