"""How fast the pocket network is: beside diffusers' LTX-2 class, and as a share of the peak.

    python benchmarks/pocket_speed.py [THREADS] [ROUNDS]

All in one run, on the tokens of one window of a clip (672 of video, 12 of sound, 16 words), with
random weights: the fastest products of matrices that torch and ONNX Runtime do here; one evaluation
of the network in torch and in ONNX Runtime, in each precision; one of diffusers' LTX-2 transformer
with as many layers as come nearest to as many parameters; and a clip of 4 s at 8 steps, from noise
to key frames. Times are medians of the processor time of a round, of all threads together, and of
the wall clock; shares of the peak are by processor time, since on a machine with other work only
that means something. Needs the extra "train" and diffusers.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
import torch
from diffusers.models.transformers.transformer_ltx2 import LTX2VideoTransformer3DModel
from onnx import TensorProto, helper
from torch import Tensor, nn

from cleardance.dataset.words import world_words
from cleardance.generate.backends.pocket import PLAN
from cleardance.pocket.codec import Codec
from cleardance.pocket.config import Config, config_named
from cleardance.pocket.export import export
from cleardance.pocket.film import Ask, film
from cleardance.pocket.positions import Layout, geometry, layout_of
from cleardance.pocket.runtime import (
    CARD,
    CODEC,
    NETWORK,
    SOUND_CODEC,
    Card,
    Model,
    Precision,
    sha256,
)
from cleardance.pocket.sampler import Plan
from cleardance.pocket.transformer import Transformer, compiled

SIZE, WORDS = "pocket-clips", 16
MATRICES = 1024
FRAMES = 33  # key frames of 4 s
PLANS = {
    "guided everywhere": Plan(8),
    "as it is made": PLAN,
    "not guided": Plan(8, guidance=1.0),
}
PRECISIONS: tuple[Precision, ...] = ("single", "half", "int8")


def main() -> None:
    threads, rounds = (int(n) for n in (*sys.argv[1:], *("1", "5")[len(sys.argv) - 1 :]))
    torch.set_num_threads(threads)
    config = config_named(SIZE)
    layout = layout_of(config, config.key_frames, config.audio_tokens, WORDS)
    flops = config.forward_flops(layout.video, layout.audio)
    print(f"{threads} threads; {config.parameters / 1e6:.1f} M parameters, {flops / 1e9:.1f} GFLOP")
    print("| products of matrices | GFLOP/s of a thread |\n|---|---|")
    peaks = matrix_peaks(threads, rounds)
    for name, peak in peaks.items():
        print(f"| {name} | {peak / 1e9:.0f} |")
    print("| one evaluation | parameters | processor | wall | of the peak |\n|---|---|---|---|---|")
    with TemporaryDirectory() as folder, torch.inference_mode():
        network = random_network(config)
        for name, run, peak in evaluations(network, layout, Path(folder), threads):
            cpu, wall = timed(run, rounds)
            share = flops / cpu / peaks[peak]
            size = f"{config.parameters / 1e6:.1f} M"
            print(f"| {name} | {size} | {ms(cpu)} | {ms(wall)} | {share:.0%} |")
        other = nearest(config)
        size = sum(p.numel() for p in other.parameters())
        for name, run in ltx2(other, config, layout):
            cpu, wall = timed(run, rounds)
            print(f"| {name} | {size / 1e6:.1f} M | {ms(cpu)} | {ms(wall)} | |")
        print("| a clip of 4 s, 8 steps | plan | processor | wall |\n|---|---|---|---|")
        for precision in ("half", "int8"):
            model = Model.load(Path(folder) / precision, threads=threads)
            for name, plan in PLANS.items():
                ask = Ask(np.arange(5, 5 + WORDS, dtype=np.int64), FRAMES, 0)
                cpu, wall = timed(lambda m=model, a=ask, p=plan: film(m, a, p), 1)
                print(f"| {precision} | {name} | {cpu:.1f} s | {wall:.1f} s |")


def timed(run: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the medians of processor and wall time, in seconds; the first round is thrown away."""
    run()
    found = []
    for _ in range(rounds):
        cpu, wall = time.process_time(), time.perf_counter()
        run()
        found.append((time.process_time() - cpu, time.perf_counter() - wall))
    return median(cpu for cpu, _ in found), median(wall for _, wall in found)


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


def matrix_peaks(threads: int, rounds: int) -> dict[str, float]:
    """Return operations a second and thread of large products, by who does them and in what."""
    n = MATRICES
    peaks = {}
    for name, kind in (("torch, single", torch.float32), ("torch, bf16", torch.bfloat16)):
        a, b = torch.randn(n, n).to(kind), torch.randn(n, n).to(kind)
        peaks[name] = 2 * n**3 / timed(lambda a=a, b=b: a @ b, rounds)[0]
    for name, operator, kinds in (
        ("ONNX Runtime, single", "MatMul", (TensorProto.FLOAT,) * 3),
        (
            "ONNX Runtime, int8",
            "MatMulInteger",
            (TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32),
        ),
    ):
        peaks[name] = 2 * n**3 / timed(product(operator, kinds, threads), rounds)[0]
    return peaks


