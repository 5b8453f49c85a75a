"""The application: routes over one opened home, and what surrounds each request.

``create_app`` opens the home when it starts and closes it when it stops. Nothing else in this
package touches the store: routes call functions of the library.
"""

import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import anyio.to_thread
from fastapi import APIRouter, FastAPI

from cleardance import __version__
from cleardance.clearance.service import Service, open_service
from cleardance.errors import CleardanceError
from cleardance.rights.snapshot import current
from cleardance.server import errors, links
from cleardance.server.aside import Aside
from cleardance.server.guard import State
from cleardance.server.metrics import Metrics
from cleardance.server.middleware import Surroundings
from cleardance.server.routes import ark, media, models, operations, videos
from cleardance.settings import Settings

THREADS = 16
_SWITCH_INTERVAL_S = 0.001  # short requests should not wait for long ones
_LOOK_EVERY_S = 1.0
_ROUTERS: tuple[APIRouter, ...] = (
    ark.router,
    videos.router,
    models.router,
    media.router,
    operations.router,
)


def create_app(settings: Settings) -> FastAPI:
    """Return the application on the home that ``settings`` name."""
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(_SWITCH_INTERVAL_S)
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        with open_service(settings.home) as service:
            aside = Aside(settings.home)
            signed = links.load_or_make(service.store.home.keys)
            app.state.cleardance = State(service, signed, aside, metrics)
            stop = threading.Event()
            watch = threading.Thread(target=_keep_current, args=(service, stop), daemon=True)
            watch.start()
            try:
                yield
            finally:
                stop.set()
                aside.close()
                watch.join()

    app = FastAPI(
        title="Cleardance",
        version=__version__,
        summary="Generates video with sound, with the rights cleared.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        responses=operations.problems(),
        generate_unique_id_function=lambda route: f"{route.tags[0]}.{route.name}".lower(),
    )
    errors.install(app)
    for router in _ROUTERS:
        app.include_router(router)
    app.add_middleware(Surroundings, metrics=metrics)
    return app


def _keep_current(service: Service, stop: threading.Event) -> None:
    """Build the index anew soon after the registry moves, not when the next request needs it."""
    while not stop.is_set():
        with suppress(CleardanceError):
            current(service.store)
        stop.wait(_LOOK_EVERY_S)
