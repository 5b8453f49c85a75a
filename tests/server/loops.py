"""Event loops of tests: a browser that other tests drive leaves one running in its thread."""

from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import anyio

Answer = TypeVar("Answer")


def run(main: Callable[[], Coroutine[Any, Any, Answer]]) -> Answer:
    """Run a loop in a thread of its own, and return what it returns."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, main).result()
