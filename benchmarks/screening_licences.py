"""Licensed and unlicensed pairs: does the verdict flip, for the right reason, and at what cost?

Usage: ``python benchmarks/screening_licences.py [DATA] [LICENCES] [ROWS...]``; DATA as for
``screening_names.py``, 10,000 licences, over registries of 300, 5,000 and all rows by default.

Every licence is drawn at random (account, partner or everyone; territories or none; a beginning, an
end, both or neither; one use or several) and granted through the library into one real registry.
Each names the works that a prompt, a post or a picture was stopped for. Then the same thing is
screened for an asker who meets every condition, who must be cleared by exactly that licence, and
for askers who miss one condition each, who must be stopped, with that condition named and no
licence of others mentioned. A pair is correct only if both halves are. Nothing was tuned on any of
it; halves "a" and "b" (by a hash of the work's id) are reported all the same. Misses are listed.
"""

import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np

from cleardance.accounts.accounts import create_account, ensure_local_account
from cleardance.match.pdq import PDQ_SIGNAL
from cleardance.media import write_png
from cleardance.rights.grant import Grant
from cleardance.rights.granting import grant, revoke
from cleardance.rights.licence import Asker, Use, failings
from cleardance.rights.registry import import_rows
from cleardance.rights.snapshot import RegistrySnapshot, current, load_registry
from cleardance.screen.ask import screen_ask
from cleardance.screen.matching import Footage, Matchers
from cleardance.screen.output import screen_output
from cleardance.screen.pictures import PdqMatcher
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from cleardance.store.tables import GranteeKind
from cleardance.verdict import Decision, Verdict
from screening_names import Row, import_format, percentiles, read, timed
from screening_prompts import half, names_of

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PLACES = ("AT", "BR", "CH", "DE", "FR", "JP", "KR", "US")
PICTURES, REVOKED, EXAMPLES = 60, 300, 8
UNLICENSED = "Quuxodrome Unlicensed"
TEXTS = {
    Use.PROMPT: "a fox meets {} by the river at dawn",
    Use.STYLE: "a fox by the river, in the style of {}",
    Use.POST: "New clip! {} by the river #fox #dawn",
}
WORDS = {
    "account": "This account holds no licence",
    "partner": "This account holds no licence",
    "before it begins": "begins on",
    "after it ended": "ended on",
    "another territory": "outputs are offered in",
    "offered everywhere": "outputs are offered everywhere",
    "another use": "allows",
    "another work too": f'{UNLICENSED}" (film) is registered',
    "revoked": "was revoked on",
}


@dataclass(frozen=True)
class Case:
    """Something that is stopped, the use it asks for, and who holds the licence for it."""

    works: tuple[str, ...]
    use: Use
    screen: Callable[[RegistrySnapshot, Asker], Verdict]
    told: str
    asker: Asker
    people: bool = False
    licence: str = ""


def texts(registry: RegistrySnapshot, rng: Random, wanted: int) -> Iterator[tuple[str, Use, str]]:
    names = [pair for pair in names_of(registry) if pair[1] != UNLICENSED]
    for work, name in rng.sample(names, min(len(names), 2 * wanted)):
        use = rng.choice(list(TEXTS))
        yield work, use, TEXTS[use].format(name)


def text_cases(registry: RegistrySnapshot, rng: Random, wanted: int) -> tuple[list[Case], Row]:
    """Return cases of works that no other case names, and how many were left out and why."""
    cases: list[Case] = []
    taken: set[str] = set()
    left_out: Counter[str] = Counter()
    for _, use, text in texts(registry, rng, wanted):
        asker = Asker(NOON, use=Use.POST if use is Use.POST else Use.PROMPT)
        found = screen_ask(text, registry, asker=asker)
        works = {finding.work.id for finding in found.findings}
        people = {finding.work.id for finding in found.findings if finding.work.kind == "person"}
        if found.decision is Decision.CLEAR:
            left_out["not stopped without a licence"] += 1
        elif people and people != works:
            left_out["names a person and a work: needs two grants"] += 1
        elif works & taken:
            left_out["names a work of an earlier case"] += 1
        elif len(cases) < wanted:
            taken |= works
            use = Use.LIKENESS if people and use is Use.PROMPT else use
            named = tuple(sorted(works))
            cases.append(Case(named, use, by_text(text), text, asker, bool(people)))
    return cases, dict(left_out)


def by_text(text: str) -> Callable[[RegistrySnapshot, Asker], Verdict]:
    return lambda registry, asker: screen_ask(text, registry, asker=asker)


