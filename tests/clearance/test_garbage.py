"""What nothing names any more is deleted, and no picture of it is left."""

import os
from datetime import UTC, datetime
from pathlib import Path

from cleardance.accounts.accounts import create_account
from cleardance.accounts.roles import Role
from cleardance.clearance import garbage, review
from cleardance.clearance.review_decision import deny
from cleardance.clearance.service import Service
from cleardance.media import read_image, write_png
from cleardance.rights import registry
from cleardance.rights.row import parse_row
from tests.clearance.asking import make, request


def test_small_pictures_go_with_what_they_show(service: Service, tmp_path: Path) -> None:
    made = make(service, tmp_path / "ball.png", request())
    write_png(tmp_path / "own.png", read_image(tmp_path / "ball.png"))
    row = {"name": "The Ball", "kind": "mark", "references": [str(tmp_path / "own.png")]}
    work = registry.show(service.store, registry.add(service.store, parse_row(row)))
    cache = service.store.home.cache
    poster = cache / "posters" / f"{made.task.sealed_blob}.jpg"
    reference = cache / "references" / f"{work.references[0].path}.jpg"
    for path in (poster, reference):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"a picture")
    garbage.collect(service)
    assert poster.exists()
    assert reference.exists()
    _, files = registry.remove(service.store, work.work_id)
    for blob in files:
        garbage.discard(service, blob)
    garbage.collect(service)
    assert poster.exists()
    assert not reference.exists()


def test_what_was_looked_at_for_a_review_goes_once_it_is_decided(
    service: Service, tmp_path: Path
) -> None:
    """Held outputs are not sealed: reviewers alone see them, and only until they decide."""
    create_account(service.store, "ana", roles=[Role.REVIEWER])
    row = {"name": "Zorblaxian", "kind": "series", "policy": "review"}
    registry.add(service.store, parse_row(row))
    make(service, tmp_path / "out.png", request("the Zorblaxian ball bounces"))
    (waiting,) = review.listing(service)
    seen = service.store.home.cache / "reviews" / waiting.id
    seen.mkdir(parents=True)
    os.utime(seen, (0, 0))
    garbage.collect(service)
    assert seen.exists()
    deny(service, waiting.id, "ana", "Not theirs.", datetime.now(UTC))
    garbage.collect(service)
    assert not seen.exists()
