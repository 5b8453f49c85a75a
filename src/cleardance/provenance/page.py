"""A dossier as one HTML page: no script, nothing fetched, every text escaped."""

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Literal

from .dossier import Dossier, manifest_rows, shown

_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto;
  padding: 0 1rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.4rem; }} h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; }}
th {{ width: 10rem; font-weight: 600; }}
ul {{ padding-left: 1.2rem; }} summary {{ cursor: pointer; }}
pre {{ white-space: pre-wrap; font-size: .85rem; }}
.verdict {{ padding: .6rem 1rem; border-left: .4rem solid; font-weight: 600; }}
.good {{ border-color: #2a8a4a; }} .bad {{ border-color: #c0362c; }}
.open {{ border-color: #8a7a2a; }}
</style>
</head>
<body>
"""

_SURE = 0.999999

_Rows = Iterable[tuple[str, str]]


def page(dossier: Dossier) -> str:
    """Return the page. What is in it comes from a stranger's file: it is escaped throughout."""
    kind, answer = answer_of(dossier)
    title = f"Where {dossier.name} comes from"
    parts = [
        _HEAD.format(title=_safe(title)),
        f"<h1>{_safe(title)}</h1>\n",
        f'<p class="verdict {kind}">{_safe(answer)}</p>\n',
        *(_section(title, rows) for title, rows in sections_of(dossier)),
        _list("Changes since release", _changes(dossier)),
        _proof(dossier),
        "</body>\n</html>\n",
    ]
    return "".join(parts)


def sections_of(dossier: Dossier) -> Iterator[tuple[str, _Rows]]:
    """Yield what is told of a file: titles, each with its rows of (label, text), not escaped."""
    yield "Content Credentials", _credentials(dossier)
    yield "Watermark", _watermark(dossier)
    yield "Ledger", _ledger(dossier)
    yield "Verdicts", _verdicts(dossier)


def answer_of(dossier: Dossier) -> tuple[Literal["good", "open", "bad"], str]:
    """Return the answer in one sentence, and whether it is good, bad, or left open."""
    found = dossier.inspection
    if found.ledger is not None and found.modified and found.c2pa.state == "None":
        return "open", "This is not the file as it was released: a copy of an output made here."
    if found.modified:
        return "bad", "This is not the file as it was released."
    if found.ledger is None:
        return "open", "Nothing is known about this file here; that proves nothing either way."
    if not found.ledger.verified:
        return "bad", "The ledger's own proof failed: nothing it says of this file can be believed."
    return "good", "This is the file as it was released, byte for byte."


def _credentials(dossier: Dossier) -> Iterator[tuple[str, str]]:
    report = dossier.inspection.c2pa
    yield "State", report.state
    if report.facts is not None:
        yield "Signed by", report.facts.signed_by or "nobody named"
        yield from manifest_rows(report.facts)
    for problem in report.problems:
        yield "Because" if report.state == "None" else "Problem", problem
    yield "SHA-256", dossier.inspection.sha256


def _watermark(dossier: Dossier) -> Iterator[tuple[str, str]]:
    mark = dossier.inspection.watermark
    yield "Found", f"in the {' and '.join(mark.where)}" if mark.found else "no"
    if mark.deployment is not None:
        yield "Deployment", f"{mark.deployment}, which is not this one"
    elif mark.found:
        yield "Names entry", str(mark.ledger_index)
    if mark.found:
        sure = mark.confidence >= _SURE
        yield "Confidence", f"more than {_SURE:.4%}" if sure else f"{mark.confidence:.4%}"
    for index in mark.also:
        yield "A second mark", f"names entry {index}: parts come from another output"
    if mark.problem:
        yield "Not looked at", mark.problem


def _ledger(dossier: Dossier) -> Iterator[tuple[str, str]]:
    facts = dossier.inspection.ledger
    if facts is None:
        return
    yield "Output", facts.output
    yield "Proof", "verified" if facts.verified else "FAILED"
    for event in dossier.events:
        yield f"Entry {event.index}", f"{event.kind}, {_moment(event.at)}"


def _verdicts(dossier: Dossier) -> Iterator[tuple[str, str]]:
    for stage, verdict in dossier.verdicts:
        why = f": {verdict['reason']}" if verdict["reason"] else ""
        yield f"On the {stage}", f"{verdict['decision']}{why}"
        for finding in verdict["findings"]:
            yield "", f"{finding['work']['name']} ({finding['signal']}, {finding['score']:.2f})"
        for licence in verdict["licences"]:
            yield "Licence", licence


def _changes(dossier: Dossier) -> tuple[str, ...]:
    return dossier.changes if dossier.inspection.modified else ()


def _section(title: str, rows: _Rows) -> str:
    lines = [f"<tr><th>{_safe(label)}</th><td>{_safe(text)}</td></tr>\n" for label, text in rows]
    if not lines:
        return ""
    return f"<h2>{_safe(title)}</h2>\n<table>\n{''.join(lines)}</table>\n"


def _list(title: str, items: tuple[str, ...]) -> str:
    lines = "".join(f"<li>{_safe(item)}</li>\n" for item in items)
    return f"<h2>{_safe(title)}</h2>\n<ul>\n{lines}</ul>\n" if lines else ""


def _proof(dossier: Dossier) -> str:
    if dossier.proof is None:
        return ""
    text = json.dumps(dossier.proof, indent=1, ensure_ascii=False)
    summary = "The entry, its path to a signed checkpoint, and the checkpoint, as JSON"
    return (
        "<h2>Proof of the release</h2>\n"
        f"<details><summary>{summary}</summary>\n<pre>{_safe(text)}</pre></details>\n"
    )


def _moment(at: str) -> str:
    """Return a time of the ledger to the second, as people read it."""
    return f"{at[:10]} {at[11:19]} UTC" if at.endswith("Z") else at


def _safe(text: str) -> str:
    return escape(shown(text), quote=True)
