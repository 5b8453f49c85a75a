"""Benchmarks, scripts and examples still find what they take from the code.

Most run for minutes, so that only their imports are tried: all of them, those in functions too.
"""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(
    path
    for folder in ("benchmarks", "scripts", "examples")
    for path in (ROOT / folder).rglob("*.py")
)


def names_taken(script: Path) -> Iterator[tuple[str, str | None]]:
    """Yield each module of ours that is imported, with each name that is taken from it."""
    for node in ast.walk(ast.parse(script.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, one.name) for one in node.names)
        elif isinstance(node, ast.Import):
            yield from ((one.name, None) for one in node.names)


def is_there(module: str, name: str | None) -> bool:
    try:
        found = import_module(module)
        if name is None or hasattr(found, name):
            return True
        import_module(f"{module}.{name}")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        return missing not in ("cleardance", "tests")  # a part that need not be installed
    return True


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_script_imports_of_ours_is_there(script: Path) -> None:
    ours = {one for one in names_taken(script) if one[0].split(".")[0] in ("cleardance", "tests")}
    assert {one for one in ours if not is_there(*one)} == set()


def test_a_name_that_is_gone_is_seen() -> None:
    assert not is_there("cleardance.request", "Gone")
    assert not is_there("cleardance.gone", None)
    assert is_there("cleardance.clearance", "flow")
