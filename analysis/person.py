"""The right person: whoever runs on the treadmill, not the coach beside it.

The pose model follows one person. While that one is measured nobody else is looked at, so a bystander never takes over; while
that one does not run, is badly framed, or is not where the runner was (analysis/home.py), the others are tried in turn.
"""

from analysis.states import MEASURING, NO_PERSON, NOT_RUNNING

TRY_S = 1.2
"""So long a person has to be taken for a runner: the facing and the first swings of the thigh need about a second."""
STANDS_S = 2.4
"""So long somebody may stand: quiet standing calibrates after two seconds."""
STRANGER_S = 0.4
"""So long somebody is followed who is not where the runner was; looking round costs a few milliseconds each time."""


class PersonSearch:
    """Says when to look at somebody else. Time is an argument."""

    def __init__(self) -> None:
        self._since_s: float | None = None

    def update(self, t_s: float, state: str, at_home: bool | None = None) -> bool:
        """Take in a frame's state; True when another person should be tried now.

        `at_home`: whether whoever is seen is where the runner ran; None: nobody is seen, or that is not known.
        """
        backward = self._since_s is not None and t_s < self._since_s
        if backward or at_home or (at_home is None and state in (MEASURING, NO_PERSON)):
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = t_s
        patience_s = STRANGER_S if at_home is False else STANDS_S if state == NOT_RUNNING else TRY_S
        if t_s - self._since_s < patience_s:
            return False
        self._since_s = t_s
        return True
