"""Pictures of files, made once and kept in the home's cache: gone when what they show has to go.

Their names begin with the SHA-256 of their file. Whoever takes a file from view, or erases whose
it was, forgets them at once; ``garbage.collect`` does for what another machine decided.
"""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from cleardance.store import Store
from cleardance.store.failures import os_failures

FOLDERS: Final = ("pictures", "posters", "references")
_DIGEST_CHARS: Final = 64


def forget_files(store: Store, digests: Collection[str]) -> None:
    """Delete the pictures of files, and what is half made of them."""
    if digests:
        delete_pictures(store.home.cache, lambda digest: digest in digests)


def delete_pictures(cache: Path, is_gone: Callable[[str], bool]) -> None:
    """Delete every picture whose file's digest ``is_gone``."""
    for kind in FOLDERS:
        for path in (cache / kind).glob("*"):
            if is_gone(path.name[:_DIGEST_CHARS]):
                with os_failures(path):
                    path.unlink(missing_ok=True)