def by_picture(pixels: Any) -> Callable[[RegistrySnapshot, Asker], Verdict]:
    eyes = Matchers((PdqMatcher(),))
    footage = Footage([(0.0, pixels)])
    return lambda registry, asker: screen_output(footage, registry, eyes, asker=asker).verdict


def picture(seed: int) -> Any:
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 16, 3), dtype=np.uint8)
    return cv2.resize(coarse, (512, 288), interpolation=cv2.INTER_CUBIC)


def picture_rows(folder: Path) -> Iterator[Row]:
    for seed in range(PICTURES):
        path = folder / f"{seed}.png"
        write_png(path, picture(seed))
        yield {"name": f"Registered picture {seed}", "kind": "film", "owner": "Pictures & Co",
               "references": [str(path)]}  # fmt: skip


def picture_cases(registry: RegistrySnapshot) -> Iterator[Case]:
    by_name = {work.name: work.id for work in registry.works.values()}
    for seed in range(PICTURES):
        use = (Use.REFERENCE, Use.OUTPUT)[seed % 2]
        work = by_name[f"Registered picture {seed}"]
        asker = Asker(NOON, use=use)
        yield Case((work,), use, by_picture(picture(seed)), f"picture {seed}", asker)


def draw(case: Case, number: int, store: Store, rng: Random) -> tuple[Grant, Asker]:
    """Return a licence that clears the case, and who holds it."""
    kind = rng.choice([*GranteeKind])
    partner = f"partner-{number}" if kind is GranteeKind.PARTNER else None
    account = create_account(store, f"account-{number}", partner)
    to = {"account": f"account:account-{number}", "partner": f"partner:{partner}"}
    places = frozenset(rng.sample(PLACES, rng.choice([0, 1, 2, 3])))
    others = {use for use in TEXTS if rng.random() < 0.3} - {Use.PROMPT}
    offered = (
        frozenset(rng.sample(sorted(places), rng.randint(1, len(places)))) if places else places
    )
    wanted = Grant(
        works=case.works,
        to=to.get(kind, "everyone"),
        uses=frozenset({case.use} | others),
        territories=places,
        valid_from=rng.choice([None, NOON - rng.randint(1, 300) * DAY]),
        valid_until=rng.choice([None, NOON + rng.randint(1, 300) * DAY]),
        grantor="the owner",
        statement="benchmark" if case.people else None,
    )
    return wanted, replace(case.asker, account=account, partner=partner, territories=offered)


def misses(case: Case, registry: RegistrySnapshot) -> Iterator[tuple[str, Case]]:
    """Yield (which condition, the same case for an asker who misses it alone)."""
    held, asker = registry.licences.by_id[case.licence], case.asker
    stranger = replace(asker, account="acc-stranger", partner="stranger")
    if held.grantee.kind is not GranteeKind.EVERYONE:
        yield held.grantee.kind.value, replace(case, asker=stranger)
    if held.valid_from:
        early = datetime.fromisoformat(held.valid_from) - timedelta(microseconds=1)
        yield "before it begins", replace(case, asker=replace(asker, moment=early))
    if held.valid_until:
        late = datetime.fromisoformat(held.valid_until)
        yield "after it ended", replace(case, asker=replace(asker, moment=late))
    if held.territories:
        outside = next(place for place in PLACES if place not in held.territories)
        abroad = replace(asker, territories=asker.territories | {outside})
        yield "another territory", replace(case, asker=abroad)
        yield "offered everywhere", replace(case, asker=replace(asker, territories=frozenset()))
    if case.use in TEXTS or case.people:
        yield "another work too", replace(case, screen=by_text(f"{case.told} beside {UNLICENSED}"))
    if Use.POST not in held.uses:
        yield "another use", replace(case, asker=replace(asker, use=Use.POST))


def cleared(case: Case, registry: RegistrySnapshot) -> bool:
    verdict = case.screen(registry, case.asker)
    return verdict.decision is Decision.CLEAR and verdict.licences == (case.licence,)


def stopped(case: Case, why: str, registry: RegistrySnapshot) -> bool:
    """Tell whether it is stopped for the right reason, and tells nobody of others' licences."""
    verdict = case.screen(registry, case.asker)
    theirs = why not in ("account", "partner")
    named = WORDS[why] in verdict.reason and (case.licence in verdict.model_dump_json()) is theirs
    rests_on = (case.licence,) if why == "another work too" else ()
    return verdict.decision is not Decision.CLEAR and verdict.licences == rests_on and named


