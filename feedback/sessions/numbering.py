"""The how-manieth session of a runner begins: cues fade with it. Pure."""

from collections.abc import Iterable
from typing import Any

LEAST_NEAR_STRIDES = 20
"""A session of fewer was a try, not practice."""


def next_session_number(earlier: Iterable[dict[str, Any]]) -> int:
    """From 1, by the headers (session.json) of the runner's earlier sessions; clips that were analysed do not count."""
    return 1 + len(
        [
            header
            for header in earlier
            if header.get("kind", "live") == "live" and (header.get("strides") or {}).get("near", 0) >= LEAST_NEAR_STRIDES
        ]
    )
