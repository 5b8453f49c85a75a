import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleardance.ledger import log
from cleardance.ledger.keys import Keys, load_or_make
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from tests.ledger.ledger_samples import ORIGIN, append_some


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An empty home, and one with 21 entries and checkpoints at 5, 13 and 21."""
    folder = tmp_path_factory.mktemp("ledger")
    open_store(Settings(home=folder / "empty")).close()
    shutil.copytree(folder / "empty", folder / "full")
    with open_store(Settings(home=folder / "full")) as store:
        keys = load_or_make(store.home.keys, ORIGIN)
        for first, last in ((0, 5), (5, 13), (13, 21)):
            append_some(store, first, last)
            log.checkpoint(store, keys)
    return folder / "empty", folder / "full"


@pytest.fixture
def store(templates: tuple[Path, Path], tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    shutil.copytree(templates[0], tmp_path / "home")
    with open_store(Settings(home=tmp_path / "home")) as store:
        yield store


@pytest.fixture
def full(templates: tuple[Path, Path], tmp_path: Path) -> Iterator[Store]:
    """A store with 21 entries and three checkpoints."""
    shutil.copytree(templates[1], tmp_path / "full")
    with open_store(Settings(home=tmp_path / "full")) as store:
        yield store


@pytest.fixture
def keys(full: Store) -> Keys:
    """The key that signed the ledger of ``full``."""
    return load_or_make(full.home.keys, ORIGIN)
