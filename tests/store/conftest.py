import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleardance.settings import Settings
from cleardance.store import Store, open_store


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home just made, to be copied: migrating anew for every test would take longer."""
    home = tmp_path_factory.mktemp("new") / "home"
    open_store(Settings(home=home)).close()
    return home


@pytest.fixture
def home(new_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(new_home, tmp_path / "home"))


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with open_store(Settings(home=home)) as store:
        yield store
