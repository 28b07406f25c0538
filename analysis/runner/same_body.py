"""Whether the body in view is the one followed: somebody who passes in front of the runner differs in size, shape or place."""

import math
from enum import Enum, auto

from analysis.measures.leg_angles import BodyAngles
from analysis.time_window import TimeWindow

PATIENCE_S = 1.1
"""A different body that stays longer than this is followed from then on: the camera has moved, or the clip was cut."""
_LEAST_LEARNT_S = 0.7
"""A stride: every length and place has been seen at its largest and smallest."""
_MEMORY_S = 1.0
_RECENT_S = 0.05
_SUDDEN_S = 0.15
"""A runner who comes nearer to the camera also grows, but only a little within this time."""
_OTHER_FROM = 3.0
"""Mean square, in standard deviations, of how far a body is from the usual one and from what it was a moment ago: real runners
reach 1.9, others 3.5 to 8."""
_MOST_OFF = 2.9
"""Limit for one length, in standard deviations: one leg misplaced by the model does not make a different person."""
_MOST_LEARNT = 2.0
"""Limit of what the usual length learns from: another person's lengths would widen it before they are noticed."""
# The least standard deviation of the logarithms of lengths: trunk, thighs, shanks, upper arms; of the shoulders' place, trunk
# lengths.
_LEAST_SD = (0.03, 0.04, 0.04, 0.06)
_LEAST_SD_PLACE = 0.12


class BodySeen(Enum):
    """Who is seen."""

    SAME = auto()
    OTHER = auto()
    REPLACED = auto()
    """Somebody else, who is followed from now on."""


class BodyWatch:
    """Follows one runner. Frames in order of time."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget the body."""
        self._lengths: list[_Length] = []
        self._before: TimeWindow[list[float]] = TimeWindow(_SUDDEN_S)
        self._learnt_s = 0.0
        self._last_s: float | None = None
        self._other_s: float | None = None

    def update(self, t_s: float, body: BodyAngles, learns: bool) -> BodySeen:
        """Add a frame. `learns`: the runner is measured, so this may be how they look."""
        dt_s, self._last_s = (0.0 if self._last_s is None else t_s - self._last_s), t_s
        seen = _seen(body)
        if not self._lengths:
            least_sd = (*_LEAST_SD, _LEAST_SD_PLACE * body.trunk_px, _LEAST_SD_PLACE * body.trunk_px)
            self._lengths = [_Length(*one) for one in zip(seen, least_sd, strict=True)]
        known = self._learnt_s >= _LEAST_LEARNT_S
        share = 1.0 - math.exp(-dt_s / _RECENT_S)
        for length, value in zip(self._lengths, seen, strict=True):
            length.see(value, share, _MOST_OFF if known else math.inf)
        self._before.add(t_s, [length.recent for length in self._lengths])
        if known and self._is_other():
            self._other_s = t_s if self._other_s is None else self._other_s
            if t_s - self._other_s <= PATIENCE_S:
                return BodySeen.OTHER
            self.restart()
            return BodySeen.REPLACED
        self._other_s = None
        if learns:
            self._learnt_s = min(self._learnt_s + max(dt_s, 1e-3), _MEMORY_S)
            for length, value in zip(self._lengths, seen, strict=True):
                length.learn(value, min(1.0, dt_s / self._learnt_s), _MOST_LEARNT if known else math.inf)
        return BodySeen.SAME

    def _is_other(self) -> bool:
        now, usual = [one.recent for one in self._lengths], [one.mean for one in self._lengths]
        if self._apart(now, usual) <= _OTHER_FROM:
            return False
        before = self._before.values[0]
        return self._other_s is not None or self._apart(now, before) > _OTHER_FROM > 2 * self._apart(before, usual)

    def _apart(self, some: list[float], others: list[float]) -> float:
        squares = [((a - b) / one.sd) ** 2 for a, b, one in zip(some, others, self._lengths, strict=True)]
        return sum(squares) / len(squares)


class _Length:
    """What one length, or coordinate, usually is (mean and standard deviation), and what it was in the last moment."""

    def __init__(self, value: float, least_sd: float) -> None:
        self.mean = self.recent = value
        self._variance, self._least_sd = 0.0, least_sd
        self.sd = least_sd

    def see(self, value: float, share: float, most_off: float) -> None:
        self.recent += share * (self._within(value, most_off) - self.recent)

    def learn(self, value: float, share: float, most_off: float) -> None:
        off = self._within(value, most_off) - self.mean
        self.mean += share * off
        self._variance = (1.0 - share) * (self._variance + share * off * off)
        self.sd = max(self._least_sd, math.sqrt(self._variance))

    def _within(self, value: float, most_off: float) -> float:
        return min(self.mean + most_off * self.sd, max(self.mean - most_off * self.sd, value))


def _seen(body: BodyAngles) -> tuple[float, ...]:
    """Trunk, thighs, shanks and upper arms (logarithms of pixels), and the shoulders' place (pixels)."""
    (thigh_px, shank_px), (other_thigh_px, other_shank_px) = (leg.points.lengths_px for leg in body.legs)
    shoulder, other_shoulder, elbow, other_elbow = body.arms_px[:4]
    lengths_px = (
        body.trunk_px,
        thigh_px + other_thigh_px,
        shank_px + other_shank_px,
        abs(elbow - shoulder) + abs(other_elbow - other_shoulder),
    )
    return *(math.log(max(1.0, length_px)) for length_px in lengths_px), *body.shoulder_px
