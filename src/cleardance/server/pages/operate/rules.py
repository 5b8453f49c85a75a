"""The rules: which are in force, trying others on the past, and only then activating them."""

from difflib import unified_diff
from typing import Annotated, Final

from fastapi import Form
from fastapi.responses import Response

from cleardance.accounts.roles import Permission
from cleardance.clearance.rules_trial import Trial, try_rules
from cleardance.errors import CleardanceError, NotFound
from cleardance.screen import rulebook
from cleardance.screen.rules import read_rules
from cleardance.server.pages.page_route import page_router
from cleardance.server.pages.permitting import attempt, needing, who
from cleardance.server.pages.visit import Visit

router = page_router("/operate/rules")
_HERE: Final = "/operate/rules"
_MAX_CHARS: Final = 200_000
_SHOWN: Final = 50
Changer = Annotated[Visit, needing(Permission.CHANGE_RULES)]
Table = Annotated[str, Form(max_length=_MAX_CHARS)]


@router.get("")
def current(seen: Changer, version: int | None = None) -> Response:
    """Show the rules in force, and their text or an older one's to edit."""
    return _page(seen, _kept(seen, version).text)


@router.post("/try")
def try_out(seen: Changer, text: Table) -> Response:
    """Check a table, and say which verdicts of the past it would change."""
    text = _lines(text)
    try:
        return _page(seen, text, trial=try_rules(seen.service, text))
    except CleardanceError as error:
        return _page(seen, text, problem=error.diagnostics(), status=error.http_status)


@router.post("/activate")
def activate(seen: Changer, text: Table) -> Response:
    """Put a table into force, from the next request on, in every process."""
    text = _lines(text)
    return attempt(
        seen,
        lambda: rulebook.activate(seen.service.store, text, who(seen).account_name),
        _HERE,
        lambda problem, status: _page(seen, text, problem=problem, status=status),
    )


def _kept(seen: Visit, version: int | None) -> rulebook.RuleSet:
    if version is None:
        return rulebook.in_force(seen.service.store)
    for one in rulebook.history(seen.service.store):
        if one.number == version:
            return one
    raise NotFound(f"There never were rules number {version}.")


def _page(
    seen: Visit,
    text: str,
    *,
    trial: Trial | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    kept = rulebook.in_force(seen.service.store)
    changed = unified_diff(
        kept.text.splitlines(), text.splitlines(), "in force", "yours", lineterm=""
    )
    told = {
        "kept": kept,
        "table": read_rules(kept.text),
        "history": rulebook.history(seen.service.store)[:_SHOWN],
        "text": text,
        "diff": list(changed),
        "trial": trial,
        "counts": _counts(trial),
        "shown": _SHOWN,
        "problem": problem,
    }
    return seen.html("operate/rules.html", "Rules", told, here=_HERE, status=status)


def _counts(trial: Trial | None) -> list[tuple[str, str, int]]:
    """Return how many verdicts go from which decision to which other, the most first."""
    if trial is None:
        return []
    changed = [(now, then, n) for (now, then), n in trial.counts.items() if now is not then]
    return [(now.value, then.value, n) for now, then, n in sorted(changed, key=lambda one: -one[2])]


def _lines(text: str) -> str:
    """Return a form's text with the ends of lines that files have; rules are known by digest."""
    return text.replace("\r\n", "\n")
