"""Lanes that publish as real ones do, from one process: samples, strides, phases and health, encrypted for one console."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from tests.support.healths import health
from tests.support.message_examples import sample, stride
from wire.clock import monotonic_ns, s_to_ns
from wire.endpoints import private_directory
from wire.lifecycle import StopFlag
from wire.messages import Band, Belt, Phase, Stamps
from wire.node import Node
from wire.remote.keys import Keys
from wire.remote.share import ShareServer
from wire.sockets import Wire
from wire.topics import ANALYSIS, BELT, CAPTURE, COACH, HEALTH, PHASE, SAMPLE, SHARE, STRIDE

SAMPLE_S = 1 / 30
STRIDE_S = 0.7
REPORT_S = 0.5
_PHASE = Phase("drill", "hip_extension", Band(16.0, 20.0), 15.1, None, paused=False, muted=False, cueing=True, runner="Ada")


@dataclass(frozen=True)
class PublishedLane:
    """Where a lane publishes, and its public key."""

    address: str
    key: str


class _Lane:
    """One lane: its processes' sockets, and the server that lets the console see them."""

    def __init__(self, folder: Path, address: str, console_key: str, stop: StopFlag) -> None:
        keys = Keys(folder / "keys")
        self.published = PublishedLane(address, keys.new().public)
        keys.allow("console", console_key)
        directory = private_directory(folder / "w")
        self._wires = {name: Wire(directory, name) for name in (CAPTURE, ANALYSIS, COACH, SHARE)}
        analysis = self._wires[ANALYSIS]
        self._samples, self._strides = analysis.publisher(SAMPLE), analysis.publisher(STRIDE)
        self._phases, self._belts = self._wires[COACH].publisher(PHASE), self._wires[CAPTURE].publisher(BELT)
        self._healths = {name: self._wires[name].publisher(HEALTH) for name in (CAPTURE, ANALYSIS, COACH)}
        node = Node(self._wires[SHARE], stop)
        self._server = ShareServer(node, address, keys)
        self._thread = threading.Thread(target=lambda: node.run(self._server.step))
        self._thread.start()
        self._frames = 0

    def send_sample(self) -> None:
        now_ns = monotonic_ns()
        self._frames += 1
        self._samples.send(msgspec.structs.replace(sample(self._frames), stamps=Stamps(now_ns)))

    def send_stride(self, number: int) -> int:
        """Publish strides of both legs. Returns when."""
        value = 14.0 + number % 60 / 10
        now_ns = monotonic_ns()
        self._strides.send(stride(number, now_ns / 1e9, value))
        self._strides.send(stride(number, now_ns / 1e9, value - 1.1, "far"))
        return now_ns

    def send_reports(self) -> None:
        self._phases.send(_PHASE)
        self._belts.send(Belt(0, 3.0, 1.0, "typed"))
        for name, publisher in self._healths.items():
            publisher.send(msgspec.structs.replace(health(name), at_ns=monotonic_ns()))

    def close(self) -> None:
        self._thread.join()
        self._server.close()
        for wire in self._wires.values():
            wire.close()


def publish(folder: Path, addresses: list[str], console_key: str, control: Connection) -> None:
    """Publish until something comes through `control`. Sends the lanes first, (lane, stride, ns) of all strides at the end."""
    stop = StopFlag()
    lanes = []
    for number, address in enumerate(addresses):
        (folder / str(number)).mkdir()
        lanes.append(_Lane(folder / str(number), address, console_key, stop))
    control.send([lane.published for lane in lanes])
    sent: list[tuple[int, int, int]] = []
    strides = [0] * len(lanes)

    def next_stride(lane: int) -> None:
        strides[lane] += 1
        sent.append((lane, strides[lane], lanes[lane].send_stride(strides[lane])))

    began_ns = monotonic_ns()
    schedule: list[tuple[int, int, int, Callable[[int], None]]] = []
    """Next time, period, lane, act."""
    for lane in range(len(lanes)):
        for period_s, act in (
            (SAMPLE_S, lambda n: lanes[n].send_sample()),
            (REPORT_S, lambda n: lanes[n].send_reports()),
            (STRIDE_S, next_stride),
        ):
            schedule.append((began_ns + s_to_ns(period_s * (1 + lane / len(lanes))), s_to_ns(period_s), lane, act))
    while True:
        due_ns = min(one[0] for one in schedule)
        if control.poll(max(0.0, (due_ns - monotonic_ns()) / 1e9)):
            break
        now_ns = monotonic_ns()
        for place, (at_ns, period_ns, lane, act) in enumerate(schedule):
            if at_ns <= now_ns:
                act(lane)
                schedule[place] = (at_ns + period_ns, period_ns, lane, act)
    control.send(sent)
    stop.set()
    for one in lanes:
        one.close()
