"""``cleardance train``: trains the pocket model on pictures of our own world."""

import json
from dataclasses import asdict, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleardance.cli.console import json_option, print_json
from cleardance.errors import UsageError
from cleardance.train.runs import RUNS

if TYPE_CHECKING:
    from cleardance.train.bundle import Precision


@click.command()
@click.option("--config", "name", type=click.Choice(list(RUNS)), required=True, help="Which run.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder of the run: its state, codec, metrics and contact sheets. What it holds is "
    "continued, exactly.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the data set, drawn first if it is not there [default: OUT/data].",
)
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path, exists=True),
    help="What a fresh run begins with: the state of another run, or the folder of a model.",
)
@click.option("--steps", type=click.IntRange(min=1), help="Stop after this many [default: all].")
@click.option(
    "--schedule",
    type=click.IntRange(min=1),
    help="Let the rates fall to zero at this step instead of at the run's last: a run that must "
    "end sooner, or a copy of one that shall be shown, ends well.",
)
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True)
@click.option("--compile", "compiles", is_flag=True, help="Compile first: a minute, then faster.")
@click.option(
    "--export",
    "model",
    type=click.Path(path_type=Path, file_okay=False),
    help="Afterwards, write the model here as it runs without torch.",
)
@click.option(
    "--stills",
    type=click.Path(path_type=Path, exists=True),
    help="With --export: what shall draw single frames, first ones above all. The state of a run "
    "that knew stills better, or the folder of a model.",
)
@click.option(
    "--decoder",
    "decoder_steps",
    type=click.IntRange(min=1),
    help="First teach the small network that takes out seams and enlarges, for so many steps.",
)
@click.option(
    "--precision",
    type=click.Choice(["single", "half", "int8"]),
    default="half",
    show_default=True,
    help="How the exported weights are stored; int8 is faster and less exact.",
)
@click.option(
    "--judge",
    "judged",
    type=click.IntRange(min=1),
    help="Afterwards, have the exported model (else one in OUT/model) draw so many held-out "
    "prompts and a probe name them; of clips, time contacts against what is heard. Asked again, it "
    "goes on where it stopped.",
)
@json_option
@click.pass_context
def train(
    ctx: click.Context,
    name: str,
    out: Path,
    data: Path | None,
    start: Path | None,
    steps: int | None,
    schedule: int | None,
    threads: int,
    compiles: bool,
    model: Path | None,
    stills: Path | None,
    decoder_steps: int | None,
    precision: "Precision",
    judged: int | None,
    as_json: bool,
) -> None:
    """Train the pocket model from a data set that the registry has been asked about.

    Every picture is listed in the data set's manifest with its seed, assets, licences and digest.
    Pictures whose captions the registry does not clear are left out. Needs the extra "train". Under
    torchrun, every process takes its share of each batch.
    """
    if find_spec("torch") is None:
        raise UsageError(
            "Training needs PyTorch, which is not installed.",
            hint="Install the extra: pip install 'cleardance[train]'.",
        )
    from cleardance.clearance.service import open_service
    from cleardance.dataset import kept
    from cleardance.rights.snapshot import current
    from cleardance.train import decoder
    from cleardance.train.bundle import DECODER, write_model
    from cleardance.train.data import stamped_shelf
    from cleardance.train.probe import judge
    from cleardance.train.trainer import Habits, Trainer

    run = replace(RUNS[name], steps=schedule) if schedule else RUNS[name]
    with open_service(ctx.obj) as service:
        folder, excluded = data or out / "data", kept.excluded(service.store)
        shelf = stamped_shelf(run, folder, current(service.store), excluded, start, _say)
        kept.keep_set(service.store, shelf.manifest, folder)
    trainer = Trainer(run, shelf, out, start)
    trainer.train(steps or run.steps, Habits(threads=threads, compile=compiles), _say)
    if decoder_steps is not None:
        taught = decoder.trained(shelf, trainer.codec, run.config, decoder_steps, _say)
        decoder.export(taught, out / DECODER)
    model = model or (out / "model" if judged else None)
    if model is not None:
        card = write_model(trainer, model, precision, stills)
        with open_service(ctx.obj) as service:
            for one in filter(None, (card, card.stills)):
                made = one.network_sha256, one.manifest_sha256, one.run, one.steps
                kept.keep_model(service.store, *made)
    judgement = None
    if judged and model is not None:
        judgement = asdict(judge(model, shelf, out / "judged", judged))
    done = {"run": name, "step": trainer.progress.step, "manifest": shelf.manifest.digest}
    if as_json:
        print_json(done | {"state": str(out / "state.pt"), "judgement": judgement})
    else:
        if judgement is not None:
            click.echo(json.dumps(judgement))
        click.echo(f"{name}: {trainer.progress.step} of {run.steps} steps done, in {out}.")


def _say(line: str) -> None:
    click.echo(line, err=True)
