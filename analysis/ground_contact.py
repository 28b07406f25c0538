"""When the foot meets the belt and leaves it, from the leg's own motion: a side camera has no force plate.

Initial contact: the ankle is furthest ahead of the hip (Zeni, Richards & Higginson 2008, Gait Posture 27:710), and in running
a little later, because the foot already moves back with the belt when it lands. Toe-off: the knee is straightest (Fellin et
al. 2010, J Sci Med Sport 13:646: within 5 ms on a treadmill). Both are turns of smooth curves, so they fall between frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.extremes import highest

CONTACT_AFTER_S = 0.026
"""From the furthest point to contact: 22, 26 and 28 ms at 2.5, 3.5 and 4.5 m/s on the mean curves of 28 treadmill runners
(Fukuchi, Fukuchi & Duarte 2017, PeerJ 5:e3298), 30 ± 9 ms in 12 others at 2.5 m/s (bench/ground_contact.py)."""
LEAST_FPS = 55.0
"""At 30 fps contact differs between runners by less than a frame; a camera set to 60 delivers a little less."""
# In strides before the peak of extension: the furthest point lies 0.39 to 0.47 before it on those curves.
_FROM, _TO = 0.62, 0.22


@dataclass(frozen=True)
class InitialContact:
    """The foot meets the belt."""

    t_s: float
    overstride_leg: float
    """How far the ankle is ahead of the hip, in leg lengths."""


@dataclass(frozen=True)
class GroundTimes:
    """Estimates, seconds."""

    contact_s: float
    flight_s: float
    """Of one step: half the stride without the contact, so the mean of both sides where they differ."""


def read_initial_contact(
    t_s: Sequence[float], ahead_leg: Sequence[float], peak_s: float, stride_time_s: float
) -> InitialContact | None:
    """The contact before the peak of extension at `peak_s`. None: it was not seen.

    `ahead_leg`: how far the ankle of this leg is ahead of its hip in the frames at `t_s`, in leg lengths.
    """
    swing = [
        (at_s, ahead) for at_s, ahead in zip(t_s, ahead_leg, strict=True) if _TO <= (peak_s - at_s) / stride_time_s <= _FROM
    ]
    furthest = highest([at_s for at_s, _ in swing], [ahead for _, ahead in swing])
    if furthest is None:
        return None
    contact_s = furthest.t_s + CONTACT_AFTER_S
    return InitialContact(contact_s, furthest.at(contact_s))


def read_ground_times(contact_s: float, toe_off_s: float, stride_time_s: float, fps: float) -> GroundTimes | None:
    """From initial contact to toe-off. None: too few frames a second, or no running (a step without flight is walking)."""
    stance_s = toe_off_s - contact_s
    flight_s = stride_time_s / 2 - stance_s
    if fps < LEAST_FPS or stance_s <= 0 or flight_s <= 0:
        return None
    return GroundTimes(stance_s, flight_s)
