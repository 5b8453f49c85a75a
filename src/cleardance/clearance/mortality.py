"""Processes that do not outlive the one that started them."""

import ctypes
import os
import signal
import sys


def die_with(parent: int) -> None:
    """Have the kernel kill this process when the thread that started it ends, however it ends.

    ``parent`` is the number of that thread's process.
    """
    if sys.platform == "linux":
        set_death_signal = 1  # PR_SET_PDEATHSIG, prctl(2)
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)
    if os.getppid() != parent:  # it had ended before
        os._exit(1)
