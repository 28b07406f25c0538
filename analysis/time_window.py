"""A sliding window over time."""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class TimeWindow(Generic[T]):
    """The values of the last `length_s`, in order of time; a value exactly that old is kept."""

    def __init__(self, length_s: float) -> None:
        self.values: deque[T] = deque()
        self._length_s = length_s
        self._times_s: deque[float] = deque()

    def __len__(self) -> int:
        return len(self.values)

    def add(self, t_s: float, value: T) -> None:
        """Add a value no earlier than the others, and drop those now too old."""
        self._times_s.append(t_s)
        self.values.append(value)
        self.advance(t_s)

    def advance(self, now_s: float) -> None:
        """Drop the values that are too old at `now_s`."""
        from_s = now_s - self._length_s
        while self._times_s and self._times_s[0] < from_s:
            self._times_s.popleft()
            self.values.popleft()

    @property
    def span_s(self) -> float:
        """Time from the first value to the last."""
        return self._times_s[-1] - self._times_s[0] if self._times_s else 0.0
