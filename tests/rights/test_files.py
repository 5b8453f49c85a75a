from pathlib import Path

import pytest

from cleardance.errors import RegistryError
from cleardance.rights.registry import import_rows, show
from cleardance.store import Store


def table(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "works.csv"
    path.write_text("\r\n".join(lines) + "\r\n", "utf-8-sig")
    return path


def test_a_table_is_imported(store: Store, tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "name,kind,owner,aliases,aliases:ko,identifiers:imdb,public_domain,territories",
        '"Zorblax, the Film",film,Q,Zorb|The Zorb,조르블락스,tt0111161,no,US|KR',
        "",
        "Quux,mark,,,,,,",
    )
    assert import_rows(store, path).errors == ()
    shown = show(store, "Zorblax, The FILM")
    assert (shown.aliases, shown.lang_aliases) == (("Zorb", "The Zorb"), {"ko": ("조르블락스",)})
    assert (shown.identifiers, shown.territories) == ({"imdb": "tt0111161"}, ("US", "KR"))
    assert show(store, "Quux").owner is None


@pytest.mark.parametrize("column", ["polcy", "characters", "aliases:", "name:ko"])
def test_a_column_that_is_no_field_is_refused(store: Store, tmp_path: Path, column: str) -> None:
    with pytest.raises(RegistryError, match="unknown"):
        import_rows(store, table(tmp_path, f"name,kind,{column}", "Zorblax,film,x"))


def test_a_row_of_the_wrong_length_is_named(store: Store, tmp_path: Path) -> None:
    report = import_rows(store, table(tmp_path, "name,kind", "Zorblax,film,x", "Quux,film"))
    assert report.errors == ((2, "3 cells for 2 columns"),)
