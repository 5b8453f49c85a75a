from collections.abc import Iterator
from pathlib import Path

import pytest

from cleardance.settings import Settings
from cleardance.store import Store, open_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(home=tmp_path / "home")) as store:
        yield store
