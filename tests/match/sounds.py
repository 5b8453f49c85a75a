"""Sounds made up for tests and benchmarks, and what people do to recordings to get past filters."""

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from cleardance.media import Audio

RATE_HZ = 48_000
Stereo = NDArray[np.float32]  # [N, 2]


def tune(seed: int, duration_s: float = 10.0) -> Stereo:
    """Return notes with overtones over a noisy beat: another tune for every seed."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(duration_s * RATE_HZ))
    t = np.arange(round(0.6 * RATE_HZ)) / RATE_HZ
    start_s = 0.0
    while start_s < duration_s - 0.7:
        hz = 220 * 2 ** (rng.integers(0, 30) / 12)
        decay = np.exp(-t * rng.uniform(4, 9)) * np.minimum(1, t / 0.005)
        note = sum(np.sin(2 * np.pi * k * hz * t) / k for k in range(1, 7)) * decay
        if rng.random() < 0.3:
            note = note + rng.standard_normal(len(t)) * np.exp(-t * 60)
        at = round(start_s * RATE_HZ)
        out[at : at + len(t)] += rng.uniform(0.3, 1) * note
        start_s += float(rng.choice([0.125, 0.17, 0.25, 0.33]))
    out *= 0.5 / np.abs(out).max()
    return np.stack([out, out], axis=1).astype(np.float32)


def audio(samples: NDArray[np.floating]) -> Audio:
    """Return samples [N, C] as sound at 48 kHz."""
    return Audio(samples.astype(np.float32), RATE_HZ)


def encoded(samples: Stereo, codec: str, bits_a_second: int, container: str) -> Stereo:
    """Return what is left of a sound after a lossy codec."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=RATE_HZ)
        stream.bit_rate = bits_a_second
        stream.layout = "stereo"
        for frame in _frames(samples):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    file.seek(0)
    resampler = av.AudioResampler("fltp", "stereo", RATE_HZ)
    with av.open(file) as container_read:
        decoded = [*container_read.decode(audio=0), None]
        pieces = [piece.to_ndarray().T for one in decoded for piece in resampler.resample(one)]
    return np.concatenate(pieces).astype(np.float32)


def written(path: Path, samples: NDArray[np.floating]) -> Path:
    """Write samples [N, 2] as a WAV file."""
    with av.open(str(path), "w", format="wav") as out:
        stream = out.add_stream("pcm_s16le", rate=RATE_HZ, layout="stereo")
        for frame in _frames(samples):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def filtered(samples: Stereo, *chain: tuple[str, str]) -> Stereo:
    """Return a sound after FFmpeg's audio filters."""
    graph = av.filter.Graph()
    last = graph.add_abuffer(
        sample_rate=RATE_HZ, format="fltp", layout="stereo", time_base=Fraction(1, RATE_HZ)
    )
    for name, options in (*chain, ("aformat", "sample_fmts=fltp:channel_layouts=stereo")):
        node = graph.add(name, options)
        last.link_to(node)
        last = node
    last.link_to(graph.add("abuffersink"))
    graph.configure()
    out = []
    for frame in [*_frames(samples), None]:
        graph.push(frame)
        while True:
            try:
                out.append(graph.pull().to_ndarray().T)
            except (av.BlockingIOError, av.EOFError):
                break
    return np.concatenate(out).astype(np.float32)


def _frames(samples: Stereo) -> list[AudioFrame]:
    frames = []
    for at in range(0, len(samples), 4096):
        planes = np.ascontiguousarray(samples[at : at + 4096].T.astype(np.float32))
        frame = AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, at, Fraction(1, RATE_HZ)
        frames.append(frame)
    return frames


def faster(samples: Stereo, rate: float) -> Stereo:
    """Return it played faster: shorter and higher."""
    return filtered(samples, ("asetrate", str(round(RATE_HZ * rate))), ("aresample", str(RATE_HZ)))


def noisy(samples: Stereo, below_db: float) -> Stereo:
    """Return it under white noise that is so much softer."""
    noise = np.random.default_rng(1).standard_normal(samples.shape)
    level = np.sqrt((samples**2).mean()) * 10 ** (-below_db / 20)
    return (samples + level * noise).astype(np.float32)


Attack = Callable[[Stereo], Stereo]
ATTACKS: dict[str, Attack] = {
    "mp3 at 24 kbit/s": lambda x: encoded(x, "libmp3lame", 24_000, "mp3"),
    "aac at 32 kbit/s": lambda x: encoded(x, "aac", 32_000, "mp4"),
    "low-pass at 1.5 kHz": lambda x: filtered(x, ("lowpass", "f=1500")),
    "high-pass at 800 Hz": lambda x: filtered(x, ("highpass", "f=800")),
    "4 s excerpt": lambda x: x[round(2.3 * RATE_HZ) : round(6.3 * RATE_HZ)],
    "3 s excerpt": lambda x: x[round(2.3 * RATE_HZ) : round(5.3 * RATE_HZ)],
    "speed 1.05": lambda x: faster(x, 1.05),
    "speed 0.9": lambda x: faster(x, 0.9),
    "speed 1.25": lambda x: faster(x, 1.25),
    "tempo 1.05": lambda x: filtered(x, ("atempo", "1.05")),
    "tempo 1.25": lambda x: filtered(x, ("atempo", "1.25")),
    "pitch up two semitones": lambda x: filtered(faster(x, 2 ** (1 / 6)), ("atempo", "0.8909")),
    "noise 10 dB below": lambda x: noisy(x, 10),
    "noise as loud": lambda x: noisy(x, 0),
    "echo": lambda x: filtered(x, ("aecho", "0.8:0.8:60|170:0.5|0.4")),
    "opposite phases": lambda x: np.stack([x[:, 0], -x[:, 0]], axis=1),
    "quieter by 30 dB": lambda x: (x / 32).astype(np.float32),
}
