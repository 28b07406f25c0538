"""Where in the stride the runner is, how fast, and which of the model's two legs is which: one Bayesian filter.

State: the phase of the near leg's stride, the stride rate, and one of four readings of the model's labels (as labelled,
swapped, both on the near leg, both on the far leg). The far leg is half a stride behind. Thigh and knee of both labelled
legs are compared with what the gait curves expect; where thighs cross, the knees differ most, and the other way round.
Time and measurements come in as arguments: nothing here reads a clock.
"""

from dataclasses import dataclass

import numpy as np

from analysis.gait_curves import GaitCurve, basis, basis_row, squares
from analysis.landmarks import Floats

PHASE_BINS = 96
# Strides per second: 96 to 240 steps a minute.
RATES_HZ = np.geomspace(0.8, 2.0, 17)
_LOG_RATES = np.log(RATES_HZ)
_RATE_RATIO = float(_LOG_RATES[1] - _LOG_RATES[0])
STRAIGHT, SWAPPED, BOTH_NEAR, BOTH_FAR = range(4)
READINGS = 4

# Share of frames in each reading, and how long one lasts: swaps come in bursts of a few frames, correct stretches are long.
_READING_SHARE = np.array([0.88, 0.04, 0.04, 0.04])
_READING_LASTS_S = 0.08
# Before anything is seen: 170 steps a minute with 6 % between runners (164 ± 9 in 860, 162 to 183 by speed; measures.md),
# and a floor for all the others.
_USUAL_RATE_HZ = 170 / 120
_USUAL_RATE_SPREAD = 0.06
_UNUSUAL_RATE = 0.003
# Random walk of the stride rate (relative, per root second) and of the phase (turns per root second).
_RATE_DRIFT = 0.06
_PHASE_DRIFT = 0.07
# How far a good measurement lies from the curves, and how often one is an outlier.
_THIGH_NOISE_DEG = 6.0
_KNEE_NOISE_DEG = 16.0
# The same once the phase is known well: what the curves learn from.
_THIGH_LEARN_NOISE_DEG = 4.0
_KNEE_LEARN_NOISE_DEG = 10.0
# A knee this far from its curve halves the trust in the thigh: on real clips the two are off together (rank correlation of the
# sizes 0.2 to 0.4 for the near leg).
_KNEE_DOUBT_DEG = 6.0
_OUTLIER_SHARE = 0.05
_OUTLIER_DENSITY = 1.0 / (90.0 * 120.0)
_MEMORY_S = 6.0
_COMMON_S = 1.5
_LEARN_FROM = 0.9
"""Concentration of the phase below which a measurement cannot be placed on the curves."""


_PHASES = np.arange(PHASE_BINS) / PHASE_BINS
_NEAR_BASIS = basis(_PHASES)
_FAR_BASIS = basis(_PHASES + 0.5)
_NEAR_SQUARES = squares(_NEAR_BASIS)
_FAR_SQUARES = squares(_FAR_BASIS)
_ROW_STARTS = PHASE_BINS * np.arange(len(RATES_HZ))[:, None]
_SAME_RATE, _SAME_READING = np.eye(len(RATES_HZ)), np.eye(READINGS)
_TO_NEIGHBOURS = np.eye(len(RATES_HZ), k=1) + np.eye(len(RATES_HZ), k=-1)
_TO_NEIGHBOURS -= np.diag(_TO_NEIGHBOURS.sum(axis=0))
_CIRCLE = np.exp(2j * np.pi * _PHASES)


@dataclass(frozen=True)
class Candidate:
    """What the model says of one leg, degrees."""

    thigh_deg: float
    knee_deg: float


@dataclass(frozen=True)
class PhaseEstimate:
    """The filter's belief after a frame."""

    phase: float
    """Of the near leg, in turns [0, 1)."""
    concentration: float
    """0: no idea of the phase; 1: certain."""
    rate_hz: float
    """Strides per second."""
    readings: Floats
    """Probability of each reading, shape (4,)."""


