"""A run's averaged weights as a model that runs without torch."""

import shutil
from pathlib import Path

from cleardance.pocket.export import export
from cleardance.pocket.runtime import CARD, CODEC, NETWORK, Card, sha256
from cleardance.train.trainer import Trainer


def write_model(trainer: Trainer, folder: Path) -> Card:
    """Write network, codec and card of a run as it stands; the card last. Return the card."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).unlink(missing_ok=True)
    run = trainer.run
    with trainer.averaged() as network:
        export(network, folder / NETWORK, 1, 0, run.text_tokens)
    shutil.copyfile(trainer.folder / CODEC, folder / CODEC)
    card = Card(
        size=run.size,
        run=run.name,
        steps=trainer.progress.step,
        samples=trainer.progress.step * run.batch,
        frames=1,
        audio_tokens=0,
        text_tokens=run.text_tokens,
        words=trainer.origin.words,
        manifest_sha256=trainer.origin.manifest,
        network_sha256=sha256((folder / NETWORK).read_bytes()),
        codec_sha256=sha256((folder / CODEC).read_bytes()),
    )
    (folder / CARD).write_text(card.model_dump_json(indent=1) + "\n", "utf-8")
    return card
