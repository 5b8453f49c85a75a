"""A work as the fields of a form, and back: one line for each name, ``key: value`` for the rest."""

from collections.abc import Mapping
from typing import Any, Final

from cleardance.errors import UsageError
from cleardance.rights.registry import RegisteredWork
from cleardance.rights.row import RegistryRow, WorkKind

LISTS: Final = ("aliases", "hashtags", "descriptors", "keywords", "cast")
TEXTS: Final = ("belongs_to", "licence_contact", "source", "protected_from", "protected_until")
CONDITIONS: Final = ("allowed_in", "allowed_until", "no_persons", "credit", "otherwise")
"""What is asked in return for the policy "allow"; the fields of other policies do not count."""
EMPTY: Final = dict.fromkeys(
    (
        *LISTS,
        *TEXTS,
        *("name", "kind", "owner", "policy", "public_domain", "public_domain_from", "territories"),
        *CONDITIONS,
        *("lang_aliases", "identifiers", "characters", "persons", "role"),
    ),
    "",
)
"""Every field of the form, with nothing in it."""
MAX_LINES: Final = 1000


def row_of(fields: Mapping[str, Any], known: RegisteredWork | None = None) -> dict[str, Any]:
    """Return the row of the registry's import format that a form describes; unchecked, but whole.

    ``known`` is the work that is edited: what identifies it stays.
    Raises UsageError for a line without its key.
    """
    row: dict[str, Any] = {name: lines(fields, name) for name in LISTS}
    row |= {name: text for name in TEXTS if (text := _text(fields, name))}
    row["lang_aliases"] = _by_key(fields, "lang_aliases")
    row["identifiers"] = {key: one[-1] for key, one in _by_key(fields, "identifiers").items()}
    row["territories"] = _countries(fields, "territories")
    row["public_domain"] = bool(fields.get("public_domain"))
    row["public_domain_from"] = {
        key.upper(): one[-1] for key, one in _by_key(fields, "public_domain_from").items()
    }
    row["policy"] = _text(fields, "policy") or "deny"
    if row["policy"] == "allow" and (conditions := _conditions(fields)):
        row["conditions"] = conditions
    row["characters"] = [
        {"name": name, "kind": kind.value}
        for kind, field in ((WorkKind.CHARACTER, "characters"), (WorkKind.PERSON, "persons"))
        for name in lines(fields, field)
    ]
    if known is None:
        who = {name: _text(fields, name) for name in ("name", "kind", "owner")}
        return row | {name: text for name, text in who.items() if text}
    row |= {"name": known.name, "kind": known.kind.value}
    return row | ({"owner": known.owner} if known.owner else {})


def fields_of(row: RegistryRow) -> dict[str, str]:
    """Return what a form shows of a work."""
    plain = row.content()
    shown = {name: "\n".join(" ".join(one.split()) for one in plain[name]) for name in LISTS}
    shown |= {name: plain[name] or "" for name in (*TEXTS, "name", "kind", "owner", "policy")}
    languages = plain["lang_aliases"].items()
    shown["lang_aliases"] = "\n".join(f"{key}: {one}" for key, all_ in languages for one in all_)
    shown["identifiers"] = "\n".join(f"{key}: {one}" for key, one in plain["identifiers"].items())
    shown["territories"] = " ".join(plain["territories"])
    shown["public_domain"] = "yes" if plain["public_domain"] else ""
    free = plain["public_domain_from"].items()
    shown["public_domain_from"] = "\n".join(f"{place}: {day}" for place, day in free)
    return shown | _conditions_shown(plain["conditions"])


def lines(fields: Mapping[str, Any], name: str) -> list[str]:
    """Return the lines of a field that are not empty. Raises UsageError for very many."""
    found = [line.strip() for line in str(fields.get(name) or "").splitlines() if line.strip()]
    if len(found) > MAX_LINES:
        raise UsageError(f"At most {MAX_LINES} lines are taken here; more are imported as a file.")
    return found


def _conditions(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the conditions of the policy "allow"; empty if nothing is asked in return."""
    asked: dict[str, Any] = {
        "territories": _countries(fields, "allowed_in"),
        "until": _text(fields, "allowed_until"),
        "no_persons": bool(fields.get("no_persons")),
        "credit": _text(fields, "credit"),
    }
    found = {name: value for name, value in asked.items() if value}
    return found | {"otherwise": _text(fields, "otherwise") or "deny"} if found else {}


def _conditions_shown(conditions: Mapping[str, Any] | None) -> dict[str, str]:
    if conditions is None:
        return dict.fromkeys(CONDITIONS, "")
    return {
        "allowed_in": " ".join(conditions["territories"]),
        "allowed_until": conditions["until"] or "",
        "no_persons": "yes" if conditions["no_persons"] else "",
        "credit": conditions["credit"] or "",
        "otherwise": conditions["otherwise"],
    }


def _countries(fields: Mapping[str, Any], name: str) -> list[str]:
    return _text(fields, name).upper().replace(",", " ").split()


def _text(fields: Mapping[str, Any], name: str) -> str:
    return str(fields.get(name) or "").strip()


def _by_key(fields: Mapping[str, Any], name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines(fields, name):
        key, colon, value = line.partition(":")
        if not (colon and key.strip() and value.strip()):
            raise UsageError(f"{line[:60]!r}: write what it is, a colon, and the name or number.")
        found.setdefault(key.strip(), []).append(value.strip())
    return found
