"""Names in prompts: how fast, how many found, how many harmless prompts stopped.

Usage: ``python benchmarks/screening_names.py [DATA]``; DATA (default ``../shared/data`` beside the
checkout) holds ``registry/*.jsonl`` and ``prompts/*_dev.jsonl``. Registers everything into a
temporary home, once with the starter works only and once with all rows, and prints JSON.

The thresholds of ``match.demand`` were set while looking at these very prompts: recall and false
positives here are in-sample. Recall counts a prompt as found if any work is found in it, over all
prompts labelled infringing, whether or not their work is registered (``coverage`` says how many
targets are). Seconds are CPU time of one thread, so that neighbours do not count; start-up of the
word list is in ``max_us`` of the first set. The peers get the names that are registered and search
case-folded text: a loop of ``in`` (parts of words count) and one alternation of whole words.
"""

import json
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from cleardance.match.names import NameIndex
from cleardance.rights.identifiers import SCHEMES
from cleardance.rights.registry import ensure_starter, import_rows
from cleardance.rights.snapshot import RegistrySnapshot, load_registry
from cleardance.screen.ask import screen_ask
from cleardance.settings import Settings
from cleardance.store import Store, open_store
from cleardance.verdict import Decision

Row = dict[str, Any]
FIELDS = ("name", "kind", "owner", "aliases", "lang_aliases")
SETS = ("benign_dev", "homonyms_dev", "six_cd_dev", "vbench_overrides_dev")
IN_PEER, RE_PEER = 200, 10  # prompts the slow peers are timed on


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def import_format(row: Row) -> Row:
    kept = {field: row[field] for field in FIELDS if row.get(field)}
    ids = {key: value for key, value in (row.get("ids") or {}).items() if key in SCHEMES and value}
    return kept | ({"identifiers": ids} if ids else {}) | {"source": row["source"]}


def percentiles(seconds: Sequence[float]) -> Row:
    ordered = sorted(seconds)
    at = {"p50_us": 0.5, "p99_us": 0.99, "max_us": 1.0}
    return {k: round(ordered[int(q * (len(ordered) - 1))] * 1e6, 1) for k, q in at.items()}


def timed(work: Callable[[str], object], texts: Iterable[str]) -> tuple[list[float], list[object]]:
    seconds, results = [], []
    for text in texts:
        start = time.thread_time()
        results.append(work(text))
        seconds.append(time.thread_time() - start)
    return seconds, results


def rates(registry: RegistrySnapshot, prompts: list[Row]) -> Row:
    seconds, verdicts = timed(lambda text: screen_ask(text, registry), (p["text"] for p in prompts))
    stopped = [v.decision is not Decision.CLEAR for v in verdicts]  # type: ignore[attr-defined]
    result: Row = {"prompts": len(prompts)} | percentiles(seconds)
    for label, name in (("benign", "false_positive_rate"), ("infringing", "recall")):
        chosen = [stop for stop, p in zip(stopped, prompts, strict=True) if p["label"] == label]
        if chosen:
            result |= {name: round(sum(chosen) / len(chosen), 4), label: len(chosen)}
    targets = {p["target"] for p in prompts if p["label"] == "infringing"}
    if targets:
        known = sum(bool(registry.names.find(f'"{target}"')) for target in targets)
        result["coverage"] = f"{known} of {len(targets)} targets"
    return result


def measure(store: Store, data: Path) -> tuple[RegistrySnapshot, Row]:
    start = time.thread_time()
    registry = load_registry(store)
    load_s = time.thread_time() - start
    result: Row = {"works": len(registry.works), "names": len(registry.names)}
    result["load_s"] = round(load_s, 3)
    for name in SETS:
        result[name] = rates(registry, read(data / "prompts" / f"{name}.jsonl"))
    return registry, result


def register_all(store: Store, data: Path, scratch: Path) -> Row:
    rows = [row for path in sorted((data / "registry").glob("*.jsonl")) for row in read(path)]
    everything = scratch / "all.jsonl"
    lines = (json.dumps(import_format(row), ensure_ascii=False) for row in rows)
    everything.write_text("\n".join(lines) + "\n", "utf-8")
    start = time.thread_time()
    report = import_rows(store, everything, keep_going=True)
    seconds = round(time.thread_time() - start, 2)
    return {"rows": len(rows), "added": report.added, "updated": report.updated,
            "refused": len(report.errors), "first_refusals": report.errors[:3],
            "import_s": seconds}  # fmt: skip


def median(seconds: Sequence[float]) -> float:
    return sorted(seconds)[len(seconds) // 2]


def peers(registry: RegistrySnapshot, names: list[str], data: Path) -> Row:
    """Time a loop of ``in`` and one alternation on the same prompts, in the same run."""
    texts = [p["text"] for p in read(data / "prompts" / "benign_dev.jsonl")]
    every = max(1, len(texts) // IN_PEER)
    texts = texts[::every][:IN_PEER]
    folded = sorted({name.casefold() for name in names})
    start = time.thread_time()
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, folded)) + r")\b")
    compile_s = time.thread_time() - start

    def by_in(text: str) -> list[str]:
        low = text.casefold()
        return [name for name in folded if name in low]

    ours, _ = timed(lambda text: screen_ask(text, registry), texts)
    loop, loop_hits = timed(by_in, texts)
    alternation, re_hits = timed(lambda t: pattern.findall(t.casefold()), texts[:RE_PEER])
    return {
        "ours_p50_us": round(median(ours) * 1e6, 1),
        "in_loop_p50_us": round(median(loop) * 1e6, 1),
        "in_loop_over_ours": round(median(loop) / median(ours), 1),
        "in_loop_false_positive_rate": round(sum(map(bool, loop_hits)) / len(texts), 3),
        "re_compile_s": round(compile_s, 2),
        "re_p50_us": round(median(alternation) * 1e6, 1),
        "re_over_ours": round(median(alternation) / median(ours[:RE_PEER]), 1),
        "re_false_positive_rate": round(sum(map(bool, re_hits)) / RE_PEER, 3),
        "prompts": {"ours_and_in_loop": len(texts), "re": RE_PEER},
    }


def names_of(index: NameIndex) -> list[str]:
    return [row[1] for row in index.rows]


def main() -> None:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Settings(home=Path(folder) / "home")) as store,
    ):
        ensure_starter(store)
        _, result = measure(store, data)
        print(json.dumps({"starter": result}, indent=1))
        print(json.dumps({"import": register_all(store, data, Path(folder))}, indent=1))
        registry, result = measure(store, data)
        print(json.dumps({"full": result}, indent=1))
        print(json.dumps({"peers": peers(registry, names_of(registry.names), data)}, indent=1))


if __name__ == "__main__":
    main()
