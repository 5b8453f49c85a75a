"""Where everything is kept: typed tables, content-addressed blobs, locks.

``with open_store(settings) as store:`` makes the home at first use, migrates it if it is older,
and gives ``store.begin()``, ``store.read()``, ``store.blobs`` and ``store.lock(name)``.
"""

from cleardance.store.database import Store
from cleardance.store.opening import open_store

__all__ = ["Store", "open_store"]
