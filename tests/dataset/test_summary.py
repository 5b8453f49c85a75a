import re
from pathlib import Path

import pytest

from cleardance.dataset.manifest import Manifest
from cleardance.dataset.shelf import Shelf, build
from cleardance.dataset.summary import Provider, summarise
from cleardance.rights.snapshot import RegistrySnapshot

WHO = Provider("Makers Ltd", "mail@makers.example", "pocket 1")
HEADINGS = [
    *("1. General information", "1.1", "1.2", "1.3"),
    *("2. List of data sources", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"),
    *("3. Data processing", "3.1", "3.2", "3.3"),
]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory, registry: RegistrySnapshot) -> Manifest:
    return build(
        tmp_path_factory.mktemp("clips"), ("cat",), 3, (96, 64), registry, frozenset(), frames=3
    ).manifest


def test_it_has_every_heading_of_the_template_in_order(shelf: Shelf) -> None:
    told = re.findall(r"^#{2,3} (.*)$", summarise([shelf.manifest], WHO), re.MULTILINE)
    assert [line[: len(wanted)] for line, wanted in zip(told, HEADINGS, strict=True)] == HEADINGS


def test_what_it_counts_is_what_was_taught(shelf: Shelf, clips: Manifest) -> None:
    said = summarise([shelf.manifest, clips], WHO)
    stills, moving = len(shelf.manifest.indices("train")), len(clips.indices("train"))
    assert f"| image | {stills} stills |" in said
    assert f"| video | {moving} clips, 0.0 h |" in said
    assert f"| MIT | Copyright (c) Microsoft Corporation | 2 | {stills + moving} |" in said
    for manifest in (shelf.manifest, clips):
        assert manifest.digest in said
    assert "Makers Ltd; mail@makers.example." in said


def test_what_was_excluded_is_said(shelf: Shelf) -> None:
    header = shelf.manifest.header
    stamp = header.exclusion.model_copy(update={"excluded_seeds": (900, 901), "works": 37})
    other = shelf.manifest.model_copy(
        update={"header": header.model_copy(update={"exclusion": stamp})}
    )
    captions = f"{stamp.captions_checked} | 2 |"
    assert f"| 37 | {captions}" in summarise([other], WHO)


def test_it_is_written_as_a_file(shelf: Shelf, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from cleardance.cli.main import cli

    (tmp_path / "manifest.jsonl").write_text(shelf.manifest.text, "utf-8")
    done = CliRunner().invoke(
        cli,
        ["dataset", "summary", str(tmp_path / "manifest.jsonl"), "-o", str(tmp_path / "s.md")],
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "s.md").read_text("utf-8").startswith("# Public summary of training content")
    (tmp_path / "manifest.jsonl").write_text("{}\n")
    done = CliRunner().invoke(cli, ["dataset", "summary", str(tmp_path / "manifest.jsonl")])
    assert done.exit_code != 0
