"""``cleardance completion``: the shell's own completion script."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a SHELL.

    For example: cleardance completion bash > ~/.local/share/bash-completion/completions/cleardance
    """
    root = ctx.find_root().command
    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(root, {}, "cleardance", "_CLEARDANCE_COMPLETE").source())
