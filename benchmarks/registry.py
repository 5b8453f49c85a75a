"""The registry: how fast rows come in, and whether the warned cost of a name is what it costs.

Usage: ``python benchmarks/registry.py [DATA]``; DATA as for ``screening_names.py``. Prints JSON.

Import: 100,000 made-up rows with an alias, a name in Korean, an identifier and a description, into
an empty home, and the same file again; beside it the same rows as JSON into one bare SQLite table.
Cost: names made of dictionary words (every 20th phrase of WordNet, registered in small letters, so
that they count in any case) are tried on the sentences that ship with us, which is the warning, and
on the harmless prompts of DATA, which is the truth. Neither text was looked at to make the other.
"""

import json
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from cleardance.match.cost import sentences, sentences_stopped
from cleardance.match.fold import normal_form
from cleardance.match.names import NameIndex, NameRow
from cleardance.match.words import _sections
from cleardance.rights.registry import import_rows
from cleardance.settings import Settings
from cleardance.store import open_store
from screening_names import Row, read

ROWS = 100_000
EVERY = 20


def made_up(path: Path) -> None:
    with path.open("w", encoding="utf-8") as lines:
        for n in range(ROWS):
            row = {
                "name": f"The Zorblax of {n} Quux",
                "kind": "film",
                "owner": f"Owner {n % 100}",
                "aliases": [f"Zorb {n}x"],
                "lang_aliases": {"ko": [f"조르블락스{n}"]},
                "identifiers": {"imdb": f"tt{n:07d}"},
                "descriptors": ["a blue creature with three eyes and a hat"],
                "territories": ["US"],
            }
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def imports(folder: Path) -> Row:
    made_up(folder / "rows.jsonl")
    result: Row = {}
    with open_store(Settings(home=folder / "home")) as store:
        for what in ("first", "again"):
            start, busy = time.perf_counter(), time.process_time()
            report = import_rows(store, folder / "rows.jsonl")
            seconds, busy = time.perf_counter() - start, time.process_time() - busy
            result[what] = {
                "seconds": round(seconds, 1),
                "processor_seconds": round(busy, 1),
                "rows_a_second": round(ROWS / seconds),
                "added": report.added,
                "unchanged": report.unchanged,
                "revision": report.revision,
            }
    start = time.perf_counter()
    bare = sqlite3.connect(folder / "bare.db")
    bare.execute("CREATE TABLE work (row TEXT)")
    with (folder / "rows.jsonl").open(encoding="utf-8") as lines:
        bare.executemany(
            "INSERT INTO work VALUES (?)", ((json.dumps(json.loads(x)),) for x in lines)
        )
    bare.commit()
    bare.close()
    return result | {"bare_sqlite_seconds": round(time.perf_counter() - start, 2)}


def costs(data: Path) -> Row:
    phrases = sorted(_sections()["phrase"])[::EVERY]
    rows: list[NameRow] = [(p, p, normal_form(p), "name", "film") for p in phrases]
    warned = {name: count for (_, name), count in sentences_stopped(rows).items()}
    index, true = NameIndex.build(rows), dict.fromkeys(phrases, 0)
    prompts = [p for p in read(data / "prompts" / "benign_dev.jsonl") if p["label"] == "benign"]
    for prompt in prompts:
        for name in {match.name for match in index.find(prompt["text"])}:
            true[name] += 1
    costly = {name: count for name, count in true.items() if count >= len(prompts) / 1000}
    return {
        "names": len(phrases),
        "sentences": len(sentences()),
        "prompts": len(prompts),
        "warned_of": len(warned),
        "warned_of_with_a_count": sum(map(bool, warned.values())),
        "stopping_a_prompt": sum(map(bool, true.values())),
        "stopping_a_prompt_and_warned_of": sum(bool(true[name]) for name in warned),
        "warned_stops_per_1000_sentences": round(sum(warned.values()) / len(sentences()) * 1e3, 2),
        "true_stops_per_1000_prompts": round(sum(true.values()) / len(prompts) * 1e3, 2),
        "costly_one_in_1000_prompts": {n: [warned.get(n, 0), c] for n, c in costly.items()},
    }


def main() -> None:
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    print(json.dumps({"costs": costs(data)}, indent=1))
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({"imports": imports(Path(folder))}, indent=1))


if __name__ == "__main__":
    main()
