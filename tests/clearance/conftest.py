import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleardance.clearance.service import Service, open_service


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with its starter registry and its keys, to be copied."""
    home = tmp_path_factory.mktemp("new") / "home"
    with open_service(home) as service:
        assert service.authority.root_pem
        service.checkpoint()
    return home


@pytest.fixture
def home(new_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(new_home, tmp_path / "home"))


@pytest.fixture
def service(home: Path) -> Iterator[Service]:
    with open_service(home) as service:
        yield service
