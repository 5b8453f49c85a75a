"""What outsiders see of a task: the object that ``generate --json`` prints."""

from dataclasses import dataclass, field

from cleardance.verdict import Verdict


@dataclass(frozen=True)
class Record:
    """One task, as it stands. ``status`` is released, denied, held, failed, queued or running."""

    id: str
    status: str
    path: str | None
    model: str
    seed: int
    width: int
    height: int
    fps: int
    duration_s: float  # 0 for a still
    audio: dict[str, int] | None  # sample_rate_hz, channels
    verdict: Verdict | None
    ledger: dict[str, object]  # index, checkpoint
    timings_s: dict[str, float]
    ignored: tuple[str, ...] = ()
    generated: bool = False
    signed: str = field(default="", repr=False)  # in words, for people

    def to_json(self) -> dict[str, object]:
        """Return the JSON contract of ``generate --json``."""
        return {
            "id": self.id,
            "status": self.status,
            "path": self.path,
            "model": self.model,
            "seed": self.seed,
            "width": self.width,
            "height": self.height,
            "fps": self.fps,
            "duration_s": self.duration_s,
            "audio": self.audio,
            "verdict": self.verdict.model_dump(mode="json") if self.verdict else None,
            "ignored": list(self.ignored),
            "ledger": self.ledger,
            "timings_s": self.timings_s,
        }
