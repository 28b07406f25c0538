"""Finds the right person: the one who runs on the treadmill, not the coach beside it.

The pose model follows one person. While that person is measured, nobody else is considered, so a bystander never takes over.
While that person does not run, is badly framed or is not where the runner was (treadmill_place.py), the others are tried in
turn.
"""

from wire.faults import SampleState

TRY_S = 1.2
"""A person is tried for this long: the facing and the first swings of the thigh take about a second."""
STARTS_S = 2.0
"""A person whose legs swing is kept for this long: it takes a stride to see that they run."""
STANDS_S = 2.4
"""A person who stands is kept for this long: quiet standing calibrates after two seconds."""
STRANGER_S = 0.4
"""A person who is not where the runner was is followed for this long; each search for others takes a few milliseconds."""
_PATIENCE_S = {SampleState.NOT_RUNNING: STANDS_S, SampleState.STARTING: STARTS_S}


class PersonSearch:
    """Decides when to try another person. Time is an argument."""

    def __init__(self) -> None:
        self._since_s: float | None = None

    def update(self, t_s: float, state: SampleState, on_treadmill: bool | None = None) -> bool:
        """Add a frame's state; True: try another person now.

        `on_treadmill`: whether the person seen is where the runner ran; None: nobody is seen, or the place is not known.
        """
        backward = self._since_s is not None and t_s < self._since_s
        if backward or on_treadmill or (on_treadmill is None and state in (SampleState.MEASURING, SampleState.NO_PERSON)):
            self._since_s = None
            return False
        if self._since_s is None:
            self._since_s = t_s
        patience_s = STRANGER_S if on_treadmill is False else _PATIENCE_S.get(state, TRY_S)
        if t_s - self._since_s < patience_s:
            return False
        self._since_s = t_s
        return True
