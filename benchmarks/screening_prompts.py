"""Disguised names, descriptions without a name, crossovers: what is caught, missed, wrongly held.

Usage: ``python benchmarks/screening_prompts.py [DATA]``; DATA as for ``screening_names.py``. The
registry is the starter works, every row of the development registries, the works that
``data/described.jsonl`` registers with descriptors of their own, and as many of the people in the
films' casts, the most often cast first, as make 78,000 names. Prints JSON; misses are listed.

Harmless prompts and works are split in two by a hash of their id or name. Thresholds and word lists
were set while looking at half "a" (earlier rules had seen all of it); half "b" is reported beside.
Disguises are made from registered names with a fixed seed: one name that must be found whatever
surrounds it (two words or more, or one that is in no dictionary), one disguise, one plain carrier
sentence. The descriptions of ``described.jsonl`` and the descriptors were written by the same hand;
the class ``evasion`` was not.
"""

import hashlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from random import Random

from cleardance.match.demand import Demand, Shape, shape_of
from cleardance.match.fold import normal_form
from cleardance.match.names import Kinship, NameIndex
from cleardance.rights.registry import add, import_rows
from cleardance.rights.row import RegistryRow
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.ask import screen_ask
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from cleardance.verdict import Decision, Verdict
from screening_names import SETS, Row, percentiles, read, register_all, timed

HERE = Path(__file__).resolve().parent
NAMES_PER_CLASS = 1_000
SIZES = (300, 5_000)  # names; and all of them
LONG_CHARS = 200
EXAMPLES = 8
LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "$", "t": "7"}
SHAPES = {"a": "\u0430", "e": "\u0435", "o": "\u043e", "p": "\u0440", "c": "\u0441", "x": "\u0445",
          "i": "\u0456"}  # fmt: skip
TITLE_CLASSES = ("plain", "leet", "look_alike", "spaced", "punctuated", "cut", "misspelt_any")
SIX = ("misspelt_any", "leet", "look_alike", "spaced", "hashtag", "other_language")
NAMES = 78_100  # some of which are spelt alike
CARRIER = "a fox meets {} by the river at dawn"


def half(identity: str) -> str:
    return "ab"[hashlib.sha256(identity.encode()).digest()[0] % 2]


def misspelt(name: str, rng: Random) -> str:
    places = [k for k in range(1, len(name) - 1) if name[k].isalpha() and name[k + 1].isalpha()]
    at = rng.choice(places)
    left_out, doubled = name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:]
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    replaced = name[:at] + rng.choice("aeiourstn") + name[at + 1 :]
    return rng.choice([left_out, doubled, swapped, replaced])


def stretched(name: str, rng: Random) -> str:
    at = rng.choice([k for k, char in enumerate(name) if char.isalpha()])
    return name[:at] + name[at] * rng.randint(3, 5) + name[at + 1 :]


def replaced_by(table: dict[str, str]) -> Callable[[str, Random], str]:
    def disguise(name: str, rng: Random) -> str:
        places = [k for k, char in enumerate(name) if char.lower() in table]
        chosen = set(rng.sample(places, min(len(places), 3)))
        return "".join(table[c.lower()] if k in chosen else c for k, c in enumerate(name))

    return disguise


def cut(name: str, rng: Random) -> str:
    """Cut words at two or three places, as people do to get past lists: Sq u id Game."""
    places = [k for k in range(1, len(name)) if name[k - 1].isalnum() and name[k].isalnum()]
    chosen = set(rng.sample(places, min(len(places), rng.randint(2, 3))))
    return "".join(f" {char}" if k in chosen else char for k, char in enumerate(name))


def separated_by(sign: str) -> Callable[[str, Random], str]:
    def disguise(name: str, rng: Random) -> str:
        return " ".join(sign.join(word) for word in name.split())

    return disguise


DISGUISES: dict[str, Callable[[str, Random], str]] = {
    "plain": lambda name, rng: name,
    "small_letters": lambda name, rng: name.lower(),
    "possessive": lambda name, rng: name + "'s friend",
    "misspelt": misspelt,
    "misspelt_any": misspelt,  # long and short in proportion
    "misspelt_short": misspelt,  # names of less than seven characters: left alone by design
    "stretched": stretched,
    "leet": replaced_by(LEET),
    "look_alike": replaced_by(SHAPES),
    "spaced": lambda name, rng: " ".join(c for c in name if c.isalnum()),
    "cut": cut,
    "punctuated": separated_by("."),
    "hyphenated": separated_by("-"),
    "underscored": separated_by("_"),
    "zero_width": separated_by("\u200b"),
    "hashtag": lambda name, rng: "#" + "".join(c for c in name if c.isalnum()),
    "capital_i_for_l": lambda name, rng: name[0] + name[1:].replace("l", "I"),
}


def is_certain(shape: Shape) -> bool:
    return shape.demand == Demand.ANY and len(shape.gaps) >= 5


