"""Forks the program's processes from one that has loaded their common libraries: they start sooner and share its memory.

The fork server is a process of its own with one thread. Nothing is open in it that the others could inherit: no device, lock or
socket of ZeroMQ. It forks on request and reports how its processes end. It ends with the supervisor, and they end with it.

The standard library's fork server (multiprocessing) cannot serve here: its processes keep it alive, so after a killed
supervisor the whole program would run on, and each process would run the command's own module again.
"""

import gc
import importlib
import os
import pickle
import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from wire import system
from wire.lifecycle import started_by

PRELOADED = (
    "hipcue.supervisor.process_table",
    "config.reload",
    "wire.node",
    "wire.health.histogram",
    "wire.frames.frame_sockets",
    "cv2",
)
"""Modules that all or most processes need; the libraries of a single room are loaded by its own process."""
LOST_CODE = 255
"""The exit code of a process whose end nobody could report, because the fork server had ended before it."""

_COMMAND = "import sys; sys.path[:] = {path!r}; from hipcue.supervisor.fork_server import main; main({descriptor})"
_LENGTH = struct.Struct("!q")
_NEWS = struct.Struct("!?qq")
"""Whether a process has ended or else begun, its process id, its exit code."""
_END_S = 1.0
_ORPHAN_POLL_S = 0.02
_STARTS = 2
"""How often the server is started for one process, should it have ended."""


class ForkServerError(OSError):
    """No process can be started. The text is one sentence."""


class ForkedProcess:
    """A process of the program."""

    def __init__(self, server: "ForkServer", pid: int) -> None:
        self._server = server
        self._pid = pid

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._pid

    @property
    def exitcode(self) -> int | None:
        """None while it is alive; below 0: the signal that ended it."""
        return self._server.exit_code(self._pid)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._send(system.ask_to_end)

    def kill(self) -> None:
        """Send SIGKILL."""
        self._send(system.kill_process)

    def join(self, timeout: float | None = None) -> None:
        """Wait for it to end."""
        until_s = None if timeout is None else time.monotonic() + timeout
        while self.exitcode is None and (until_s is None or time.monotonic() < until_s):
            self._server.await_news(None if until_s is None else max(0.0, until_s - time.monotonic()))

    def _send(self, request: Callable[[int], None]) -> None:
        if self.exitcode is None:
            request(self._pid)
            self._server.go_on()


