"""``cleardance serve``: the HTTP server, and a worker beside it."""

import ipaddress

import click

from cleardance import settings as settings_module
from cleardance.errors import UsageError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8760,
    show_default=True,
    help="0: any free one.",
)
@click.option(
    "--slots", type=click.IntRange(0, 64), default=1, show_default=True,
    help="How many tasks are worked on here at once; 0 leaves all to workers elsewhere.",
)  # fmt: skip
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, slots: int) -> None:
    """Serve the HTTP APIs: Ark's, OpenAI's /v1/videos, and our own.

    It listens on this machine alone unless --host says otherwise, and every request needs a key:
    cleardance key create --account NAME. Ends with Ctrl-C or SIGTERM once what is being answered
    is done.
    """
    from cleardance.server.running import run

    settings = settings_module.load(ctx.obj)
    if not _is_loopback(host) and settings.environment != "production":
        raise UsageError(
            f"{host} can be reached by others, and this is set up for development.",
            hint='Set environment = "production" and an origin of your own (docs/how-to/serve.md).',
        )
    run(settings, host, port, slots)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
