"""What coaches have just asked of a lane and it has not shown yet: two taps on a step add up; a double tap, or a tap by each of
two coaches, counts once. Pure: time is an argument.
"""

from wire.clock import s_to_ns

SHOWN_WITHIN_S = 2.0
"""A lane that has not done by then what it was asked for does not: its own state holds again."""
Seen = bool | str
"""What a command changes, as a page shows it: the phase's name, or whether it is paused or muted."""


class Asked:
    """The last requests to one lane."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Seen, int]] = {}
        self._incline_pct: tuple[float, int] | None = None

    def is_due(self, name: str, seen: Seen, present: Seen | None, now_ns: int) -> bool:
        """Whether a command given on a page that shows `seen` is to be sent to the lane that shows `present` (None: unknown).

        It is not if the lane has changed meanwhile, or if the same was asked just now.
        """
        asked = self._seen.get(name)
        is_again = asked is not None and asked[0] == seen and now_ns - asked[1] < s_to_ns(SHOWN_WITHIN_S)
        if is_again or (present is not None and present != seen):
            return False
        self._seen[name] = (seen, now_ns)
        return True

    def set_incline(self, incline_pct: float, now_ns: int) -> None:
        """A coach has asked for this incline."""
        self._incline_pct = (incline_pct, now_ns)

    def incline_pct(self, reported_pct: float, now_ns: int) -> float:
        """What a step counts from: the incline asked for just now, else the one that the belt reports."""
        asked = self._incline_pct
        return asked[0] if asked is not None and now_ns - asked[1] < s_to_ns(SHOWN_WITHIN_S) else reported_pct
