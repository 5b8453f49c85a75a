"""What went wrong, in the envelope that each API's clients read.

All of them are ``{"error": {"code", "message", "param", "type"}}``; codes are those that the
clients of that API know. Clients retry 408, 409, 429 and 5xx by themselves, so under ``/api/v3``
and ``/v1`` no refusal ever has one of these, and 429 says after how long to try again.
"""

import math
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from cleardance.errors import CleardanceError, NotFound, UsageError

ARK, OPENAI = "/api/v3", "/v1"


class Missing(UsageError):
    """A field that is needed was not given."""

    code = "MissingParameter"


class BodyTooLarge(UsageError):
    """More was sent than is taken in one request."""

    code = "RequestTooLarge"
    http_status = 413


class Overloaded(CleardanceError):
    """More than can be done now was asked of this process; later it will do."""

    code = "ServerOverloaded"
    http_status = 429
    retry_after_s = 2.0


class Refusal(UsageError):
    """A verdict that keeps a request out, as the error that clients expect it to be."""

    def __init__(self, message: str, code: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.ark_code = code
        self.param = param


_CODES = {"NotFound": "NotFound.Resource", "InternalError": "InternalServiceError"}
_NOT_RETRIED = {409: 400, 507: 500}  # clients would try again, and it would not help


def answer(error: CleardanceError, path: str) -> JSONResponse:
    """Return the response that says what happened, for whoever speaks the API of ``path``."""
    foreign = path.startswith((f"{ARK}/", f"{OPENAI}/"))
    status = (
        _NOT_RETRIED.get(error.http_status, error.http_status) if foreign else error.http_status
    )
    code = getattr(error, "ark_code", error.code)
    if foreign:
        code = "InternalServiceError" if code.startswith("StoreFailed") else _CODES.get(code, code)
    body: dict[str, Any] = {
        "code": code,
        "message": error.diagnostics() if foreign else error.message,
        "param": getattr(error, "param", None),
        "type": _kind(status),
    }
    if not foreign:
        body["hint"] = error.hint
    return JSONResponse({"error": body}, status, _headers(error, status))


def _kind(status: int) -> str:
    """Return what OpenAI's clients call this family of errors."""
    names = {401: "authentication_error", 403: "permission_error", 404: "not_found_error"}
    if status == 429:
        return "rate_limit_error"
    return names.get(status, "invalid_request_error" if status < 500 else "server_error")


def _headers(error: CleardanceError, status: int) -> dict[str, str]:
    wait_s = getattr(error, "retry_after_s", None)
    headers = {} if wait_s is None else {"Retry-After": str(max(1, math.ceil(wait_s)))}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503):
        headers["x-should-retry"] = "true"
    return headers


def from_validation(error: ValidationError | RequestValidationError) -> UsageError:
    """Return the first thing wrong with a body or a query, under the name of its field."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part not in ("body", "query", "path")]
    name = ".".join(place)
    missing = first["type"] == "missing"
    kind = Missing if missing else UsageError
    problem = kind(f"{name or 'The body'}: {_plain(first['msg'])}.")
    field = next((part for part in place if not part.isdigit()), None)
    problem.param = name or None  # type: ignore[attr-defined]
    problem.ark_code = kind.code + (f".{field}" if field else "")  # type: ignore[attr-defined]
    return problem


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")


def install(app: FastAPI) -> None:
    """Let the application answer every error in the envelope of the API that was asked."""
    # Coroutines, as all else is handed to a thread and back.

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, CleardanceError)
        return answer(error, request.url.path)

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ValidationError | RequestValidationError)
        return answer(from_validation(error), request.url.path)

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return answer(_from_http(error), request.url.path)

    app.add_exception_handler(CleardanceError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(ValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


def _from_http(error: HTTPException) -> CleardanceError:
    if error.status_code == 404:
        return NotFound("There is nothing at this address.")
    problem = UsageError(str(error.detail))
    problem.http_status = error.status_code  # type: ignore[misc]
    if error.status_code == 405:
        problem.code = "MethodNotAllowed"  # type: ignore[misc]
    return problem
