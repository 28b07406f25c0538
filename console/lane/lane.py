"""A lane between two threads: one receives its messages, the other answers browsers."""

import threading
from collections.abc import Callable
from typing import TypeVar

from config.sections.capture import LOWEST_TYPED_PCT, STEEPEST_TYPED_PCT
from console.lane.asked import Asked, Seen
from console.lane.lane_state import LaneState
from wire.messages import Belt, Command, ConfigState, Cue, Health, Phase, Sample, Stride
from wire.node import Node
from wire.topics import BELT, COMMAND, CONFIG, CUE, HEALTH, PHASE, SAMPLE, STRIDE

AnswerT = TypeVar("AnswerT")
Listener = Callable[[], None]
MOST_WAITING = 100
"""Most commands waiting to be sent; further ones are dropped."""


class Lane:
    """One lane. `attach` and `send_waiting` belong to the receiving thread; everything else may be called from any."""

    def __init__(self, name: str, page: str = "") -> None:
        """`page`: where the lane's own console is; "": here, or nowhere."""
        self.name = name
        self.page = page
        self._state = LaneState()
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._commands: list[Command] = []
        self._asked = Asked()

    def attach(self, node: Node) -> None:
        """Receive the lane's messages, and send its commands."""
        clock, state = node.clock, self._state

        def handle_stride(stride: Stride) -> None:
            with self._lock:
                state.handle_stride(stride, clock())
            self._announce()

        def handle_cue(cue: Cue) -> None:
            with self._lock:
                state.handle_cue(cue)
            self._announce()

        def locked(handle: Callable[[AnswerT, int], None]) -> Callable[[AnswerT], None]:
            def handling(message: AnswerT) -> None:
                with self._lock:
                    handle(message, clock())

            return handling

        def handle_config(config: ConfigState) -> None:
            with self._lock:
                state.handle_config(config)

        self._publisher = node.publisher(COMMAND)
        node.subscribe(PHASE, Phase, locked(state.handle_phase), wakes=False)
        node.subscribe(STRIDE, Stride, handle_stride)
        node.subscribe(CUE, Cue, handle_cue)
        node.subscribe(SAMPLE, Sample, locked(state.handle_sample), wakes=False)
        node.subscribe(BELT, Belt, locked(state.handle_belt), wakes=False)
        node.subscribe(HEALTH, Health, locked(state.handle_health), wakes=False)
        node.subscribe(CONFIG, ConfigState, handle_config, wakes=False)

    def send_waiting(self) -> None:
        """Send the commands that have been given since the last call."""
        with self._lock:
            commands, self._commands = self._commands, []
        for command in commands:
            self._publisher.send(command)

    def command(self, command: Command) -> None:
        """Queue a command for the lane."""
        with self._lock:
            self._add(command)

    def lead(self, command: Command, seen: Seen, now_ns: int) -> None:
        """Have a command sent that was given on a page which showed `seen`, unless it has been done, or asked for just now."""
        with self._lock:
            if self._asked.is_due(command.name, seen, self._state.changed_by(command.name), now_ns):
                self._add(command)

    def set_belt(self, speed_mps: float | None, incline_pct: float | None, now_ns: int) -> None:
        """Have the belt's speed (m/s) and incline entered; None: as it is."""
        with self._lock:
            if incline_pct is not None:
                self._asked.set_incline(incline_pct, now_ns)
            self._add(Command("belt", speed_mps, incline_pct))

    def step_incline(self, step_pct: float, now_ns: int) -> None:
        """Have the belt's incline entered as so much steeper, within what treadmills have."""
        with self._lock:
            wanted_pct = self._asked.incline_pct(self._state.incline_pct, now_ns) + step_pct
            wanted_pct = min(STEEPEST_TYPED_PCT, max(LOWEST_TYPED_PCT, wanted_pct))
            self._asked.set_incline(wanted_pct, now_ns)
            self._add(Command("belt", None, wanted_pct))

    def _add(self, command: Command) -> None:
        self._commands = [*self._commands, command][:MOST_WAITING]

    def read(self, question: Callable[[LaneState], AnswerT]) -> AnswerT:
        """Read the state while no message changes it."""
        with self._lock:
            return question(self._state)

    def listen(self, listener: Listener) -> None:
        """Register a function that the receiving thread calls after each stride and cue."""
        with self._lock:
            self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        """Remove the function."""
        with self._lock:
            self._listeners.remove(listener)

    def _announce(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener()
