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
    STILLS,
    Card,
    Precision,
    Taught,
    sha256,
)
from cleardance.train.runs import RUNS
from cleardance.train.trainer import Trainer

__all__ = ["DECODER", "Precision", "write_model"]


def write_model(
    trainer: Trainer, folder: Path, precision: Precision = "half", stills: Path | None = None
) -> Card:
    """Write networks, codecs, decoder and card of a run as it stands; the card last. Return it.

    ``stills`` is another run's state, or an exported model, whose weights are to draw single
    frames, first ones above all. Raises VerificationError if it is not what the run could have
    begun with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).unlink(missing_ok=True)
    run = trainer.run
    export(trainer.averaged(), folder / NETWORK, precision)
    names = [name for name in (CODEC, SOUND_CODEC, DECODER) if (trainer.folder / name).exists()]
    for name in names:
        shutil.copyfile(trainer.folder / name, folder / name)
    digests = {name: _digest(folder / name) for name in (NETWORK, *names)}
    card = Card(
        size=run.size,
        run=run.name,
        steps=trainer.progress.step,
        samples=trainer.progress.step * run.batch,
        frames=run.frames or 1,
        audio_tokens=run.audio_tokens,
        text_tokens=run.text_tokens,
        words=trainer.origin.words,
        precision=precision,
        manifest_sha256=trainer.origin.manifest,
        earlier_manifests=trainer.progress.lineage,
        stills=None if stills is None else _write_stills(trainer, stills, folder, precision),
        network_sha256=digests[NETWORK],
        codec_sha256=digests[CODEC],
        sound_codec_sha256=digests.get(SOUND_CODEC),
        decoder_sha256=digests.get(DECODER),
    )
    (folder / CARD).write_text(card.model_dump_json(indent=1) + "\n", "utf-8")
    return card


def _write_stills(trainer: Trainer, start: Path, folder: Path, precision: Precision) -> Taught:
    """Write the network that draws single frames, in the run's own size; return what it is."""
    network, source = trainer.begun_with(start)
    export(network, folder / STILLS, precision)
    *earlier, manifest = source.manifests
    return Taught(
        run=source.run,
        steps=source.steps,
        samples=source.steps * RUNS[source.run].batch,
        manifest_sha256=manifest,
        earlier_manifests=tuple(earlier),
        network_sha256=_digest(folder / STILLS),
    )


def _digest(path: Path) -> str:
    return sha256(path.read_bytes())
