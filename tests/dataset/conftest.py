from collections.abc import Iterator
from pathlib import Path

import pytest

from cleardance.dataset.shelf import Shelf, build
from cleardance.rights.registry import ensure_starter
from cleardance.rights.snapshot import RegistrySnapshot, current
from cleardance.settings import Settings
from cleardance.store import Store, open_store

CAST = ("cat", "sailboat")


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(Settings(home=tmp_path_factory.mktemp("home"))) as store:
        ensure_starter(store)
        yield store


@pytest.fixture(scope="session")
def registry(store: Store) -> RegistrySnapshot:
    return current(store)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, registry: RegistrySnapshot) -> Shelf:
    return build(tmp_path_factory.mktemp("data"), CAST, 64, (96, 64), registry, frozenset())


@pytest.fixture
def own_shelf(tmp_path: Path, registry: RegistrySnapshot) -> Path:
    """A data set that a test may damage."""
    build(tmp_path / "data", CAST, 6, (96, 64), registry, frozenset())
    return tmp_path / "data"
