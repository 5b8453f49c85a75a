"""A rights-holder sees what touches their works, and nothing else of anybody's."""

from cleardance.accounts.accounts import account_id
from cleardance.accounts.holdings import add_holding
from cleardance.clearance.service import open_service
from cleardance.rights import registry
from cleardance.rights.row import parse_row
from cleardance.store.tables import HoldingKind
from tests.server.conftest import ARK, Server

WORKS = "/api/clearance/my/works"


def test_cases_of_own_works_are_seen_without_prompts_and_no_others(idle: Server) -> None:
    with open_service(idle.home) as service:
        for name, owner in [("Velvet Heron", "Heron Pictures"), ("Granite Hour", "Other Films")]:
            registry.add(service.store, parse_row({"name": name, "kind": "film", "owner": owner}))
        with service.store.begin() as session:
            holder = account_id(session, "rights_holder")
            add_holding(session, holder, HoldingKind.OWNER, "Heron Pictures", by="local")
    with idle.client() as creator:
        for words in ("the Velvet Heron dances in my secret garden", "Granite Hour, the last act"):
            content = [{"type": "text", "text": words}]
            denied = creator.post(ARK, json={"model": "draft", "content": content})
            assert denied.status_code == 400
    with idle.client("rights_holder") as client:
        (work,) = client.get(WORKS).json()["works"]
        answer = client.get(f"{WORKS}/cases")
    assert (work["name"], work["touched"]["denied"]) == ("Velvet Heron", 1)
    (case,) = answer.json()["cases"]
    assert (case["status"], answer.json()["next"]) == ("denied", None)
    assert {one["work"]["name"] for one in case["findings"]} == {"Velvet Heron"}
    assert "secret garden" not in answer.text
    assert "creator" not in answer.text
    assert "Granite" not in answer.text


def test_who_holds_no_works_sees_none(idle: Server) -> None:
    with idle.client("operator") as client:
        assert client.get(WORKS).json() == {"works": []}
        assert client.get(f"{WORKS}/cases").json() == {"cases": [], "next": None}
