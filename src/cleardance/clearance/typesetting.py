"""Documents as PDF/A-3, with their data attached: set by Typst, in packaged Noto fonts.

Needs the ``pdf`` extra. No system font is used, so that they look the same everywhere; a character
that none of the packaged fonts has is replaced by its number, like [U+10000].
"""

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from cleardance.errors import PartMissing
from cleardance.provenance.dossier import shown

_FIRST: Final = ("Noto Sans", "Noto Sans CJK KR", "Noto Sans Arabic")
_PACKAGES: Final = ("manimgx_fonts", "manimgx_fonts_cjk")
_TEMPLATES: Final = files("cleardance.clearance").joinpath("templates")


def set_pdf(template: str, document: BaseModel, made_at: str) -> bytes:
    """Return ``templates/NAME`` set with the document's values: the same bytes for the same ones.

    The template finds them, as they can be shown, as ``document``, and as they are, for the
    attachment, as ``data``; ``prelude.typ`` stands before it. Raises PartMissing.
    """
    typst, folders = _typst(), font_folders()
    values = _displayable(document.model_dump(mode="json"), covered(folders))
    inputs = {
        "document": json.dumps(values, ensure_ascii=False),
        "data": document.model_dump_json(),  # proofs cover every byte
        "fonts": json.dumps([*_FIRST, *sorted(set(_families(folders)) - set(_FIRST))]),
    }
    parts = [_TEMPLATES.joinpath(name).read_bytes() for name in ("prelude.typ", template)]
    made: bytes = typst.compile(
        b"\n".join(parts),
        font_paths=folders,
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=["a-3b"],
        timestamp=int(datetime.fromisoformat(made_at).timestamp()),
    )
    return made


def font_folders() -> list[str]:
    """Return the folders of the packaged fonts. Raises PartMissing."""
    found = [find_spec(name) for name in _PACKAGES]
    if not all(found):
        raise _missing()
    return [str(Path(spec.origin).parent) for spec in found if spec and spec.origin]


@cache
def _covered(folders: tuple[str, ...]) -> frozenset[int]:
    from fontTools.ttLib import TTCollection, TTFont

    found: set[int] = set()
    for path in _font_files(folders):
        with TTCollection(path) if path.suffix == ".ttc" else TTFont(path) as file:
            for font in getattr(file, "fonts", [file]):
                found |= font.getBestCmap().keys()
    return frozenset(found)


def covered(folders: list[str]) -> frozenset[int]:
    """Return the characters that the packaged fonts have."""
    return _covered(tuple(folders))


def displayable(text: str, has: frozenset[int]) -> str:
    """Return a text with what cannot be shown, or would steer, replaced by what can."""
    safe = shown(text)
    if safe.isascii():
        return safe
    return "".join(
        one
        if ord(one) in has or one in "\n\u200b\u200c\u200d\ufe0e\ufe0f"
        else f"[U+{ord(one):04X}]"
        for one in safe
    )


def _displayable(value: Any, has: frozenset[int]) -> Any:
    if isinstance(value, str):
        return displayable(value, has)
    if isinstance(value, dict):
        return {key: _displayable(one, has) for key, one in value.items()}
    if isinstance(value, list):
        return [_displayable(one, has) for one in value]
    return value


def _families(folders: list[str]) -> list[str]:
    fonts = _typst().Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=folders
    )
    return [name for name in fonts.families() if "CJK" not in name and "Italic" not in name]


def _font_files(folders: tuple[str, ...]) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted(Path(folder).iterdir())
        if path.suffix in (".ttf", ".otf", ".ttc")
    ]


def _typst() -> Any:
    try:
        import typst
    except ImportError as error:
        raise _missing() from error
    return typst


def _missing() -> PartMissing:
    return PartMissing(
        "A document as PDF needs parts that are not installed.",
        hint='pip install "cleardance[pdf]"; or take another format.',
    )
