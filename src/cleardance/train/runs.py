"""Every training run there is, in one table: size, data, lengths and rates."""

from dataclasses import dataclass

from cleardance.dataset.framing import DURATION_S
from cleardance.pocket.config import Config, config_named

SUBJECTS = (
    *("cat", "dog", "horse", "elephant", "penguin", "duck", "butterfly", "rabbit", "lion", "owl"),
    *("car", "bus", "bicycle", "train", "sailboat", "rocket", "airplane", "tractor"),
    *("apple", "pizza", "robot", "tree", "balloon", "guitar"),
    *("fox", "turtle", "shark", "helicopter", "castle", "sunflower", "hamburger", "snowman"),
)


@dataclass(frozen=True)
class Run:
    """What is trained on what. Rates are peaks; they fall to zero over the last ``decay_share``."""

    name: str
    size: str
    cast: tuple[str, ...]
    pictures: int
    steps: int
    text_tokens: int = 16  # prompts of stills are short
    batch: int = 64
    matrix_rate: float = 0.02  # Muon
    other_rate: float = 0.002  # AdamW
    warmup_steps: int = 50
    decay_share: float = 0.4
    average: float = 0.998  # of the weights that are kept (EMA)
    text_dropout: float = 0.1
    subject_weight: float = 2.5  # of a token that shows the subject; others have 1
    label_weight: float = 0.4
    audio_weight: float = 0.3
    frames: int | None = None  # key frames of a lesson's clip; none for stills
    still_every: int = 4  # steps; of clips, every so often one frame alone is taught
    still_batch: int = 64  # pictures of such a step, which is as long as seven clips
    onset_weight: float = 2.0  # of a sound that begins, beside 1 of one that lasts
    time_mean: float = 0.5  # t = sigmoid(N(time_mean, 1)): shapes are decided near the noise
    clip_time_mean: float = 1.0  # of clips, whose frames tell of each other through more noise
    seed: int = 0

    @property
    def config(self) -> Config:
        """The size's row in the table of sizes."""
        return config_named(self.size)

    @property
    def audio_tokens(self) -> int:
        """Tokens of sound beside a lesson's frames; none for stills."""
        return self.audio_at(self.frames - 1) if self.frames else 0

    @property
    def drawn_frames(self) -> int | None:
        """Key frames of a clip of the data set: lessons begin anywhere in it. None for stills."""
        return 1 + round(DURATION_S * self.config.key_fps) if self.frames else None

    def audio_at(self, frame: int) -> int:
        """Return the number of the token of sound that begins when a frame is shown."""
        return round(frame * self.config.audio_fps / self.config.key_fps)

    def rate(self, step: int) -> float:
        """Return the factor of both rates at a step, 0 to 1."""
        rise = min((step + 1) / self.warmup_steps, 1.0)
        left = (self.steps - step) / max(self.decay_share * self.steps, 1.0)
        return rise * min(max(left, 0.0), 1.0)

    def average_at(self, step: int) -> float:
        """Return how much of the averaged weights is kept at a step: little at first."""
        return min(self.average, (1 + step) / (10 + step))


RUNS = {
    run.name: run
    for run in (
        Run("tiny", "tiny", ("cat", "car"), pictures=96, steps=12, batch=8, warmup_steps=2),
        Run("pocket", "pocket", SUBJECTS, pictures=48_000, steps=3_800),
        Run(
            *("tiny-clips", "tiny-clips", ("cat", "car")),
            pictures=16,
            steps=8,
            batch=4,
            still_batch=4,
            frames=13,
        ),
        Run(
            *("pocket-clips", "pocket-clips", SUBJECTS),
            pictures=10_000,
            steps=8_000,
            batch=16,
            frames=13,
            matrix_rate=0.01,
            other_rate=0.001,
        ),
    )
}
