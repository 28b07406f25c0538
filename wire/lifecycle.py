"""How a process ends: on SIGTERM, on a signal of its terminal if it runs alone (Ctrl-C or hang-up), or with its parent."""

import gc
import os

from wire import system

FIRST_SIGNAL_CODE = 128
"""A process that a signal has ended exits with this plus the signal's number, as shells report it."""


def ready_for_work() -> None:
    """Call after loading everything and before the hot loop: exempts all present objects from garbage collection.

    A full collection of everything that a process imports takes 50 ms or more; of the loop's own objects, almost no time.
    Memory needed only for loading is returned to the system.
    """
    gc.collect()
    gc.freeze()
    system.release_free_memory()


class Interrupted(Exception):
    """A signal arrived before the work was done; the text is one sentence."""


_parent_pid: int | None = None
_program_pid: int | None = None
"""None: not set."""


def started_by(parent_pid: int, program_pid: int) -> None:
    """Set the process that has started this one, which may end at any time, and the one that the user has started."""
    global _parent_pid, _program_pid
    _parent_pid, _program_pid = parent_pid, program_pid


def program_pid() -> int:
    """The process id of the program that this process belongs to: the command that the user has started."""
    return os.getppid() if _program_pid is None else _program_pid


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
            self._parent = os.getppid() if _parent_pid is None else _parent_pid
            system.end_with_parent()

    def _handle(self, number: int) -> None:
        if self._insist and self._signal is not None:
            os._exit(FIRST_SIGNAL_CODE + number)
        self._signal = number
        self._stopped = True
