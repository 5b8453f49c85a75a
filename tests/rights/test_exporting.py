"""What is exported imports again to the same works."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleardance.media import write_png
from cleardance.rights.exporting import export_rows
from cleardance.rights.registry import import_rows, register
from cleardance.rights.row import RegistryRow
from cleardance.rights.stored import read_contents
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from tests.match.pictures import picture

_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12).map(
    lambda text: f"Q{text.strip()}"
)
_TEXTS = st.lists(_NAMES, max_size=2)
_DAYS = st.dates().map(str)
_ROWS = st.fixed_dictionaries(
    {"name": _NAMES, "kind": st.sampled_from(["film", "person", "mark"])},
    optional={
        "owner": _NAMES,
        "aliases": _TEXTS,
        "lang_aliases": st.dictionaries(st.sampled_from(["ko", "ja"]), _TEXTS, max_size=2),
        "hashtags": _TEXTS,
        "descriptors": _TEXTS,
        "keywords": _TEXTS,
        "cast": _TEXTS,
        "characters": st.lists(st.fixed_dictionaries({"name": _NAMES}), max_size=2),
        "identifiers": st.just({"imdb": "tt0111161", "isni": "000000012281955X"}),
        "policy": st.sampled_from(["deny", "review"]),
        "public_domain": st.booleans(),
        "public_domain_from": st.dictionaries(st.sampled_from(["US", "*"]), _DAYS, max_size=2),
        "territories": st.just(["KR", "US"]),
        "protected_until": _DAYS,
        "licence_contact": _NAMES,
        "source": _NAMES,
    },
)


def contents(store: Store) -> dict[str, Any]:
    with store.read() as connection:
        return read_contents(connection)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_ROWS, min_size=1, max_size=4))
def test_an_export_imports_to_the_same_works(rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_store(Settings(home=folder / "one")) as one:
            register(one, [RegistryRow.model_validate(row) for row in rows])
            exported = contents(one)
            assert export_rows(one, folder / "works.jsonl") == len(exported)
            again = import_rows(one, folder / "works.jsonl")
            assert (again.added, again.updated, again.revision) == (0, 0, 1)
        with open_store(Settings(home=folder / "other")) as other:
            report = import_rows(other, folder / "works.jsonl")
            assert (report.errors, report.added) == ((), len(exported))
            assert contents(other) == exported


def test_files_go_with_it(store: Store, tmp_path: Path) -> None:
    write_png(tmp_path / "guard.png", picture(1))
    references = ["guard.png", {"path": "guard.png", "role": "image"}]
    row = {"name": "Zorblax", "kind": "film", "references": references}
    register(store, [RegistryRow.model_validate(row)], tmp_path)
    export_rows(store, tmp_path / "works.jsonl")
    (tmp_path / "guard.png").unlink()
    with open_store(Settings(home=tmp_path / "other")) as other:
        assert import_rows(other, tmp_path / "works.jsonl").errors == ()
        assert contents(other) == contents(store)
        ((blob,),) = [[r["path"] for r in c["references"]] for c in contents(other).values()]
        other.blobs.verify(blob)
