"""Keeps states from flickering: a change must last before it is accepted."""

from typing import Generic, TypeVar

from wire.faults import SampleState

HOLD_S = 0.5
MOST_STARTING_S = 2.0
"""Somebody who has not started after this long is not running."""

T = TypeVar("T")


class Steady(Generic[T]):
    """A value that changes once another one has lasted `HOLD_S`. Time is an argument."""

    def __init__(self, value: T) -> None:
        self.value = value
        self._next = value
        self._next_s = 0.0

    def set(self, value: T) -> T:
        """Change at once."""
        self.value = self._next = value
        return value

    def update(self, t_s: float, value: T) -> T:
        """The value to show while `value` is found."""
        if value != self._next:
            self._next, self._next_s = value, t_s
        if self._next != self.value and t_s - self._next_s >= HOLD_S:
            self.value = self._next
        return self.value


class SteadyState:
    """The state of one person. Frames in order of time."""

    def __init__(self) -> None:
        self._shown = Steady(SampleState.STARTING)
        self._starting_s: float | None = None

    def update(self, t_s: float, state: SampleState) -> SampleState:
        """The state to show for a frame in which `state` was found. Measuring begins and ends at once, and starting ends so."""
        if state is not SampleState.STARTING:
            self._starting_s = None
        elif self._starting_s is None:
            self._starting_s = t_s
        elif t_s - self._starting_s > MOST_STARTING_S:
            state = SampleState.NOT_RUNNING
        if SampleState.MEASURING in (state, self._shown.value) or self._shown.value is SampleState.STARTING:
            return self._shown.set(state)
        return self._shown.update(t_s, state)
