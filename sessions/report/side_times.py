"""Contact and flight of the left and the right leg, in a session with two cameras of 60 frames a second or more. Pure.

Each leg's contact is read by the camera that sees it near. The flight after a leg's push-off ends with the contact of the other
leg, which the other camera sees: the difference between the cameras' clocks is corrected by the push-offs that both see.
"""

import math
from dataclasses import dataclass

import numpy as np

from config.measures import MEASURES
from config.reference import SIDE_TIMES_RMS_MS, Z95
from sessions.format.recorded import RecordedSession
from sessions.format.rows import Floats, column
from sessions.report.left_right import apart_s
from sessions.report.statistics import Mean, mean_of
from wire.messages import Side, opposite
from wire.texts import digits

CONTACT, FLIGHT = MEASURES["contact"], MEASURES["flight"]
_KNEE = MEASURES["knee_straightest"]
_LONGEST_FLIGHT_MS = 300.0
"""A contact that comes later after a toe-off belongs to a later step."""


@dataclass(frozen=True)
class SideTimes:
    """One duration for both legs, in milliseconds."""

    what: str
    left: Mean
    right: Mean
    ci95_ms: float
    """Half the 95 % interval of the difference: the strides' scatter, and the cameras."""

    @property
    def difference_ms(self) -> float:
        """Left minus right."""
        return self.left.mean - self.right.mean

    @property
    def asymmetry_pct(self) -> float:
        """The difference as a share of the mean of both."""
        return 200 * self.difference_ms / (self.left.mean + self.right.mean)

    @property
    def differs(self) -> bool:
        """Whether the legs differ by more than the uncertainty."""
        return abs(self.difference_ms) > self.ci95_ms

    @property
    def words(self) -> str:
        """The difference, and what it means."""
        verdict = "a real difference" if self.differs else "could be chance"
        return (
            f"{digits(self.difference_ms, '+.0f')} ± {self.ci95_ms:.0f} ms ({digits(self.asymmetry_pct, '+.0f')} %): {verdict}"
        )


def side_times(session: RecordedSession) -> tuple[SideTimes, ...]:
    """Contact, and flight after the push-off of each leg; durations not measured for both legs are left out."""
    if not session.has_both_sides:
        return ()
    contact = {side: column(session.of_side(side), CONTACT.column) for side in ("left", "right")}
    flight = {side: _flight_ms(session, side) for side in ("left", "right")}
    found = (
        _compared(CONTACT.label, contact["left"], contact["right"]),
        _compared(FLIGHT.label, flight["left"], flight["right"]),
    )
    return tuple(times for times in found if times is not None)


def _compared(what: str, left_ms: Floats, right_ms: Floats) -> SideTimes | None:
    left, right = mean_of(left_ms), mean_of(right_ms)
    if left is None or right is None:
        return None
    return SideTimes(what, left, right, Z95 * math.hypot(left.sem, right.sem, SIDE_TIMES_RMS_MS))


def _flight_ms(session: RecordedSession, side: Side) -> Floats:
    """From each toe-off of a leg to the next contact of the other one."""
    toe_off_s, _ = _ground_s(session, side)
    _, contact_s = _ground_s(session, opposite(side))
    if not len(contact_s):
        return np.empty(0)
    contact_s = np.sort(contact_s)
    after = np.searchsorted(contact_s, toe_off_s)
    follows = after < len(contact_s)
    flight_ms: Floats = 1000 * (contact_s[after[follows]] - toe_off_s[follows])
    return flight_ms[flight_ms < _LONGEST_FLIGHT_MS]


def _ground_s(session: RecordedSession, side: Side) -> tuple[Floats, Floats]:
    """Toe-offs and initial contacts of a leg, seconds on the main camera's clock, of strides with both."""
    rows = session.of_side(side)
    late = apart_s(session)
    later_s = 0.0 if late is None else late[0]
    clock_s = np.array([later_s if row.get("camera") == "other_side" else 0.0 for row in rows])
    toe_off_s = column(rows, "t_peak_s") - clock_s + column(rows, _KNEE.column) / 1000
    contact_s = toe_off_s - column(rows, CONTACT.column) / 1000
    known = np.isfinite(contact_s)
    return toe_off_s[known], contact_s[known]
