"""The trained network as an ONNX graph, so that whoever runs it needs no torch."""

import logging
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from cleardance.pocket.config import Config
from cleardance.pocket.runtime import INPUTS, OUTPUTS
from cleardance.pocket.transformer import Transformer

_OPSET = 20


class _Velocities(nn.Module):
    """The network without the head that only training needs."""

    def __init__(self, network: Transformer) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, video: Tensor, audio: Tensor, t: Tensor, words: Tensor, gv: Tensor, ga: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return both velocities; arguments as ``Transformer.forward``."""
        out = self.network(video, audio, t, words, gv, ga)
        return out.video, out.audio


def export(network: Transformer, path: Path, frames: int, audio_tokens: int, words: int) -> None:
    """Write the network for so many frames, sounds and words; the batch may be of any size."""
    model = _Velocities(network).eval()
    inputs = _example(network.config, frames, audio_tokens, words)
    batch = tuple({0: torch.export.Dim.DYNAMIC} for _ in inputs)
    exporter = logging.getLogger("torch.onnx")
    level = exporter.level
    exporter.setLevel(logging.ERROR)  # it tells of libraries that are not there
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # from within torch
            warnings.simplefilter("ignore", DeprecationWarning)
            torch.onnx.export(
                model,
                inputs,
                path,
                input_names=INPUTS,
                output_names=OUTPUTS,
                dynamic_shapes=batch,
                opset_version=_OPSET,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    finally:
        exporter.setLevel(level)


def _example(config: Config, frames: int, audio_tokens: int, words: int) -> tuple[Tensor, ...]:
    """Return inputs of two samples: one would be taken for a constant."""
    video = config.video_tokens(frames)
    return (
        torch.zeros(2, video, config.token_dims),
        torch.zeros(2, audio_tokens, config.audio_dims),
        torch.full((2,), 0.5),
        torch.ones(2, words, dtype=torch.long),
        torch.zeros(2, video),
        torch.zeros(2, audio_tokens),
    )
