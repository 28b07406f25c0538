"""The right person: whoever runs on the treadmill, not the coach beside it.

The pose model follows one person. While that one is measured nobody else is looked at, so a bystander never takes over; while
that one does not run, or is badly framed, the others in the picture are tried in turn.
"""

from analysis.states import MEASURING, NO_PERSON

TRY_S = 1.2
"""So long a person has to be taken for a runner: the facing and the first swings of the thigh need about a second."""


class PersonSearch:
    """Says when to look at somebody else. Time is an argument."""

    def __init__(self) -> None:
        self._since_s: float | None = None

    def update(self, t_s: float, state: str) -> bool:
        """Take in a frame's state; True when another person should be tried now."""
        if state in (MEASURING, NO_PERSON) or (self._since_s is not None and t_s < self._since_s):
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = t_s
        if t_s - self._since_s < TRY_S:
            return False
        self._since_s = t_s
        return True
