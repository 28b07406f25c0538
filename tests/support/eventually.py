"""Waiting for what other threads and processes bring about: a condition and a deadline, never a sleep for luck."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

DEADLINE_S = 120.0
"""A guard against hanging: a busy machine may take as long as it likes."""
_POLL_S = 0.005


def eventually(found: Callable[[], T | None], what: str, deadline_s: float = DEADLINE_S) -> T:
    """What `found` finds, once it is something. Raises AssertionError when it is still nothing at the deadline."""
    end_s = time.monotonic() + deadline_s
    while not (answer := found()):
        assert time.monotonic() < end_s, f"{what}: did not happen within {deadline_s:g} s"
        time.sleep(_POLL_S)
    return answer