def names_of(
    registry: RegistrySnapshot, fits: Callable[[Shape], bool] = is_certain
) -> list[tuple[str, str]]:
    """Return (work, name) for ASCII names of a shape; by default any text may name them."""
    chosen = [
        (row[0], row[1])
        for row in registry.names.rows
        if row[3] != "hashtag" and row[1].isascii() and row[1] != row[1].lower()
        and not any(char.isdigit() for char in row[1]) and fits(shape_of(*row[1:]))
    ]  # fmt: skip
    return sorted(chosen)


def caught(verdict: Verdict) -> bool:
    return verdict.decision is not Decision.CLEAR


def summary(asked: list[tuple[str, str, Verdict, set[str]]]) -> Row:
    """Sum up (half, text, verdict, the names of works that would be right)."""
    result: Row = {"prompts": len(asked)}
    for part in "ab":
        mine = [row for row in asked if row[0] == part]
        hits = [row for row in mine if caught(row[2])]
        right = [row for row in hits if row[3] & {f.work.name for f in row[2].findings}]
        result[f"recall_{part}"] = round(len(hits) / max(1, len(mine)), 4)
        result[f"right_work_{part}"] = round(len(right) / max(1, len(hits)), 4)
    result["missed"] = [text for _, text, verdict, _ in asked if not caught(verdict)][:EXAMPLES]
    return result


def disguised(registry: RegistrySnapshot) -> Row:
    names, result = names_of(registry), {"names_to_draw_from": 0}
    result["names_to_draw_from"] = len(names)
    for cls, disguise in DISGUISES.items():
        rng, asked = Random(f"screening {cls}"), []
        short = cls == "misspelt_short"
        lengths = cls in ("misspelt", "misspelt_short")
        drawn = [n for n in names if not lengths or (len(n[1]) < 7) == short]
        for work_id, name in rng.sample(drawn, min(NAMES_PER_CLASS, len(drawn))):
            text = CARRIER.format(disguise(name, rng))
            right = {registry.works[work_id].name, name}
            asked.append((half(work_id), text, screen_ask(text, registry), right))
        result[cls] = summary(asked)
    result["other_language"] = summary(other_languages(registry))
    return result | {"all": obfuscated(result), "six": mean_recall(result[cls] for cls in SIX)}


def titles(registry: RegistrySnapshot) -> Row:
    """Measure titles made of everyday words, of two words and eight letters or more."""
    names = names_of(registry, lambda shape: shape.is_long_title)
    result: Row = {"names_to_draw_from": len(names)}
    for cls in TITLE_CLASSES:
        rng, asked = Random(f"titles {cls}"), []
        for work_id, name in rng.sample(names, NAMES_PER_CLASS):
            text = CARRIER.format(DISGUISES[cls](name, rng))
            right = {registry.works[work_id].name, name}
            asked.append((half(work_id), text, screen_ask(text, registry), right))
        result[cls] = summary(asked)
    return result


def obfuscated(classes: Row) -> Row:
    """Sum up all disguises but those that are none, and short misspellings, left alone."""
    plain = {"names_to_draw_from", "plain", "small_letters", "possessive", "misspelt_short",
             "misspelt_any"}  # fmt: skip
    return mean_recall(row for cls, row in classes.items() if cls not in plain)


def mean_recall(classes: Iterable[Row]) -> Row:
    rows = list(classes)
    return {
        f"recall_{part}": round(sum(row[f"recall_{part}"] for row in rows) / len(rows), 4)
        for part in "ab"
    }


def sized(registry: RegistrySnapshot, data: Path, size: int) -> Row:
    """Measure with ``size`` names of the registry, drawn by a hash, as if no other were there."""
    drawn = sorted(
        registry.names.rows, key=lambda row: hashlib.sha256("\0".join(row).encode()).digest()
    )[:size]
    owners = {work_id: work.owner for work_id, work in registry.works.items()}
    names = NameIndex.build(drawn, Kinship(owners))
    small = replace(registry, names=names)
    stopped = harmless(small, data)
    return {
        "names": len(names),
        "harmless": {k: stopped[k] for k in ("time", "stopped")},
        "obfuscated": obfuscated(disguised(small)),
    }


def other_languages(registry: RegistrySnapshot) -> list[tuple[str, str, Verdict, set[str]]]:
    foreign = sorted({(r[0], r[1]) for r in registry.names.rows if not r[1].isascii()})
    asked = []
    for work_id, name in Random("languages").sample(foreign, min(NAMES_PER_CLASS, len(foreign))):
        text = CARRIER.format(name)
        right = {registry.works[work_id].name}
        asked.append((half(work_id), text, screen_ask(text, registry), right))
    return asked


