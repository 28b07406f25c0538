"""What ends a process: SIGTERM, its terminal if it runs alone (Ctrl-C, or the terminal's end), or the end of its parent."""

import gc
import multiprocessing
import os
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess

from wire import system

FIRST_SIGNAL_CODE = 128
"""A process that a signal has ended exits with this plus the signal's number, as shells report it."""


def ready_for_work() -> None:
    """Call after loading everything and before the hot loop: exempts all present objects from garbage collection.

    A full collection of everything that a process imports takes 50 ms and more; of what the loop itself leaves, almost none.
    """
    gc.collect()
    gc.freeze()


class Interrupted(Exception):
    """A signal arrived before the work was done; the text is one sentence."""


def start_process(process: BaseProcess) -> None:
    """Start a process that no signal of the terminal reaches before it has called `StopFlag.on_signals`."""
    # On its own start, the tracker lifts the block on Ctrl-C.
    with system.terminal_signals_held():
        resource_tracker.ensure_running()
    with system.terminal_signals_held():
        process.start()


class StopFlag:
    """True once the process should end. Hot loops check it every round."""

    def __init__(self) -> None:
        self._stopped = False
        self._parent = 0
        self._insist = False
        self._signal: int | None = None

    def __bool__(self) -> bool:
        return self._stopped or self.orphaned

    @property
    def orphaned(self) -> bool:
        """Whether the supervisor has ended."""
        return bool(self._parent) and os.getppid() != self._parent

    def set(self) -> None:
        """End the process after the current round."""
        self._stopped = True

    @property
    def exit_code(self) -> int:
        """The exit code of a process that ends before its work is done; 0: no signal has arrived."""
        return 0 if self._signal is None else FIRST_SIGNAL_CODE + self._signal

    def on_signals(self, supervised: bool, insist: bool = False) -> None:
        """Set the flag on SIGTERM and, unless supervised, on a signal of the terminal.

        A supervised process ends with its supervisor. With `insist`, a second signal ends the process at once.
        """
        self._insist = insist
        system.on_end_signals(self._handle, interrupt=not supervised)
        if supervised:
            # The parent may have ended before this line is reached; then getppid() already returns another.
            parent = multiprocessing.parent_process()
            self._parent = os.getppid() if parent is None or parent.pid is None else parent.pid
            system.end_with_parent()

    def _handle(self, number: int) -> None:
        if self._insist and self._signal is not None:
            os._exit(FIRST_SIGNAL_CODE + number)
        self._signal = number
        self._stopped = True
