import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from cleardance.dataset.shelf import Shelf
from cleardance.errors import GenerationFailed, VerificationError
from cleardance.pocket.runtime import CODEC
from cleardance.train import metrics, state
from cleardance.train.objective import loss_of
from cleardance.train.runs import RUNS
from cleardance.train.trainer import SHEETS, Habits, Trainer

TINY = RUNS["tiny"]
ALWAYS = Habits(save_s=0.0, look_s=1e9, log_steps=1, threads=1)


def said(line: str) -> None:
    del line


def same(one: Trainer, other: Trainer) -> bool:
    weights = zip(
        one.progress.network.parameters(), other.progress.network.parameters(), strict=True
    )
    averages = zip(one.progress.average.values(), other.progress.average.values(), strict=True)
    pairs = [*weights, *averages]
    for a, b in zip(one.progress.optimisers, other.progress.optimisers, strict=True):
        for index, kept in a.state_dict()["state"].items():
            pairs += [(v, b.state_dict()["state"][index][k]) for k, v in kept.items()]
    return all(torch.equal(a, b) for a, b in pairs) and one.progress.step == other.progress.step


@pytest.fixture(scope="module")
def uninterrupted(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    trainer = Trainer(TINY, shelf, tmp_path_factory.mktemp("run"))
    trainer.train(8, ALWAYS, said)
    return trainer


def test_told_to_stop_it_saves_first(uninterrupted: Trainer, shelf: Shelf, tmp_path: Path) -> None:
    def tell(line: str) -> None:
        if line.startswith("step 3:"):
            os.kill(os.getpid(), signal.SIGTERM)

    seldom = replace(ALWAYS, save_s=1e9)
    stopped, before = Trainer(TINY, shelf, tmp_path), signal.getsignal(signal.SIGTERM)
    stopped.train(8, seldom, tell)
    assert stopped.progress.step == 3
    assert signal.getsignal(signal.SIGTERM) == before
    again = Trainer(TINY, shelf, tmp_path)
    again.train(8, seldom, said)
    assert same(again, uninterrupted)


def test_a_run_leaves_what_is_needed_to_judge_it(uninterrupted: Trainer) -> None:
    folder = uninterrupted.folder
    names = {path.name for path in folder.iterdir()}
    assert {CODEC, state.FILE_NAME, metrics.FILE_NAME, metrics.PLOT_NAME, SHEETS} <= names
    rows = metrics.read(folder / metrics.FILE_NAME)
    assert [row["step"] for row in rows if "loss" in row] == list(range(1, 9))
    assert rows[-1]["validation_velocity"] > 0
    sheets = sorted(path.suffix for path in (folder / SHEETS).iterdir())
    assert sheets == [".png", ".txt"]


def test_a_killed_run_goes_on_as_if_it_had_not_been(
    uninterrupted: Trainer, shelf: Shelf, folder: Path, tmp_path: Path
) -> None:
    """A process of its own is killed outright after its third step; another takes over."""
    script = f"""
import os, signal
from pathlib import Path
from cleardance.dataset.shelf import open_shelf
from cleardance.train.runs import RUNS
from cleardance.train.trainer import Habits, Trainer
def report(line):
    if line.startswith("step 4:"):
        os.kill(os.getpid(), signal.SIGKILL)
trainer = Trainer(RUNS["tiny"], open_shelf(Path({str(folder)!r})), Path({str(tmp_path)!r}))
trainer.train(8, Habits(save_s=0.0, look_s=1e9, log_steps=1, threads=1), report)
"""
    killed = subprocess.run([sys.executable, "-c", script], check=False, env=os.environ)
    assert killed.returncode == -signal.SIGKILL
    resumed = Trainer(TINY, shelf, tmp_path)
    assert resumed.progress.step == 3
    resumed.train(8, ALWAYS, said)
    assert same(resumed, uninterrupted)
    steps = [row["step"] for row in metrics.read(tmp_path / metrics.FILE_NAME) if "loss" in row]
    assert steps == list(range(1, 9))


def test_it_learns(shelf: Shelf, tmp_path: Path) -> None:
    trainer = Trainer(replace(TINY, steps=40, batch=16), shelf, tmp_path)
    lesson = trainer.teacher.prepared(trainer.teacher.rows, np.random.default_rng(0), 0.0)
    before = loss_of(trainer.progress.network, lesson, TINY)
    for _ in range(30):
        trainer.step()
    after = loss_of(trainer.progress.network, lesson, TINY)
    assert after.velocity < before.velocity
    assert after.labels < 0.3 * before.labels


def test_every_row_is_taught_once_an_epoch(shelf: Shelf, tmp_path: Path) -> None:
    teacher = Trainer(TINY, shelf, tmp_path).teacher
    rows = [row for step in range(50) for row in teacher.rows_at(step)]
    count = len(teacher.rows)
    assert sorted(rows[:count]) == sorted(rows[count : 2 * count]) == sorted(teacher.rows)
    assert rows[:count] != rows[count : 2 * count]
    assert not set(rows) & set(shelf.manifest.indices("held_out"))


def test_ranks_share_a_batch(shelf: Shelf, tmp_path: Path) -> None:
    teacher = Trainer(TINY, shelf, tmp_path).teacher
    parts = [teacher.lesson(3, rank, 2) for rank in range(2)]
    assert [len(part.t) for part in parts] == [4, 4]
    assert not torch.equal(parts[0].video_noise, parts[1].video_noise)


def test_another_runs_state_is_refused(uninterrupted: Trainer, shelf: Shelf) -> None:
    with pytest.raises(VerificationError, match="another run"):
        Trainer(replace(TINY, name="other"), shelf, uninterrupted.folder)


@pytest.mark.parametrize("content", [b"", b"not a state", b"PK\x03\x04"])
def test_a_damaged_state_is_refused(shelf: Shelf, tmp_path: Path, content: bytes) -> None:
    Trainer(TINY, shelf, tmp_path)  # its codec
    (tmp_path / state.FILE_NAME).write_bytes(content)
    with pytest.raises(VerificationError, match="not a training state"):
        Trainer(TINY, shelf, tmp_path)


def test_a_stage_starts_from_the_averaged_weights_of_another(
    uninterrupted: Trainer, shelf: Shelf, tmp_path: Path
) -> None:
    after = Trainer(
        replace(TINY, name="next"), shelf, tmp_path, uninterrupted.folder / state.FILE_NAME
    )
    assert after.progress.step == 0
    assert after.codec.digest == uninterrupted.codec.digest
    assert after.progress.lineage == (shelf.manifest.digest,)
    after.save()
    again = Trainer(replace(TINY, name="next"), shelf, tmp_path)
    assert again.progress.lineage == (shelf.manifest.digest,)
    again.progress.lineage = ()
    again.save()
    start = uninterrupted.folder / state.FILE_NAME
    told = Trainer(replace(TINY, name="next"), shelf, tmp_path, start)
    assert told.progress.lineage == (shelf.manifest.digest,)
    for name, weight in after.progress.network.named_parameters():
        assert torch.equal(weight, uninterrupted.progress.average[name])


def test_weights_of_another_size_do_not_fit(
    uninterrupted: Trainer, shelf: Shelf, tmp_path: Path
) -> None:
    with pytest.raises(VerificationError, match="another size"):
        Trainer(
            replace(TINY, size="pocket"), shelf, tmp_path, uninterrupted.folder / state.FILE_NAME
        )


@pytest.mark.parametrize("where", ["loss", "gradient"])
def test_what_is_not_finite_stops_the_run(shelf: Shelf, tmp_path: Path, where: str) -> None:
    trainer = Trainer(TINY, shelf, tmp_path)
    network = trainer.progress.network
    if where == "loss":
        torch.nn.init.constant_(network.video_out.bias, np.inf)
    else:
        network.place.weight.register_hook(lambda gradient: gradient * np.nan)
    message = "loss is" if where == "loss" else "gradient of place.weight is"
    with pytest.raises(GenerationFailed, match=f"{message} not finite at step 0"):
        trainer.step()
