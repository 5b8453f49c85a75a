"""What comes over the network names files by their address on the web, never by a path of ours."""

from collections.abc import Iterator
from typing import Any

from cleardance.errors import AddressRefused

_FILES = ("references", "evidence")


def refuse_paths(body: object) -> None:
    """Raise AddressRefused if ``references`` or ``evidence`` are not all http(s) URLs."""
    for one in _named_files(body):
        if not (isinstance(one, str) and one.lower().startswith(("http://", "https://"))):
            raise AddressRefused(f"{str(one)[:100]!r} is not an address on the web.")


def _named_files(body: object) -> Iterator[Any]:
    waiting = [body]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            for name, value in one.items():
                if name in _FILES and value:
                    yield from (
                        _address(v) for v in (value if isinstance(value, list) else [value])
                    )
                else:
                    waiting.append(value)


def _address(value: object) -> object:
    """Return the address of a reference, which may be an object that says more of it."""
    return value.get("path", value.get("url")) if isinstance(value, dict) else value
