"""Two processes that train together, as torchrun starts them."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

SCRIPT = """
import hashlib, sys
from pathlib import Path
from cleardance.dataset.shelf import open_shelf
from cleardance.train.runs import RUNS
from cleardance.train.trainer import Habits, Trainer
data, out = map(Path, sys.argv[1:])
trainer = Trainer(RUNS["tiny"], open_shelf(data), out)
trainer.train(3, Habits(look_s=1e9, log_steps=1, threads=1), lambda line: None)
digest = hashlib.sha256()
for weight in trainer.progress.network.parameters():
    digest.update(weight.detach().numpy().tobytes())
print(trainer.rank, trainer.progress.step, digest.hexdigest())
"""


def test_ranks_end_with_the_same_weights(folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    world = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    command = [sys.executable, "-c", SCRIPT, str(folder), str(tmp_path)]
    both = [
        subprocess.Popen(
            command,
            env=os.environ | world | {"RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    ends = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0], [err[-800:] for _, err in ends]
    told = sorted(out.split() for out, _ in ends)
    assert [rank for rank, _, _ in told] == ["0", "1"]
    assert told[0][1:] == told[1][1:]
    assert (tmp_path / "state.pt").exists()
