"""Made-up speakers, and a tiny speaker embedding that tells them apart."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.match.sounds import RATE_HZ, Stereo

LOW, HIGH = 600.0, 2400.0  # where two speakers resonate


def spoken(formant_hz: float, seed: int, duration_s: float = 6.0) -> Stereo:
    """Return syllables of changing pitch from a throat that resonates at ``formant_hz``."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(duration_s * RATE_HZ))
    t = np.arange(round(0.2 * RATE_HZ)) / RATE_HZ
    for start_s in np.arange(0, duration_s - 0.25, 0.25):
        f0 = rng.uniform(110, 190)
        harmonics = f0 * np.arange(1, 25)
        gains = np.exp(-(((harmonics - formant_hz) / 250) ** 2)) + 0.01
        tone = (gains[:, None] * np.sin(2 * np.pi * harmonics[:, None] * t)).sum(axis=0)
        at = round(start_s * RATE_HZ)
        out[at : at + len(t)] += tone * np.sin(np.pi * t / 0.2)
    out *= 0.5 / np.abs(out).max()
    return np.stack([out, out], axis=1).astype(np.float32)


def saved(path: Path, nodes: list[onnx.NodeProto], rank: int = 2) -> Path:
    """Save a model of ``nodes``, from ``x`` to ``y``, with the kernels ``w`` of 31 bands."""
    shape: list[int | str] = [1, "N"] if rank == 2 else [1, 1, "N"]
    bands = [np.exp(-2j * np.pi * hz * np.arange(256) / 16_000) for hz in range(125, 4000, 125)]
    kernels = np.array([part for b in bands for part in (b.real, b.imag)])[:, None]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(kernels.astype(np.float32), "w"),
            numpy_helper.from_array(np.array([1], np.int64), "one"),
        ],
    )
    opset = helper.make_opsetid("", 13)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), path)
    return path


def band_model(path: Path) -> Path:
    """Save a model of the power in 31 bands: another throat, another vector."""
    nodes = [
        helper.make_node("Unsqueeze", ["x", "one"], ["u"]),
        helper.make_node("Conv", ["u", "w"], ["c"], strides=[128]),
        helper.make_node("Mul", ["c", "c"], ["p"]),
        helper.make_node("ReduceMean", ["p"], ["y"], axes=[2], keepdims=0),
    ]
    return saved(path, nodes)
