import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleardance.clearance.service import Service, open_service
from tests.clearance.notices.past import Past, PastHome, past_of


@pytest.fixture(scope="session")
def past_home(new_home: Path, tmp_path_factory: pytest.TempPathFactory) -> PastHome:
    """A home with a past and a notice, made once."""
    folder = tmp_path_factory.mktemp("past")
    home = Path(shutil.copytree(new_home, folder / "home"))
    with open_service(home) as service:
        return PastHome(home, past_of(service, folder))


@pytest.fixture
def home(past_home: PastHome, tmp_path: Path) -> Path:
    return Path(shutil.copytree(past_home.home, tmp_path / "home"))


@pytest.fixture
def service(home: Path) -> Iterator[Service]:
    with open_service(home) as service:
        yield service


@pytest.fixture
def past(past_home: PastHome) -> Past:
    return past_home.past