def flips(cases: list[Case], registry: RegistrySnapshot) -> Row:
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: list[str] = []
    for case in cases:
        allowed = cleared(case, registry)
        for why, other in misses(case, registry):
            right = allowed and stopped(other, why, registry)
            for group in (
                f"use {case.use}",
                f"missing: {why}",
                f"half {half(case.works[0])}",
                "all",
            ):
                pairs[group].update(pairs=1, correct=right)
            wrong += [] if right else [f"{why}: {case.told}"]
    rates = {group: f"{n['correct']} of {n['pairs']} ({n['correct'] / n['pairs']:.2%})"
             for group, n in sorted(pairs.items())}  # fmt: skip
    return {"cases": len(cases), "flip_correctly": rates, "wrong": wrong[:EXAMPLES]}


def revocations(cases: list[Case], store: Store) -> Row:
    """Revoke some; the next snapshot must not count them, and must count all others."""
    gone, seconds = cases[:REVOKED], []
    for case in gone:
        revoke(store, case.licence, by="the owner", why="benchmark", at=NOON)
    start = time.thread_time()
    registry = current(store)
    seconds.append(time.thread_time() - start)
    right = sum(stopped(case, "revoked", registry) for case in gone)
    kept = sum(cleared(case, registry) for case in cases[REVOKED : 2 * REVOKED])
    return {"revoked": f"{right} of {len(gone)}", "others_still_count":
            f"{kept} of {len(cases[REVOKED : 2 * REVOKED])}",
            "reload_after_revocation_ms": round(seconds[0] * 1e3, 1)}  # fmt: skip


def cost(cases: list[Case], registry: RegistrySnapshot, data: Path) -> Row:
    """Time prompts with all licences, with none, and with the licences searched one by one."""
    harmless = [row["text"] for row in read(data / "prompts" / "benign_dev.jsonl")][::5]
    told = [case.told for case in cases if case.use is Use.PROMPT][:2000]
    asker = cases[0].asker
    bare = replace(registry, licences=type(registry.licences)())
    result: Row = {}
    for name, prompts in (("harmless", harmless), ("naming_a_licensed_work", told)):
        for label, against in (("all_licences", registry), ("no_licences", bare)):
            spent, _ = timed(lambda t, a=against: screen_ask(t, a, asker=asker), prompts)
            result[f"{name}_{label}"] = percentiles(spent)
    licences = list(registry.licences.by_id.values())

    def one_by_one(work: str) -> list[object]:
        return [
            one for one in licences if work in one.works and not failings(one, asker, Use.PROMPT)
        ]

    works = [case.works[0] for case in cases[:50]]
    ours, _ = timed(lambda w: registry.standing(w, Use.PROMPT, asker), works)
    loop, _ = timed(one_by_one, works)
    result["look_up_us"] = {"ours": percentiles(ours)["p50_us"],
                            "one_by_one": percentiles(loop)["p50_us"]}  # fmt: skip
    return result


def measure(store: Store, data: Path, scratch: Path, rows: int | None, wanted: int) -> Row:
    rng = Random(f"licences {rows}")
    everything = [row for path in sorted((data / "registry").glob("*.jsonl")) for row in read(path)]
    whole = rows is None or rows >= len(everything)
    chosen = everything if whole else rng.sample(everything, rows)
    lines = [import_format(row) for row in chosen] + list(picture_rows(scratch))
    lines.append({"name": UNLICENSED, "kind": "film"})
    path = scratch / "works.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in lines), "utf-8")
    import_rows(store, path, keep_going=True)
    registry = load_registry(store)
    cases, left_out = text_cases(registry, rng, wanted - PICTURES)
    cases += picture_cases(registry)
    rng.shuffle(cases)
    current(store)
    start, granted = time.perf_counter(), []
    for number, case in enumerate(cases):
        grant_of, asker = draw(case, number, store, rng)
        made = grant(store, grant_of, NOON)
        granted.append(replace(case, licence=made.licence.id, asker=asker))
    grant_s = time.perf_counter() - start
    start = time.thread_time()
    registry = current(store)
    load_s = time.thread_time() - start
    return {
        "works": len(registry.works),
        "licences": len(registry.licences),
        "left_out": left_out,
        "works_that_one_prompt_names": dict(sorted(Counter(len(c.works) for c in cases).items())),
        "grants_a_second": round(len(cases) / grant_s),
        "load_licences_ms": round(load_s * 1e3, 1),
        **flips(granted, registry),
        "cost": cost(granted, registry, data),
        **revocations(granted, store),
    }


def main() -> None:
    assert PDQ_SIGNAL.compute(picture(0)) is not None
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    for rows in [int(n) for n in sys.argv[3:]] or [300, 5_000, None]:
        with (
            tempfile.TemporaryDirectory() as folder,
            open_store(Settings(home=Path(folder) / "home")) as store,
        ):
            ensure_local_account(store)
            result = measure(store, data, Path(folder), rows, wanted)
        print(json.dumps(result, indent=1, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
