"""The child processes of a worker: started before they are needed, killed when they must be."""

import multiprocessing
import os
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from cleardance.clearance.jobs import child
from cleardance.clearance.jobs.child import Blocked, Done, Ready
from cleardance.clearance.leases import Lease

_SPAWN = multiprocessing.get_context(
    "spawn"
)  # nothing of ours is inherited: no connection, no lock


@dataclass
class Child:
    """One process, and the task that it carries."""

    process: SpawnProcess
    pipe: Connection
    is_ready: bool = False
    lease: Lease | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it could carry a task now."""
        return self.is_ready and self.lease is None

    def carry(self, lease: Lease) -> None:
        """Hand it a task."""
        self.lease = lease
        try:
            self.pipe.send(lease)
        except OSError:  # it has just died, which its sentinel says as well
            return

    def answer(self) -> Done | Blocked | Ready | None:
        """Return what it has said, if anything; EOFError if it died."""
        if not self.pipe.poll():
            return None
        try:
            said: Done | Blocked | Ready = self.pipe.recv()
        except (OSError, EOFError) as error:
            raise EOFError from error
        if isinstance(said, Ready):
            self.is_ready = True
        else:
            self.lease = None
        return said

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self.process.kill()
        self.process.join()
        self.pipe.close()

    def died_of(self) -> str:
        """Say how it ended, for people."""
        self.process.join()
        code = self.process.exitcode or 0
        return f"signal {-code}" if code < 0 else f"exit code {code}"


def start(home: Path, memory_bytes: int | None) -> Child:
    """Start a child; it is ready once it says so. Only the thread that starts it may wait for it.

    The child dies with that thread.
    """
    ours, theirs = _SPAWN.Pipe()
    arguments = (theirs, home, os.getpid(), memory_bytes)
    process = _SPAWN.Process(target=child.run, args=arguments, daemon=True)
    process.start()
    theirs.close()
    return Child(process, ours)
