"""Running the application: a server, and a worker beside it, until told to stop."""

import secrets
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click
import uvicorn

from cleardance.accounts import passwords
from cleardance.clearance.jobs.worker import work
from cleardance.clearance.service import open_service
from cleardance.logs import log_to
from cleardance.server.app import create_app
from cleardance.settings import Settings

DRAIN_S = 30
KEEP_ALIVE_S = 75
MOST_CONNECTIONS = 2_000


def run(settings: Settings, host: str, port: int, slots: int) -> None:
    """Serve until SIGTERM or Ctrl-C; then answer what was asked, hand back what was not made."""
    log_to(details=settings.log_details)
    setup_code = secrets.token_urlsafe(12)
    with _worker(settings, slots):
        config = uvicorn.Config(
            create_app(settings, setup_code),
            host=host,
            port=port,
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=DRAIN_S,
            limit_concurrency=MOST_CONNECTIONS,
        )
        _Server(config, None if _has_operator(settings) else setup_code).run()


class _Server(uvicorn.Server):
    """Says where it listens, once it does, and how the first operator comes in."""

    def __init__(self, config: uvicorn.Config, setup_code: str | None) -> None:
        super().__init__(config)
        self._setup_code = setup_code

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGTERM and Ctrl-C, without dying of them: what is beside us ends after us."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield

    async def startup(self, sockets: object = None) -> None:
        """Start, then tell."""
        await super().startup(None)
        for server in getattr(self, "servers", []):
            for one in server.sockets:
                name, port = one.getsockname()[:2]
                shown = f"[{name}]" if ":" in name else name
                click.echo(f"Listening on http://{shown}:{port}", err=True)
                if self._setup_code is not None:
                    address = f"http://{shown}:{port}/welcome?code={self._setup_code}"
                    click.echo(f"Make the first operator at {address}", err=True)


def _has_operator(settings: Settings) -> bool:
    with open_service(settings.home) as service, service.store.read() as session:
        return passwords.has_any(session)


@contextmanager
def _worker(settings: Settings, slots: int) -> Iterator[None]:
    """Work the queue beside the server, in child processes."""
    if not slots:
        yield
        return
    stop = threading.Event()

    def loop() -> None:
        with open_service(settings.home) as service:
            work(service, slots, stop, grace_s=DRAIN_S)

    thread = threading.Thread(target=loop, name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
