"""Screening what is asked: the text of a prompt."""

from cleardance.match.names import NAME_SIGNAL, NameMatch
from cleardance.rights.snapshot import RegistrySnapshot
from cleardance.screen.deciding import Match, decide
from cleardance.screen.rules import Rules, default_rules
from cleardance.verdict import Evidence, Verdict


def screen_ask(text: str, registry: RegistrySnapshot, rules: Rules | None = None) -> Verdict:
    """Return the verdict on a text, at the registry's revision. No text is an error.

    A finding's ``text_span`` is in characters of ``text`` as given. A wording that stands in
    several places is found once, at its first.
    """
    first: dict[tuple[str, str], NameMatch] = {}
    for found in registry.names.find(text):
        wording = text[slice(*found.span)]
        first.setdefault((found.work_id, wording), found)
    matches = [_match(text, found, registry) for found in first.values()]
    return decide(matches, (), registry, rules or default_rules())


def _match(text: str, found: NameMatch, registry: RegistrySnapshot) -> Match:
    # Half a surrogate pair has no UTF-8: it is shown as the replacement character.
    wording = text[slice(*found.span)].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Match(
        signal=NAME_SIGNAL.name,
        work=registry.works[found.work_id],
        distance=0.0,
        threshold=NAME_SIGNAL.ladder.rungs[-1].max_distance,
        scale=NAME_SIGNAL.max_distance,
        evidence=Evidence(text_span=found.span, text=wording),
    )
