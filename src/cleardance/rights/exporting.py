"""The registry written out as it can be imported again: JSON lines, and the files beside them."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from cleardance.errors import RegistryError
from cleardance.rights.stored import Content, read_contents
from cleardance.store import Store


def export_rows(store: Store, path: Path) -> int:
    """Write every work to ``path``, one JSON object a line, and return how many there are.

    Reference files go into a folder beside it, ``NAME.files``. Importing the file into an empty
    registry makes the same works. Raises RegistryError if it cannot be written.
    """
    with store.read() as connection:
        contents = read_contents(connection)
    folder = path.with_name(f"{path.name}.files")
    draft = path.with_name(f"{path.name}.partial")
    try:
        with draft.open("w", encoding="utf-8") as lines:
            for content in contents.values():
                row = _with_files(store, content, folder)
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            lines.flush()
            os.fsync(lines.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise RegistryError(f"{path} cannot be written: {error.strerror}.") from error
    return len(contents)


def _with_files(store: Store, content: Content, folder: Path) -> dict[str, Any]:
    """Return the row of a work, its files copied and named as a row names them."""
    references = content.get("references")
    if not references:
        return content
    folder.mkdir(exist_ok=True)
    for one in references:
        if not (folder / one["path"]).exists():
            shutil.copyfile(store.blobs.path(one["path"]), folder / one["path"])
    named = [one | {"path": f"{folder.name}/{one['path']}"} for one in references]
    return content | {"references": named}
