from pathlib import Path

import pytest

from cleardance.clearance.record import Record
from tests.clearance.enforcing.letters import make_past
from tests.clearance.prepared import Prepared, prepare


@pytest.fixture(scope="session")
def letters_past(
    new_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Prepared[dict[str, Record]]:
    return prepare(new_home, tmp_path_factory.mktemp("past"), make_past)
