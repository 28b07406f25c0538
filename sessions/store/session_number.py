"""The number of a runner's next session, which determines how cues fade. Pure."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sessions.store.session_entry import SessionEntry

LEAST_NEAR_STRIDES = 20
"""A session with fewer was a trial, not practice."""


def next_session_number(earlier: Iterable["SessionEntry"]) -> int:
    """The number, from 1, given the runner's earlier sessions. Analysed clips do not count."""
    return 1 + sum(1 for one in earlier if one.kind == "live" and (one.near_strides or 0) >= LEAST_NEAR_STRIDES)
