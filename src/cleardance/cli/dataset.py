"""``cleardance dataset``: what a model was trained on, for whoever asks."""

import json
from pathlib import Path

import click

from cleardance.errors import UsageError
from cleardance.train.runs import RUNS

_MANIFESTS = click.argument(
    "manifests",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
_OUTPUT = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where [default: stdout].",
)


@click.group()
def dataset() -> None:
    """Say what a model was trained on, from the manifests that training read."""


@dataset.command()
@_MANIFESTS
@click.option("--provider", default="Cleardance authors", show_default=True)
@click.option("--contact", default="see the repository", show_default=True)
@click.option("--model", default="pocket", show_default=True, help="Name and version.")
@click.option("--placed", default="not yet", show_default=True, help="When put on the EU's market.")
@_OUTPUT
def summary(
    manifests: tuple[Path, ...],
    provider: str,
    contact: str,
    model: str,
    placed: str,
    output: Path | None,
) -> None:
    """Write the public summary of training content (AI Act, Art. 53(1)(d)) of MANIFESTS."""
    from cleardance.dataset.manifest import read_manifest
    from cleardance.dataset.summary import Provider, summarise

    said = summarise(
        [read_manifest(path) for path in manifests], Provider(provider, contact, model, placed)
    )
    _write(said, output)


@dataset.command()
@_MANIFESTS
@click.option(
    "--model",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="Folder of the exported model.",
)
@click.option(
    "--metrics",
    multiple=True,
    type=(click.Choice(list(RUNS)), click.Path(path_type=Path, exists=True, dir_okay=False)),
    metavar="RUN FILE",
    help="Name and metrics.jsonl of each run that taught it, in order.",
)
@click.option(
    "--evaluation",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="JSON object of what benchmarks found, by name.",
)
@_OUTPUT
def card(
    manifests: tuple[Path, ...],
    folder: Path,
    metrics: tuple[tuple[str, Path], ...],
    evaluation: Path | None,
    output: Path | None,
) -> None:
    """Write the card of a model that was trained on MANIFESTS, from its metadata."""
    from cleardance.dataset.manifest import read_manifest
    from cleardance.train.card import model_card, read_card
    from cleardance.train.metrics import read

    try:
        found = json.loads(evaluation.read_text("utf-8")) if evaluation else {}
    except ValueError as error:
        raise UsageError(f"{evaluation} is not JSON: {error}.") from error
    listed = [read_manifest(path) for path in manifests]
    runs = [(run, read(path)) for run, path in metrics]
    _write(model_card(read_card(folder), listed, runs, found), output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, "utf-8")
