"""Write docs/reference from the code. A test fails when the pages and the code disagree.

Usage: python scripts/write_reference.py
"""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from cleardance import errors
from cleardance.cli.main import cli
from cleardance.errors import CleardanceError
from cleardance.server.app import create_app
from cleardance.settings import Settings
from cleardance.world.language.grammar import vocabulary_summary

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
_MADE = "<!-- Made by scripts/write_reference.py from the code. -->\n"


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield (command line, its help text) of a command and all its subcommands."""
    ctx = click.Context(command, info_name=" ".join(path), max_content_width=100)
    ctx.terminal_width = 100
    yield " ".join(path), command.get_help(ctx)
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            child = command.get_command(ctx, name)
            assert child is not None
            yield from commands(child, (*path, name))


def cli_page() -> str:
    """Return the page with every command's ``--help``."""
    parts = [_MADE, "# Command line\n"]
    for line, text in commands(cli, ("cleardance",)):
        parts.append(f"## `{line}`\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def error_rows(kind: type[CleardanceError]) -> Iterator[str]:
    """Yield one table row per error class, parents before children."""
    summary = (kind.__doc__ or "").splitlines()[0]
    yield f"| `{kind.code}` | {kind.http_status} | `{kind.__name__}` | {summary} |"
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from error_rows(child)


def errors_page() -> str:
    """Return the page with every error code."""
    head = "| code | HTTP | class | meaning |\n|---|---|---|---|"
    rows = "\n".join(error_rows(CleardanceError))
    return f"{_MADE}\n# Errors\n\n{head}\n{rows}\n"


def world_page() -> str:
    """Return the page with everything the world can be asked for."""
    sections = (
        f"## {title.capitalize()} ({len(names)})\n\n{', '.join(names)}\n"
        for title, names in vocabulary_summary().items()
    )
    note = "Synonyms, plurals and other forms of these words are understood too.\n"
    return "\n".join([f"{_MADE}\n# What the world can show\n", note, *sections])


def openapi_page() -> str:
    """Return the description of the HTTP interface."""
    app = create_app(Settings(home=Path("/nowhere")))
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"


PAGES = {
    "openapi.json": openapi_page,
    "cli.md": cli_page,
    "errors.md": errors_page,
    "world.md": world_page,
}


def main() -> None:
    """Write every page."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
