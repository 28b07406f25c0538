"""Given sockets with unread messages, then closing them is quick and loses none."""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.support.connected_sockets import connect_strides, health
from tests.support.eventually import DEADLINE_S, eventually
from tests.support.message_examples import stride
from wire.messages import Health, Stride
from wire.sockets import Newest, Publisher, Wire
from wire.topics import COMMAND, HEALTH, STRIDE

QUICK_S = 1.0


CLOSES = """
import sys, time
from functools import partial
from pathlib import Path
import numpy as np
from wire.frames.frame import Frame
from wire.sockets import Wire
directory = Path(sys.argv[1])
reader = Wire(directory, "analysis")
frames = reader.frames()
with Wire(directory, "capture") as wire:
    publisher = wire.frame_publisher()
    for seq in range(1, 50):
        publisher.send(Frame(1, seq, seq, seq, seq, seq, "read", np.zeros((540, 960, 3), np.uint8)))
        frames.socket.poll(5)
    held = frames.take()
reader.close()
print("closed", flush=True)
"""


class TestClosing:
    def test_is_quick_although_a_reader_has_unread_messages(self, wire_directory: Path) -> None:
        with Wire(wire_directory, "coach") as idle:
            reader = idle.every(STRIDE, Stride)
            wire = Wire(wire_directory, "analysis")
            publisher = wire.publisher(STRIDE)
            connect_strides(lambda number: publisher.send(stride(number)), reader)
            for number in range(2000):
                publisher.send(stride(number))
            started_s = time.monotonic()
            wire.close()
            assert time.monotonic() - started_s < QUICK_S

    def test_still_delivers_the_last_message(self, wires: Callable[..., Wire], wire_directory: Path) -> None:
        reader: Newest[Health] = wires("display").newest(HEALTH, Health)

        def received(wanted: int) -> bool:
            got = reader.take()
            return got is not None and got.loops == wanted

        def run_process(number: int) -> None:
            with Wire(wire_directory, "capture") as wire:
                publisher = wire.publisher(HEALTH)

                def met() -> bool:
                    publisher.send(health("capture", -number))
                    return received(-number)

                eventually(met, "the reader connects")
                publisher.send(health("capture", number))

        for number in range(1, 13):
            run_process(number)
            eventually(partial(received, number), "the last message of a process")

    def test_can_be_done_twice(self, wire_directory: Path) -> None:
        wire = Wire(wire_directory, "display")
        wire.publisher(COMMAND)
        wire.close()
        wire.close()

    def test_lets_a_process_that_published_frames_end(self, wire_directory: Path) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", CLOSES, str(wire_directory)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                out, err = process.communicate(timeout=DEADLINE_S)
            finally:
                process.kill()
        assert (out, err, process.returncode) == ("closed\n", "", 0)

    def test_leaves_the_endpoint_to_the_next_process(self, wires: Callable[..., Wire]) -> None:
        reader = wires("coach").every(STRIDE, Stride)
        for start in (1, 2):
            wire = wires("analysis")
            publisher = wire.publisher(STRIDE)

            def received(publisher: Publisher = publisher, start: int = start) -> bool:
                publisher.send(stride(start))
                return any(got.number == start for got in reader.take_all())

            eventually(received, f"a stride of start {start}")
            wire.close()
