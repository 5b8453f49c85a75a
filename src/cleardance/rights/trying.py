"""What registering a work would mean, told before it is done: of its files, and of its names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cleardance.errors import RegistryError
from cleardance.match.cost import per_thousand, prompts, prompts_stopped
from cleardance.match.descriptor import DescriptorIndex
from cleardance.match.faces import FACE_SIGNAL
from cleardance.match.fold import normal_form
from cleardance.match.names import NameIndex, NameRow
from cleardance.match.pdq import PDQ_SIGNAL
from cleardance.rights.references import Reference, read_reference
from cleardance.rights.registry import ImportReport, check
from cleardance.rights.row import ReferenceRole, ReferenceRow, RegistryRow, WorkKind
from cleardance.store import Store
from cleardance.store.tables import NameKind

_TRIED: Final = 40
"""Names and descriptions whose cost is told; more would keep whoever types waiting."""


@dataclass(frozen=True)
class Tried:
    """How good a reference is: ``told`` in words; ``problem`` why it would be refused, if so.

    ``shared`` says whose work shows the same picture already.
    """

    name: str
    role: str | None
    told: tuple[str, ...]
    problem: str | None
    shared: str | None = None


@dataclass(frozen=True)
class Cost:
    """How many of 1,000 harmless prompts a thing would stop: expected, and at most (95 %)."""

    what: str  # name, description or keywords
    text: str
    stopped: int
    tried: int

    @property
    def expected(self) -> float:
        """Of 1,000 prompts."""
        return per_thousand(self.stopped, self.tried)[0]

    @property
    def at_most(self) -> float:
        """Of 1,000 prompts, at 95 % confidence."""
        return per_thousand(self.stopped, self.tried)[1]


def costs_of(row: RegistryRow) -> list[Cost]:
    """Return what each name and description of a work would cost, and its keywords as one list.

    Capitals count: a name written in small letters is found in any case.
    """
    named = ((row.name, NameKind.NAME), *((one, NameKind.ALIAS) for one in row.aliases))
    found: list[tuple[str, str, NameIndex | DescriptorIndex]] = [
        ("name", one, NameIndex.build([_name_row(row, one, kind)])) for one, kind in named
    ]
    found += [("description", one, DescriptorIndex([("", (one,), ())])) for one in row.descriptors]
    if row.keywords:
        words = ", ".join(row.keywords)
        found.append(("keywords", words, DescriptorIndex([("", (), row.keywords)])))
    tried = len(prompts())
    return [Cost(what, text, prompts_stopped(index), tried) for what, text, index in found[:_TRIED]]


def _name_row(row: RegistryRow, name: str, kind: NameKind) -> NameRow:
    return row.id, name, normal_form(name), kind.value, row.kind.value


def try_row(store: Store, values: Mapping[str, Any], folder: Path) -> ImportReport:
    """Return what registering a row would do: errors, and warnings of whom its names would harm."""
    return check(store, [(1, dict(values))], folder)


def try_files(
    folder: Path, files: Sequence[tuple[str, str]], kind: WorkKind, role: ReferenceRole | None
) -> list[Tried]:
    """Read files (their name in ``folder``, what they are called) as references of a work."""
    return [_try(folder, file, name, kind, role) for file, name in files]


def _try(folder: Path, file: str, name: str, kind: WorkKind, role: ReferenceRole | None) -> Tried:
    try:
        read = read_reference(ReferenceRow(path=file, role=role), folder, kind=kind)
    except RegistryError as error:
        said = error.message.replace(f"reference {file} ", "").replace(file, name)
        return Tried(name, None, (), f"{said} {error.hint or ''}".strip())
    return Tried(name, read.role.value, tuple(_told(read)), None)


def _told(read: Reference) -> Iterator[str]:
    from cleardance.media import probe, read_image

    found, kinds = probe(read.path), [kind for kind, _ in read.signals or ()]
    if found.width_px:
        yield f"{found.width_px} \N{MULTIPLICATION SIGN} {found.height_px} pixels"
    if found.kind != "image":
        yield f"{found.duration_s:.1f} s"
    if read.role is ReferenceRole.IMAGE:
        from cleardance.match.pdq import hash_frame

        yield f"detail {hash_frame(read_image(read.path)).quality} of 100"
    if read.role is ReferenceRole.CLIP:
        yield f"{kinds.count(PDQ_SIGNAL.name)} different pictures"
    if FACE_SIGNAL.name in kinds:
        yield f"a face is recognised in {kinds.count(FACE_SIGNAL.name)} of them"
    if read.role in (ReferenceRole.SOUND, ReferenceRole.VOICE):
        yield "there is something to hear"