class _Expected:
    """What one leg is expected to show at every phase of the near leg."""

    def __init__(self, thigh: GaitCurve, knee: GaitCurve, rows: Floats, squared_rows: Floats) -> None:
        self._thigh_deg, self._knee_deg = rows @ thigh.coefficients, rows @ knee.coefficients
        self._thigh_variance = _THIGH_NOISE_DEG**2 + thigh.variance_deg2(squared_rows)
        self._knee_variance = _KNEE_NOISE_DEG**2 + knee.variance_deg2(squared_rows)
        self._scale = (1 - _OUTLIER_SHARE) / (2 * np.pi * np.sqrt(self._thigh_variance * self._knee_variance))

    def likelihood(self, leg: Candidate | None) -> Floats:
        """Over the near leg's phase, that this labelled leg is this leg; shape (PHASE_BINS,)."""
        if leg is None:
            return np.ones(PHASE_BINS)
        square = (leg.thigh_deg - self._thigh_deg) ** 2 / self._thigh_variance
        square += (leg.knee_deg - self._knee_deg) ** 2 / self._knee_variance
        mixed: Floats = self._scale * np.exp(-square / 2) + _OUTLIER_SHARE * _OUTLIER_DENSITY
        return mixed


class GaitPhase:
    """The filter. Feed it frames in order of time with `update`."""

    def __init__(self) -> None:
        self.near_thigh = GaitCurve.thigh(_MEMORY_S)
        self.far_thigh = GaitCurve.thigh(_MEMORY_S)
        self.near_knee = GaitCurve.knee(_MEMORY_S)
        self.far_knee = GaitCurve.knee(_MEMORY_S)
        rates = np.exp(-((np.log(RATES_HZ / _USUAL_RATE_HZ) / _USUAL_RATE_SPREAD) ** 2) / 2) + _UNUSUAL_RATE
        # Shape (READINGS, rates, PHASE_BINS).
        self._belief = _READING_SHARE[:, None, None] * rates[None, :, None] * np.ones(PHASE_BINS)
        self._belief /= self._belief.sum()
        self._last_s: float | None = None
        self._lasted_s = 0.0
        self.rows = basis_row(0.0), basis_row(0.5)
        """Harmonics at the phase now, of the near and of the far leg."""

    def predict_deg(self) -> tuple[float, float]:
        """Expected near and far thigh at the phase now."""
        near_row, far_row = self.rows
        return float(near_row @ self.near_thigh.coefficients), float(far_row @ self.far_thigh.coefficients)

    def update(self, t_s: float, labelled_near: Candidate | None, labelled_far: Candidate | None) -> PhaseEstimate:
        """Take in one frame: the legs that the model labels as near and far (None: not seen)."""
        dt_s = 0.0 if self._last_s is None else max(0.0, t_s - self._last_s)
        self._last_s = t_s
        if dt_s > 0:
            self._advance(dt_s)
        near, far = (
            _Expected(self.near_thigh, self.near_knee, _NEAR_BASIS, _NEAR_SQUARES),
            _Expected(self.far_thigh, self.far_knee, _FAR_BASIS, _FAR_SQUARES),
        )
        as_near = near.likelihood(labelled_near), near.likelihood(labelled_far)
        as_far = far.likelihood(labelled_near), far.likelihood(labelled_far)
        likelihood = np.stack([as_near[0] * as_far[1], as_far[0] * as_near[1], as_near[0] * as_near[1], as_far[0] * as_far[1]])
        self._belief *= likelihood[:, None]
        self._belief /= self._belief.sum()
        estimate = self.estimate()
        self._learn(estimate, (labelled_near, labelled_far), dt_s)
        return estimate

    def _advance(self, dt_s: float) -> None:
        steps = RATES_HZ * dt_s * PHASE_BINS
        whole = np.floor(steps)
        part = steps - whole
        spread = min(0.25, _PHASE_DRIFT**2 * dt_s * PHASE_BINS**2 / 2)
        # Each rate moves its row of phases by its own number of bins, the part of a bin shared between two, and every bin gives
        # a little to its neighbours: four bins flow into one.
        stays = np.stack(
            [spread * (1 - part), (1 - 2 * spread) * (1 - part) + spread * part, (1 - 2 * spread) * part + spread * (1 - part)]
        )
        flows = np.concatenate([stays, (spread * part)[None]])[:, :, None]
        from_bins = (np.arange(-2, PHASE_BINS + 1) - whole.astype(np.int64)[:, None]) % PHASE_BINS
        moved = self._belief.reshape(READINGS, -1).take(from_bins + _ROW_STARTS, axis=1)
        belief = flows[0] * moved[:, :, 3:]
        for back in (1, 2, 3):
            belief += flows[back] * moved[:, :, 3 - back : -back]
        hop = min(0.25, _RATE_DRIFT**2 * dt_s / _RATE_RATIO**2 / 2)
        hopped = (_SAME_RATE + hop * _TO_NEIGHBOURS) @ belief
        stay = np.exp(-dt_s / _READING_LASTS_S)
        readings = stay * _SAME_READING + (1 - stay) * _READING_SHARE[:, None]
        self._belief = (readings @ hopped.reshape(READINGS, -1)).reshape(belief.shape)

    def estimate(self) -> PhaseEstimate:
        """The belief as it is now."""
        by_state = self._belief.sum(axis=0)
        mean = by_state.sum(axis=0) @ _CIRCLE
        by_rate = by_state.sum(axis=1)
        phase = float(np.angle(mean) / (2 * np.pi)) % 1.0
        self.rows = basis_row(phase), basis_row(phase + 0.5)
        return PhaseEstimate(
            phase=phase,
            concentration=float(abs(mean)),
            rate_hz=float(np.exp(by_rate @ _LOG_RATES)),
            readings=self._belief.sum(axis=(1, 2)),
        )

    @staticmethod
    def assign(readings: Floats) -> tuple[int | None, int | None]:
        """Which labelled leg (0: labelled near, 1: labelled far) is the near and which the far one, in the likeliest reading.

        None: neither label lies on that leg.
        """
        by_reading: tuple[tuple[int | None, int | None], ...] = ((0, 1), (1, 0), (0, None), (None, 1))
        return by_reading[int(np.argmax(readings))]

    def exchange(self) -> None:
        """What was taken for the near leg is the far one: half a stride on, every reading stands for its opposite."""
        self.near_thigh, self.far_thigh = self.far_thigh, self.near_thigh
        self.near_knee, self.far_knee = self.far_knee, self.near_knee
        self._belief = np.roll(self._belief, PHASE_BINS // 2, axis=2)[[SWAPPED, STRAIGHT, BOTH_FAR, BOTH_NEAR]]

    def trust(self, estimate: PhaseEstimate, labels: tuple[Candidate | None, Candidate | None]) -> tuple[float, float]:
        """How far the thighs measured for the near and the far leg can be believed, 0 to 1.

        A label that may lie on the other leg, and a knee that this leg never shows at this phase, tell of a misplaced leg
        without a look at the thigh itself: a stride that is deeper than usual is believed as much as any other.
        """
        trusts = []
        for label, both, knee, row in zip(
            self.assign(estimate.readings), (BOTH_NEAR, BOTH_FAR), (self.near_knee, self.far_knee), self.rows, strict=True
        ):
            leg = None if label is None else labels[label]
            own = STRAIGHT if (label == 0) == (both == BOTH_NEAR) else SWAPPED
            off = 0.0 if leg is None else (leg.knee_deg - float(row @ knee.coefficients)) / _KNEE_DOUBT_DEG
            trusts.append(float(estimate.readings[own] + estimate.readings[both]) / (1 + off**2))
        return trusts[0], trusts[1]

    def _learn(self, estimate: PhaseEstimate, labels: tuple[Candidate | None, Candidate | None], dt_s: float) -> None:
        if estimate.concentration < _LEARN_FROM:
            return
        near_label, far_label = self.assign(estimate.readings)
        near, far = (self.near_thigh, self.near_knee), (self.far_thigh, self.far_knee)
        # At first both legs teach both curves: curves of their own would make the reading in which they were learnt, right or
        # wrong, look like the truth for seconds.
        common = self._lasted_s < _COMMON_S
        self._lasted_s += dt_s
        near_row, far_row = self.rows
        for label, own, other, row in ((near_label, near, far, near_row), (far_label, far, near, far_row)):
            leg = None if label is None else labels[label]
            if leg is None:
                continue
            for thigh, knee in (own, other) if common else (own,):
                _teach(thigh, knee, row, leg, dt_s / 2 if common else dt_s)


def _teach(thigh: GaitCurve, knee: GaitCurve, row: Floats, leg: Candidate, dt_s: float) -> None:
    """Let the curves learn one leg's angles, unless they are far off: then they are a point thrown off, not a leg."""
    if abs(leg.thigh_deg - row @ thigh.coefficients) > 3 * _THIGH_NOISE_DEG:
        return
    thigh.learn(row, leg.thigh_deg, _THIGH_LEARN_NOISE_DEG, dt_s)
    if abs(leg.knee_deg - row @ knee.coefficients) <= 3 * _KNEE_NOISE_DEG:
        knee.learn(row, leg.knee_deg, _KNEE_LEARN_NOISE_DEG, dt_s)
