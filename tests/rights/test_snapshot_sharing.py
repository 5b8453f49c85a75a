"""A store that is fenced for one task reads the same registry as the whole process."""

from cleardance.rights.snapshot import current, known_revision
from cleardance.store import Store


def test_guarded_stores_share_one_snapshot_and_keep_none(store: Store) -> None:
    whole = current(store)
    guarded = store.guarded(lambda connection: None)
    again = guarded.guarded(lambda connection: None)
    assert current(guarded) is whole
    assert current(again) is whole
    assert known_revision(again) == whole.revision
