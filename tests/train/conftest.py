from pathlib import Path

import pytest

from tests.dataset.conftest import registry, store

__all__ = ["registry", "store"]

from cleardance.dataset.shelf import Shelf, build, open_shelf
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.train.runs import RUNS


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory, registry: RegistrySnapshot) -> Path:
    """The data set of the tiny run."""
    made = tmp_path_factory.mktemp("data")
    run = RUNS["tiny"]
    build(made, run.cast, run.pictures, (96, 64), registry, frozenset())
    return made


@pytest.fixture(scope="session")
def shelf(folder: Path) -> Shelf:
    return open_shelf(folder)
