"""Real authorities, real signed clips; made once, copied by the tests that damage them."""

from pathlib import Path

import pytest

from cleardance.media import write_png
from cleardance.provenance import (
    Authority,
    ManifestParts,
    Recipe,
    Sealed,
    SourceType,
    UnsealedParts,
    open_authority,
    seal,
)
from tests.media import clips


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return open_authority(tmp_path_factory.mktemp("ours") / "keys", "Harbour Films")


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return open_authority(tmp_path_factory.mktemp("theirs") / "keys", "Somebody Else")


def make_parts(**changes: object) -> ManifestParts:
    recipe = Recipe(
        model="draft",
        model_version="1",
        seed=5,
        width_px=clips.WIDTH,
        height_px=clips.HEIGHT,
        fps=clips.FPS,
        duration_s=1.0,
        prompt_commitment="cd" * 32,
    )
    values: dict[str, object] = {
        "title": "A red square",
        "output_id": "out_1",
        "ledger_index": 7,
        "verdict_digest": "ab" * 32,
        "registry_revision": 3,
        "source_type": SourceType.PROCEDURAL,
        "recipe": recipe,
    }
    return ManifestParts(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.mezzanine(tmp_path_factory.mktemp("raw"))


@pytest.fixture(scope="session")
def unsigned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clips.mp4(tmp_path_factory.mktemp("unsigned"))


@pytest.fixture(scope="session")
def sealed(raw: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return seal(UnsealedParts(raw, make_parts()), tmp_path_factory.mktemp("sealed"), authority)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    write_png(path, clips.frame(0))
    return path
