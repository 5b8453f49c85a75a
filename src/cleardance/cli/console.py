"""What every command shares: JSON or words on stdout, progress on stderr."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from cleardance.clearance.progress import StepProgress
from cleardance.clearance.tasks import Step

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """Add ``--json`` to a command."""
    option = click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object instead of words."
    )
    return option(command)


def print_json(body: Mapping[str, object]) -> None:
    """Print one JSON object on stdout, on one line. Half a surrogate pair becomes a ``?``."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    click.echo(text.encode("utf-8", "replace").decode())


@contextmanager
def step_bars() -> Iterator[StepProgress]:
    """Show a bar per step on stderr, or a line per finished step where there is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _step_line
        return
    columns = (TextColumn("{task.description:<28}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        rows = {}

        def show(step: Step, fraction: float) -> None:
            if step not in rows:
                rows[step] = bars.add_task(f"{step.value}/8 {step.title}", total=1.0)
            bars.update(rows[step], completed=fraction)

        yield show


def _step_line(step: Step, fraction: float) -> None:
    if fraction >= 1.0:
        click.echo(f"{step.value}/8 {step.title}", err=True)
