"""The letter from beginning to end: all that was planted is found, and nothing else touched."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

DEMO = Path(__file__).parents[3] / "examples" / "letters" / "demo.py"


@pytest.fixture(scope="module")
def demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("letters_demo", DEMO)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["letters_demo"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_letter_finds_what_was_planted_and_touches_nothing_else(
    demo: ModuleType, home: Path, tmp_path: Path
) -> None:
    done = demo.run(home, tmp_path, 16)
    assert len(done.planted) == 3
    assert done.found == done.planted
    assert done.served_before == done.planted | done.innocent
    assert done.served_after == done.innocent
    assert done.revoked >= 1
    assert done.execution.status == "executed"
