"""The one clock: monotonic nanoseconds, shared by all processes of one machine."""

from collections.abc import Callable

from wire import system

Clock = Callable[[], int]
"""A function that returns the time in nanoseconds; tests pass their own."""

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000

monotonic_ns: Clock = system.monotonic_ns
"""The machine's clock. Never wall-clock time: that may jump."""


def ms_to_ns(duration_ms: float) -> int:
    """Milliseconds as whole nanoseconds."""
    return round(duration_ms * NS_PER_MS)


def s_to_ns(duration_s: float) -> int:
    """Seconds as whole nanoseconds."""
    return round(duration_s * NS_PER_S)
