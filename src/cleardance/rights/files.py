"""Files of rows as rights-holders hand them in: JSON lines, or a table with a header (CSV)."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from cleardance.errors import RegistryError
from cleardance.rights.row import RegistryRow

_MAX_CELL_CHARS: Final = 1_000_000
_LISTS: Final = frozenset(
    ["aliases", "hashtags", "descriptors", "keywords", "cast", "references", "territories"]
)
_TRUTH: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

Line = tuple[int, object]  # number from 1, values; or the ValueError that was met there


def read_lines(path: Path) -> Iterator[Line]:
    """Yield the rows of a file, ``.csv`` or else JSON lines, with their line numbers.

    What is no JSON comes as the ValueError. Raises RegistryError for a file that cannot be read
    as UTF-8, and for a table whose columns are not fields.
    """
    if not path.is_file():  # a pipe or a device might never end
        raise RegistryError(f"{path} is not a regular file.")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _table(file) if path.suffix.lower() == ".csv" else _json_lines(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RegistryError(f"{path} cannot be read: {error}.") from error


def _json_lines(file: TextIO) -> Iterator[Line]:
    for number, line in enumerate(file, start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, ValueError(f"not a JSON object: {error}")


def _table(file: TextIO) -> Iterator[Line]:
    """Read lists as cells with ``|`` between, ``aliases:ko`` and ``identifiers:imdb`` as maps."""
    csv.field_size_limit(_MAX_CELL_CHARS)
    rows = csv.reader(file, strict=True)
    columns = [column.strip() for column in next(rows, [])]
    for column in columns:
        _check_column(column)
    for cells in rows:
        if any(cell.strip() for cell in cells):
            yield rows.line_num, _values(columns, cells)


def _check_column(column: str) -> None:
    field, _, key = column.partition(":")
    fits = field in {"aliases", "identifiers"} and key if ":" in column else True
    nested = {"characters", "conditions", "lang_aliases", "public_domain_from"}
    if field not in RegistryRow.model_fields or field in nested or not fits:
        raise RegistryError(
            f"column {column!r} is unknown",
            hint="Columns are the fields of a row, aliases:LANGUAGE and identifiers:SCHEME; what "
            "is nested deeper needs JSON lines.",
        )


def _values(columns: list[str], cells: list[str]) -> object:
    if len(cells) != len(columns):
        return ValueError(f"{len(cells)} cells for {len(columns)} columns")
    values: dict[str, Any] = {}
    for column, cell in zip(columns, map(str.strip, cells), strict=True):
        field, _, key = column.partition(":")
        if not cell:
            continue
        if field == "identifiers":
            values.setdefault(field, {})[key] = cell
        elif key:
            values.setdefault("lang_aliases", {})[key] = _split(cell)
        elif field in _LISTS:
            values[field] = _split(cell)
        else:
            values[field] = _TRUTH.get(cell.lower(), cell) if field == "public_domain" else cell
    return values


def _split(cell: str) -> list[str]:
    return [part for part in map(str.strip, cell.split("|")) if part]
