"""Who may call what: every route, every role."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from cleardance.accounts.accounts import create_account
from cleardance.accounts.keys import create_key, revoke_key
from cleardance.accounts.roles import PERMISSIONS, Permission, Role
from cleardance.clearance.service import open_service
from cleardance.server.app import ROUTERS
from cleardance.server.guard import Guarded
from tests.server.conftest import ARK, Server

PUBLIC = {
    "/healthz", "/readyz", "/media/{task_id}/{file}", "/api/clearance/inspect",
    "/api/clearance/services/supportedAlgorithms", "/api/clearance/matches/byBinding",
    "/api/clearance/matches/byContent", "/api/clearance/manifests/{manifest_id:path}",
    "/api/clearance/ledger/checkpoint", "/api/clearance/notices",
    "/api/clearance/notices/{notice_id}/status",
}  # fmt: skip


def routes() -> Iterator[tuple[str, str, Permission | None]]:
    for route in (route for router in ROUTERS for route in router.routes):
        assert isinstance(route, Guarded)
        for method in route.methods or ():
            yield method, route.path, route.permission


ROUTES = sorted(routes(), key=lambda one: (one[1], one[0]))


def call(client: httpx.Client, method: str, path: str) -> int:
    """Ask for things that are not there; whether they may be asked for is answered first."""
    for name in ("task_id", "video_id", "review_id", "work_id", "licence_id", "notice_id",
                 "asset_id", "key_id", "manifest_id:path", "name", "index"):  # fmt: skip
        path = path.replace("{" + name + "}", "7")
    return client.request(method, path.replace("{file}", "video"), json={}).status_code


def test_all_routes_are_guarded_and_the_public_ones_are_those_we_mean() -> None:
    assert len(ROUTES) > 40
    assert {path for method, path, permission in ROUTES if permission is None} == PUBLIC
    assert ("GET", "/api/clearance/notices", Permission.READ_NOTICES) in ROUTES


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_call_what_its_permissions_say_and_nothing_else(
    idle: Server, role: Role
) -> None:
    with idle.client(role.value) as client:
        wrong = {
            (method, path, status)
            for method, path, permission in ROUTES
            if permission is not None
            and ((status := call(client, method, path)) == 403) is (permission in PERMISSIONS[role])
        }
    assert wrong == set()


def test_without_a_key_only_public_routes_answer(idle: Server) -> None:
    with idle.client(None) as client:
        for method, path, permission in ROUTES:
            assert (call(client, method, path) == 401) is (permission is not None), (method, path)


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic cd-x", "Bearer cd-x", "Bearer \u00e9", "cd-" + 43 * "x",
     "Bearer cd-" + 43 * "x", "Bearer cd-" + 43 * "x" + "' OR 1=1", "Bearer " + 8_000 * "x"],
)  # fmt: skip
def test_what_is_no_key_is_told_so_in_arks_envelope(idle: Server, header: str) -> None:
    answer = httpx.get(idle.url + ARK, headers={"Authorization": header.encode()})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "AuthenticationError"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_expired_revoked_and_narrow_keys(idle: Server) -> None:
    with open_service(idle.home) as service:
        create_account(service.store, "short")
        past = datetime.now(UTC) - timedelta(seconds=1)
        old = create_key(service.store, "short", expires_at=past, by="local").secret
        narrow = create_key(service.store, "short", scopes=[Permission.READ_TASKS], by="local")
        keys = {"old": old, "narrow": narrow.secret}
        with httpx.Client(base_url=idle.url) as client:

            def ask(method: str, key: str) -> int:
                headers = {"Authorization": f"Bearer {keys[key]}"}
                return client.request(method, ARK, headers=headers, json={}).status_code

            assert (ask("GET", "old"), ask("GET", "narrow"), ask("POST", "narrow")) == (
                401,
                200,
                403,
            )
            with service.store.begin() as session:
                revoke_key(session, narrow.id, by="local", why="it leaked")
            assert ask("GET", "narrow") == 401


def test_another_accounts_ids_are_as_ids_that_are_not_there(idle: Server) -> None:
    body = {"model": "draft", "content": [{"type": "text", "text": "a ball"}]}
    with idle.client("creator") as mine, idle.client("other") as theirs:
        made = mine.post(ARK, json=body).json()["id"]
        for method, path in [
            ("GET", f"{ARK}/{made}"), ("DELETE", f"{ARK}/{made}"), ("GET", f"/v1/videos/{made}"),
            ("DELETE", f"/v1/videos/{made}"), ("GET", f"/v1/videos/{made}/content"),
            ("GET", f"/api/clearance/tasks/{made}"), ("GET", f"/api/clearance/tasks/{made}/events"),
            ("GET", f"/api/clearance/tasks/{made}/clearance-record?format=json"),
            ("POST", f"/api/clearance/tasks/{made}/cancel"),
        ]:  # fmt: skip
            there = theirs.request(method, path)
            nowhere = theirs.request(method, path.replace(made, "cgt-none"))
            assert (there.status_code, nowhere.status_code) == (404, 404), path
            assert there.text.replace(made, "X") == nowhere.text.replace("cgt-none", "X")
        assert made not in {one["id"] for one in theirs.get(ARK).json()["items"]}
        assert mine.get(f"{ARK}/{made}").json()["status"] == "queued"
        assert mine.delete(f"{ARK}/{made}").json() == {}
        assert mine.get(f"{ARK}/{made}").json()["status"] == "cancelled"
        assert mine.delete(f"{ARK}/{made}").status_code == 400
