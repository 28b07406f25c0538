"""Evidence in one frame of which leg is the near one: labels, arms, lengths and learnt curves, each on its own, in nats.

Each log-likelihood ratio is scaled by the time since the last frame, because the errors of neighbouring frames are correlated.
"""

import math
from dataclasses import dataclass

from analysis.gait.curves import GaitCurve
from analysis.pose.landmarks import Floats

LEARNING_S = 6.0
"""The memory of `LegLengths`, and about that of the gait curves (curves.py)."""
_LABELS_NATS, _LABELS_APART_S = 4.0, 0.033
_LABELS_FROM_DEG = 15.0
"""Thighs closer together than this are crossing: their labels carry little evidence."""
_LABEL_PARTS = 8
"""Parts of the stride with a trust of their own."""
_LABEL_MEMORY_S = 0.45
"""Memory of each part: six strides."""
_LABELS_RIGHT = 0.96
"""Share of right labels minus share of wrong labels for a model that works normally."""
_ARMS_NATS, _ARMS_APART_S = 2.5, 0.1
_ARMS_WINDOW_S = 1.5
_ARMS_TRUST_S = 2.0
"""Arms that swung with the legs count as visible for this long."""
_ARMS_LEAST = 0.06
"""Arms that swing less than this (standard deviation, trunk lengths) carry no evidence."""
_ARMS_TURN_NATS = 4.0
"""Evidence that the arms have changed sides since the last frame, per standard deviation before and after."""
_LEGS_LEAST_DEG = 10.0
_STRIDE_S = 0.7
_LENGTHS_NOISE = 0.03
"""Least noise of the logarithm of a ratio of lengths, averaged over a stride."""
_LENGTHS_NOISE_OF_SD = 0.38
"""The same noise as a share of the standard deviation between frames, whose errors last for 0.1 s."""
_LENGTHS_MOST_NATS = 4.0
_MOST_RATIO = 0.5
# Of the logarithm of the arms' unexpected movement over its mean, fitted to six runners with and without half a stride cut out:
# evidence of a seam per unit, at 0, and at most.
_SEAM_NATS, _SEAM_NATS_USUAL, _SEAM_MOST_NATS = 4.0, -1.0, 3.0
_SEAM_AGAIN = 0.7
"""A seam also shows in the frame after it: the share of the previous frame's evidence that counts again."""
_SEAM_MEMORY_S = 2.0
_SEAM_LEAST_PX = 0.1
_EVEN = 1.5
"""Intervals between frames that differ by more than this factor carry no evidence of a seam."""
_CURVE_NOISE_DEG, _CURVE_APART_S, _CURVE_MOST_NATS = 6.0, 0.15, 3.0
_CURVE_OUTLIERS = 0.01
"""Density of misplaced thighs, as a share of the density on the curve."""


@dataclass(frozen=True)
class BodyClues:
    """Further evidence in a frame about the legs labelled near and far.

    `elbow_ahead`: distance of the elbow labelled near ahead of the one labelled far, in trunk lengths.
    `arms_px`: shoulders, elbows, wrists and ears (x + iy), one side and the other in turn; their labels do not matter.
    `lengths_px`: thigh and shank of the leg labelled near, then of the one labelled far.
    """

    elbow_ahead: float
    arms_px: tuple[complex, ...]
    lengths_px: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True)
class LegEvidence:
    """Evidence in one frame, in nats; + if labels and legs agree, or the legs have kept their shapes."""

    labels: float = 0.0
    arms: float = 0.0
    lengths: float = 0.0
    curves: float = 0.0


NO_EVIDENCE = LegEvidence()


def labels_nats(straight: float, swapped: float, apart_deg: float, dt_s: float) -> float:
    """Evidence of the legs' labels: the probability of either reading, and the angle between the thighs."""
    weight = min(1.0, dt_s / _LABELS_APART_S) * min(1.0, abs(apart_deg) / _LABELS_FROM_DEG)
    return _LABELS_NATS * weight * (straight - swapped)


