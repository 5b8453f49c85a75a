"""Files that come with a notice and mean harm: nothing is registered, and what came is kept."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from cleardance.errors import NotFound, NoticeError, RegistryError
from cleardance.media import write_png
from cleardance.rights import registry
from cleardance.rights.notices import filing
from cleardance.store import Store
from cleardance.store.tables import NoticeStatus
from tests import hostile
from tests.match.pictures import picture
from tests.rights.notices.forms import copyright_form

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def zip_bomb(folder: Path) -> Path:
    """A gigabyte of nothing, called a picture."""
    with zipfile.ZipFile(folder / "bomb.png", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0", bytes(2**26))
    return folder / "bomb.png"


def picture_bomb(folder: Path) -> Path:
    return hostile.huge_png(folder)


def text_called_a_clip(folder: Path) -> Path:
    return hostile.text_named_mp4(folder)


def list_of_other_files(folder: Path) -> Path:
    return hostile.hls_playlist(folder)


def sides_of_65535(folder: Path) -> Path:
    return hostile.huge_gif(folder)


@pytest.mark.parametrize(
    "attack",
    [zip_bomb, picture_bomb, text_called_a_clip, list_of_other_files, sides_of_65535],
)
def test_an_attack_is_refused_and_registers_nothing(
    store: Store, tmp_path: Path, attack: Callable[[Path], Path]
) -> None:
    file = attack(tmp_path)
    row = {"name": "Lantern Street", "kind": "series", "references": [file.name]}
    with pytest.raises(RegistryError, match="cannot be used"):
        filing.file_notice(store, copyright_form(works=[row]), tmp_path, NOW)
    with pytest.raises(NotFound):
        registry.show(store, "Lantern Street")
    assert [one.status for one in filing.listing(store)] == [NoticeStatus.RECEIVED]


def test_ten_thousand_frames_are_sampled_not_kept(store: Store, tmp_path: Path) -> None:
    with av.open(tmp_path / "long.gif", "w") as container:
        stream = container.add_stream("gif", rate=50)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "rgb8"
        for number in range(10_000):
            shade = np.full((64, 64, 3), number % 7 * 30, np.uint8)
            shade[number % 64] = 255
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shade, "rgb24")))
        container.mux(stream.encode())
    row = {"name": "Lantern Street", "kind": "series", "references": ["long.gif"]}
    try:
        filing.file_notice(store, copyright_form(works=[row]), tmp_path, NOW)
    except RegistryError:
        return  # too much of it, and said so
    assert len(registry.show(store, "Lantern Street").references) == 1


@pytest.mark.parametrize("name", ["/etc/hostname", "../secret.png", "a/../../secret.png", "link"])
def test_a_letter_cannot_have_other_files_read(store: Store, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "letter"
    folder.mkdir()
    write_png(tmp_path / "secret.png", picture(1))
    (folder / "link").symlink_to(tmp_path / "secret.png")
    row = {"name": "Lantern Street", "kind": "series", "references": [name]}
    with pytest.raises(NoticeError, match="not in the folder of the notice"):
        filing.file_notice(store, copyright_form(works=[row]), folder, NOW)
    assert filing.listing(store) == []
