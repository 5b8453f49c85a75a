"""What a verdict shows to people: both sides of each match, for as long as the verdict is kept."""

import os
from pathlib import Path

import numpy as np
import pytest

from cleardance.clearance.erasure import erase
from cleardance.clearance.garbage import collect
from cleardance.clearance.service import Service
from cleardance.errors import BlobDamaged
from cleardance.media import read_image
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from tests.clearance.asking import make


def test_both_sides_of_a_match_are_kept_until_the_task_is_erased(
    service: Service, tmp_path: Path
) -> None:
    make(service, tmp_path / "known.png")
    row = {"name": "The Ball", "kind": "character", "references": [str(tmp_path / "known.png")]}
    add(service.store, parse_row(row))
    record = make(service, tmp_path / "out.png")
    assert record.verdict is not None
    pairs = {(f.evidence.seen, f.evidence.matched) for f in record.verdict.findings}
    ((seen, matched),) = pairs
    assert seen
    assert matched
    for digest in (seen, matched):
        os.utime(service.store.blobs.path(digest), (0, 0))  # old enough to be collected
    collect(service)
    left, right = (read_image(service.store.blobs.path(digest)) for digest in (seen, matched))
    assert left.shape == right.shape
    assert np.abs(left.astype(int) - right).mean() < 8

    erase(service, record.task.id)
    for digest in (seen, matched):
        with pytest.raises(BlobDamaged):
            service.store.blobs.path(digest)
