"""Waiting for the effects of other threads and processes: a condition and a deadline, never a guessed sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

DEADLINE_S = 120.0
"""A guard against hanging: a busy machine may take as long as it likes."""
_POLL_S = 0.005


def eventually(found: Callable[[], T | None], what: str, deadline_s: float = DEADLINE_S) -> T:
    """The result of `found` once it is not empty. Raises AssertionError if it is still empty at the deadline."""
    end_s = time.monotonic() + deadline_s
    while not (answer := found()):
        assert time.monotonic() < end_s, f"{what}: did not happen within {deadline_s:g} s"
        time.sleep(_POLL_S)
    return answer
