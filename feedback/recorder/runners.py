"""One session per runner: it begins when the coach sees one come, and ends when their summary has been shown."""

from collections import deque
from collections.abc import Callable

from feedback.recorder.session import SessionFolder
from wire.clock import s_to_ns
from wire.messages import Cue, Phase, Sample, Stride

LOOK_BACK_S = 5.0
"""The coach notices a new runner by what was measured just before; that belongs to the new session."""


class Runners:
    """Gives every message to the session it belongs to; `session` is None before the first runner and between two."""

    def __init__(self, session: SessionFolder | None, next_session: Callable[[], SessionFolder]) -> None:
        """`session` is one that goes on."""
        self.session = session
        self._next_session = next_session
        self.trains = False
        """Whether somebody is on the treadmill, as far as the coach knows."""
        self._summed_up = False
        self._between: deque[tuple[int, Sample | Stride | Cue]] = deque()

    def phase(self, phase: Phase, at_ns: int) -> SessionFolder | None:
        """Take in where the coach stands. Returns the session that is over with it, for closing."""
        over = None
        self.trains = phase.name != "idle"
        if self._summed_up and phase.name != "summary":
            over, self.session, self._summed_up = self.session, None, False
        if self.session is None and phase.name not in ("idle", "summary"):
            self.session = self._next_session()
            while self._between:
                self._write(self.session, self._between.popleft()[1])
        if self.session is not None:
            self._summed_up = phase.name == "summary"
            self.session.know({"runner": phase.runner, "session_number": phase.session_number})
            self.session.phase(phase, at_ns)
        return over

    def take(self, message: Sample | Stride | Cue, at_ns: int) -> None:
        """Take in what was measured or said."""
        if self.session is not None:
            self._write(self.session, message)
            return
        self._between.append((at_ns, message))
        while self._between[0][0] < at_ns - s_to_ns(LOOK_BACK_S):
            self._between.popleft()

    @staticmethod
    def _write(session: SessionFolder, message: Sample | Stride | Cue) -> None:
        if isinstance(message, Sample):
            session.sample(message)
        elif isinstance(message, Stride):
            session.stride(message)
        else:
            session.cue(message)
