"""``cleardance``: the group of commands, and what happens when one raises."""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from cleardance import __version__
from cleardance.cli.exit_codes import ExitCode, exit_code_of
from cleardance.errors import CleardanceError, FileFailed, UsageError

_COMMANDS = {
    "generate": "generate:generate",
    "screen": "screen:screen",
    "inspect": "inspect:inspect",
    "task": "task:task",
    "appeal": "review:appeal",
    "review": "review:review",
    "registry": "registry:registry",
    "licence": "licence:licence",
    "rules": "rules:rules",
    "notice": "notice:notice",
    "ledger": "ledger:ledger",
    "account": "account:account",
    "key": "key:key",
    "serve": "serve:serve",
    "worker": "worker:worker",
    "webhook": "webhook:webhook",
    "backup": "operate:backup",
    "restore": "operate:restore",
    "retain": "operate:retain",
    "train": "train:train",
    "dataset": "dataset:dataset",
    "completion": "completion:completion",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are needed: a denial answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the one path, not of the alphabet."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module and return its command."""
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command = getattr(importlib.import_module(f"cleardance.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup, context_settings={"max_content_width": 100})
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=True),
    envvar="CLEARDANCE_HOME",
    help="Folder with the registry, the ledger, the keys and the outputs "
    "[default: ~/.local/share/cleardance].",
)
@click.version_option(__version__, prog_name="cleardance")
@click.pass_context
def cli(ctx: click.Context, home: Path | None) -> None:
    """Generate video with sound, with the rights cleared.

    Every output was screened against the registry of works, is signed, and is logged where
    outsiders can check it. Exit codes: 0 done, 1 failed, 2 usage, 3 denied, 4 held,
    5 verification failed.
    """
    ctx.obj = home


def _wants_json(arguments: list[str]) -> bool:
    return "--json" in arguments


def main() -> NoReturn:
    """Run the command line and exit with an ``ExitCode``."""
    as_json = _wants_json(sys.argv[1:])
    try:
        _check_arguments(sys.argv[1:])
        code = cli.main(standalone_mode=False) or ExitCode.DONE
        sys.stdout.flush()
        sys.exit(code)
    except CleardanceError as error:
        _end(error, as_json)
    except click.ClickException as error:
        error.show()
        _end(UsageError(error.format_message()), as_json, shown=True)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except BrokenPipeError:  # whoever read our output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.FAILED)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _end(FileFailed(f"{place}{error.strerror or error}"), as_json)


def _check_arguments(arguments: list[str]) -> None:
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            raise UsageError(f"{argument!r} is not UTF-8.") from error


def _end(error: CleardanceError, as_json: bool, *, shown: bool = False) -> NoReturn:
    if as_json:
        body = {"code": error.code, "message": error.message, "hint": error.hint}
        click.echo(json.dumps({"status": "failed", "error": body}, ensure_ascii=False))
    if not shown:
        click.echo(f"Error [{error.code}]: {error.diagnostics()}", err=True)
    sys.exit(exit_code_of(error))


if __name__ == "__main__":
    main()
