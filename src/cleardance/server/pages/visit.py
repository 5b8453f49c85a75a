"""One request for a page: who asks, what they may see, and the answer as HTML.

A browser that is not signed in has a temporary cookie, so that its forms are protected too; signing
in always gives a new one (no session fixation).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from cleardance.accounts import browsers
from cleardance.accounts.roles import Permission, Principal
from cleardance.clearance.service import Service
from cleardance.errors import AccessDenied, AuthenticationError
from cleardance.server.guard import State, state_of
from cleardance.server.pages.places import places_of
from cleardance.server.pages.render import SECURITY_HEADERS, Frame, SignedIn, render

COOKIE: Final = "cleardance"
_COOKIE_LIFE_S: Final = int(browsers.LIFE.total_seconds())


class SignInNeeded(AuthenticationError):
    """A page that is for those who are signed in; browsers are led to the sign-in page."""


@dataclass(frozen=True)
class Visit:
    """Who asks for a page. ``principal`` is None for whoever is not signed in."""

    request: Request
    token: str
    principal: Principal | None
    now: datetime

    @property
    def state(self) -> State:
        """What this process holds open."""
        return state_of(self.request)

    @property
    def service(self) -> Service:
        """The opened home."""
        return self.state.service

    @property
    def csrf(self) -> str:
        """What our forms carry, so that no other site's forms are taken."""
        return browsers.form_token(self.token)

    def require(self, permission: Permission) -> Principal:
        """Return who asks, if they may; SignInNeeded or AccessDenied."""
        if self.principal is None:
            raise SignInNeeded("Sign in first.")
        self.principal.require(permission)
        return self.principal

    def html(
        self,
        template: str,
        title: str,
        values: Mapping[str, Any] | None = None,
        *,
        here: str = "",
        shape: Literal["", "narrow"] = "",
        status: int = 200,
    ) -> HTMLResponse:
        """Return a whole page; ``values`` are what its template speaks of."""
        who = self.principal
        frame = Frame(
            title=title,
            origin=self.service.settings.origin,
            csrf=self.csrf,
            here=here,
            nav=places_of(self.service, who) if who else (),
            signed_in=SignedIn(who.account_name) if who else None,
            shape=shape,
        )
        return self._answer(HTMLResponse(render(template, frame, **(values or {})), status))

    def part(self, template: str, **values: Any) -> HTMLResponse:
        """Return a part of a page, which a script puts in its place."""
        return self._answer(HTMLResponse(render(template, **values)))

    def go(self, path: str, token: str | None = None) -> RedirectResponse:
        """Lead the browser to another page of ours, with a new cookie if one is given."""
        answer = RedirectResponse(path, 303)
        if token is not None:
            self._give_cookie(answer, token)
        return answer

    def check_form(self, fields: Mapping[str, Any]) -> None:
        """Raise AccessDenied unless the form, or the script's header, bears our token."""
        given = self.request.headers.get("x-csrf-token") or fields.get("csrf")
        browsers.check_form_token(self.token, given if isinstance(given, str) else "")

    def _answer(self, answer: HTMLResponse) -> HTMLResponse:
        answer.headers.update(SECURITY_HEADERS)
        if self.request.cookies.get(COOKIE) != self.token:
            self._give_cookie(answer, self.token)
        return answer

    def _give_cookie(self, answer: Response, token: str) -> None:
        answer.set_cookie(
            COOKIE,
            token,
            max_age=_COOKIE_LIFE_S,
            httponly=True,
            samesite="lax",
            secure=self.request.url.scheme == "https",
        )


def visit(request: Request) -> Visit:
    """Return who asks, by the cookie; a cookie that says nothing any more is as good as none."""
    now, token = datetime.now(UTC), request.cookies.get(COOKIE, "")
    principal = None
    if token:
        with state_of(request).service.store.read() as session:
            try:
                principal = browsers.principal_of(session, token, now)
            except (AuthenticationError, AccessDenied):
                principal = None
    return Visit(request, token or secrets.token_urlsafe(32), principal, now)


Visiting = Annotated[Visit, Depends(visit)]
