"""A run's averaged weights as a model that runs without torch."""

import shutil
from pathlib import Path

from cleardance.pocket.export import export
from cleardance.pocket.runtime import (
    CARD,
    CODEC,
    DECODER,
    NETWORK,
    SOUND_CODEC,
    Card,
    Precision,
    sha256,
)
from cleardance.train.trainer import Trainer

__all__ = ["DECODER", "Precision", "write_model"]


def write_model(trainer: Trainer, folder: Path, precision: Precision = "half") -> Card:
    """Write network, codecs, decoder and card of a run as it stands; the card last. Return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).unlink(missing_ok=True)
    run = trainer.run
    frames, audio_tokens = run.frames or 1, run.audio_tokens
    export(trainer.averaged(), folder / NETWORK, precision)
    names = [name for name in (CODEC, SOUND_CODEC, DECODER) if (trainer.folder / name).exists()]
    for name in names:
        shutil.copyfile(trainer.folder / name, folder / name)
    digests = {name: sha256((folder / name).read_bytes()) for name in (NETWORK, *names)}
    card = Card(
        size=run.size,
        run=run.name,
        steps=trainer.progress.step,
        samples=trainer.progress.step * run.batch,
        frames=frames,
        audio_tokens=audio_tokens,
        text_tokens=run.text_tokens,
        words=trainer.origin.words,
        precision=precision,
        manifest_sha256=trainer.origin.manifest,
        earlier_manifests=trainer.progress.lineage,
        network_sha256=digests[NETWORK],
        codec_sha256=digests[CODEC],
        sound_codec_sha256=digests.get(SOUND_CODEC),
        decoder_sha256=digests.get(DECODER),
    )
    (folder / CARD).write_text(card.model_dump_json(indent=1) + "\n", "utf-8")
    return card
