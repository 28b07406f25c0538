"""One process: its subscriptions, timers, settings, health, heartbeat and end. A process adds a loop body, and nothing else.

>>> def run(settings, wire, stop):  # doctest: +SKIP
...     node = Node(wire, stop)
...     cues = node.publisher(CUE)
...     node.subscribe(STRIDE, Stride, lambda stride: cues.send(...))
...     return node.run()

Every round: report health, send cached values again, run the timers that are due, wait for messages, handle those that have
arrived in the order of the subscriptions, then run the body. Everything runs in one thread.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec
import zmq

from wire.clock import s_to_ns
from wire.health.reporter import HealthReporter
from wire.lifecycle import StopFlag, ready_for_work
from wire.messages import ConfigState
from wire.sockets import Every, Newest, Publisher, Wire
from wire.topics import CONFIG, Policy, Topic

if TYPE_CHECKING:
    from wire.frames.frame_sockets import NewestFrame

IDLE_WAIT_MS = 50.0
"""Longest wait of a round if the body does not give one: a process must end within 200 ms."""

MessageT = TypeVar("MessageT", bound=msgspec.Struct)
SettingsT = TypeVar("SettingsT")
Body = Callable[[], float | None]
"""One round's own work; returns how long the next round may wait for messages, in ms, or None for `IDLE_WAIT_MS`."""


@dataclass
class _Timer:
    period_ns: int
    action: Callable[[], None]
    due_ns: int


class _Subscription(Generic[MessageT]):
    def __init__(self, topic: Topic, reader: Newest[MessageT] | Every[MessageT], handle: Callable[[MessageT], None]) -> None:
        self.topic = topic
        self.reader = reader
        self._handle = handle

    def dispatch(self) -> None:
        reader = self.reader
        if isinstance(reader, Every):
            for message in reader.take_all():
                self._handle(message)
        else:
            while (newest := reader.take()) is not None:
                self._handle(newest)


class Node:
    """The framework of a process around its loop body."""

    def __init__(self, wire: Wire, stop: StopFlag) -> None:
        self.wire = wire
        self.clock = wire.clock
        self.stop = stop
        self.health = HealthReporter(wire)
        self._poller = zmq.Poller()
        self._subscriptions: list[_Subscription[Any]] = []
        self._cached: list[Publisher] = []
        self._timers: list[_Timer] = []
        self._wakes = False
        self._exit_code: int | None = None

    def publisher(self, topic: Topic) -> Publisher:
        """The publisher of a topic; the last value of a cached one is sent again by the node."""
        publisher = self.wire.publisher(topic)
        if topic.policy is Policy.LAST_VALUE_CACHED:
            self._cached.append(publisher)
        return publisher

    def subscribe(self, topic: Topic, message: type[MessageT], handle: Callable[[MessageT], None], wakes: bool = True) -> None:
        """Call `handle` with every message of a topic, or the newest one of each producer, depending on the topic's policy.

        `wakes`: a message ends the wait of a round; otherwise it is handled when something else does.
        """
        every = topic.policy is Policy.EVERY_ONE_COUNTS
        reader = self.wire.every(topic, message) if every else self.wire.newest(topic, message)
        self._subscriptions.append(_Subscription(topic, reader, handle))
        if wakes:
            self.wake_on(reader.socket)

    def frames(self, other_side: bool = False) -> "NewestFrame":
        """A reader of the newest frame (of the camera on the other side, if so) for the body; a new one wakes the round."""
        frames = self.wire.frames(other_side)
        self.wake_on(frames.socket)
        return frames

    def wake_on(self, socket: "zmq.Socket[bytes]") -> None:
        """End the wait of a round when something arrives at this socket."""
        self._poller.register(socket, zmq.POLLIN)
        self._wakes = True

    def stop_waking_on(self, socket: "zmq.Socket[bytes]") -> None:
        """Call before closing a socket given to `wake_on`."""
        self._poller.unregister(socket)

    def each(self, period_s: float, action: Callable[[], None]) -> None:
        """Run an action in the first round, and then every so many seconds."""
        self._timers.append(_Timer(s_to_ns(period_s), action, 0))

    def follow_settings(
        self, parse: Callable[[str], SettingsT | None], apply: Callable[[SettingsT, ConfigState], None], wakes: bool = False
    ) -> None:
        """Apply changed settings. `parse` returns None for settings of another version: they are counted and dropped."""
        known_json = ""
        known_waiting: tuple[str, ...] = ()

        def handle(state: ConfigState) -> None:
            nonlocal known_json, known_waiting
            if (state.settings_json, state.waiting) == (known_json, known_waiting):
                return
            known_json, known_waiting = state.settings_json, state.waiting
            settings = parse(state.settings_json)
            if settings is None:
                self.health.counters["settings refused"] += 1
            else:
                apply(settings, state)

        self.subscribe(CONFIG, ConfigState, handle, wakes)

    def run(self, body: Body | None = None, body_first: bool = False) -> int:
        """Work until asked to stop, or until `end`. Returns the exit code.

        `body_first`: handle messages after the body, so that they do not delay it.
        """
        ready_for_work()
        wait_ms: float | None = None
        while not self.stop and self._exit_code is None:
            self._wait(IDLE_WAIT_MS if wait_ms is None else wait_ms)
            if not body_first:
                self.dispatch()
            wait_ms = body() if body is not None else None
            if body_first:
                self.dispatch()
        return self._exit_code or 0

    def end(self, exit_code: int = 0) -> None:
        """Make `run` return this exit code after the present round."""
        self._exit_code = exit_code

    def round(self, wait_ms: float) -> None:
        """One round without the body."""
        self._wait(wait_ms)
        self.dispatch()

    def _wait(self, wait_ms: float) -> None:
        self.health.beat()
        for publisher in self._cached:
            publisher.resend_if_due()
        self._run_timers()
        if self._wakes and wait_ms > 0:
            self._poller.poll(max(1, int(wait_ms)))

    def dispatch(self) -> None:
        """Handle the messages that have arrived. Does not wait."""
        for subscription in self._subscriptions:
            subscription.dispatch()
            if isinstance(subscription.reader, Every) and subscription.reader.missed:
                self.health.counters[f"{subscription.topic.name} missed"] = subscription.reader.missed

    def _run_timers(self) -> None:
        if not self._timers:
            return
        now_ns = self.clock()
        for timer in self._timers:
            if now_ns >= timer.due_ns:
                timer.due_ns = now_ns + timer.period_ns
                timer.action()
