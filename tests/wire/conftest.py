"""What the tests of sockets and of two machines share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq

from tests.support.connected_sockets import Stranger
from tests.support.two_machines import TwoMachines
from wire.sockets import Wire
from wire.topics import Topic


@pytest.fixture
def wires(wire_directory: Path) -> Iterator[Callable[..., Wire]]:
    """Makes the sockets of any process; all are closed at the end."""
    made: list[Wire] = []

    def wire(process: str, **more: Any) -> Wire:
        made.append(Wire(wire_directory, process, **more))
        return made[-1]

    yield wire
    for one in made:
        one.close()


@pytest.fixture
def stranger(wire_directory: Path) -> Iterator[Callable[[Topic, str], Stranger]]:
    made: list[Stranger] = []

    def at(topic: Topic, producer: str) -> Stranger:
        made.append(Stranger(wire_directory, topic, producer))
        return made[-1]

    yield at
    for one in made:
        one.close()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[TwoMachines]:
    machines = TwoMachines(tmp_path)
    try:
        yield machines
    finally:
        machines.close()


@pytest.fixture
def connected() -> Iterator[Callable[..., Any]]:
    """Makes connected sockets, of machines with and without an allowed key, and closes them."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()

    def connect(address: str, kind: int, prepare: "Callable[[zmq.Socket[bytes]], None] | None" = None) -> Any:
        made = context.socket(kind)
        made.setsockopt(zmq.LINGER, 0)
        if kind == zmq.SUB:
            made.setsockopt(zmq.SUBSCRIBE, b"")
        if prepare is not None:
            prepare(made)
        made.connect(address)
        return made

    yield connect
    context.destroy(linger=0)
