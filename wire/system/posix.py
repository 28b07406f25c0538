"""What Linux and macOS have in common.

`fcntl` is imported where it is used, so that this file can be imported on any system.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wire.system.interface import System


class Posix(System):
    """Unix sockets, owners and modes of files, advisory locks."""

    _watch: tuple[int, ...] = ()
    """Both ends of the pipe of `watch_children`."""
    max_socket_path_bytes = 103
    """Longest path in sockaddr_un.sun_path without its terminating zero: it has 104 bytes in the BSDs and macOS (unix(4))."""

    def runtime_folder(self) -> Path:
        """Below XDG_RUNTIME_DIR, which only this user may enter."""
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        if runtime and Path(runtime).is_dir():
            return Path(runtime) / "hipcue"
        return super().runtime_folder()

    def user_name(self) -> str:
        """The name; the number of a user that the system has no name for, as in many containers."""
        try:
            return super().user_name()
        except (KeyError, OSError):
            return str(os.getuid())

    def ipc_address(self, path: Path) -> str:
        """A Unix socket."""
        if len(os.fsencode(path)) > self.max_socket_path_bytes:
            raise OSError("the path is too long for a socket; set XDG_RUNTIME_DIR to a shorter one")
        return f"ipc://{path}"

    def is_private(self, path: Path) -> bool:
        """Checks owner and mode."""
        found = path.stat()
        return found.st_uid == os.getuid() and not found.st_mode & 0o077

    def control_device(self, descriptor: int, request: int, packed: bytearray) -> None:
        """With ioctl(2)."""
        import fcntl

        fcntl.ioctl(descriptor, request, packed)

    def watch_children(self) -> int:
        """Through the descriptor to which Python writes the numbers of signals."""
        self._watch = os.pipe()
        os.set_blocking(self._watch[0], False)
        os.set_blocking(self._watch[1], False)
        signal.set_wakeup_fd(self._watch[1])
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return self._watch[0]

    def ended_child(self) -> tuple[int, int] | None:
        """With waitpid(2)."""
        if self._watch:
            with suppress(BlockingIOError):
                os.read(self._watch[0], 4096)
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        return (pid, os.waitstatus_to_exitcode(status)) if pid else None

    def fork(self) -> int:
        """With fork(2)."""
        pid = os.fork()
        if not pid and self._watch:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for descriptor in self._watch:
                os.close(descriptor)
            self._watch = ()
        return pid

    @contextmanager
    def lock_folder(self, folder: Path, wait: bool = True, shared: bool = False) -> Iterator[None]:
        """With flock(2)."""
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
            yield
        finally:
            os.close(descriptor)
