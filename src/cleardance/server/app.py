"""The application: routes over one opened home, and what surrounds each request.

``create_app`` opens the home when it starts and closes it when it stops. Nothing else in this
package touches the store: routes call functions of the library.
"""

import asyncio
import gc
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, FastAPI

from cleardance import __version__
from cleardance.clearance.jobs.together import Together
from cleardance.clearance.jobs.webhooks import Courier, Render
from cleardance.clearance.service import Service, open_service
from cleardance.clearance.viewing import view_of
from cleardance.errors import CleardanceError
from cleardance.match.words import is_listed
from cleardance.rights.snapshot import current
from cleardance.server import errors, links, openapi, warming
from cleardance.server.aside import Aside
from cleardance.server.crews import Crew, admitting, judging, pacing, settle_in
from cleardance.server.guard import State
from cleardance.server.lanes import Lanes
from cleardance.server.metrics import Metrics
from cleardance.server.middleware import Surroundings
from cleardance.server.pages import routes as pages
from cleardance.server.routes import (
    accounts,
    ark,
    assets,
    media,
    models,
    notices,
    operations,
    own_works,
    provenance,
    reviews,
    rights,
    screening,
    tasks,
    videos,
)
from cleardance.server.visitors import Visitors
from cleardance.server.wire import ark_answers
from cleardance.settings import Settings

THREADS = 8  # of Python, which computes in one at a time: they are for waiting
_SWITCH_INTERVAL_S = 0.001  # short requests should not wait for long ones
_LOOK_EVERY_S = 1.0
ROUTERS: tuple[APIRouter, ...] = (
    ark.router,
    videos.router,
    models.router,
    media.router,
    tasks.router,
    assets.router,
    screening.router,
    reviews.router,
    rights.router,
    own_works.router,
    notices.router,
    provenance.router,
    accounts.router,
    operations.router,
)


def create_app(settings: Settings, setup_code: str = "") -> FastAPI:
    """Return the application on the home that ``settings`` name.

    Whoever knows ``setup_code`` may make the first operator; without one, nobody may.
    """
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(_SWITCH_INTERVAL_S)
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        with open_service(settings.home) as service:
            aside = Aside(settings.home)
            signed = links.load_or_make(service.store.home.keys)
            together = Together(service, partial(settle_in, asyncio.get_running_loop()))
            doors = Crew("doors", admitting(service))
            paces = Crew("paces", pacing(service))
            judges = Crew("judges", judging(service, together), at_once=1)
            app.state.cleardance = State(
                service=service,
                links=signed,
                aside=aside,
                together=together,
                doors=doors,
                paces=paces,
                judges=judges,
                lanes=Lanes(),
                visitors=Visitors(),
                metrics=metrics,
                setup_code=setup_code,
            )
            stores = threading.Thread(target=together.run, daemon=True)
            stores.start()
            stop = threading.Event()
            watch = threading.Thread(target=_keep_current, args=(service, stop), daemon=True)
            watch.start()
            courier = Courier(service, _callbacks(service, signed))
            calls = threading.Thread(target=courier.run, args=(stop,), daemon=True)
            calls.start()
            warmed = asyncio.create_task(_warm(aside, settings))
            try:
                with doors.at_work(), paces.at_work(), judges.at_work():
                    yield
            finally:
                stop.set()
                warmed.cancel()
                aside.close()
                together.close()
                watch.join()
                calls.join()
                stores.join()

    app = FastAPI(
        title="Cleardance",
        version=__version__,
        summary="Generates video with sound, with the rights cleared.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        generate_unique_id_function=lambda route: f"{route.tags[0]}.{route.name}".lower(),
    )
    errors.install(app)
    openapi.install(app)
    for router in ROUTERS:
        app.include_router(router)
    pages.install(app)
    app.add_middleware(Surroundings, metrics=metrics)
    return app


def _callbacks(service: Service, signed: links.Links) -> Render:
    """Return what makes the body of a callback: the object that Ark's GET answers."""
    base = service.settings.public_url or ""

    def link(task_id: str, file: str) -> str:
        return base + signed.path(task_id, file, datetime.now(UTC))

    def render(service: Service, task_id: str) -> dict[str, Any]:
        return ark_answers.answer(view_of(service, task_id), link).model_dump(mode="json")

    return render


async def _warm(aside: Aside, settings: Settings) -> None:
    if settings.warm_start:
        await asyncio.sleep(warming.AFTER_S)
        await aside.warm(warming.look_at_a_file)


def _keep_current(service: Service, stop: threading.Event) -> None:
    """Build the index anew soon after the registry moves, not when the next request needs it."""
    is_listed("")  # reads the word lists
    names: object = None
    while not stop.is_set():
        with suppress(CleardanceError):
            registry = current(service.store)
            if registry.names is not names:
                names = registry.names
                _leave_alone()
        stop.wait(_LOOK_EVERY_S)


def _leave_alone() -> None:
    """Keep the collector out of what stays: looking through an index takes it 0.1 s and more."""
    gc.collect()
    gc.freeze()
