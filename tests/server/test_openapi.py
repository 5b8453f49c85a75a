"""The published description is that of the code, and what is answered keeps to it."""

import json
from pathlib import Path

import httpx

from cleardance.server.app import create_app
from cleardance.settings import Settings
from tests.server.conftest import Server

PUBLISHED = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"


def test_the_published_description_is_that_of_the_code(idle: Server) -> None:
    app = create_app(Settings(home=Path("/nowhere")))
    assert json.loads(PUBLISHED.read_text("utf-8")) == app.openapi()
    assert httpx.get(f"{idle.url}/openapi.json").json() == app.openapi()


def test_operations_have_ids_of_their_own_and_say_what_they_need() -> None:
    found = [
        operation
        for operations in json.loads(PUBLISHED.read_text("utf-8"))["paths"].values()
        for operation in operations.values()
    ]
    ids = [operation["operationId"] for operation in found]
    assert len(set(ids)) == len(ids)
    assert all(("security" in one) == ("x-permission" in one) for one in found)
