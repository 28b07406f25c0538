"""What the tests of sockets and of two machines share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq

from tests.gym import Gym
from tests.met_sockets import Stranger
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
def gym(tmp_path: Path) -> Iterator[Gym]:
    gym = Gym(tmp_path)
    try:
        yield gym
    finally:
        gym.close()


@pytest.fixture
def connected() -> Iterator[Callable[..., Any]]:
    """Makes connected sockets of strangers and friends; closes them."""
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
