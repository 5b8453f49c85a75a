from pathlib import Path

import pytest

from cleardance.dataset import exclusion
from cleardance.dataset.shelf import Shelf, build
from cleardance.errors import VerificationError
from cleardance.rights import registry as rights
from cleardance.rights.registry import ensure_starter
from cleardance.rights.row import RegistryRow
from cleardance.rights.snapshot import RegistrySnapshot, current
from cleardance.settings import Settings
from cleardance.store import open_store
from tests.dataset.conftest import CAST


@pytest.fixture
def without_boats(tmp_path: Path) -> RegistrySnapshot:
    """A registry in which somebody has the word "sailboat" denied."""
    with open_store(Settings(home=tmp_path / "home")) as store:
        ensure_starter(store)
        rights.add(store, RegistryRow(name="sailboat", kind="mark", owner="Boats", policy="deny"))
        return current(store)


def test_what_the_registry_forbids_is_neither_listed_nor_kept(
    tmp_path: Path, without_boats: RegistrySnapshot
) -> None:
    shelf = build(tmp_path / "data", CAST, 24, (96, 64), without_boats, frozenset())
    stamped = shelf.manifest.header.exclusion
    assert {row.subject for row in shelf.manifest.rows} == {"cat"}
    assert len(stamped.excluded_seeds) + len(shelf.manifest.rows) == 24
    assert stamped.excluded_seeds
    assert stamped.registry_revision == without_boats.revision
    assert len(shelf.pixels) == len(shelf.manifest.rows)
    shelf.read(list(range(len(shelf.manifest.rows))))


def test_a_notice_after_the_stamp_stops_the_training(
    shelf: Shelf, registry: RegistrySnapshot, without_boats: RegistrySnapshot
) -> None:
    exclusion.check(shelf.manifest, registry, frozenset())
    with pytest.raises(VerificationError, match="forbids") as caught:
        exclusion.check(shelf.manifest, without_boats, frozenset())
    assert "sailboat" in caught.value.message


def test_a_registry_that_moved_without_touching_us_does_not(tmp_path: Path, shelf: Shelf) -> None:
    with open_store(Settings(home=tmp_path / "home")) as store:
        ensure_starter(store)
        rights.add(store, RegistryRow(name="Zyzzogeton", kind="mark", owner="Z", policy="deny"))
        moved = current(store)
    assert moved.revision != shelf.manifest.header.exclusion.registry_revision
    exclusion.check(shelf.manifest, moved, frozenset())


def test_nothing_is_forbidden_without_captions(registry: RegistrySnapshot) -> None:
    assert exclusion.forbidden([], registry) == frozenset()
    assert exclusion.stamp({}, registry).captions_checked == 0


def test_a_sample_that_a_notice_took_out_is_not_trained_on(
    tmp_path: Path, shelf: Shelf, registry: RegistrySnapshot
) -> None:
    gone = shelf.manifest.rows[3]
    with pytest.raises(VerificationError, match=f"seed {gone.seed}"):
        exclusion.check(shelf.manifest, registry, frozenset({gone.sha256}))
    again = build(tmp_path / "data", CAST, 6, (96, 64), registry, frozenset({gone.sha256}))
    assert gone.seed in again.manifest.header.exclusion.excluded_seeds
    assert gone.sha256 not in {row.sha256 for row in again.manifest.rows}
    exclusion.check(again.manifest, registry, frozenset({gone.sha256}))