def product(operator: str, kinds: tuple[int, ...], threads: int) -> Callable[[], object]:
    """Return a product of two matrices in ONNX Runtime, the second constant."""
    n, types = (
        MATRICES,
        {TensorProto.FLOAT: np.float32, TensorProto.UINT8: np.uint8, TensorProto.INT8: np.int8},
    )
    rng = np.random.default_rng(0)
    b = rng.integers(-100, 100, (n, n)).astype(types[kinds[1]])
    graph = helper.make_graph(
        [helper.make_node(operator, ["a", "b"], ["c"])],
        "product",
        [helper.make_tensor_value_info("a", kinds[0], [n, n])],
        [helper.make_tensor_value_info("c", kinds[2], [n, n])],
        [onnx.numpy_helper.from_array(b, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, ["CPUExecutionProvider"]
    )
    a = rng.integers(0, 200, (n, n)).astype(types[kinds[0]])
    return lambda: session.run(None, {"a": a})


def random_network(config: Config) -> Transformer:
    torch.manual_seed(0)
    network = Transformer(config).eval()
    for weight in network.parameters():
        weight.add_(0.02 * torch.randn_like(weight))
    return network


def evaluations(
    network: Transformer, layout: Layout, folder: Path, threads: int
) -> list[tuple[str, Callable[[], object], str]]:
    """Return ways to evaluate the network once, and the peak that each is to be held against."""
    arguments = inputs(network.config, layout)
    runs: list[tuple[str, Callable[[], object], str]] = []
    for precision in PRECISIONS:
        write_model(network, folder / precision, precision)
        model = Model.load(folder / precision, threads=threads)
        feed = dict(
            zip(
                (i.name for i in model.session.get_inputs()),
                map(np.asarray, arguments),
                strict=True,
            )
        )
        peak = "ONNX Runtime, int8" if precision == "int8" else "ONNX Runtime, single"
        runs.append(
            (f"ONNX Runtime, {precision}", lambda m=model, f=feed: m.session.run(None, f), peak)
        )
    fast = random_network(network.config)
    compiled(fast)
    runs += [
        ("torch, single", lambda: network(*arguments), "torch, single"),
        ("torch, bf16", lambda: half_way(network, arguments), "torch, bf16"),
        ("torch, bf16, compiled", lambda: half_way(fast, arguments), "torch, bf16"),
    ]
    return runs


def half_way(network: nn.Module, arguments: tuple[Tensor, ...]) -> object:
    with torch.autocast("cpu", torch.bfloat16):
        return network(*arguments)


def inputs(config: Config, layout: Layout) -> tuple[Tensor, ...]:
    video = 1, layout.video
    return (
        torch.randn(*video, config.token_dims),
        torch.randn(1, layout.audio, config.audio_dims),
        torch.full((1,), 0.5),
        torch.arange(5, 5 + layout.words)[None],
        torch.zeros(video),
        torch.zeros(1, layout.audio),
        torch.zeros(*video, config.token_dims),
        *(torch.tensor(array) for array in geometry(config, layout)),
    )


def write_model(network: Transformer, folder: Path, precision: Precision) -> None:
    """Write a model of the network with codecs of noise."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    frames = Codec.fit(0.3 * rng.standard_normal((500, 192)).astype(np.float32), 64)
    frames.with_motion(frames).save(folder / CODEC)
    Codec.fit(3 + rng.standard_normal((600, 512)).astype(np.float32), 24).save(folder / SOUND_CODEC)
    export(network, folder / NETWORK, precision)
    digests = [sha256((folder / name).read_bytes()) for name in (NETWORK, CODEC, SOUND_CODEC)]
    card = Card(
        size=SIZE,
        run="none",
        steps=0,
        samples=0,
        frames=network.config.key_frames,
        audio_tokens=network.config.audio_tokens,
        text_tokens=WORDS,
        words=world_words().words,
        precision=precision,
        manifest_sha256=64 * "0",
        network_sha256=digests[0],
        codec_sha256=digests[1],
        sound_codec_sha256=digests[2],
    )
    (folder / CARD).write_text(card.model_dump_json(), "utf-8")


def nearest(config: Config) -> LTX2VideoTransformer3DModel:
    """Return diffusers' class, as wide, with as many layers as bring the most alike size."""
    made = [other(config, layers) for layers in range(2, config.depth + 1)]
    return min(made, key=lambda m: abs(sum(p.numel() for p in m.parameters()) - config.parameters))


def other(config: Config, layers: int) -> LTX2VideoTransformer3DModel:
    torch.manual_seed(0)
    heads, dims, width = config.heads, config.head_dims, config.width
    return LTX2VideoTransformer3DModel(
        in_channels=config.token_dims,
        out_channels=config.token_dims,
        num_attention_heads=heads,
        attention_head_dim=dims,
        cross_attention_dim=width,
        audio_in_channels=config.audio_dims,
        audio_out_channels=config.audio_dims,
        audio_num_attention_heads=heads,
        audio_attention_head_dim=dims,
        audio_cross_attention_dim=width,
        num_layers=layers,
        caption_channels=width,
    ).eval()


def ltx2(
    network: LTX2VideoTransformer3DModel, config: Config, layout: Layout
) -> list[tuple[str, Callable[[], object]]]:
    words = torch.randn(1, layout.words, config.width)
    arguments = {
        "hidden_states": torch.randn(1, layout.video, config.token_dims),
        "audio_hidden_states": torch.randn(1, layout.audio, config.audio_dims),
        "encoder_hidden_states": words,
        "audio_encoder_hidden_states": words,
        "timestep": torch.full((1, 1), 500.0),
        "num_frames": layout.moments,
        "height": layout.rows,
        "width": layout.columns,
        "audio_num_frames": layout.audio,
    }

    def bf16() -> object:
        with torch.autocast("cpu", torch.bfloat16):
            return network(**arguments)

    return [
        ("diffusers' LTX-2 class, torch, single", lambda: network(**arguments)),
        ("diffusers' LTX-2 class, torch, bf16", bf16),
    ]


if __name__ == "__main__":
    main()
