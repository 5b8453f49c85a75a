"""What is handed in is kept, screened, used and cited as it was when it was handed in."""

import hashlib
import json
import os
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from c2pa import Builder, C2paSignerInfo, Context, Reader, Settings, Signer
from sqlalchemy import select

from cleardance.clearance.erasure import erase
from cleardance.clearance.flow import clear, resume_unfinished
from cleardance.clearance.garbage import collect
from cleardance.clearance.record import Record
from cleardance.clearance.service import Service
from cleardance.clearance.tasks import Step
from cleardance.errors import InvalidCredentials, StoreError, UnreadableMedia
from cleardance.generate.models import MODELS
from cleardance.ledger.entry import canonical, personal
from cleardance.ledger.verify import verify
from cleardance.media import read_image, write_png
from cleardance.provenance import Authority, open_authority, read_manifest, sign
from cleardance.request import ReferenceInput, Request
from cleardance.rights.registry import add
from cleardance.rights.row import parse_row
from cleardance.store.tables import ledger_entry, task
from tests.clearance.asking import RELEASED, bodies, kinds, request
from tests.clearance.first_frame import MODEL
from tests.provenance.conftest import make_parts

_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype"


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return open_authority(tmp_path_factory.mktemp("theirs") / "keys", "Somebody Else")


@pytest.fixture(autouse=True)
def _model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, MODEL.name, MODEL)