class ForkServer:
    """The supervisor's end. The server loads its libraries while the supervisor continues."""

    def __init__(self) -> None:
        self._exit_codes: dict[int, int | None] = {}
        """Exit code of every process; None while it is alive."""
        self._orphans: set[int] = set()
        """Processes that have outlived their server; they end by themselves."""
        self._last_begun: int | None = None
        self._received = b""
        self._is_lost = False
        self._open()

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def start(self, run: Callable[..., object], *arguments: Any) -> ForkedProcess:
        """Call `run` in a new process, which the signals that end programs reach only after `StopFlag.on_signals`.

        `run` and its arguments are pickled. Raises ForkServerError.
        """
        request = pickle.dumps((run, arguments))
        self.go_on()
        for _ in range(_STARTS):
            if self._is_lost:
                self.close()
                self._open()
            self._last_begun = None
            with suppress(OSError):  # it has just ended
                self._socket.sendall(_LENGTH.pack(len(request)) + request)
                while self._last_begun is None and not self._is_lost:
                    self.await_news(None)
            if self._last_begun is not None:
                return ForkedProcess(self, self._last_begun)
            self._is_lost = True
        raise ForkServerError("no process can be started: the fork server ends at once; is there enough memory?")

    def exit_code(self, pid: int) -> int | None:
        """The exit code of one of its processes; None while it is alive."""
        self.await_news(0.0)
        # They still hold their sockets and devices: the next ones must not start before.
        if pid in self._orphans and not system.is_alive(pid):
            self._orphans.remove(pid)
            self._exit_codes[pid] = LOST_CODE
        return self._exit_codes[pid]

    def await_news(self, timeout_s: float | None) -> None:
        """Wait at most this long for the server's reports, and handle them; None: without a limit.

        It may return earlier: nobody reports the end of an orphan.
        """
        if self._orphans and timeout_s != 0.0:
            timeout_s = _ORPHAN_POLL_S if timeout_s is None else min(timeout_s, _ORPHAN_POLL_S)
        if self._is_lost:
            time.sleep(timeout_s or 0.0)
            return
        if not self._poll.poll(None if timeout_s is None else 1000 * timeout_s):
            return
        try:
            received = self._socket.recv(4096)
        except OSError:
            received = b""
        if not received:
            self._is_lost = True
            self._orphans |= {pid for pid, code in self._exit_codes.items() if code is None}
        self._received += received
        while len(self._received) >= _NEWS.size:
            has_ended, pid, code = _NEWS.unpack(self._received[: _NEWS.size])
            self._received = self._received[_NEWS.size :]
            self._exit_codes[pid] = code if has_ended else None
            if not has_ended:
                self._last_begun = pid

    def go_on(self) -> None:
        """Continue the server if somebody has stopped it: it could neither start a process nor report an end."""
        if self._process.poll() is None:
            system.continue_process(self.pid)

    def close(self) -> None:
        """End the server. Processes that are still alive are asked to end."""
        self._socket.close()
        self._is_lost = True
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:  # somebody has stopped it
            self._process.kill()
            self._process.wait()

    def _open(self) -> None:
        self._socket, its_end = socket.socketpair()
        command = _COMMAND.format(path=sys.path, descriptor=its_end.fileno())
        # A signal to all processes of the program is for the supervisor, which ends them in order.
        with its_end, system.end_signals_held():
            self._process = subprocess.Popen(
                [sys.executable, "-c", command], stdin=subprocess.DEVNULL, pass_fds=[its_end.fileno()]
            )
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        self._received = b""
        self._is_lost = False


def main(descriptor: int) -> None:
    """Serve; in every process that is forked, run what was asked for."""
    request = _serve(descriptor)
    run, arguments = pickle.loads(request)
    try:
        run(*arguments)
    finally:
        # It is ending: another request would kill it, which would look like a crash.
        system.ignore_requests_to_end()


def _serve(descriptor: int) -> bytes:
    """Returns in forked processes only, with the request."""
    for name in PRELOADED if system.forks_with_libraries else ():
        importlib.import_module(name)
    # Otherwise the collector of each process would write to what all of them share.
    gc.collect()
    gc.freeze()
    child_ended = system.watch_children()
    supervisor = socket.socket(fileno=descriptor)
    poll = select.poll()
    poll.register(child_ended, select.POLLIN)
    poll.register(supervisor, select.POLLIN)
    own_pid, program_pid = os.getpid(), os.getppid()
    alive: set[int] = set()
    with suppress(OSError):
        while True:
            ready = {ready for ready, _ in poll.poll()}
            if child_ended in ready:
                while (ended := system.ended_child()) is not None:
                    alive.discard(ended[0])
                    supervisor.sendall(_NEWS.pack(True, *ended))
            if descriptor in ready:
                request = _read(supervisor)
                if request is None:
                    break
                pid = system.fork()
                if not pid:
                    supervisor.close()
                    started_by(own_pid, program_pid)
                    return request
                alive.add(pid)
                supervisor.sendall(_NEWS.pack(False, pid, 0))
    for pid in alive:  # they end with this process, but a stopped one would stay for ever
        system.continue_process(pid)
    os._exit(0)


def _read(supervisor: socket.socket) -> bytes | None:
    """A request; None: the supervisor has ended."""
    with supervisor.makefile("rb", buffering=0) as stream:
        head = _all_of(stream.read, _LENGTH.size)
        return None if len(head) < _LENGTH.size else _all_of(stream.read, *_LENGTH.unpack(head))


def _all_of(read: Callable[[int], bytes | None], length: int) -> bytes:
    """This many bytes; fewer only at the end of the connection."""
    received = b""
    while len(received) < length and (part := read(length - len(received))):
        received += part
    return received
