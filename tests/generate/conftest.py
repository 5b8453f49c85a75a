"""A model in a folder, real in every part but what it learnt, which is nothing.

Its network, ``plain.onnx``, was written by hand: both velocities are x - sin(sum of words) / 10.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cleardance.dataset.words import world_words
from cleardance.pocket.codec import Codec
from cleardance.pocket.runtime import CARD, CODEC, NETWORK, SOUND_CODEC, Card, sha256

Write = Callable[[bool], Path]


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("clips"), clips=True)


@pytest.fixture(scope="session")
def stills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("stills"), clips=False)


def written(folder: Path, *, clips: bool) -> Path:
    rng = np.random.default_rng(0)
    frames = Codec.fit(0.3 * rng.standard_normal((500, 192)).astype(np.float32), 64)
    video = frames.with_motion(frames) if clips else frames
    sound = Codec.fit(3 + rng.standard_normal((600, 512)).astype(np.float32), 24)
    video.save(folder / CODEC)
    (folder / NETWORK).write_bytes((Path(__file__).parent / "plain.onnx").read_bytes())
    if clips:
        sound.save(folder / SOUND_CODEC)
    card = Card(
        size="tiny-clips" if clips else "tiny",
        run="none",
        steps=0,
        samples=0,
        frames=13 if clips else 1,
        audio_tokens=12 if clips else 0,
        text_tokens=16,
        words=world_words().words,
        manifest_sha256=64 * "0",
        network_sha256=sha256((folder / NETWORK).read_bytes()),
        codec_sha256=sha256((folder / CODEC).read_bytes()),
        sound_codec_sha256=sha256((folder / SOUND_CODEC).read_bytes()) if clips else None,
    )
    (folder / CARD).write_text(card.model_dump_json(), "utf-8")
    return folder
