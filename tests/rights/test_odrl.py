"""The export is ODRL: read as RDF, every term is in the vocabulary, every rule is well formed.

The published context is replaced by the definitions of the terms we use, since nothing is fetched
in tests; the vocabulary is the one that rdflib ships.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph, Literal, Node, URIRef
from rdflib.namespace import ODRL2, RDF, XSD

from cleardance.accounts.accounts import create_account, ensure_local_account
from cleardance.rights.grant import parse_grant
from cleardance.rights.granting import grant, revoke
from cleardance.rights.licence_rows import LicenceRecord
from cleardance.rights.odrl import CONTEXT, to_odrl
from cleardance.rights.registry import add
from cleardance.rights.row import RegistryRow, WorkKind
from cleardance.store import Store

# The parser of rdflib still uses what rdflib itself deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)
BASE = "https://example.org/cleardance"
NS = "http://www.w3.org/ns/odrl/2/"
TERMS: dict[str, Any] = {
    "odrl": NS,
    "uid": "@id",
    "profile": {"@id": "odrl:profile", "@type": "@id"},
    **{name: f"odrl:{name}" for name in ("Agreement", "Party", "PartyCollection", "Asset")},
    "AssetCollection": "odrl:AssetCollection",
    **{name: f"odrl:{name}" for name in ("assigner", "assignee", "target", "permission")},
    "constraint": "odrl:constraint",
    "rightOperand": "odrl:rightOperand",
    **{
        name: {"@id": f"odrl:{name}", "@type": "@vocab"}
        for name in ("action", "leftOperand", "operator")
    },
    **{name: f"odrl:{name}" for name in ("use", "purpose", "spatial", "dateTime")},
    **{name: f"odrl:{name}" for name in ("isAnyOf", "eq", "lt", "gteq")},
}
PLAIN: dict[str, Any] = {"works": ["Zorblax"], "to": "everyone", "uses": ["prompt"]}
FULL: dict[str, Any] = {
    "works": ["Zorblax", "Quux"],
    "with_parts": True,
    "to": "account:studio",
    "uses": ["prompt", "output"],
    "territories": ["DE", "AT"],
    "valid_from": "2026-01-01",
    "valid_until": "2026-12-31",
    "grantor": "Zorblax Pictures & Sons",
    "conditions": ["credit Zorblax", "no sequels"],
    "statement": "by letter",
}
CONSENT: dict[str, Any] = {
    "works": ["Quentin"],
    "to": "partner:guild",
    "uses": ["voice"],
    "statement": "yes",
}


@pytest.fixture
def works(store: Store) -> Store:
    for name, kind in (("Zorblax", WorkKind.SERIES), ("Quux", WorkKind.FILM)):
        add(store, RegistryRow(name=name, kind=kind, owner="Zorblax Pictures"))
    add(store, RegistryRow(name="Quentin", kind=WorkKind.PERSON))
    ensure_local_account(store)
    create_account(store, "studio")
    return store


def read(found: LicenceRecord) -> Graph:
    policy = to_odrl(found, "example.org/cleardance")
    contexts = policy["@context"]
    assert contexts[0] == CONTEXT
    policy["@context"] = [TERMS, *contexts[1:]]
    return Graph().parse(data=json.dumps(policy), format="json-ld")


def one(graph: Graph, subject: Node, term: URIRef) -> Node:
    (value,) = graph.objects(subject, term)
    return value


def check(graph: Graph) -> Node:
    """Hold a policy to the vocabulary, and to section 2 of the information model."""
    for triple in graph:
        for term in triple:
            if str(term).startswith(NS):
                assert str(term).removeprefix(NS) in ODRL2, f"{term} is no term of ODRL"
    (policy,) = graph.subjects(RDF.type, ODRL2.Agreement)
    assert str(policy).startswith(f"{BASE}/licences/lic-")
    for party in (ODRL2.assigner, ODRL2.assignee):  # an Agreement has both
        kinds = set(graph.objects(one(graph, policy, party), RDF.type))
        assert kinds <= {ODRL2.Party, ODRL2.PartyCollection}
        assert kinds
    rules = list(graph.objects(policy, ODRL2.permission))
    assert rules
    for rule in rules:
        assert one(graph, rule, ODRL2.action) == ODRL2.use
        asset = one(graph, one(graph, rule, ODRL2.target), RDF.type)
        assert asset in (ODRL2.Asset, ODRL2.AssetCollection)
        for constraint in graph.objects(rule, ODRL2.constraint):
            one(graph, constraint, ODRL2.leftOperand)
            several = one(graph, constraint, ODRL2.operator) == ODRL2.isAnyOf
            right = list(graph.objects(constraint, ODRL2.rightOperand))
            assert len(right) == 1 or (several and right)
    return policy


def operands(graph: Graph, left: URIRef) -> set[tuple[str, str]]:
    return {
        (str(one(graph, constraint, ODRL2.operator)).removeprefix(NS), str(right))
        for constraint in graph.subjects(ODRL2.leftOperand, left)
        for right in graph.objects(constraint, ODRL2.rightOperand)
    }


def test_golden(works: Store, rewrite_goldens: bool) -> None:
    """What ``licence show --odrl`` prints; the file is read by people when it changes."""
    found = grant(works, parse_grant(FULL), AT)
    text = json.dumps(to_odrl(found, "example.org/cleardance"), indent=2) + "\n"
    steady = text.replace(found.licence.id, "lic-…").replace(found.licence.grantee.name, "acc-…")
    golden = Path(__file__).parent / "goldens" / "odrl.json"
    if rewrite_goldens:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(steady, "utf-8")
    assert steady == golden.read_text("utf-8")


@pytest.mark.parametrize("values", [PLAIN, FULL, CONSENT])
def test_every_licence_is_an_agreement(works: Store, values: dict[str, Any]) -> None:
    check(read(grant(works, parse_grant(values), AT)))


def test_nothing_that_limits_it_is_left_out(works: Store) -> None:
    found = grant(works, parse_grant(FULL), AT)
    graph = read(found)
    policy = check(graph)
    targets = {str(t).removeprefix(f"{BASE}/works/") for t in graph.objects(None, ODRL2.target)}
    assert targets == set(found.licence.works)
    assert set(graph.objects(None, RDF.type)) >= {ODRL2.AssetCollection}
    purposes = {("isAnyOf", f"{BASE}/odrl#{use}") for use in ("prompt", "output")}
    assert operands(graph, ODRL2.purpose) == purposes
    assert operands(graph, ODRL2.spatial) == {("isAnyOf", "DE"), ("isAnyOf", "AT")}
    times = {(op, datetime.fromisoformat(at)) for op, at in operands(graph, ODRL2.dateTime)}
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert times == {("gteq", start), ("lt", end)}
    in_words = operands(graph, URIRef(f"{BASE}/odrl#condition"))
    assert in_words == {("eq", "credit Zorblax"), ("eq", "no sequels")}
    assert one(graph, policy, ODRL2.profile) == URIRef(f"{BASE}/odrl")


def test_times_are_times(works: Store) -> None:
    graph = read(grant(works, parse_grant(PLAIN | {"valid_until": "2026-12-31"}), AT))
    (right,) = (
        graph.value(constraint, ODRL2.rightOperand)
        for constraint in graph.subjects(ODRL2.leftOperand, ODRL2.dateTime)
    )
    assert isinstance(right, Literal)
    assert right.datatype == XSD.dateTime


def test_a_revoked_licence_ends_with_its_revocation(works: Store) -> None:
    made = grant(works, parse_grant(PLAIN), AT)
    gone = revoke(works, made.licence.id, by="Z", why="x", at=AT)
    graph = read(gone)
    check(graph)
    ((operator, at),) = operands(graph, ODRL2.dateTime)
    assert (operator, datetime.fromisoformat(at)) == ("lt", AT)


def test_names_become_iris_that_are_legal(works: Store) -> None:
    graph = read(grant(works, parse_grant(FULL), AT))
    iris = [term for triple in graph for term in triple if isinstance(term, URIRef)]
    assert [term.n3() for term in iris]  # refuses what is no IRI
    assigner = one(graph, check(graph), ODRL2.assigner)
    assert str(assigner) == f"{BASE}/grantors/Zorblax%20Pictures%20%26%20Sons"
