"""The trained network as an ONNX graph, so that whoever runs it needs no torch.

``half`` stores weights in 16 bits and computes in 32: half the size, at the same speed. ``int8``
multiplies bytes in the blocks, with a scale for each column of a matrix and one for each tensor
that comes in: near a quarter of the size and faster, at about two hundredths of the velocity
(docs/pocket.md has both).
"""

import logging
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn

from cleardance.pocket.carried import HALF, name_weights
from cleardance.pocket.config import Config
from cleardance.pocket.fused import fused
from cleardance.pocket.positions import geometry, layout_of
from cleardance.pocket.runtime import INPUTS, OUTPUTS, Precision
from cleardance.pocket.transformer import Transformer

_OPSET = 20
_ONLY_TAUGHT = "label_head."  # weights that nothing is drawn with
_LARGE = 1024  # values: smaller tensors stay as they are
_BLOCKS = "network.blocks."  # what is before and behind them is small, and asks for more than bytes


class _Velocities(nn.Module):
    """The network without the head that only training needs."""

    def __init__(self, network: Transformer) -> None:
        super().__init__()
        self.network = network

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
    ) -> tuple[Tensor, Tensor]:
        """Return both velocities; arguments as ``Transformer.forward``."""
        given = given_video, given_audio
        out = self.network(video, audio, t, words, *given, first, places, angles)
        return out.video, out.audio


@torch.no_grad()
def export(network: Transformer, path: Path, precision: Precision = "half") -> None:
    """Write the network for one sample of any number of tokens, its words without empty places."""
    inputs = _example(network.config)
    module = _Velocities(fused(network)).eval()
    exported(module, inputs, path, INPUTS, OUTPUTS, _free())
    model = onnx.load(path)
    taught = {name: weight.numpy() for name, weight in network.named_parameters()}
    name_weights(model, {k: v for k, v in taught.items() if not k.startswith(_ONLY_TAUGHT)})
    onnx.save(model, path)
    if precision == "half":
        _halve(path)
    elif precision == "int8":
        _quantise(path)


def _halve(path: Path) -> None:
    """Store the large weights in half precision; ONNX Runtime widens them once, at loading."""
    model = onnx.load(path)
    graph, casts, kept = model.graph, [], []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < _LARGE:
            kept.append(weight)
            continue
        name = weight.name + HALF
        kept.append(numpy_helper.from_array(values.astype(np.float16), name))
        casts.append(helper.make_node("Cast", [name], [weight.name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(nodes)
    onnx.save(model, path)


def _quantise(path: Path) -> None:
    """Multiply by bytes where a matrix of a block is a constant; attention stays as it is."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    products = [node for node in onnx.load(path).graph.node if node.op_type in ("MatMul", "Gemm")]
    spared = [node.name for node in products if not node.input[1].startswith(_BLOCKS)]
    whole = path.with_suffix(".whole")
    path.replace(whole)
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # it advises steps that change nothing here
    try:
        quantize_dynamic(
            whole, path, per_channel=True, weight_type=QuantType.QInt8, nodes_to_exclude=spared
        )
    finally:
        root.setLevel(level)
        whole.unlink()


def exported(
    module: nn.Module,
    inputs: tuple[Tensor, ...],
    path: Path,
    named_in: list[str],
    named_out: list[str],
    free: tuple[dict[int, object] | None, ...],
) -> None:
    """Write a module in single precision; ``free`` are the axes of inputs that may vary."""
    exporter = logging.getLogger("torch.onnx")
    level = exporter.level
    exporter.setLevel(logging.ERROR)  # it tells of libraries that are not there
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # from within torch
            warnings.simplefilter("ignore", DeprecationWarning)
            torch.onnx.export(
                module,
                inputs,
                path,
                input_names=named_in,
                output_names=named_out,
                dynamic_shapes=free,
                opset_version=_OPSET,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
    finally:
        exporter.setLevel(level)


def _example(config: Config) -> tuple[Tensor, ...]:
    """Return inputs of one sample, of several tokens: a single one would be a constant."""
    layout = layout_of(config, 3, 4, 5)
    told = geometry(config, layout)
    video = 1, layout.video
    return (
        torch.zeros(*video, config.token_dims),
        torch.zeros(1, layout.audio, config.audio_dims),
        torch.full((1,), 0.5),
        torch.ones(1, layout.words, dtype=torch.long),
        torch.zeros(video),
        torch.zeros(1, layout.audio),
        torch.zeros(*video, config.token_dims),
        torch.tensor(told.places),
        torch.tensor(told.angles),
    )


def _free() -> tuple[dict[int, object] | None, ...]:
    """Return which axes of the inputs may vary: how many tokens there are of each kind."""
    any_ = torch.export.Dim.DYNAMIC
    tokens = {1: any_}
    return tokens, tokens, None, tokens, tokens, tokens, tokens, {0: any_}, {0: any_}
