"""Initial contact and toe-off from the motion of the leg: a side camera has no force plate.

Initial contact: the ankle is furthest ahead of the hip (Zeni, Richards & Higginson 2008, Gait Posture 27:710); in running it
is a little later, because the foot already moves back with the belt when it lands. Toe-off: the knee is straightest (Fellin et
al. 2010, J Sci Med Sport 13:646: within 5 ms on a treadmill). Both are extrema of smooth curves, so they are resolved between
frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.gait.extrema import highest

CONTACT_AFTER_S = 0.026
"""From the furthest point to contact: 22, 26 and 28 ms at 2.5, 3.5 and 4.5 m/s on the mean curves of 28 treadmill runners
(Fukuchi, Fukuchi & Duarte 2017, PeerJ 5:e3298), 30 ± 9 ms in 12 others at 2.5 m/s (bench/accuracy/contact_times.py)."""
# Search window, in strides before the peak of extension: the furthest point is 0.39 to 0.47 before it on those curves.
_FROM, _TO = 0.62, 0.22


@dataclass(frozen=True)
class InitialContact:
    """The moment when the foot touches the belt."""

    t_s: float
    overstride_leg: float
    """Distance of the ankle ahead of the hip, in leg lengths."""


@dataclass(frozen=True)
class GroundTimes:
    """Estimates, seconds."""

    contact_s: float
    flight_s: float
    """Flight time of one step: half the stride minus the contact, so the mean of both sides where they differ."""


def read_initial_contact(
    t_s: Sequence[float], ahead_leg: Sequence[float], peak_s: float, stride_time_s: float
) -> InitialContact | None:
    """The contact before the peak of extension at `peak_s`; None: not seen.

    `ahead_leg`: distance of the ankle ahead of the hip of this leg in the frames at `t_s`, in leg lengths.
    """
    swing = [
        (at_s, ahead) for at_s, ahead in zip(t_s, ahead_leg, strict=True) if _TO <= (peak_s - at_s) / stride_time_s <= _FROM
    ]
    furthest = highest([at_s for at_s, _ in swing], [ahead for _, ahead in swing])
    if furthest is None:
        return None
    contact_s = furthest.t_s + CONTACT_AFTER_S
    return InitialContact(contact_s, furthest.at(contact_s))


def read_ground_times(contact_s: float, toe_off_s: float, stride_time_s: float) -> GroundTimes | None:
    """From initial contact to toe-off; None: the step has no flight and is walking."""
    stance_s = toe_off_s - contact_s
    flight_s = stride_time_s / 2 - stance_s
    if stance_s <= 0 or flight_s <= 0:
        return None
    return GroundTimes(stance_s, flight_s)
