"""Files handed in by address: whatever is wrong is said under the name the prompt uses."""

import base64
from pathlib import Path

import numpy as np
import pytest

from cleardance.accounts.accounts import account_id, create_account
from cleardance.clearance import assets, garbage
from cleardance.clearance.handed_in import Given, received
from cleardance.clearance.service import Service
from cleardance.errors import CleardanceError, NotFound, UnreadableMedia
from cleardance.media import write_png


def picture(path: Path, width: int = 320, height: int = 320) -> Path:
    rng = np.random.default_rng(5)
    write_png(path, rng.integers(0, 255, (height, width, 3), np.uint8))
    return path


def data_url(path: Path, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def given(url: str, media: str = "image", role: str = "reference_image") -> Given:
    return Given(url, media, role, "@Image1")  # type: ignore[arg-type]


def local(service: Service) -> str:
    with service.store.read() as session:
        return account_id(session, "local")


def refusal(service: Service, *files: Given) -> CleardanceError:
    with pytest.raises(CleardanceError) as caught, received(service, local(service), files):
        pytest.fail("it was taken")
    assert not list(service.store.home.work.iterdir())
    return caught.value


def test_a_data_url_is_decoded_and_measured(service: Service, tmp_path: Path) -> None:
    path = picture(tmp_path / "in.png", 400, 320)
    with received(service, local(service), [given(data_url(path))]) as (one,):
        assert one.reference.path.read_bytes() == path.read_bytes()
        assert (one.found.width_px, one.found.height_px) == (400, 320)
    assert not one.reference.path.exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("data:image/png;base64,!!!", "not base64"),
        ("data:image/png;base64,QUJD", "not media"),
        ("data:image/png,QUJD", "not data:image"),
        ("data:text/html;base64,QUJD", "not data:image"),
        ("data:video/mp4;base64,QUJD", "not data:image"),
        ("file:///etc/passwd", "not an http"),
        ("ftp://example.org/a.png", "not an http"),
        ("gopher://", "not an http"),
        ("http://127.0.0.1:1/a.png", "not a public address"),
        ("http://[::ffff:10.0.0.1]/a.png", "not a public address"),
        ("http://user:pw@example.org/a.png", "password"),
        ("asset://../../etc/passwd", "no asset"),
        ("asset://", "no asset"),
    ],
)
def test_an_address_that_is_not_one_is_refused_by_name(
    service: Service, url: str, words: str
) -> None:
    error = refusal(service, given(url))
    assert error.message.startswith("@Image1: ")
    assert words in error.message


@pytest.mark.parametrize(
    ("size", "words"),
    [((299, 320), "side"), ((320, 120), "side"), ((900, 300), "as wide as high")],
)
def test_a_picture_out_of_bounds_is_refused(
    service: Service, tmp_path: Path, size: tuple[int, int], words: str
) -> None:
    assert words in refusal(service, given(data_url(picture(tmp_path / "a.png", *size)))).message


def test_a_picture_that_says_it_is_a_sound_is_refused(service: Service, tmp_path: Path) -> None:
    url = data_url(picture(tmp_path / "a.png"), "audio/wav")
    assert "of image, not of audio" in refusal(service, given(url, "audio")).message


def test_more_files_than_are_taken_are_refused_before_any_is_fetched(service: Service) -> None:
    many = [given("http://127.0.0.1:1/a.png")] * 10
    assert "9 is the most" in refusal(service, *many).message


def test_an_asset_is_used_by_its_owner_alone_and_kept_while_it_is_named(
    service: Service, tmp_path: Path
) -> None:
    mine = local(service)
    create_account(service.store, "other")
    with service.store.read() as session:
        theirs = account_id(session, "other")
    kept = assets.keep(service, mine, picture(tmp_path / "a.png"))
    garbage.discard(service, kept.blob)
    with received(service, mine, [given(f"asset://{kept.id}")]) as (one,):
        assert one.found.kind == "image"
    with (
        pytest.raises(NotFound),
        received(service, theirs, [given(f"asset://{kept.id}")]),
    ):
        pytest.fail("another account read it")
    assert assets.listing(service, theirs) == []
    with pytest.raises(NotFound):
        assets.remove(service, theirs, kept.id)
    assets.remove(service, mine, kept.id)
    assert assets.listing(service, mine) == []
    assert kept.blob not in set(service.store.blobs.digests(older_than_s=-1))


def test_what_is_not_media_is_no_asset(service: Service, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"<html>" * 100)
    with pytest.raises(UnreadableMedia):
        assets.keep(service, local(service), tmp_path / "a.png")
