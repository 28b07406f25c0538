"""Whether anybody has been in view lately: while nobody is, the program rests. Pure: time is an argument."""

from wire.faults import SampleState

RESTS_AFTER_S = 30.0
"""The program rests once nobody has been in view for this long."""


class Attendance:
    """Watches the states of a camera's samples."""

    def __init__(self) -> None:
        self._empty_since_s: float | None = None

    def update(self, t_s: float, state: SampleState) -> bool:
        """Add a sample taken at `t_s`. Returns whether nobody has been in view for `RESTS_AFTER_S`.

        The first sample with a person ends a rest.
        """
        if state is not SampleState.NO_PERSON:
            self._empty_since_s = None
            return False
        if self._empty_since_s is None:
            self._empty_since_s = t_s
        return t_s - self._empty_since_s >= RESTS_AFTER_S
