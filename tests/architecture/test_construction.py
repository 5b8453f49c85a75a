"""Who may build which stage of the one path: there is no way round a step."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cleardance
from cleardance.provenance.seal import Sealed

SOURCE = Path(cleardance.__file__).parent

BUILDERS = {
    "Queued": {"clearance/intake.py"},
    "AskCleared": {"clearance/screening.py"},
    "Generated": {"clearance/making.py"},
    "OutputCleared": {"clearance/screening.py"},
    "Refused": {"clearance/screening.py"},
    "Sealed": {"provenance/seal.py"},
    "SealedOutput": {"clearance/releasing.py"},
    "Released": {"clearance/releasing.py"},
}
CALLERS = {
    "deliver": {"clearance/releasing.py"},  # puts a file where the creator gets it
    "hand_over": {"clearance/releasing.py", "clearance/flow.py"},
}


def calls(tree: ast.AST) -> Iterator[str]:
    """Yield the last part of the name of everything that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name


def callers_of(name: str) -> set[str]:
    return {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if name in calls(ast.parse(path.read_text(encoding="utf-8")))
    }


@pytest.mark.parametrize(("name", "where"), [*BUILDERS.items(), *CALLERS.items()])
def test_only_these_modules_build_or_call(name: str, where: set[str]) -> None:
    assert callers_of(name) == where


def test_a_stage_is_not_copied_with_changes() -> None:
    """``dataclasses.replace`` would be a second way to build one."""
    for path in (SOURCE / "clearance").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        stages = [name for name in BUILDERS if f"import {name}" in source or f", {name}" in source]
        if stages and "replace" in calls(ast.parse(source)):
            pytest.fail(f"{path.name} imports {stages} and calls replace")


def test_sealed_refuses_everybody_else(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="seal"):
        Sealed(tmp_path / "x.mp4", "0" * 64, 1, "Trusted", "none", key=object())
