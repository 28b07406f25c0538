"""How a process of ours is asked to end: SIGTERM, Ctrl-C when it runs alone, or the end of its parent."""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from types import FrameType

_PR_SET_PDEATHSIG = 1  # prctl(2)


def ready_for_work() -> None:
    """Call once all is loaded, before the hot loop: what is there stays there, and the garbage collector need not look at it.

    A full collection over everything that a process imports takes 50 ms and more; over what the loop itself leaves, none.
    """
    gc.collect()
    gc.freeze()


class StopFlag:
    """True once the process has been asked to end. Hot loops read it every round."""

    def __init__(self) -> None:
        self._stopped = False
        self._parent = 0

    def __bool__(self) -> bool:
        return self._stopped or self.orphaned

    @property
    def orphaned(self) -> bool:
        """Whether the supervisor is gone."""
        return bool(self._parent) and os.getppid() != self._parent

    def set(self) -> None:
        """Ask for the end."""
        self._stopped = True

    def on_signals(self, supervised: bool) -> None:
        """Obey SIGTERM. A supervised process leaves Ctrl-C to its supervisor and ends when that one is gone."""
        signal.signal(signal.SIGTERM, self._handle)
        if supervised:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            # The parent may be gone before this line is reached; then getppid() already names another.
            parent = multiprocessing.parent_process()
            self._parent = os.getppid() if parent is None or parent.pid is None else parent.pid
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        else:
            signal.signal(signal.SIGINT, self._handle)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        self._stopped = True
