"""What the tests of two machines share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq

from tests.gym import Gym


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