def crossovers(registry: RegistrySnapshot) -> Row:
    rng, names = Random("crossovers"), names_of(registry)
    kinds = {work_id: work.kind for work_id, work in registry.works.items()}
    people = [pair for pair in names if kinds[pair[0]] == "person" and " " in pair[1]]
    works = [pair for pair in names if kinds[pair[0]] != "person"]
    asked, both, said = [], 0, 0
    for person, work in zip(rng.sample(people, 300), rng.sample(works, 300), strict=True):
        text = f"{person[1]} plays a part in {work[1]}, at night"
        verdict = screen_ask(text, registry)
        named = {finding.work.id for finding in verdict.findings}
        both += {person[0], work[0]} <= named
        said += "places the person" in verdict.reason
        asked.append((half(work[0]), text, verdict, {person[1], work[1]}))
    return summary(asked) | {"both_works_listed": both / 300, "reason_says_so": said / 300}


def described(registry: RegistrySnapshot, data: Path) -> Row:
    evasions = {row["id"]: row["text"] for row in read(data / "prompts" / "evasion_pairs.jsonl")}
    asked: dict[str, list[tuple[str, str, Verdict, set[str]]]] = {}
    for row in read(HERE / "data" / "described.jsonl"):
        if "work" in row:
            text = row.get("text") or evasions[row["id"]]
            case = (half(row["work"]), text, screen_ask(text, registry), {row["work"]})
            asked.setdefault(row["cls"], []).append(case)
    return {cls: summary(cases) for cls, cases in asked.items()}


def named(registry: RegistrySnapshot, data: Path) -> Row:
    """Recall on prompts that name a work, of those whose target is registered by that name."""
    registered = {row[2] for row in registry.names.rows}
    result: Row = {}
    for name in SETS[2:]:
        asked = [
            (half(p["id"]), p["text"], screen_ask(p["text"], registry), {p["target"]})
            for p in read(data / "prompts" / f"{name}.jsonl")
            if p["label"] == "infringing" and normal_form(p["target"]) in registered
        ]
        result[name] = {k: v for k, v in summary(asked).items() if "right" not in k}
    return result


def harmless(registry: RegistrySnapshot, data: Path) -> Row:
    prompts = [
        p | {"set": name}
        for name in SETS
        for p in read(data / "prompts" / f"{name}.jsonl")
        if p["label"] == "benign"
    ]
    seconds, verdicts = timed(lambda text: screen_ask(text, registry), [p["text"] for p in prompts])
    total: Counter[str] = Counter()
    stopped: Counter[str] = Counter()
    why: Counter[str] = Counter()
    for prompt, verdict in zip(prompts, verdicts, strict=True):
        assert isinstance(verdict, Verdict)
        length = "long" if len(prompt["text"]) > LONG_CHARS else "short"
        group = f"{prompt['set']} {length} {half(prompt['id'])}"
        total[group] += 1
        stopped[group] += caught(verdict)
        why.update({f"{f.rule}: {f.evidence.text} ({f.work.name})" for f in verdict.findings})
    rates = {g: f"{stopped[g]} of {n} ({stopped[g] / n:.2%})" for g, n in sorted(total.items())}
    return {"time": percentiles(seconds), "stopped": rates, "why": why.most_common(30)}


def import_cast(store: Store, data: Path, scratch: Path, count: int) -> None:
    """Register people of the films' casts who are not registered yet, the most often cast first."""
    known = {row[2] for row in load_registry(store).names.rows}
    films = read(data / "registry" / "films_us_1900_2023.jsonl")
    cast = Counter(name for film in films for name in film.get("cast") or [])
    new = [name for name, _ in cast.most_common() if normal_form(name) not in known][:count]
    path = scratch / "cast.jsonl"
    path.write_text("".join(json.dumps({"name": n, "kind": "person"}) + "\n" for n in new), "utf-8")
    import_rows(store, path, keep_going=True)


def main() -> None:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Settings(home=Path(folder) / "home")) as store,
    ):
        register_all(store, data, Path(folder))
        starter = files("cleardance.rights") / "data" / "starter.jsonl"
        with as_file(starter) as path:  # after the rest, whose rows for these works say less
            import_rows(store, path)
        for row in read(HERE / "data" / "described.jsonl"):
            if "register" in row:
                add(store, RegistryRow(name=row.pop("register"), **row))
        import_cast(store, data, Path(folder), NAMES - len(load_registry(store).names))
        registry = load_registry(store)
        print(json.dumps({"names": len(registry.names), "described": len(registry.descriptors)}))
        for part in (named, harmless, described):
            print(json.dumps({part.__name__: part(registry, data)}, indent=1, ensure_ascii=False))
        for alone in (disguised, titles, crossovers):
            print(json.dumps({alone.__name__: alone(registry)}, indent=1, ensure_ascii=False))
        for size in SIZES:
            print(json.dumps({"sized": sized(registry, data, size)}, indent=1))


if __name__ == "__main__":
    main()
