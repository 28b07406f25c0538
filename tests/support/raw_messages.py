"""Every byte that a running program publishes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zmq

from wire.endpoints import endpoint
from wire.topics import TOPICS


@contextmanager
def raw_messages(run_folder: Path) -> Iterator[bytearray]:
    """What the program whose sockets are in `run_folder` publishes while the block runs; complete when it has ended."""
    received = bytearray()
    ended = threading.Event()

    def collect() -> None:
        with zmq.Context() as context, context.socket(zmq.SUB) as socket:
            socket.setsockopt(zmq.LINGER, 0)
            socket.setsockopt(zmq.SUBSCRIBE, b"")
            for topic in TOPICS:
                for producer in topic.producers:
                    socket.connect(endpoint(run_folder, topic, producer))
            while not ended.is_set():
                if socket.poll(50):
                    received.extend(socket.recv())

    thread = threading.Thread(target=collect)
    thread.start()
    try:
        yield received
    finally:
        ended.set()
        thread.join()
