from collections.abc import Iterator

import pytest

from cleardance.accounts.accounts import ensure_local_account
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from tests.store.conftest import home, new_home

__all__ = ["home", "new_home"]


@pytest.fixture
def store(home: object) -> Iterator[Store]:
    with open_store(Settings(home=home)) as store:
        ensure_local_account(store)
        yield store
