"""Turns faults and missing data into a message for the runner and notes for the coach."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from feedback.display.state import screen_text
from feedback.display.state.view import StatusMessage, StatusNote
from wire.clock import ms_to_ns, s_to_ns
from wire.faults import SampleState
from wire.health.attendance import lane_rests
from wire.messages import Fault, Health, Phase
from wire.texts import FAULTS, Place, note, sentence
from wire.topics import ANALYSIS, CAPTURE, DISPLAY, FRAME, OTHER_SIDE, RECORDER, SAMPLE, Topic

HOLD_MS = 500.0
"""A message changes once its cause has lasted this long: one missed frame must not make text flash."""


@dataclass(frozen=True)
class StatusSnapshot:
    """The message for the runner (None if nothing is wrong), the notes for the coach, and the plate over the mirror."""

    message: StatusMessage | None
    notes: tuple[StatusNote, ...]
    plate: str


class StatusTracker:
    """Tracks frames, samples and health reports."""

    def __init__(self) -> None:
        self._frame_at_ns: int | None = None
        self._first_frame_at_ns = 0
        self._sample_at_ns: int | None = None
        self._state: SampleState | None = None
        self._other_state: SampleState | None = None
        self._other_since_ns = self._other_at_ns = 0
        self._healths: dict[str, Health] = {}
        self._message: StatusMessage | None = screen_text.STARTING
        self._pending: StatusMessage | None = screen_text.STARTING
        self._pending_since_ns = 0

    def add_frame(self, now_ns: int) -> None:
        """Record the arrival of a frame."""
        if self._frame_at_ns is None:
            self._first_frame_at_ns = now_ns
        self._frame_at_ns = now_ns

    def add_sample(self, state: SampleState, now_ns: int) -> None:
        """Record the arrival of a sample."""
        self._sample_at_ns, self._state = now_ns, state

    def add_other_sample(self, state: SampleState, now_ns: int) -> None:
        """Record the arrival of a sample of the camera on the other side."""
        self._other_at_ns = now_ns
        if state is not self._other_state:
            self._other_state, self._other_since_ns = state, now_ns

    def add_health(self, health: Health) -> None:
        """Add a process's health report."""
        self._healths[health.process] = health

    @property
    def healths(self) -> Mapping[str, Health]:
        """The last health report of each process."""
        return self._healths

    @property
    def storing_video(self) -> bool:
        """Whether the recorder is storing video of the runner."""
        recorder = self._healths.get(RECORDER)
        return recorder is not None and recorder.stores_video

    @property
    def resting(self) -> bool:
        """Whether the program rests because nobody is in view."""
        return lane_rests(self._healths)

    def snapshot(self, now_ns: int, phase: Phase | None) -> StatusSnapshot:
        """Message, notes and plate at `now_ns`."""
        wanted = screen_text.PAUSED if phase is not None and phase.paused else self._wanted(now_ns, phase)
        if wanted != self._pending:
            self._pending, self._pending_since_ns = wanted, now_ns
        # A pause answers the runner's own key at once; other causes may be momentary and have to last.
        at_once = screen_text.PAUSED in (wanted, self._message)
        if at_once or now_ns - self._pending_since_ns >= ms_to_ns(HOLD_MS):
            self._message = wanted
        plate = " ".join(sentence(fault) for fault in self._faults("plate"))
        return StatusSnapshot(self._message, self._notes(phase, now_ns), plate)

    def _faults(self, place: Place) -> Iterator[Fault]:
        """The faults shown at this place, process by process; the display does not show its own."""
        for process in sorted(self._healths):
            if process != DISPLAY:
                yield from (fault for fault in self._healths[process].faults if FAULTS[fault.code].place == place)

    def _wanted(self, now_ns: int, phase: Phase | None) -> StatusMessage | None:
        faults = (fault for fault in self._faults("message") if fault.process not in OTHER_SIDE)
        messages = [screen_text.fault_message(fault) for fault in faults]
        # Without frames nothing else matters.
        messages.sort(key=lambda message: message.sign != "camera")
        if messages:
            return messages[0]
        frames_are_late = self._frame_at_ns is not None and _is_late(FRAME, self._frame_at_ns, now_ns)
        if self._state_of(CAPTURE) == "ended" and (frames_are_late or self._frame_at_ns is None):
            return screen_text.RECORDING_ENDED
        if frames_are_late:
            return screen_text.CAMERA_LOST
        if self._sample_at_ns is None:
            waits = self._frame_at_ns is not None and _is_late(SAMPLE, self._first_frame_at_ns, now_ns)
            return screen_text.WAITING if waits else screen_text.STARTING
        if _is_late(SAMPLE, self._sample_at_ns, now_ns):
            # There have been samples before: a process that starts is a new one loading the pose model.
            return screen_text.RESTARTING if self._state_of(ANALYSIS) == "starting" else screen_text.WAITING
        return screen_text.state_message(self._state, phase.name if phase is not None else "")

    def _state_of(self, process: str) -> str:
        health = self._healths.get(process)
        return "" if health is None else health.state

    def _notes(self, phase: Phase | None, now_ns: int) -> tuple[StatusNote, ...]:
        notes = [StatusNote(screen_text.MUTED)] if phase is not None and phase.muted else []
        faults = [*self._faults("note"), *self._faults("message")]
        faults.sort(key=lambda fault: fault.process)
        for fault in faults:
            if fault.process in OTHER_SIDE:
                notes.append(StatusNote(f"{screen_text.OTHER_SIDE}: {note(fault)}", fault=True))
            elif self._message is None or screen_text.fault_message(fault) != self._message:
                notes.append(StatusNote(note(fault), fault=True))
        return tuple(dict.fromkeys([*notes, *self._other_notes(phase, now_ns)]))

    def _other_notes(self, phase: Phase | None, now_ns: int) -> list[StatusNote]:
        """Why the camera on the other side measures nothing while the main one does; its faults are listed separately."""
        state = self._other_state
        if state is None or self._message is not None or any(self._faults_of(process) for process in OTHER_SIDE):
            return []
        if _is_late(SAMPLE, self._other_at_ns, now_ns):
            return [StatusNote(f"{screen_text.OTHER_SIDE}: {screen_text.NOT_MEASURING}", fault=True)]
        message = screen_text.state_message(state, "" if phase is None else phase.name)
        if message is None or now_ns - self._other_since_ns < ms_to_ns(HOLD_MS):
            return []
        return [StatusNote(f"{screen_text.OTHER_SIDE}: {message.detail or screen_text.NOT_MEASURING}")]

    def _faults_of(self, process: str) -> tuple[Fault, ...]:
        health = self._healths.get(process)
        return () if health is None else health.faults


def _is_late(topic: Topic, last_ns: int, now_ns: int) -> bool:
    return topic.late_after_s is not None and now_ns - last_ns > s_to_ns(topic.late_after_s)
