"""A lane's messages, recorded from a running program, and lanes that publish them again: encrypted, for one console."""

import threading
from dataclasses import dataclass
from heapq import heappop, heappush
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec

from tests.support.eventually import eventually
from wire.clock import monotonic_ns, s_to_ns
from wire.endpoints import private_directory
from wire.lifecycle import StopFlag
from wire.messages import Belt, Cue, Health, Phase, Sample, Stride
from wire.node import Node
from wire.remote.follow import REMOTE_PROCESSES
from wire.remote.keys import Keys
from wire.remote.share import ShareServer
from wire.remote.shift import shifted
from wire.sockets import Wire, wait
from wire.topics import ANALYSIS, BELT, CAPTURE, COACH, CUE, HEALTH, PHASE, SAMPLE, SHARE, STRIDE, Topic

TOPICS: dict[type[msgspec.Struct], tuple[Topic, str]] = {
    Sample: (SAMPLE, ANALYSIS),
    Stride: (STRIDE, ANALYSIS),
    Cue: (CUE, COACH),
    Phase: (PHASE, COACH),
    Belt: (BELT, CAPTURE),
}
"""Of each message but health: its topic, and who publishes it."""


@dataclass(frozen=True)
class RecordedLane:
    """What a lane has published, with the times of its arrival."""

    began_ns: int
    length_ns: int
    messages: list[tuple[int, msgspec.Struct]]

    @property
    def strides(self) -> int:
        """By how much the number of a stride grows in the time of the recording."""
        numbers = [one.number for _, one in self.messages if isinstance(one, Stride)]
        return max(numbers) - min(numbers) + 1


@dataclass(frozen=True)
class PublishedLane:
    """Where a lane publishes, and its public key."""

    address: str
    key: str


def record(run_folder: Path, seconds: float) -> RecordedLane:
    """Record the lane whose sockets are in a folder, from its first near stride on."""
    with Wire(run_folder, "recording") as wire:
        strides, cues = wire.every(STRIDE, Stride), wire.every(CUE, Cue)
        newest = (wire.newest(SAMPLE, Sample), wire.newest(PHASE, Phase), wire.newest(BELT, Belt), wire.newest(HEALTH, Health))
        eventually(lambda: any(one.leg == "near" for one in strides.take_all()), "a stride")
        began_ns = now_ns = monotonic_ns()
        messages: list[tuple[int, msgspec.Struct]] = []
        while now_ns < began_ns + s_to_ns(seconds):
            wait(20, strides, cues, *newest)
            now_ns = monotonic_ns()
            messages += [(now_ns, one) for one in (*strides.take_all(), *cues.take_all())]
            for reader in newest:
                if (message := reader.take()) is not None:
                    messages.append((now_ns, message))
        kept = [one for one in messages if not isinstance(one[1], Health) or one[1].process in REMOTE_PROCESSES]
        return RecordedLane(began_ns, now_ns - began_ns, kept)


class _Lane:
    """One lane: the sockets of its processes, and the server that lets the console see them."""

    def __init__(self, folder: Path, address: str, console_key: str, stop: StopFlag) -> None:
        keys = Keys(folder / "keys")
        self.published = PublishedLane(address, keys.new().public)
        keys.allow("console", console_key)
        directory = private_directory(folder / "w")
        self._wires = (Wire(directory, ANALYSIS), Wire(directory, SHARE))
        self._publishers = {
            (topic.name, process): self._wires[0].publisher(topic, process)
            for topic, process in (*TOPICS.values(), *((HEALTH, process) for process in REMOTE_PROCESSES))
        }
        node = Node(self._wires[1], stop)
        self._server = ShareServer(node, address, keys)
        self._thread = threading.Thread(target=lambda: node.run(self._server.step))
        self._thread.start()

    def send(self, message: msgspec.Struct) -> None:
        topic, process = (HEALTH, message.process) if isinstance(message, Health) else TOPICS[type(message)]
        self._publishers[topic.name, process].send(message)

    def close(self) -> None:
        self._thread.join()
        self._server.close()
        for wire in self._wires:
            wire.close()


def publish(folder: Path, recorded: RecordedLane, addresses: list[str], console_key: str, control: Connection) -> None:
    """Publish the recording again and again, on each lane a little later, until something comes through `control`.

    Sends the lanes first, and at the end (lane, stride, ns) of all near strides.
    """
    stop = StopFlag()
    lanes = []
    for number, address in enumerate(addresses):
        (folder / str(number)).mkdir()
        lanes.append(_Lane(folder / str(number), address, console_key, stop))
    control.send([lane.published for lane in lanes])
    sent: list[tuple[int, int, int]] = []
    began_ns = monotonic_ns()
    due: list[tuple[int, int, int]] = []
    """Time, lane, and how many messages the lane has sent."""

    def schedule(lane: int, count: int) -> None:
        rounds, index = divmod(count, len(recorded.messages))
        late_ns = began_ns - recorded.began_ns + rounds * recorded.length_ns + lane * s_to_ns(1) // len(lanes)
        heappush(due, (recorded.messages[index][0] + late_ns, lane, count))

    for lane in range(len(lanes)):
        schedule(lane, 0)
    while True:
        at_ns, lane, count = heappop(due)
        if control.poll(max(0.0, (at_ns - monotonic_ns()) / 1e9)):
            break
        rounds, index = divmod(count, len(recorded.messages))
        then_ns, message = recorded.messages[index]
        message = shifted(message, then_ns - at_ns)
        if isinstance(message, Stride):
            message = msgspec.structs.replace(message, number=message.number + rounds * recorded.strides)
        elif isinstance(message, Cue):
            message = msgspec.structs.replace(message, stride_number=message.stride_number + rounds * recorded.strides)
        if isinstance(message, Stride) and message.leg == "near":
            sent.append((lane, message.number, monotonic_ns()))
        lanes[lane].send(message)
        schedule(lane, count + 1)
    control.send(sent)
    stop.set()
    for one in lanes:
        one.close()
