"""A released file, what became of it, and finding its credentials again."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from cleardance.clearance.bindings import (
    manifest_by_id,
    matches_by_binding,
    matches_by_content,
    supported_algorithms,
)
from cleardance.clearance.dossier import dossier_of
from cleardance.clearance.fetching import local_file
from cleardance.clearance.garbage import collect
from cleardance.clearance.inspection import inspect_file
from cleardance.clearance.service import Service, open_service
from cleardance.errors import AddressRefused, NotFound, UsageError
from cleardance.ledger.entry import EntryKind
from cleardance.ledger.log import append
from cleardance.ledger.proof import verify_proof
from cleardance.provenance.extract import manifest_store
from cleardance.provenance.identifiers import binding_value, manifest_id
from cleardance.store.tables import ledger_checkpoint, task
from tests.clearance.asking import make
from tests.media.test_fetch import send, serving


@pytest.fixture
def released(service: Service, tmp_path: Path) -> Path:
    assert make(service, tmp_path / "out.png").status == "released"
    return tmp_path / "out.png"


def test_a_dossier_has_the_whole_story_with_proof(service: Service, released: Path) -> None:
    dossier = dossier_of(service, released)
    assert [event.kind for event in dossier.events][-2:] == ["sealed", "released"]
    assert dossier.proof is not None
    proved = verify_proof(dossier.proof, service.ledger_keys.publics)
    assert dossier.inspection.sha256 in proved.entry
    assert [stage for stage, _ in dossier.verdicts] == ["ask", "output"]
    assert dossier.changes == ()
    said = dossier.as_json()
    assert (said["c2pa"]["state"], said["modified"]) == ("Trusted", False)


def test_another_deployments_file_does_not_lead_to_our_entry_of_the_same_number(
    service: Service, released: Path, tmp_path: Path
) -> None:
    with open_service(tmp_path / "another") as another:
        make(another, tmp_path / "theirs.png")
        theirs = inspect_file(another, tmp_path / "theirs.png")
    ours = inspect_file(service, released)
    assert theirs.ledger is not None
    assert ours.ledger is not None
    assert theirs.ledger.index == ours.ledger.index
    found = inspect_file(service, tmp_path / "theirs.png")
    assert (found.c2pa.state, found.ledger) == ("Valid", None)
    assert f"names output {theirs.ledger.output}, which is not one of ours" in found.words()


def test_a_changed_copy_is_compared_with_what_was_released(
    service: Service, released: Path, tmp_path: Path
) -> None:
    data = bytearray(released.read_bytes())
    at = data.index(b"caBX")
    data[at : at + 4] = b"caBY"  # readers skip chunks they do not know
    copy = tmp_path / "copy.png"
    copy.write_bytes(data)
    dossier = dossier_of(service, copy)
    assert dossier.inspection.c2pa.state == "None"
    if dossier.inspection.ledger is not None:  # found by its mark
        assert "its content credentials were removed" in dossier.changes


def test_a_strangers_file_has_an_empty_dossier(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "stranger.txt"
    path.write_text("hello")
    dossier = dossier_of(service, path)
    assert (dossier.events, dossier.proof, dossier.verdicts) == ((), None, ())


def test_credentials_are_found_again(service: Service, released: Path) -> None:
    found = dossier_of(service, released).inspection
    assert found.ledger is not None
    name = manifest_id(found.ledger.output, found.ledger.index)
    by_content = matches_by_content(service, released)
    by_binding = matches_by_binding(service, binding_value(found.ledger.index))
    expected = {"matches": [{"manifestId": name, "similarityScore": 100}]}
    assert by_content == by_binding == expected
    assert manifest_by_id(service, name) == manifest_store(released)


def test_nothing_is_found_for_what_was_never_issued(
    service: Service, released: Path, tmp_path: Path
) -> None:
    found = dossier_of(service, released).inspection
    assert found.ledger is not None
    assert matches_by_binding(service, binding_value(10**6)) == {"matches": []}
    for name in (manifest_id("another", found.ledger.index), "urn:c2pa:x", ""):
        with pytest.raises(NotFound):
            manifest_by_id(service, name)
    stranger = tmp_path / "stranger.txt"
    stranger.write_text("hello")
    assert matches_by_content(service, stranger) == {"matches": []}


def test_supported_algorithms() -> None:
    assert supported_algorithms("none") == {"watermarks": [], "fingerprints": []}
    assert supported_algorithms("org.x")["watermarks"] == [{"alg": "org.x"}]


@pytest.mark.parametrize("form", ["path", "file", "http"])
def test_a_file_may_be_named_by_a_path_or_a_url(
    service: Service, tmp_path: Path, form: str
) -> None:
    make(service, tmp_path / "a b.png")
    with serving(lambda handler: send(handler, body=(tmp_path / "a b.png").read_bytes())) as url:
        target = {
            "path": str(tmp_path / "a b.png"),
            "file": (tmp_path / "a b.png").as_uri(),
            "http": f"{url}/media/a%20b.png?size=1",
        }[form]
        allowed = replace_settings(service, fetch_private=True)
        with local_file(allowed, target) as (path, name):
            dossier = dossier_of(service, path, name)
    assert dossier.name == "a b.png"
    assert dossier.inspection.ledger is not None
    assert not dossier.inspection.modified
    assert list(service.store.home.work.iterdir()) == []


def test_a_folder_that_a_killed_fetch_left_is_collected(service: Service) -> None:
    (service.store.home.work / "fetch-0123").mkdir()
    collect(service)
    assert list(service.store.home.work.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:9/x", AddressRefused),
        ("http://[::1]:9/x", AddressRefused),
        ("http://[::1", AddressRefused),
        ("https://me:secret@example.org/", AddressRefused),
        ("file://host/x", UsageError),
        ("ftp://x/y", UsageError),
        ("missing.mp4", UsageError),
    ],
)
def test_what_is_not_asked_is_named(service: Service, url: str, error: type[Exception]) -> None:
    with pytest.raises(error), local_file(service, url):
        pass


def replace_settings(service: Service, **values: object) -> Service:
    return replace(service, settings=service.settings.model_copy(update=values))


def test_a_release_that_nobody_signed_is_not_believed(service: Service, tmp_path: Path) -> None:
    """Whoever writes the database, rows and ledger alike, still lacks the key."""
    record = make(service, tmp_path / "out.png")
    other = tmp_path / "other.png"
    other.write_bytes((tmp_path / "out.png").read_bytes() + b"more")
    digest = hashlib.sha256(other.read_bytes()).hexdigest()
    with service.store.begin() as session:
        append(session, EntryKind.RELEASED, record.task.id, {"sha256": digest})
        session.execute(update(task).values(sealed_blob=digest))
    found = inspect_file(service, other)
    assert found.modified
    assert inspect_file(service, tmp_path / "out.png").modified is False
    with service.store.begin() as session:
        session.execute(delete(ledger_checkpoint))
    found = inspect_file(service, other)
    assert found.ledger is not None
    assert (found.ledger.verified, found.modified) == (False, True)
