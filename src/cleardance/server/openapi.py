"""The published description of the HTTP interface, at ``/openapi.json`` and in docs/reference."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from cleardance.server.wire.ark import CreateTask
from cleardance.server.wire.videos import CreateVideo

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "param", "type"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "type": {"type": "string"},
                "hint": {"type": ["string", "null"]},
            },
        }
    },
}
_PROBLEM = {
    "description": "An error, in the envelope of the API that was asked.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}


def install(app: FastAPI) -> None:
    """Let the application describe itself, with its errors and its keys."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes
    )
    parts = schema.setdefault("components", {})
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    parts["schemas"]["Error"] = _ERROR
    bodies: list[Any] = [(CreateTask, "validation"), (CreateVideo, "validation")]
    _, read = models_json_schema(bodies, ref_template="#/components/schemas/{model}")
    parts["schemas"] |= read["$defs"]  # of routes that read the body themselves
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)  # ours are in the envelope
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _PROBLEM
    return schema
