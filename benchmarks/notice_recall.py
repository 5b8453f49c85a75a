"""Which planted instances a letter's accounting finds, and what else it finds.

Run: ``python benchmarks/notice_recall.py [--each 60] [--innocent 5000]``. The letter brings five
pictures of each of four works, after the past was made. Planted are: **exact** copies of a picture
of theirs; **encoded** ones, as JPEG at quality 30; **cropped** ones, 10 to 30 % off the sides,
every second one mirrored; prompts that name a work **again**, with other seeds; and prompts that
name one in each of the disguises of ``screening_prompts.py``. An output's signals are those that
the screening of outputs keeps when it really looks at the picture. Innocent outputs, of other
accounts, have captions of the data world and stills of it, looked at alike. Each instance that is
missed and each innocent output that is found is listed.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from sqlalchemy import insert

from cleardance.accounts.accounts import account_id, create_account
from cleardance.clearance.notices.accounting import account_for
from cleardance.clearance.service import Service, open_service
from cleardance.media import Frame
from cleardance.rights.notices import filing
from cleardance.rights.notices.form import parse_notice
from cleardance.rights.snapshot import current
from cleardance.screen.matching import KeptSignal, SampledFrame
from cleardance.screen.pictures import LocalMatcher, PdqMatcher
from cleardance.store.tables import TaskStatus, output_signal, task, utc_text
from cleardance.world.language.captions import caption
from cleardance.world.language.sampling import sample
from notices import letter
from screening_frames import scene
from screening_kept import drawn
from screening_prompts import DISGUISES

KINDS = {"Stranger Things": "series", "Squid Game": "series", "Bridgerton": "series",
         "KPop Demon Hunters": "film"}  # fmt: skip
NAMES = tuple(KINDS)
LEFT_OUT = {"misspelt", "misspelt_short", "plain"}  # said otherwise, or no disguise
PICTURES = 200


@dataclass(frozen=True)
class Output:
    """One of the past: what was planted in it (None: nothing), its prompt and its picture."""

    plant: str | None
    prompt: str
    picture: Frame


def past(each: int, innocent: int) -> Iterator[Output]:
    rng, random = np.random.default_rng(7), Random("notices")
    stills = [drawn(1000 + seed) for seed in range(PICTURES)]

    def still() -> Frame:
        return stills[int(rng.integers(PICTURES))]

    def words() -> str:
        return caption(sample(rng), rng)

    for number in range(each):
        shown = scene(number % 20, 640, 360)
        yield Output("exact", words(), shown)
        yield Output("encoded", words(), _encoded(shown))
        yield Output("cropped", words(), _cropped(shown, random, mirrored=number % 2 == 1))
        yield Output("again", f"{words()}, {NAMES[number % 4]}", still())
        for disguise, write in DISGUISES.items():
            if disguise not in LEFT_OUT:
                named = write(NAMES[number % 4], random)
                yield Output(disguise, f"{words()}, {named}", still())
    for _ in range(innocent):
        yield Output(None, words(), still())


def _encoded(picture: Frame) -> Frame:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 30])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))


def _cropped(picture: Frame, random: Random, *, mirrored: bool) -> Frame:
    """Cut off 10 to 30 % of the height and the width, somewhere."""
    height, width = picture.shape[:2]
    share = 1 - random.uniform(0.1, 0.3)
    rows, columns = int(height * share), int(width * share)
    top, left = random.randrange(height - rows + 1), random.randrange(width - columns + 1)
    part = picture[top : top + rows, left : left + columns]
    return np.ascontiguousarray(part[:, ::-1] if mirrored else part)


def write(service: Service, outputs: list[Output]) -> dict[str, Output]:
    """Write outputs as released tasks with the signals that are kept of their pictures."""
    registry, known = current(service.store), dict[int, tuple[KeptSignal, ...]]()
    matchers = PdqMatcher(), LocalMatcher()
    for name in ("planted", "innocent"):
        create_account(service.store, name)
    with service.store.read() as session:
        owner = {name: account_id(session, name) for name in ("planted", "innocent")}
    written = {}
    for start in range(0, len(outputs), 500):
        rows, signals = [], []
        for number, one in enumerate(outputs[start : start + 500], start):
            task_id = f"cgt-20260101000000-{number:08d}"
            written[task_id] = one
            rows.append(_row(task_id, owner["planted" if one.plant else "innocent"], one.prompt))
            if id(one.picture) not in known:
                frame = [SampledFrame(0.0, one.picture)]
                kept = (matcher.find(frame, registry).signals for matcher in matchers)
                known[id(one.picture)] = tuple(signal for some in kept for signal in some)
            own = known[id(one.picture)]
            signals += [signal._asdict() | {"task_id": task_id} for signal in own]
        with service.store.begin() as session:
            session.execute(insert(task), rows)
            session.execute(insert(output_signal), signals)
    return written


def _row(task_id: str, owner: str, prompt: str) -> dict[str, Any]:
    now = utc_text(datetime.now(UTC))
    return {
        "id": task_id,
        "account_id": owner,
        "status": TaskStatus.RELEASED,
        "step": 8,
        "request": {"prompt": prompt},
        "salt": bytes(32),
        "sealed_blob": task_id,
        "created_at": now,
        "updated_at": now,
    }


def main() -> None:
    """Print a line of JSON for each kind, the misses, and the whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--innocent", type=int, default=5_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, open_service(Path(name) / "home") as service:
        folder = Path(name)
        outputs = write(service, list(past(asked.each, asked.innocent)))
        form = letter(folder)
        for work, title in zip(form["works"], NAMES, strict=True):
            work |= {"name": title, "kind": KINDS[title]}
        form["sender"]["on_behalf_of"] = "Netflix"
        now = datetime.now(UTC)
        works = filing.file_notice(service.store, parse_notice(form), folder, now).works
        found = {one.task_id for one in account_for(service, works).instances}
    planted = {task_id for task_id, one in outputs.items() if one.plant}
    kinds = Counter(outputs[task_id].plant for task_id in planted)
    hits = Counter(outputs[task_id].plant for task_id in planted & found)
    for kind, count in kinds.items():
        _print({"kind": kind, "planted": count, "found": hits[kind]})
    for task_id in sorted(planted - found):
        _print({"missed": outputs[task_id].plant, "prompt": outputs[task_id].prompt})
    for task_id in sorted(found - planted):
        _print({"wrongly": outputs[task_id].prompt})
    right = len(planted & found)
    _print({
        "planted": len(planted), "recall": round(right / len(planted), 4),
        "innocent": len(outputs) - len(planted), "precision": round(right / len(found), 4),
    })  # fmt: skip


def _print(row: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
