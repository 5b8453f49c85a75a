"""The works that a notice names, as the registry knows them or is to know them.

A work that is registered already, under the same kind and any of its names, is added to and never
weakened: a notice brings further names and references, and leaves policy, dates and owner alone.
"""

from pathlib import Path
from typing import Final

from cleardance.errors import NotFound
from cleardance.rights import registry
from cleardance.rights.notices.form import NoticeForm
from cleardance.rights.registry import RegisteredWork
from cleardance.rights.row import RegistryRow, parse_row
from cleardance.store import Store

_ADDED: Final = (
    "aliases", "hashtags", "descriptors", "keywords", "cast", "references", "characters",
)  # fmt: skip


def rows_of(store: Store, form: NoticeForm) -> tuple[RegistryRow, ...]:
    """Return the rows to register for a notice. Raises RegistryError naming what is wrong."""
    return tuple(_joined(store, parse_row(values), form) for values in form.works)


def register_works(
    store: Store, form: NoticeForm, folder: Path, *, account: str
) -> tuple[str, ...]:
    """Register the works of a notice, in one revision; return their ids and their characters'.

    References are relative to ``folder``. Raises RegistryError, and then registers nothing.
    """
    rows = rows_of(store, form)
    if rows:
        registry.register(store, rows, folder, account=account)
    parts = [part for row in rows for part in registry.show(store, row.id).parts]
    return tuple(dict.fromkeys([*(row.id for row in rows), *parts]))


def registered(store: Store, row: RegistryRow) -> RegisteredWork | None:
    """Return the registered work that a row means; None if there is none, or several are called so.

    A row that names an owner means no work of another owner.
    """
    try:
        known = registry.show(store, row.name)
    except NotFound:
        return None
    same_owner = row.owner is None or known.owner in (None, row.owner)
    return known if known.kind is row.kind and same_owner else None


def _joined(store: Store, row: RegistryRow, form: NoticeForm) -> RegistryRow:
    known = registered(store, row)
    if known is None:
        return row if row.owner else row.model_copy(update={"owner": form.sender.on_behalf_of})
    kept = {name: getattr(known, name) for name in RegistryRow.model_fields}
    kept["references"] = tuple(
        one.model_copy(update={"path": str(store.blobs.path(one.path))}) for one in known.references
    )
    for name in _ADDED:
        kept[name] = tuple(dict.fromkeys([*kept[name], *getattr(row, name)]))
    languages = {*kept["lang_aliases"], *row.lang_aliases}
    kept["lang_aliases"] = {
        language: tuple(
            dict.fromkeys(
                [*kept["lang_aliases"].get(language, ()), *row.lang_aliases.get(language, ())]
            )
        )
        for language in languages
    }
    return RegistryRow.model_validate(kept)
