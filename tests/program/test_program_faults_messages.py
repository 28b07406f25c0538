"""Given the running program, when a stranger in its sockets' folder sends nonsense, nothing is accepted or stops."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import zmq

from tests.support.listener import Listener
from tests.support.program import Running
from wire import codec
from wire.clock import monotonic_ns
from wire.endpoints import endpoint
from wire.messages import Command
from wire.topics import CAPTURE, COACH, COMMAND, DISPLAY, HEALTH, PROCESSES, SAMPLE, SHARE, SUPERVISOR

EPOCH = 7
FLOOD = 20_000


def pause(seq: int) -> bytes:
    """The key "pause", pressed once more with each number."""
    return codec.encode(COMMAND, EPOCH, seq, monotonic_ns(), Command("pause"))


def nonsense(good: bytes) -> dict[str, bytes]:
    """Nonsense by the reason for its refusal."""
    return {
        "short": b"x",
        "oversize": good + bytes(codec.MAX_MESSAGE_BYTES),
        "foreign": b"HTTP" + good[4:],
        "version": good[:4] + b"\xff\xff" + good[6:],
        "topic": good[:6] + SAMPLE.number.to_bytes(2, "little") + good[8:],
        "malformed": good[:-3],
    }


GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01NULL" + bytes(48)
READY = b"\x04\x26\x05READY\x0bSocket-Type\x00\x00\x00\x03SUB\x08Identity" + bytes(4)
JUNK = (
    b"",
    b"GET / HTTP/1.1\r\n\r\n",
    bytes(range(256)) * 400,
    GREETING[:10],
    GREETING,
    GREETING + b"\x04\xff",
    GREETING + b"\x06" + (2**63 - 1).to_bytes(8, "big"),
    GREETING + READY + b"\x02" + (2**40).to_bytes(8, "big") + bytes(100_000),
    GREETING + READY + b"\x00\x09\x01subscribe" * 20_000,
)
"""The beginnings of ZMTP 3.1, the protocol of the sockets (rfc.zeromq.org/spec/37), and what does not even begin so."""


@contextmanager
def open_connections_with_junk(folder: Path) -> Iterator[None]:
    """Every kind of junk at every socket of a program; the connections stay open."""
    with ExitStack() as connections:
        for path in filter(Path.is_socket, folder.iterdir()):
            for junk in JUNK:
                connection = connections.enter_context(socket.socket(socket.AF_UNIX))
                connection.settimeout(1.0)
                with suppress(OSError):  # it hangs up, or takes no more of it
                    connection.connect(str(path))
                    connection.sendall(junk)
        yield


def test_nonsense_replays_and_floods_are_counted_and_nothing_stops(tmp_path: Path) -> None:
    source = ("--source", "synthetic:fps=30,width=640,height=360")
    program = Running("run", *source, "--preset", "show", "--no-display", "--session-dir", str(tmp_path), exact=True)
    listener = Listener(program.runtime)
    with zmq.Context() as context, context.socket(zmq.PUB) as commands, context.socket(zmq.PUB) as healths:
        listener.until_heard(*PROCESSES, SUPERVISOR)
        listener.until_strides(2)
        pids = {name: listener.pid(name) for name in PROCESSES}
        (folder,) = program.runtime.glob("hipcue/r*")
        for publisher, topic in ((commands, COMMAND), (healths, HEALTH)):
            publisher.setsockopt(zmq.LINGER, 0)
            publisher.bind(endpoint(folder, topic, SHARE))

        by_command = nonsense(pause(1))
        by_health = nonsense(codec.encode(HEALTH, EPOCH, 1, monotonic_ns(), listener.health[CAPTURE]))

        def until(condition: Callable[[], bool], what: str, command: bytes, health: bytes = b"") -> None:
            def so_far() -> bool:
                commands.send(command)
                healths.send(health)
                return condition()

            listener.until(so_far, what)

        for reason in by_command:
            counted = f"refused: {reason}"
            until(partial(counted_by_all, listener, counted), counted, by_command[reason], by_health[reason])
        assert not listener.phases[-1].paused

        # A key press that is repeated counts once.
        pressed = pause(1)
        until(lambda: listener.phases[-1].paused, "it pauses", pressed)
        until(lambda: listener.health[COACH].counters.get("refused: replayed", 0) > 50, "replays are counted", pressed)
        assert listener.phases[-1].paused
        until(lambda: not listener.phases[-1].paused, "it goes on", pause(2))

        with open_connections_with_junk(folder):
            listener.until_strides(4)
        for _ in range(FLOOD):
            commands.send(by_command["malformed"])
            healths.send(by_health["malformed"])
        listener.until_strides(4)
        assert {name: listener.pid(name) for name in PROCESSES} == pids
        assert not [name for name in listener.health[SUPERVISOR].counters if "restarts" in name]
    listener.close()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")


def counted_by_all(listener: Listener, counter: str) -> bool:
    """Counts of the processes that receive commands, and of those that receive health reports."""
    return all(listener.health[name].counters.get(counter, 0) > 0 for name in (COACH, SUPERVISOR, DISPLAY))
