"""A task's events as a stream that browsers read (server-sent events, WHATWG HTML 9.2)."""

import json
from collections.abc import AsyncIterator
from typing import Final

import anyio
from starlette.concurrency import run_in_threadpool

from cleardance.clearance.jobs.events import LOOK_EVERY_S, Event, events_after
from cleardance.clearance.service import Service

_FOLLOWED_FOR_S: Final = 3600.0  # clients connect again, from the last event they saw
_STILL_HERE_EVERY_S: Final = 15.0


async def stream(service: Service, task_id: str, after: int = 0) -> AsyncIterator[str]:
    """Yield a task's events as they come, until the one by which it ended.

    No thread waits: there may be many followers. A comment now and then finds those that are gone.
    """
    silent_s = 0.0
    with anyio.move_on_after(_FOLLOWED_FOR_S):
        while True:
            new = await run_in_threadpool(_look, service, task_id, after)
            for event in new:
                after = event.id
                yield _sent(event)
                if event.is_last:
                    return
            silent_s = 0.0 if new else silent_s + LOOK_EVERY_S
            if silent_s >= _STILL_HERE_EVERY_S:
                silent_s = 0.0
                yield ": still here\n\n"
            await anyio.sleep(LOOK_EVERY_S)


def _look(service: Service, task_id: str, after: int) -> list[Event]:
    with service.store.read() as session:
        return events_after(session, task_id, after)


def _sent(event: Event) -> str:
    body = json.dumps({"at": event.at, **event.body}, ensure_ascii=False)
    return f"id: {event.id}\nevent: {event.kind}\ndata: {body}\n\n"
