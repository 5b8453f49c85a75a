"""The loop: a lesson, a step, and now and then a look at how it goes."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, current_thread, main_thread

import numpy as np
import torch
from torch import distributed

from cleardance.dataset.shelf import Shelf
from cleardance.errors import GenerationFailed
from cleardance.pocket.codec import Codec
from cleardance.pocket.runtime import CODEC, SOUND_CODEC
from cleardance.pocket.text import Vocabulary
from cleardance.pocket.transformer import Transformer, compiled
from cleardance.train import fitting, sheets, state
from cleardance.train.metrics import Metrics
from cleardance.train.objective import FRAME, Loss, Teacher, loss_of
from cleardance.train.optimiser import optimisers
from cleardance.train.runs import Run

SHEETS = "sheets"
_VALIDATION = 128
_CURVES = ("velocity", "subject", "validation_velocity", "validation_subject", "audio")

Report = Callable[[str], None]


@dataclass(frozen=True)
class Habits:
    """How often, in seconds: state to disk, and a sheet with a validation."""

    save_s: float = 120.0
    look_s: float = 1800.0
    log_steps: int = 10
    threads: int = 2
    compile: bool = False


class Trainer:
    """One run in one folder. Making it resumes whatever state the folder holds."""

    def __init__(self, run: Run, shelf: Shelf, folder: Path, start: Path | None = None) -> None:
        """Open the run; ``start`` is what a fresh one begins with: a state, or an exported model.

        Raises VerificationError if the folder's state is of another run, or ``start`` does not fit.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.run, self.shelf, self.folder = run, shelf, folder
        words = Vocabulary(shelf.manifest.header.words)
        self.codec = _codec(run, shelf, folder, start)
        rows = shelf.manifest.indices("train")
        self.sound_codec = _sound_codec(run, shelf, folder, start)
        self.teacher = Teacher(run, shelf, self.codec, self.sound_codec, words, rows)
        self.origin = state.Origin(
            run.name,
            run.size,
            shelf.manifest.digest,
            self.codec.digest,
            self.sound_codec.digest if self.sound_codec else "",
            words.words,
        )
        self.progress = _fresh(run)
        self.rank, self.ranks = _place()
        if (folder / state.FILE_NAME).exists():
            state.restore(folder / state.FILE_NAME, self.progress, self.origin)
            if start is not None and not self.progress.lineage:  # saved before it was kept
                self.progress.lineage = state.lineage_of(start)
        elif start is not None:
            state.start_from(start, self.progress, self.origin, _codecs(run, self.codec))
        _scale(self.progress.network, self.codec, self.sound_codec)

    def train(self, steps: int, habits: Habits, report: Report) -> None:
        """Go on until ``steps`` steps of the run are done, or somebody says SIGTERM; then save.

        Raises GenerationFailed, naming step and tensor, if anything is not finite.
        """
        torch.set_num_threads(habits.threads)
        metrics = Metrics(self.folder, self.progress.step) if self.rank == 0 else None
        if habits.compile:
            compiled(self.progress.network)
        with _stoppable(alone=self.ranks == 1) as stopped:
            self._go_on(min(steps, self.run.steps), habits, report, metrics, stopped)

    def _go_on(
        self, steps: int, habits: Habits, report: Report, metrics: Metrics | None, stopped: Event
    ) -> None:
        saved = looked = time.monotonic()
        first, began = self.progress.step, time.monotonic()
        while self.progress.step < steps and not stopped.is_set():
            loss = self.step()
            now, step = time.monotonic(), self.progress.step
            if metrics is None:
                continue
            if step % habits.log_steps == 0:
                speed = (step - first) * self.run.batch / (now - began)
                metrics.add(step, **_numbers(loss), samples_per_s=speed)
                report(f"step {step}: loss {loss.total.item():.3f}, {speed:.1f} samples/s")
            if now - saved > habits.save_s:
                self.save()
                saved = time.monotonic()
            if now - looked > habits.look_s:
                self.look(metrics)
                looked = time.monotonic()
        if metrics is not None and self.progress.step > first:
            self.save()
            if not stopped.is_set():
                self.look(metrics)

    def step(self) -> Loss:
        """Take one step on one lesson and return its loss."""
        progress, step = self.progress, self.progress.step
        lesson = self.teacher.lesson(step, self.rank, self.ranks)
        for optimiser, peak in zip(progress.optimisers, self._peaks(), strict=True):
            for group in optimiser.param_groups:
                group["lr"] = peak * self.run.rate(step)
            optimiser.zero_grad(set_to_none=True)
        loss = loss_of(progress.network, lesson, self.run)
        if not torch.isfinite(loss.total):
            raise GenerationFailed(f"The loss is not finite at step {step}.")
        loss.total.backward()
        self._share_gradients()
        for optimiser in progress.optimisers:
            optimiser.step()
        self._average(self.run.average_at(step))
        progress.step += 1
        return loss

    def save(self) -> None:
        """Write the state; what was there before stays until the new one is whole."""
        state.save(self.folder / state.FILE_NAME, self.progress, self.origin)

    def look(self, metrics: Metrics) -> None:
        """Validate the averaged weights, draw a sheet with them, and plot the curves."""
        step = self.progress.step
        network = self.averaged()
        loss = self._validated(network)
        metrics.add(step, **{f"validation_{k}": v for k, v in _numbers(loss).items()})
        sheets.draw(self.folder / SHEETS, step, network, self.teacher)
        metrics.plot(_CURVES)

    @torch.inference_mode()
    def _validated(self, network: Transformer) -> Loss:
        """Return the loss on held-out rows, with the same noise and times whenever it is asked."""
        rows = self.shelf.manifest.indices("held_out")[:_VALIDATION]
        kinds = None if self.run.frames is None else np.full(len(rows), FRAME)
        lesson = self.teacher.prepared(rows, np.random.default_rng(0), dropout=0.0, kinds=kinds)
        return loss_of(network, lesson, self.run)

    def averaged(self) -> Transformer:
        """Return a copy of the network with the averaged weights."""
        network = Transformer(self.run.config)
        network.load_state_dict(self.progress.network.state_dict() | self.progress.average)
        return network.eval()

    def begun_with(self, start: Path) -> tuple[Transformer, state.Source]:
        """Return the network of stills in ``start``, grown to this run's size, and its source.

        It is what a fresh run would begin with. Raises VerificationError if it does not fit.
        """
        begun, codecs = _fresh(self.run), _codecs(self.run, self.codec)
        source = state.start_from(start, begun, self.origin, codecs, stills=True)
        _scale(begun.network, self.codec, self.sound_codec)
        return begun.network.eval(), source

    def _peaks(self) -> tuple[float, float]:
        return self.run.matrix_rate, self.run.other_rate

    @torch.no_grad()
    def _average(self, kept: float) -> None:
        named = dict(self.progress.network.named_parameters())
        averages = [self.progress.average[name] for name in named]
        torch._foreach_lerp_(averages, list(named.values()), 1 - kept)

    def _share_gradients(self) -> None:
        """Give every rank the mean gradient; look for what is not finite."""
        named = [(n, p) for n, p in self.progress.network.named_parameters() if p.grad is not None]
        if self.ranks > 1:
            flat = torch.cat([weight.grad.flatten() for _, weight in named])
            distributed.all_reduce(flat)
            parts = flat.div_(self.ranks).split([weight.numel() for _, weight in named])
            for (_, weight), part in zip(named, parts, strict=True):
                weight.grad.copy_(part.view_as(weight))
        norms = torch._foreach_norm([weight.grad for _, weight in named])
        for (name, _), norm in zip(named, norms, strict=True):
            if not torch.isfinite(norm):
                step = self.progress.step
                raise GenerationFailed(f"The gradient of {name} is not finite at step {step}.")


