"""What the watermark survives, and what it costs, beside two other packages.

Sixteen clips of 5 s (`watermark_clips`): our own draft model's, and the real ones found in
``--media``; half of them the mark's settings were chosen on. Each is marked and encoded by the
product (mezzanine, `encode_final`) and then attacked. "read" is the full payload without knowing
what was issued; "named" is with a ledger of 2,001 issued entries to compare with. Results are kept
in a file as they come, and a later run goes on from there. How often a mark is seen where there is
none: ``provenance_unmarked``.

Usage: python benchmarks/provenance_watermark.py [--media DIR] [--only NAMES] [--peers] [--table]
"""

import argparse
import json
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np

from cleardance.media import Audio, Video, encode_final, write_mezzanine
from cleardance.provenance.watermark import Detection, KeyedWatermark
from cleardance.provenance.watermark.payload import CHECK_BITS, MAX_READINGS

sys.path.insert(0, str(Path(__file__).parent))
from watermark_attacks import CHAINED, SINGLE, SOUND, Clip
from watermark_clips import Source, sources
from watermark_peers import Peer, peers

KEY, INDEX, FPS = bytes(range(32)), 271_828, 24
ISSUED = [*range(3, 20_003, 10), INDEX]


class Kept:
    """Results by clip and attack, in a file that a later run goes on from."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.results: dict[str, dict] = json.loads(path.read_text()) if path.exists() else {}

    def add(self, name: str, outcome: dict) -> None:
        self.results[name] = outcome
        self._path.write_text(json.dumps(self.results))

    def complete(self, source: Source, others: list[Peer]) -> bool:
        wanted = {"named", *(peer.name for peer in others)}
        tried = all(wanted <= self.of(source.name, attack).keys() for attack in SINGLE | CHAINED)
        return tried and "marked_bytes" in self.of(source.name, "quality")

    def of(self, clip_name: str, attack_name: str) -> dict:
        return self.results.get(f"{clip_name}/{attack_name}", {})


def made(clip: Clip, watermark: KeyedWatermark | None, crf: str | None = None) -> tuple[Clip, int]:
    """Return a clip as the product encodes it, and the size of the file in bytes."""
    height, width = clip[0].shape[:2]
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "raw.mkv", Path(folder) / "out.mp4"
        write_mezzanine(source, Video(width, height, FPS, len(clip), iter(clip)), None)
        mark = None
        if watermark:
            mark = lambda luma, n: watermark.embed(luma, n, INDEX)  # noqa: E731
        if crf is not None:
            from cleardance.media import final

            final._PICTURE["crf"] = crf
        encode_final(source, out, mark)
        if crf is not None:
            final._PICTURE["crf"] = "20"
        with av.open(str(out)) as container:
            frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        return frames, out.stat().st_size


def luma(frame: np.ndarray) -> np.ndarray:
    picture = av.VideoFrame.from_ndarray(frame, format="rgb24").reformat(format="yuv420p")
    return np.ascontiguousarray(picture.to_ndarray()[: frame.shape[0]])


def ssim(a: np.ndarray, b: np.ndarray) -> float:
    """Wang et al. 2004: 11 x 11 Gaussian window of 1.5."""
    a, b = a.astype(np.float64), b.astype(np.float64)

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(values, (11, 11), 1.5)

    ma, mb = mean(a), mean(b)
    va, vb, cov = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    similarity = (2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2))
    return float(similarity.mean())


def cpu_s(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def quality(name: str, clip: Clip, watermark: KeyedWatermark) -> dict[str, str | int]:
    """Return in words PSNR-Y, SSIM, bit rate and speed of marking one clip, and its sizes."""
    planes = [luma(frame) for frame in clip[::6]]
    marked = [watermark.embed(plane, 0, INDEX) for plane in planes]
    errors = [np.mean((a.astype(float) - b) ** 2) for a, b in zip(planes, marked, strict=True)]
    psnr = 10 * np.log10(255**2 / max(errors))
    like = min(ssim(a, b) for a, b in zip(planes, marked, strict=True))
    embed_s = cpu_s(lambda: [watermark.embed(plane, 0, INDEX) for plane in planes]) / len(planes)
    (_, plain), (_, with_mark) = made(clip, None, "23"), made(clip, watermark, "23")
    kbps = (with_mark - plain) * 8 / (len(clip) / FPS) / 1000
    said = (
        f"{name:<20} {clip[0].shape[1]:>4}x{clip[0].shape[0]:<4} PSNR-Y {psnr:4.1f} dB"
        f"  SSIM {like:.4f}  rate {with_mark / plain - 1:+6.1%} ({kbps:+5.0f} kbit/s)"
        f"  embed {1000 * embed_s:4.1f} ms, {1 / FPS / embed_s:4.0f} x real time"
    )
    return {"said": said, "plain_bytes": plain, "marked_bytes": with_mark}


def ours(clip: Clip, watermark: KeyedWatermark) -> tuple[bool, bool]:
    """Return whether the payload was read alone, and whether it was named at all."""
    step = 6 if len(clip) > 6 else 1  # four a second, as inspection does
    found = watermark.detect(iter(clip[::step]), ISSUED)
    named = found.ledger_index == INDEX
    return named and 1 - found.confidence == MAX_READINGS / 2**CHECK_BITS, named


def survival(
    source: Source, clip: Clip, watermark: KeyedWatermark, others: list[Peer], kept: Kept
) -> None:
    """Try every attack on one clip that was not tried yet."""
    if "marked_bytes" not in kept.of(source.name, "quality"):
        kept.add(f"{source.name}/quality", quality(source.name, clip, watermark))
    marked: Clip = []
    for attack_name, attack in (SINGLE | CHAINED).items():
        outcome = kept.results.get(f"{source.name}/{attack_name}", {})
        wanted = [peer for peer in others if peer.name not in outcome]
        if "named" not in outcome:
            marked = marked or made(clip, watermark)[0]
            read, named = ours(attack(marked), watermark)
            outcome |= {"read": read, "named": named}
        outcome |= {peer.name: peer.survives(clip, attack) for peer in wanted}
        kept.add(f"{source.name}/{attack_name}", outcome)


def _rates(qualities: list[dict]) -> str:
    """Return what the mark costs all clips together, as one library of them would be stored."""
    if not qualities:
        return "-- rate: not measured"
    plain, marked = (sum(one[f"{kind}_bytes"] for one in qualities) for kind in ("plain", "marked"))
    each = [one["marked_bytes"] / one["plain_bytes"] - 1 for one in qualities]
    return f"-- rate: {marked / plain - 1:+.1%} over all, median {np.median(each):+.1%} of a clip"


def table(tried: list[Source], kept: Kept) -> None:
    """Print how many clips survive each attack, the clips the mark was set on apart."""
    peer_names = [peer.name for peer in peers()]
    qualities = [kept.of(source.name, "quality") for source in tried]
    print("\n".join(one.get("said", "") for one in qualities))
    print(_rates([one for one in qualities if "marked_bytes" in one]))
    for title, attacks in (("single", SINGLE), ("chained", CHAINED)):
        print(f"\n{title:<30}set on: read named  others: read named  {'  '.join(peer_names)}")
        for attack_name in attacks:
            print(row(attack_name, tried, kept, peer_names))
        for seen in (True, False):
            names = [source.name for source in tried if source.seen == seen]
            print(f"-- {'set on' if seen else 'not seen before'}: {shares(names, attacks, kept)}")
        print(f"-- all: {shares([source.name for source in tried], attacks, kept)}")
        print(f"-- peers: {peer_shares([source.name for source in tried], attacks, kept)}")


def row(attack_name: str, tried: list[Source], kept: Kept, peer_names: list[str]) -> str:
    cells, lost = [f"{attack_name:<30}"], []
    for seen in (True, False):
        results = {s.name: kept.of(s.name, attack_name) for s in tried if s.seen == seen}
        results = {name: result for name, result in results.items() if "named" in result}
        counts = [sum(r[what] for r in results.values()) for what in ("read", "named")]
        cells += [f"{count:>6}/{len(results)}" for count in counts]
        lost += [name for name, result in results.items() if not result["named"]]
    for name in peer_names:
        got = [r[name] for s in tried if name in (r := kept.of(s.name, attack_name))]
        cells.append(f"{sum(got):>6}/{len(got)}")
    return "  ".join([*cells, ", ".join(lost)])


def shares(names: list[str], attacks: dict, kept: Kept) -> str:
    results = [r for n in names for a in attacks if "named" in (r := kept.of(n, a))]
    if not results:
        return "none"
    read, named = (np.mean([r[what] for r in results]) for what in ("read", "named"))
    return f"{len(results)} copies of {len(names)} clips, read {read:.1%}, named {named:.1%}"


def peer_shares(names: list[str], attacks: dict, kept: Kept) -> str:
    said = []
    for peer in peers():
        got = [r[peer.name] for n in names for a in attacks if peer.name in (r := kept.of(n, a))]
        if got:
            said.append(f"{peer.name} {np.mean(got):.1%} of {len(got)}")
    return ", ".join(said) or "none"


def sound_survival(sounds: dict[str, Audio], watermark: KeyedWatermark) -> None:
    kept = tried = 0
    for name, audio in sounds.items():
        if not audio.samples.any():
            print(f"sound of {name:<16} is silence, in which nothing is hidden")
            continue
        stereo = np.repeat(audio.samples, 2, 1) if audio.channels == 1 else audio.samples
        blocks = iter(np.array_split(stereo, 40))
        marked = np.concatenate(list(watermark.embed_sound(blocks, INDEX)))
        change = np.mean((marked - stereo) ** 2)
        snr = 10 * np.log10(np.mean(stereo**2) / change)
        lost = [
            attack_name
            for attack_name, attack in SOUND.items()
            if heard(attack(marked), watermark).ledger_index != INDEX
        ]
        kept, tried = kept + len(SOUND) - len(lost), tried + len(SOUND)
        false = heard(stereo, watermark).found
        print(
            f"sound of {name:<16} {len(SOUND) - len(lost)} of {len(SOUND)}, SNR {snr:4.1f} dB;"
            f" fails: {', '.join(lost) or 'nothing'}{'; FALSE ACCEPT' if false else ''}",
            flush=True,
        )
    print(f"-- sound: {kept} of {tried}\n", flush=True)


def heard(samples: np.ndarray, watermark: KeyedWatermark) -> Detection:
    return watermark.detect_sound(lambda: iter([samples]), ISSUED)


def speed(clip: Clip, watermark: KeyedWatermark) -> None:
    """Detection over 5 s: as released, and in the worst case of no mark at all."""
    looked_at = (clip * 5)[::6][:20]
    marked = made(clip, watermark)[0]
    watermark.detect(looked_at[:1], ISSUED)  # prepares what is the same for every file
    found_s = cpu_s(lambda: watermark.detect((marked * 5)[::6][:20], ISSUED))
    nothing_s = cpu_s(lambda: watermark.detect(looked_at, ISSUED))
    print(
        f"detect, 5 s of pictures, marked    {found_s:5.2f} s CPU, {5 / found_s:4.0f} x real time"
    )
    print(f"detect, 5 s of pictures, no mark   {nothing_s:5.2f} s CPU, {5 / nothing_s:4.1f} x\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--only", default="", help="parts of names of clips, with commas")
    parser.add_argument("--peers", action="store_true", help="run the peers on these clips, too")
    parser.add_argument("--table", action="store_true", help="only print what is known")
    parser.add_argument("--sound", action="store_true", help="only the sound")
    kept = Path(tempfile.gettempdir()) / "watermark_survival.json"
    parser.add_argument("--checkpoint", type=Path, default=kept, help="to go on from")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    av.logging.set_level(av.logging.PANIC)
    warnings.simplefilter("ignore")
    wanted = [
        source
        for source in sources(arguments.media)
        if any(part in source.name for part in arguments.only.split(","))
    ]
    watermark, results = KeyedWatermark(KEY), Kept(arguments.checkpoint)
    if arguments.sound:
        sounds = {source.name: sound for source in wanted if (sound := source.sound())}
        sound_survival(sounds, watermark)
        return
    if not arguments.table:
        others = peers() if arguments.peers else []
        left = [source for source in wanted if not results.complete(source, others)]
        for source in left:
            survival(source, source.frames(arguments.frames), watermark, others, results)
        speed(wanted[0].frames(arguments.frames), watermark)
    table(wanted, results)


if __name__ == "__main__":
    main()