class LabelTrust:
    """Trust in the legs' labels by part of the stride: for some runners they are wrong at every other push-off.

    Learnt while it is known which leg is which.
    """

    def __init__(self) -> None:
        self._right = [1.0] * _LABEL_PARTS
        """For each part: share of right labels minus share of wrong ones."""

    def exchange(self) -> None:
        """The legs are followed the other way round: each is where the other was half a stride ago."""
        self._right = self._right[_LABEL_PARTS // 2 :] + self._right[: _LABEL_PARTS // 2]

    def of(self, phase: float) -> float:
        """The weight of labels at this phase of the near leg, 0 to 1."""
        right = max(0.0, self._right[int(phase * _LABEL_PARTS) % _LABEL_PARTS])
        return math.atanh(_LABELS_RIGHT * right) / math.atanh(_LABELS_RIGHT)

    def learn(self, phase: float, straight: float, swapped: float, dt_s: float) -> None:
        """Update the trust with the readings of a frame."""
        part = int(phase * _LABEL_PARTS) % _LABEL_PARTS
        self._right[part] += min(1.0, dt_s / _LABEL_MEMORY_S) * (straight - swapped - self._right[part])


def curve_nats(
    thighs_deg: tuple[float, float], rows: tuple[Floats, Floats], curves: tuple[GaitCurve, GaitCurve], dt_s: float
) -> float:
    """Evidence of the learnt curves that these are the thighs of the near and the far leg.

    `rows`: harmonics at each leg's own phase; `curves`: of the near and the far thigh.
    """
    (near_deg, far_deg), (near_row, far_row), (near, far) = thighs_deg, rows, curves
    as_followed = _curve_fit(near_deg, near_row, near) + _curve_fit(far_deg, far_row, far)
    exchanged = _curve_fit(near_deg, near_row, far) + _curve_fit(far_deg, far_row, near)
    return _within(as_followed - exchanged, _CURVE_MOST_NATS) * min(1.0, dt_s / _CURVE_APART_S)


def _curve_fit(thigh_deg: float, row: Floats, curve: GaitCurve) -> float:
    """Log-likelihood of a thigh on a curve, up to a constant; a thigh that the model misplaces is off every curve."""
    off_deg = thigh_deg - float(row @ curve.coefficients)
    return math.log(math.exp(-((off_deg / _CURVE_NOISE_DEG) ** 2) / 2) + _CURVE_OUTLIERS)


class ArmSwing:
    """The arms as labelled swing against the legs as followed: the mean and spread of both fade over `_ARMS_WINDOW_S`."""

    def __init__(self) -> None:
        self._seen_s = 0.0
        self._together = 0.0
        """Correlation of arms and legs."""
        self._seen_well = 0.0
        """The largest correlation of late, whatever its sign: arms behind a bar correlate with nothing."""
        self._product = 0.0
        self.turn_nats = 0.0
        """Evidence of the last frame that the arms as labelled have changed sides."""
        self._arm = _Moments(_ARMS_LEAST)
        self._leg = _Moments(_LEGS_LEAST_DEG)

    def exchange(self) -> None:
        """The legs are followed the other way round."""
        self._leg.mean = -self._leg.mean
        self._together = -self._together
        self._product = -self._product

    def nats(self, elbow_ahead: float, apart_deg: float, dt_s: float) -> float:
        """Evidence of a frame; `apart_deg`: the near thigh's angle minus the far one's, as followed."""
        self._seen_s = min(self._seen_s + dt_s, _ARMS_WINDOW_S)
        share = min(1.0, dt_s / max(self._seen_s, 1e-6))
        product = self._arm.standing_of(elbow_ahead, share) * self._leg.standing_of(apart_deg, share)
        self._together += share * (product - self._together)
        self._seen_well = min(1.0, max(abs(self._together), self._seen_well * math.exp(-dt_s / _ARMS_TRUST_S)))
        before, self._product = self._product, product
        self.turn_nats = _ARMS_TURN_NATS * self._seen_well**2 * math.sqrt(max(0.0, -before * product))
        if self._seen_s < _ARMS_WINDOW_S / 3:
            return 0.0
        return -_ARMS_NATS * product * self._seen_well**2 * min(1.0, dt_s / _ARMS_APART_S)


class _Moments:
    """Mean and variance that fade."""

    def __init__(self, least_sd: float) -> None:
        self.mean = 0.0
        self._variance = 0.0
        self._least_sd = least_sd

    def standing_of(self, value: float, share: float) -> float:
        """Add a value with this weight. Returns its distance from the mean in standard deviations, within ±2."""
        off = value - self.mean
        self.mean += share * off
        self._variance = (1.0 - share) * (self._variance + share * off * off)
        return _within((value - self.mean) / max(math.sqrt(self._variance), self._least_sd), 2.0)


class Seam:
    """Detects missing pictures: head and arms move smoothly, whatever their labels, except where pictures are missing."""

    def __init__(self) -> None:
        self._before: list[tuple[float, tuple[complex, ...]]] = []
        self._usual = 0.0
        self._learnt_s = 0.0
        self._nats = 0.0

    def look_away(self) -> None:
        """The runner was not seen for a moment: the next frame does not follow on the last one."""
        self._before.clear()
        self._nats = 0.0

    def nats(self, arms_px: tuple[complex, ...], dt_s: float) -> float:
        """Evidence that pictures are missing between this frame and the last one."""
        before, self._before = self._before, [*self._before[-1:], (dt_s, arms_px)]
        if len(before) < 2 or not before[1][0] / _EVEN <= dt_s <= before[1][0] * _EVEN:
            self._nats = 0.0
            return 0.0
        (_, first), (_, second) = before
        pairs = range(0, len(arms_px), 2)
        unexpected = sum(math.log(_unexpected_px(first, second, arms_px, at) + _SEAM_LEAST_PX) for at in pairs) / len(pairs)
        known = self._learnt_s >= _STRIDE_S
        self._learnt_s = min(self._learnt_s + dt_s, _SEAM_MEMORY_S)
        excess = unexpected - self._usual
        self._usual += min(1.0, dt_s / self._learnt_s) * excess
        nats_before, self._nats = self._nats, _within(_SEAM_NATS * excess + _SEAM_NATS_USUAL, _SEAM_MOST_NATS) if known else 0.0
        return self._nats + _SEAM_AGAIN * max(0.0, nats_before)


def _unexpected_px(first: tuple[complex, ...], second: tuple[complex, ...], third: tuple[complex, ...], at: int) -> float:
    """Distance of a pair of joints in the third frame from where uniform motion would put it, summed over both sides."""
    a, b, c, d = first[at], first[at + 1], second[at], second[at + 1]
    if abs(a - d) + abs(b - c) < abs(a - c) + abs(b - d):
        a, b = b, a
    one, other, x, y = 2 * c - a, 2 * d - b, third[at], third[at + 1]
    return min(abs(one - x) + abs(other - y), abs(one - y) + abs(other - x))


class LegLengths:
    """How this runner's two legs differ in apparent length, learnt while it is known which is which."""

    def __init__(self) -> None:
        self._learnt = [0.0, 0.0]
        self._squares = [0.0, 0.0]
        self._learnt_s = 0.0

    def exchange(self) -> None:
        """Swap the legs: they were followed the other way round when this was learnt."""
        self._learnt = [-one for one in self._learnt]

    def nats(self, near_px: tuple[float, float], far_px: tuple[float, float], dt_s: float) -> float:
        """Evidence that the legs as followed now, by thigh and shank, are those that were learnt."""
        if self._learnt_s < 2 * _STRIDE_S:
            return 0.0
        total = 0.0
        for one, learnt, square in zip(map(_log_ratio, near_px, far_px), self._learnt, self._squares, strict=True):
            noise2 = max(_LENGTHS_NOISE**2, _LENGTHS_NOISE_OF_SD**2 * (square - learnt**2))
            total += _within(2 * one * learnt / noise2, _LENGTHS_MOST_NATS)
        return total * dt_s / _STRIDE_S

    def learn(self, near_px: tuple[float, float], far_px: tuple[float, float], dt_s: float) -> None:
        """Update what is known with a frame."""
        self._learnt_s = min(self._learnt_s + dt_s, LEARNING_S)
        share = min(1.0, dt_s / max(self._learnt_s, 1e-6))
        for at, one in enumerate(map(_log_ratio, near_px, far_px)):
            self._learnt[at] += share * (one - self._learnt[at])
            self._squares[at] += share * (one**2 - self._squares[at])


def _log_ratio(near_px: float, far_px: float) -> float:
    return _within(math.log(max(near_px, 1.0) / max(far_px, 1.0)), _MOST_RATIO)


def _within(value: float, most: float) -> float:
    return min(most, max(-most, value))
