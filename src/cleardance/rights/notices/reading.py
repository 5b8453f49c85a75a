"""A notice's file, YAML or JSON, read without trust."""

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from cleardance.errors import NoticeError
from cleardance.rights.notices.form import NoticeForm, parse_notice

MAX_BYTES = 64 * 2**20
"""A notice that names a million outputs fits."""

_MAX_DEPTH = 20


def read_notice(path: Path) -> NoticeForm:
    """Return the notice in a file. Raises NoticeError for a file or a form that cannot be read."""
    return parse_notice(read_values(path))


def read_values(path: Path) -> object:
    """Return the plain values in a file, YAML or JSON. Raises NoticeError if it cannot be read."""
    try:
        if not path.is_file():  # a pipe or a device might never end
            raise NoticeError(f"{path} is not a regular file.")
        if path.stat().st_size > MAX_BYTES:
            raise NoticeError(f"{path} is larger than {MAX_BYTES >> 20} MiB.")
        text = path.read_text("utf-8-sig")
        return _values(text, is_json=path.suffix == ".json")
    except (OSError, UnicodeDecodeError) as error:
        raise NoticeError(f"{path} cannot be read: {error}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NoticeError(f"{path} is neither YAML nor JSON that we read: {error}.") from error


def _values(text: str, *, is_json: bool) -> object:
    if is_json:  # YAML would read it too, but slowly
        return json.loads(text, object_pairs_hook=_once)
    _look_through(text)
    return yaml.load(text, _Loader)  # noqa: S506 - a safe loader


def _look_through(text: str) -> None:
    """Raise YAMLError for aliases, which can unfold a page into gigabytes, and for deep nesting."""
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read; write the value out")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise yaml.YAMLError(f"it is nested more than {_MAX_DEPTH} deep")


class _Loader(yaml.CSafeLoader):
    """Plain values, and no key twice: which of the two would have been meant?"""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        _once([(self.construct_object(key, deep=True), None) for key, _ in node.value])
        return super().construct_mapping(node, deep)


def _once(pairs: list[tuple[Hashable, Any]]) -> dict[Hashable, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        raise ValueError(f"{', '.join(twice)} is given twice")
    return values
