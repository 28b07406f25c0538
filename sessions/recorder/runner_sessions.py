"""One session per runner: it begins when the coach detects a runner, and ends when their summary has been shown."""

from collections import deque
from collections.abc import Callable

from sessions.recorder.session_writer import SessionWriter
from wire.clock import s_to_ns
from wire.messages import Cue, Phase, Sample, Stride

LOOK_BACK_S = 5.0
"""The coach detects a new runner from measurements of this time before, which belong to the new session."""


class RunnerSessions:
    """Writes every message to the session it belongs to; `session` is None before the first runner and between two."""

    def __init__(self, session: SessionWriter | None, next_session: Callable[[], SessionWriter]) -> None:
        """`session` is one to resume; `next_session` makes a new one."""
        self.session = session
        self._next_session = next_session
        self.training = False
        """Whether somebody is on the treadmill, according to the coach."""
        self._summary_shown = False
        self._look_back: deque[tuple[int, Sample | Stride | Cue]] = deque()

    def phase(self, phase: Phase, at_ns: int) -> SessionWriter | None:
        """Handle the coach's current phase. Returns the session that it ends, which the caller must close."""
        over = None
        self.training = phase.name != "idle"
        if self._summary_shown and phase.name != "summary":
            over, self.session, self._summary_shown = self.session, None, False
        if self.session is None and phase.name not in ("idle", "summary"):
            self.session = self._next_session()
            while self._look_back:
                self._write(self.session, self._look_back.popleft()[1])
        if self.session is not None:
            self._summary_shown = phase.name == "summary"
            self.session.update({"runner": phase.runner, "session_number": phase.session_number})
            self.session.phase(phase, at_ns)
        return over

    def take(self, message: Sample | Stride | Cue, at_ns: int) -> None:
        """Take a measurement or a cue."""
        if self.session is not None:
            self._write(self.session, message)
            return
        self._look_back.append((at_ns, message))
        while self._look_back[0][0] < at_ns - s_to_ns(LOOK_BACK_S):
            self._look_back.popleft()

    @staticmethod
    def _write(session: SessionWriter, message: Sample | Stride | Cue) -> None:
        if isinstance(message, Sample):
            session.sample(message)
        elif isinstance(message, Stride):
            session.stride(message)
        else:
            session.cue(message)