def picture(path: Path, seed: int = 1) -> Path:
    """Smooth blobs of colour: something to compare, and not noise."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    write_png(path, cv2.resize(small, (320, 240), interpolation=cv2.INTER_CUBIC))
    return path


def asked(*paths: Path, **values: object) -> Request:
    given = tuple(
        ReferenceInput(path=path, media="image", role="reference_image" if n else "first_frame")
        for n, path in enumerate(paths)
    )
    return request(model="pan", references=given, audio=False, **values)


def manifest(path: Path, root_pem: str) -> dict:
    store = json.loads(Reader(str(path)).json())
    return store["manifests"][store["active_manifest"]]


def make(service: Service, tmp_path: Path, *paths: Path, **values: object) -> Record:
    return clear(service, asked(*paths, **values), tmp_path / "out.png")


def test_each_is_an_ingredient_named_by_its_role(service: Service, tmp_path: Path) -> None:
    first, second, third = (picture(tmp_path / f"anna-{n}.png", n) for n in range(3))
    assert make(service, tmp_path, first, second, third).status == "released"
    found = manifest(tmp_path / "out.png", service.authority.root_pem)
    titles = ["first frame", "reference image 1", "reference image 2"]
    assert [item["title"] for item in found["ingredients"]] == titles
    assert b"anna" not in (tmp_path / "out.png").read_bytes()  # names of files are personal
    assert not any("thumbnail" in item for item in found["ingredients"])
    facts = read_manifest(tmp_path / "out.png", service.authority.root_pem).facts
    assert facts is not None
    assert facts.ingredients == tuple(titles)


def test_a_video_begins_with_what_was_handed_in(service: Service, tmp_path: Path) -> None:
    given = asked(picture(tmp_path / "in.png"), still=False, duration_s=1.0)
    record = clear(service, given, tmp_path / "out.mp4")
    assert record.status == "released"
    assert read_manifest(tmp_path / "out.mp4", service.authority.root_pem).state == "Trusted"
    assert kinds(service, record.task.id) == RELEASED


def test_the_recipe_and_the_ledger_commit_to_it(service: Service, tmp_path: Path) -> None:
    given = picture(tmp_path / "in.png")
    record = make(service, tmp_path, given)
    digest = hashlib.sha256(given.read_bytes()).hexdigest()
    facts = read_manifest(tmp_path / "out.png", service.authority.root_pem).facts
    assert facts is not None
    assert facts.record is not None
    assert facts.record.recipe["first_frame"] == personal(digest, record.task.salt)
    stored = service.task(record.task.id).request
    assert stored.references[0].sha256 == digest
    commitment = personal(canonical(stored.model_dump(mode="json")).decode(), record.task.salt)
    assert bodies(service, record.task.id, "asked")[0]["request"] == commitment
    with service.store.read() as session:
        everything = json.dumps(list(session.scalars(select(ledger_entry.c.body))))
    assert digest not in everything


@pytest.mark.parametrize("change", ["changed", "deleted"])
def test_a_file_that_changes_after_it_was_handed_in_does_not_matter(
    service: Service, tmp_path: Path, change: str
) -> None:
    given = picture(tmp_path / "in.png")
    before = cv2.resize(read_image(given), asked(given).size).astype(int)

    def meddle(step: Step, fraction: float) -> None:
        if (step, fraction) == (Step.ENQUEUE, 1.0):
            given.unlink()
            if change == "changed":
                picture(given, seed=99)

    record = clear(service, asked(given), tmp_path / "out.png", meddle)
    assert record.status == "released"
    assert np.abs(read_image(tmp_path / "out.png") - before).mean() < 2.0


def test_a_registered_picture_is_not_used(service: Service, tmp_path: Path) -> None:
    given = picture(tmp_path / "in.png")
    row = {"name": "Guard", "kind": "series", "owner": "X", "references": [str(given)]}
    add(service.store, parse_row(row))
    assert make(service, tmp_path, given).status == "denied"


def test_a_signed_reference_brings_its_credentials_along(service: Service, tmp_path: Path) -> None:
    signed = tmp_path / "signed.png"
    sign(picture(tmp_path / "in.png"), signed, make_parts(), service.authority)
    assert make(service, tmp_path, signed).status == "released"
    found = manifest(tmp_path / "out.png", service.authority.root_pem)
    (ingredient,) = found["ingredients"]
    assert ingredient["active_manifest"] == manifest(signed, service.authority.root_pem)["label"]
    assert not ingredient["validation_results"]["activeManifest"]["failure"]


def with_thumbnail(path: Path, thumbnail: Path, authority: Authority) -> Path:
    """The file signed by somebody whose credentials show another picture."""
    says = {"action": "c2pa.created", "digitalSourceType": f"{_IPTC}/digitalCreation"}
    said = {
        "claim_generator_info": [{"name": "somebody"}],
        "format": "image/png",
        "thumbnail": {"format": "image/png", "identifier": "small"},
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [says]}}],
    }
    info = C2paSignerInfo(
        b"es256", authority.chain_pem.encode(), str(authority.key_pem).encode(), None
    )
    settings = Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}})
    signed = path.with_name(f"signed {path.name}")
    with (
        Builder(said, context=Context(settings=settings, signer=Signer.from_info(info))) as builder,
        path.open("rb") as source,
        signed.open("w+b") as target,
    ):
        builder.add_resource("small", BytesIO(thumbnail.read_bytes()))
        builder.sign("image/png", source, target)
    return signed


def test_a_picture_smuggled_in_credentials_is_screened_as_well(
    service: Service, tmp_path: Path, stranger: Authority
) -> None:
    known, plain = picture(tmp_path / "known.png", 2), picture(tmp_path / "in.png")
    row = {"name": "Guard", "kind": "series", "owner": "X", "references": [str(known)]}
    add(service.store, parse_row(row))
    record = make(service, tmp_path, with_thumbnail(plain, known, stranger))
    assert record.status == "denied"
    assert record.verdict is not None
    assert {finding.work.name for finding in record.verdict.findings} == {"Guard"}
    other = with_thumbnail(plain, picture(tmp_path / "other.png", 3), stranger)
    assert make(service, tmp_path, other).status == "released"


def test_a_tampered_reference_is_refused_by_name(service: Service, tmp_path: Path) -> None:
    signed = tmp_path / "signed.png"
    sign(picture(tmp_path / "in.png"), signed, make_parts(), service.authority)
    data = bytearray(signed.read_bytes())
    data[-30] ^= 1
    signed.write_bytes(data)
    with pytest.raises(InvalidCredentials, match=r"signed\.png .*dataHash\.mismatch"):
        make(service, tmp_path, signed)
    assert list(service.store.blobs.digests(older_than_s=0)) == []
    with service.store.read() as session:
        assert session.scalar(select(task.c.id)) is None


def test_what_is_no_media_is_refused_and_not_kept(service: Service, tmp_path: Path) -> None:
    (tmp_path / "in.png").write_text("nothing to see")
    with pytest.raises(UnreadableMedia):
        make(service, tmp_path, tmp_path / "in.png")
    assert list(service.store.blobs.digests(older_than_s=0)) == []


def test_a_kept_reference_that_is_damaged_fails_the_task(service: Service, tmp_path: Path) -> None:
    def damage(step: Step, fraction: float) -> None:
        if (step, fraction) == (Step.SCREEN_ASK, 1.0):
            for digest in service.store.blobs.digests(older_than_s=0):
                service.store.blobs.path(digest).write_bytes(b"x")

    given = asked(picture(tmp_path / "in.png"))
    record = clear(service, given, tmp_path / "out.png", damage)
    assert (record.status, record.task.error_code) == ("failed", "StoreFailed.BlobDamaged")


def test_an_interrupted_task_finishes_with_what_was_handed_in(
    service: Service, tmp_path: Path
) -> None:
    given = picture(tmp_path / "in.png")

    def stop(step: Step, fraction: float) -> None:
        if step is Step.GENERATE:
            raise StoreError("as if the disk were full")

    with pytest.raises(StoreError):
        clear(service, asked(given), tmp_path / "out.png", stop)
    given.unlink()
    _age(service)
    collect(service)  # knows what queued tasks need
    assert [one.status for one in resume_unfinished(service)] == ["released"]


def test_erasing_a_task_deletes_its_references_unless_another_needs_them(
    service: Service, tmp_path: Path
) -> None:
    given = picture(tmp_path / "in.png")
    digest = hashlib.sha256(given.read_bytes()).hexdigest()
    first, second = (make(service, tmp_path, given, seed=seed).task.id for seed in (1, 2))
    erase(service, first)
    assert digest in service.store.blobs.digests(older_than_s=0)
    erase(service, second)
    assert digest not in service.store.blobs.digests(older_than_s=0)
    verify(service.store, service.ledger_keys.publics)
    assert read_manifest(tmp_path / "out.png", service.authority.root_pem).state == "Trusted"


def _age(service: Service) -> None:
    for digest in service.store.blobs.digests(older_than_s=0):
        os.utime(service.store.blobs.path(digest), (0, 0))
