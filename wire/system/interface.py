"""The functions that HipCue needs from an operating system.

`System` implements them with Python's portable functions. Where those are not enough, the default is the documented result on
a system without the feature: an empty value, or `Unsupported` with a sentence. Subclasses override what their system offers.
"""

import getpass
import mmap
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType


class Unsupported(OSError):
    """This system lacks the feature; the text says which, in one sentence."""


@dataclass(frozen=True)
class SharedMemory:
    """Memory that other processes of the same user can open by this process's id and `handle`."""

    memory: mmap.mmap
    handle: int
    close: Callable[[], None]
    """Prevent other processes from opening it. Call it once; the memory is freed with its last user."""


@dataclass(frozen=True)
class SpeechProgram:
    """A program that reads a text file aloud into a WAV file.

    `{text}` and `{wav}` in the command stand for the two paths, which it also finds in the environment variables HIPCUE_TEXT
    and HIPCUE_WAV, beside HIPCUE_LANGUAGE.
    """

    name: str
    command: tuple[str, ...]


class System:
    """The interface, and the defaults for any system."""

    name = "This system"
    forks_with_libraries = False
    """Whether a process may be forked after it has loaded large libraries; on macOS, those of the system do not allow it."""

    def monotonic_ns(self) -> int:
        """Nanoseconds of one monotonic clock shared by all processes. Never wall-clock time: that may jump."""
        return time.monotonic_ns()

    def usable_cores(self) -> int:
        """Processor cores that this process may run on."""
        return os.cpu_count() or 1

    def release_free_memory(self) -> None:
        """Give memory that this process has freed back to the system, if it keeps any."""

    def give_way(self, steps: int) -> None:
        """Lower this process's priority by so many steps of nice(2), 0 to 19; no effect where there is no nice(2)."""
        if steps and hasattr(os, "nice"):
            os.nice(steps)

    def runtime_folder(self) -> Path:
        """Where this user's sockets belong, whether it exists or not."""
        return Path(tempfile.gettempdir()) / f"hipcue-{self.user_name()}"

    def user_name(self) -> str:
        """The user's name, or a substitute on this machine."""
        return getpass.getuser()

    def ipc_address(self, path: Path) -> str:
        """The ZeroMQ address of a local socket at `path`. Raises OSError if the path is too long, or Unsupported."""
        raise Unsupported(f"{self.name} has no local sockets that HipCue can use; run it on Linux or macOS")

    def is_private(self, path: Path) -> bool:
        """Whether only this user may read the file or enter the folder; False where the system cannot say. Raises OSError."""
        return False

    @contextmanager
    def lock_folder(self, folder: Path, wait: bool = True, shared: bool = False) -> Iterator[None]:
        """Hold a lock that ends with this process, however it ends: exclusive, or shared with others.

        Raises BlockingIOError if another holds it and `wait` is false, OSError if there is no such folder, and Unsupported.
        """
        raise Unsupported(f"{self.name} has no locks that HipCue can use")
        yield

    def create_shared_memory(self, name: str, size_bytes: int) -> SharedMemory:
        """New zeroed memory, all of it allocated. Raises OSError; Unsupported if the system has none to offer."""
        raise Unsupported(f"{self.name} has none that HipCue can use")

    def open_shared_memory(self, name: str, pid: int, handle: int) -> mmap.mmap:
        """Another process's memory of this name, read-only, of fixed size.

        Raises OSError if there is none, if it is another user's, or if its size could change; Unsupported as above.
        """
        raise Unsupported(f"{self.name} has none that HipCue can use")

    def on_end_signals(self, handler: Callable[[int], None], interrupt: bool) -> None:
        """Call `handler` with the signal's number on a request to end (SIGTERM).

        With `interrupt`, also on the signals that a terminal sends to its processes: SIGINT for Ctrl-C, SIGQUIT, and SIGHUP
        when it is closed; otherwise these are ignored. A program started with nohup outlives its terminal.
        """

        def handle(number: int, _frame: FrameType | None) -> None:
            handler(number)

        signal.signal(signal.SIGTERM, handle)
        for number in self._terminal_signals():
            outlives = number != signal.SIGINT and signal.getsignal(number) == signal.SIG_IGN
            signal.signal(number, handle if interrupt and not outlives else signal.SIG_IGN)
        if hasattr(signal, "pthread_sigmask"):  # see end_signals_held
            signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))

    @contextmanager
    def end_signals_held(self) -> Iterator[None]:
        """A process started in this block receives no signal of `on_end_signals` before it has called that.

        Earlier, a signal would kill it. It inherits the calling thread's mask.
        """
        if not hasattr(signal, "pthread_sigmask"):
            yield
            return
        before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, *self._terminal_signals()))
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    @contextmanager
    def end_signals_deferred(self) -> Iterator[None]:
        """Finish a short block even if a signal of `on_end_signals` arrives, and handle it afterwards. Main thread only."""
        arrived: list[int] = []

        def remember(number: int, _frame: FrameType | None) -> None:
            arrived.append(number)

        in_main_thread = threading.current_thread() is threading.main_thread()
        numbers = (signal.SIGTERM, *self._terminal_signals()) if in_main_thread else ()
        known = {number: signal.getsignal(number) for number in numbers}
        handled = {number: handler for number, handler in known.items() if handler not in (signal.SIG_IGN, None)}
        for number in handled:
            signal.signal(number, remember)
        try:
            yield
        finally:
            for number, handler in handled.items():
                signal.signal(number, handler)
            for one in arrived:
                signal.raise_signal(one)

    @staticmethod
    def _terminal_signals() -> tuple[signal.Signals, ...]:
        return tuple(signal.Signals[name] for name in ("SIGINT", "SIGQUIT", "SIGHUP") if hasattr(signal, name))

    def end_with_parent(self) -> None:
        """Ask the system to send SIGTERM when the parent process ends; no effect where it cannot."""

    def continue_process(self, pid: int) -> None:
        """Continue a process of this user that was stopped, as by SIGSTOP; no effect where processes cannot be stopped."""
        if hasattr(signal, "SIGCONT"):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def ask_to_end(self, pid: int) -> None:
        """Send a request to end to a process of this user; no effect if it has ended."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)

    def kill_process(self, pid: int) -> None:
        """Kill a process of this user; no effect if it has ended."""
        with suppress(ProcessLookupError):
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))

    def ignore_requests_to_end(self) -> None:
        """For a process that is ending: Python then removes its handlers, so that another request would kill it."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def watch_children(self) -> int:
        """A descriptor that is readable when a child has ended. Raises Unsupported where processes cannot be forked."""
        raise Unsupported(f"{self.name} cannot fork processes")

    def ended_child(self) -> tuple[int, int] | None:
        """Process id and exit code, below 0 for a signal, of a child that has ended; None: there is no further one."""
        return None

    def fork(self) -> int:
        """As os.fork; the child no longer watches children. Raises OSError; Unsupported as above."""
        raise Unsupported(f"{self.name} cannot fork processes")

    def is_alive(self, pid: int) -> bool:
        """Whether this process of this user exists and has not ended."""
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def signal_name(self, number: int) -> str:
        """As in "SIGKILL"."""
        try:
            return signal.Signals(number).name
        except ValueError:
            return f"signal {number}"

    def boot_id(self) -> str:
        """Identifies the machine's current boot: monotonic times of another one are meaningless. "" where there is no id."""
        return ""

    def camera_api(self) -> str:
        """OpenCV's name of the interface through which it opens cameras."""
        return "CAP_ANY"

    def control_device(self, descriptor: int, request: int, packed: bytearray) -> None:
        """Send a request to a driver, which fills `packed` with its answer. Raises OSError; Unsupported without ioctl(2)."""
        raise Unsupported(f"{self.name} has no device files")

    def speech_program(self, language: str, words_per_minute: int) -> SpeechProgram:
        """The system's speech program for a language ("en", "de", "en-gb", …). Raises Unsupported with one sentence."""
        raise Unsupported(f"{self.name} has no voice that HipCue can use")