@contextmanager
def _stoppable(*, alone: bool) -> Iterator[Event]:
    """Give what SIGTERM sets, in a process that is ``alone``: several would not end together."""
    stopped = Event()
    if not alone or current_thread() is not main_thread():
        yield stopped
        return
    before = signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGTERM, before)


def _fresh(run: Run) -> state.Progress:
    """Return an untrained network, the same for the same run."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(run.seed)
        network = Transformer(run.config)
    average = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    return state.Progress(network, average, optimisers(network, run.matrix_rate, run.other_rate))


def _codec(run: Run, shelf: Shelf, folder: Path, start: Path | None) -> Codec:
    """Return the folder's codec; a fresh one is that of the run it starts from, or is fitted."""
    path = folder / CODEC
    if not path.exists():
        codec = Codec.load(_folder(start) / CODEC) if start else fitting.fit(shelf, run.config)
        if codec.dims < run.config.token_dims:
            codec = codec.with_motion(fitting.fit_motion(shelf, run.config))
        codec.save(path)
    return Codec.load(path)


def _codecs(run: Run, codec: Codec) -> list[str]:
    """Return the digests of codecs whose tokens the run's are, or begin with."""
    config = run.config
    stills = [codec.of_frames(config.token_dims - config.motion_dims)] if config.motion_dims else []
    return [one.digest for one in (codec, *stills)]


def _sound_codec(run: Run, shelf: Shelf, folder: Path, start: Path | None) -> Codec | None:
    """Return the folder's codec of sound, or that of the start, or a new one; stills need none."""
    if run.frames is None:
        return None
    path = folder / SOUND_CODEC
    if not path.exists():
        heard = _folder(start) / SOUND_CODEC if start else path
        codec = Codec.load(heard) if heard.exists() else fitting.fit_sound(shelf, run.config)
        codec.save(path)
    return Codec.load(path)


def _folder(start: Path) -> Path:
    """Return where the codecs are of what a run begins with."""
    return start if start.is_dir() else start.parent


def _scale(network: Transformer, codec: Codec, sound_codec: Codec | None) -> None:
    """Tell a network how much the tokens of its codecs vary."""
    network.video_sd.copy_(torch.from_numpy(codec.sd))
    if sound_codec is not None:
        network.audio_sd.copy_(torch.from_numpy(sound_codec.sd))


def _place() -> tuple[int, int]:
    """Return this process's rank and how many there are; torchrun says so in the environment."""
    ranks = int(os.environ.get("WORLD_SIZE", "1"))
    if ranks > 1 and not distributed.is_initialized():
        distributed.init_process_group("gloo")
    return (distributed.get_rank(), ranks) if ranks > 1 else (0, 1)


def _numbers(loss: Loss) -> dict[str, float]:
    names = ("loss", *Loss._fields[1:])
    return {name: value.item() for name, value in zip(names, loss, strict=True)}
