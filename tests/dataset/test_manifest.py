import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleardance.dataset.assets import BACKDROPS, asset_id, assets
from cleardance.dataset.manifest import by_split, read_manifest, split_of
from cleardance.dataset.shelf import MANIFEST, Shelf
from cleardance.errors import VerificationError
from cleardance.pocket.text import Vocabulary
from cleardance.world.vocabulary import subjects


def rewritten(path: Path, line: int, **changes: object) -> None:
    lines = path.read_text().splitlines()
    lines[line] = json.dumps(json.loads(lines[line]) | changes)
    path.write_text("\n".join(lines) + "\n")


def test_written_and_read_is_the_same(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "m").write_text(shelf.manifest.text, encoding="utf-8")
    again = read_manifest(tmp_path / "m")
    assert again == shelf.manifest
    assert again.digest == shelf.manifest.digest


def test_every_row_is_accounted_for(shelf: Shelf) -> None:
    header = shelf.manifest.header
    for row in shelf.manifest.rows:
        assert row.assets == (asset_id(row.subject), BACKDROPS)
        assert all(header.assets[asset].licence for asset in row.assets)
    art = header.assets[asset_id("cat")]
    assert (art.licence, len(art.sha256 or "")) == ("MIT", 64)
    assert header.vocabulary_digest == Vocabulary(header.words).digest
    assert set(header.libraries) >= {"numpy", "resvg_py"}


def test_every_subject_of_the_world_has_a_licence() -> None:
    found = assets(tuple(subjects()))
    assert {asset_id(key) for key in subjects()} < set(found)
    assert all(a.licence and a.source and a.copyright for a in found.values())


def test_both_splits_are_there_and_apart(shelf: Shelf) -> None:
    kinds = {
        split: {shelf.manifest.rows[i].caption for i in shelf.manifest.indices(split)}
        for split in ("train", "held_out")
    }
    assert kinds["train"].isdisjoint(kinds["held_out"])
    assert by_split(kinds["train"], "held_out") == []


@settings(deadline=None)  # a busy machine is not a failure
@given(st.sampled_from(["fox", "cat", "bus"]), st.integers(0, 1000))
def test_facing_does_not_decide_the_split(subject: str, number: int) -> None:
    left, right = (f"A {subject} facing {side} is {number}." for side in ("left", "right"))
    assert split_of(left) == split_of(right)


def test_about_one_in_sixteen_is_held_out() -> None:
    held_out = sum(split_of(f"a cat {n}") == "held_out" for n in range(4000))
    assert 180 < held_out < 320


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        (0, {"exclusion": None}),  # not stamped
        (0, {"assets": {}}),  # art without a licence
        (0, {"kind": "films"}),
        (0, {"surprise": 1}),
        (1, {"sha256": "abc"}),
        (1, {"subject": "dog"}),
        (1, {"assets": []}),
    ],
)
def test_what_is_not_accounted_for_is_not_read(
    own_shelf: Path, line: int, changes: dict[str, object]
) -> None:
    rewritten(own_shelf / MANIFEST, line, **changes)
    with pytest.raises(VerificationError, match="not a training manifest"):
        read_manifest(own_shelf / MANIFEST)


def test_an_excluded_seed_is_not_listed(own_shelf: Path) -> None:
    header = json.loads((own_shelf / MANIFEST).read_text().splitlines()[0])
    stamped = header["exclusion"] | {"excluded_seeds": [0]}
    rewritten(own_shelf / MANIFEST, 0, exclusion=stamped)
    with pytest.raises(VerificationError, match="excluded"):
        read_manifest(own_shelf / MANIFEST)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"not json\n"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(VerificationError):
        read_manifest(tmp_path / "m")


def test_a_manifest_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VerificationError):
        read_manifest(tmp_path / "m")
