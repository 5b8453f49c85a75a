"""Exact look-ups among up to ten million 256-bit codes, against faiss in the same run.

Usage: ``OPENBLAS_NUM_THREADS=1 python benchmarks/index.py [COUNT ...]`` (default 100,000, 1,000,000
and 10,000,000). Codes are random; each query is a code with 31 of its bits flipped, the farthest
that counts as a copy, so recall is that of the worst case. Rates are of one thread, in CPU seconds
(other programs do not count) and in wall clock, for 16 queries at once: a frame turned eight ways,
with and without its border. faiss (``pip install faiss-cpu``) is left out if it is not installed.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cleardance.match.hamming import REACH, Codes, HammingIndex

QUERIES, AT_ONCE = 512, 16


def main() -> None:
    counts = [int(value) for value in sys.argv[1:]] or [100_000, 1_000_000, 10_000_000]
    print("| codes | index | look-ups/s (CPU) | look-ups/s (wall) | recall at 31 bits | MB "
          "| build s (CPU) | load s (wall) |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for count in counts:
        codes = np.random.default_rng(count).integers(0, 2**64, (count, 4), dtype=np.uint64)
        queries, answers = asked(codes)
        ours(codes, queries, answers)
        peers(codes, queries, answers)


def asked(codes: Codes) -> tuple[Codes, np.ndarray]:
    """Return queries 31 bits from codes, and which codes."""
    rng = np.random.default_rng(1)
    answers = rng.integers(0, len(codes), QUERIES)
    queries = codes[answers].copy()
    for query in queries:
        for bit in rng.choice(256, REACH, replace=False):
            query[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return queries, answers


def ours(codes: Codes, queries: Codes, answers: np.ndarray) -> None:
    start = time.process_time()
    index = HammingIndex.build(codes)
    build_s = time.process_time() - start
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        index.write(path, "key")
        start = time.perf_counter()
        index = HammingIndex.read(path, "key")
        load_s = time.perf_counter() - start

    def search(some: Codes) -> list[set[int]]:
        hits = index.search(some, REACH)
        found: list[set[int]] = [set() for _ in some]
        for query, reference in zip(hits.query, hits.reference, strict=True):
            found[query].add(int(reference))
        return found

    row(len(codes), "multi-index, exact (ours)", search, queries, answers, index.size_bytes,
        build_s, load_s)  # fmt: skip


def peers(codes: Codes, queries: Codes, answers: np.ndarray) -> None:
    try:
        import faiss
    except ImportError:
        return
    faiss.omp_set_num_threads(1)
    flat = faiss.IndexBinaryFlat(256)
    start = time.process_time()
    flat.add(codes.view(np.uint8).reshape(-1, 32))
    build_s = time.process_time() - start

    def search(some: Codes) -> list[set[int]]:
        _, found = flat.search(some.view(np.uint8).reshape(-1, 32), 1)
        return [set(map(int, one)) for one in found]

    row(len(codes), "faiss binary flat, exact", search, queries[:64], answers[:64], codes.nbytes,
        build_s, 0.0)  # fmt: skip


def row(
    count: int,
    name: str,
    search: Callable[[Codes], list[set[int]]],
    queries: Codes,
    answers: np.ndarray,
    size_bytes: int,
    build_s: float,
    load_s: float,
) -> None:
    search(queries[:AT_ONCE])
    cpu, wall, found = time.process_time(), time.perf_counter(), 0
    for start in range(0, len(queries), AT_ONCE):
        some = search(queries[start : start + AT_ONCE])
        wanted = answers[start : start + AT_ONCE]
        found += sum(answer in one for answer, one in zip(wanted, some, strict=True))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"| {count:,} | {name} | {len(queries) / cpu:,.0f} | {len(queries) / wall:,.0f} "
          f"| {found / len(queries):.3f} | {size_bytes / 1e6:,.0f} "
          f"| {build_s:.1f} | {load_s:.1f} |",
          flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
