"""How near enlarged pictures come to the same drawn large: bicubic, and the learnt decoder.

    python benchmarks/pocket_decoder.py RUN DATA [STEPS] [PICTURES] [SHEET.png]

RUN is the folder of a run on stills (its codec is used), DATA its data set. A decoder is taught for
STEPS, then both enlarge held-out PICTURES after the round trip through the codec, as it is and with
noise in its tokens. SHEET.png shows, row by row: bicubic, the decoder, the picture drawn large.
Needs the extra "train".
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np
import torch

from cleardance.dataset.shelf import open_shelf
from cleardance.pocket.codec import Codec
from cleardance.pocket.config import config_named
from cleardance.pocket.runtime import CODEC
from cleardance.train import decoder as decoding

SHOWN = 4


def main() -> None:
    run, data, *rest = sys.argv[1:]
    steps, count, sheet = (*rest, *("400", "100", "")[len(rest) :])
    torch.set_num_threads(1)
    shelf, codec = open_shelf(Path(data)), Codec.load(Path(run) / CODEC)
    config = config_named("pocket")
    began = time.process_time()
    taught = decoding.trained(shelf, codec, config, int(steps), print)
    print(f"taught in {time.process_time() - began:.0f} s of processor time")
    decoding.export(taught, Path(run) / "decoder.onnx")
    print("| after the codec | enlarged by | PSNR | SSIM |\n|---|---|---|---|")
    for name, noise in (("as it is", 0.0), ("tokens with noise up to 0.3 sd", 0.3)):
        found = decoding.qualities(shelf, codec, config, taught, int(count), noise)
        for way, quality in found.items():
            print(f"| {name} | {way} | {quality.psnr_db:.1f} dB | {quality.ssim:.3f} |")
    if sheet:
        show(Path(sheet), shelf, codec, taught)


def show(path: Path, shelf: decoding.Shelf, codec: Codec, taught: decoding.Decoder) -> None:
    rows = shelf.manifest.indices("held_out")[:SHOWN]
    config = config_named("pocket")
    large = decoding.drawn_large(shelf, rows)
    seen = decoding.through(codec, decoding.shrunk(large), config, np.random.default_rng(0), 0.2)
    bicubic = [cv2.resize(one, (288, 192), interpolation=cv2.INTER_CUBIC) for one in seen]
    with torch.inference_mode():
        ours = taught(torch.from_numpy(seen.transpose(0, 3, 1, 2).copy())).numpy()
    rows_of = [np.stack(bicubic), ours.transpose(0, 2, 3, 1), large.astype(np.float32) / 127.5 - 1]
    page = np.vstack([np.hstack(list(row)) for row in rows_of])
    cv2.imwrite(str(path), np.uint8(np.clip((page[..., ::-1] + 1) * 127.5, 0, 255)))


if __name__ == "__main__":
    main()
