"""Who may call a route: asked before anything of the body is read.

Every route says which permission it needs, or that it is public; one that says neither cannot be
made. Nothing is cached: a key that was revoked a moment ago does not count, in any process.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from inspect import iscoroutinefunction
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from cleardance.accounts.limits import is_paced
from cleardance.accounts.roles import Permission, Principal
from cleardance.clearance.asking import Asked
from cleardance.clearance.jobs.admitting import Outcome
from cleardance.clearance.jobs.together import Together
from cleardance.clearance.service import Service
from cleardance.errors import AuthenticationError
from cleardance.server.aside import Aside
from cleardance.server.crews import Crew, Wanted
from cleardance.server.lanes import Lanes
from cleardance.server.links import Links
from cleardance.server.metrics import Metrics
from cleardance.server.visitors import Visitors, Visits

P = ParamSpec("P")
T = TypeVar("T")
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_NEEDS, _VISITS = "cleardance_needs", "cleardance_visits"


@dataclass(frozen=True)
class State:
    """What one process of the server holds open."""

    service: Service
    links: Links
    aside: Aside
    together: Together
    doors: Crew[str, Principal]
    paces: Crew[Principal, Principal]
    judges: Crew[Wanted, Asked | Outcome]
    lanes: Lanes
    visitors: Visitors
    metrics: Metrics
    setup_code: str = ""  # whoever knows it may make the first operator


def needs(permission: Permission) -> Callable[[Endpoint], Endpoint]:
    """Let only those call a route who have the permission."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _NEEDS, permission)
        return endpoint

    return mark


def public(endpoint: Endpoint) -> Endpoint:
    """Let anybody call a route, without a key."""
    setattr(endpoint, _NEEDS, None)
    return endpoint


def visited(visits: Visits) -> Callable[[Endpoint], Endpoint]:
    """Let each client address call a public route so often."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _VISITS, visits)
        return endpoint

    return mark


class Guarded(APIRoute):
    """A route that lets nobody in without the permission it needs."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not hasattr(endpoint, _NEEDS):
            raise TypeError(f"{path} says neither what it needs nor that it is public")
        self.permission: Permission | None = getattr(endpoint, _NEEDS)
        self.visits: Visits | None = getattr(endpoint, _VISITS, None)
        if self.permission is not None:
            options.setdefault("dependencies", [])
            options["openapi_extra"] = {
                "security": [{"key": []}],
                "x-permission": self.permission.value,
                **(options.get("openapi_extra") or {}),
            }
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what serves a request, once it is known who asks."""
        serve, permission = super().get_route_handler(), self.permission
        in_thread = not iscoroutinefunction(self.endpoint)
        visits = self.visits

        async def handle(request: Request) -> Response:
            if permission is not None:
                secret = _secret(request)
                principal = await _admitted(state_of(request), secret)
                request.state.key_id = principal.key_id
                principal.require(permission)
                request.state.principal = principal
                if in_thread:
                    async with state_of(request).lanes.place(principal.account_id):
                        return await serve(request)
            elif visits is not None:
                state_of(request).visitors.take(visits, client_of(request))
            return await serve(request)

        return handle


def state_of(request: Request) -> State:
    """Return what this process holds open."""
    state: State = request.app.state.cleardance
    return state


def client_of(request: Request) -> str:
    """Return the address of whoever asks; of a trusted proxy's client, that client's."""
    return request.client.host if request.client else ""


def _secret(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise AuthenticationError(
            "No key was given.",
            hint="Send it as Authorization: Bearer KEY; cleardance key create makes one.",
        )
    return secret.strip()


async def _admitted(state: State, secret: str) -> Principal:
    principal = await state.doors.call(secret, secret)
    if is_paced(principal):
        await state.paces.call(principal.account_id, principal)
    return principal


@dataclass(frozen=True)
class Here:
    """What a route works with."""

    state: State
    request: Request

    @property
    def service(self) -> Service:
        """The opened home."""
        return self.state.service

    @property
    def principal(self) -> Principal:
        """Who asks; AttributeError on a public route."""
        principal: Principal = self.request.state.principal
        return principal

    @property
    def base_url(self) -> str:
        """Where clients reach us, without a slash at the end."""
        return self.service.settings.public_url or str(self.request.base_url).rstrip("/")

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call ``work`` in one of the threads that the account may use. Raises Overloaded."""
        return await self.state.lanes.run(self.principal.account_id, partial(work, *args, **kwargs))

    def link(self, task_id: str, file: str) -> str:
        """Return the signed address of a released file."""
        return self.base_url + self.state.links.path(task_id, file, datetime.now(UTC))


async def _here(request: Request) -> Here:
    return Here(state_of(request), request)


Called = Annotated[Here, Depends(_here)]
