"""The phase of the stride, its rate, and which of the labelled legs is the near one: one Bayesian filter on a grid.

State: the phase of the near leg's stride, the stride rate, and one of four readings of the model's labels (as labelled,
swapped, both on the near leg, both on the far leg). The far leg is half a stride behind. Thigh and knee of both labelled legs
are compared with what the gait curves expect: where the thighs cross the knees differ most, and vice versa.
Pure: time and measurements are arguments.
"""

from dataclasses import dataclass

import numpy as np

from analysis.gait.curves import GaitCurve, basis, basis_row
from analysis.pose.landmarks import Floats

PHASE_BINS = 96
# Strides per second: 96 to 240 steps a minute.
RATES_HZ = np.geomspace(0.8, 2.0, 17)
_LOG_RATES = np.log(RATES_HZ)
_RATE_RATIO = float(_LOG_RATES[1] - _LOG_RATES[0])
STRAIGHT, SWAPPED, BOTH_NEAR, BOTH_FAR = range(4)
READINGS = 4
_OPPOSITE = [SWAPPED, STRAIGHT, BOTH_FAR, BOTH_NEAR]
FOLLOWED = 0.6
"""Concentration of the phase from which legs are followed."""
_ONE_PLACE = 0.97
"""Concentration above which the alternative half a stride away has a negligible probability."""
JUMPED = 0.5
"""If a jump is more probable than this, what was followed before is not continued."""

# Share of frames in each reading while the labels are right on average, and how long one lasts: swaps come in bursts of a few
# frames, correct stretches are long. While they are wrong on average the first two are exchanged.
_READING_SHARE = np.array([0.88, 0.04, 0.04, 0.04])
_EXCHANGED_SHARE = _READING_SHARE[[SWAPPED, STRAIGHT, BOTH_NEAR, BOTH_FAR]]
_READING_LASTS_S = 0.08
# Prior of the rate: 170 steps a minute, 6 % between runners (164 ± 9 in 860 runners, 162 to 183 by speed; docs/measures.md),
# and a floor for all other rates.
_USUAL_RATE_HZ = 170 / 120
_USUAL_RATE_SPREAD = 0.06
_UNUSUAL_RATE = 0.003
# Random walk of the stride rate (relative, per root second) and of the phase (turns per root second).
_RATE_DRIFT = 0.06
_PHASE_DRIFT = 0.07
# Deviation of a good measurement from the curves, and share of outliers.
_THIGH_NOISE_DEG = 6.0
_KNEE_NOISE_DEG = 16.0
# The same once the phase is well known, for the update of the curves.
_THIGH_LEARN_NOISE_DEG = 4.0
_KNEE_LEARN_NOISE_DEG = 10.0
# A knee this far off its curve halves the trust in the thigh: on real clips the two err together (rank correlation of the
# absolute errors 0.2 to 0.4 for the near leg).
_KNEE_DOUBT_DEG = 6.0
_OUTLIER_SHARE = 0.05
_OUTLIER_DENSITY = 1.0 / (90.0 * 120.0)
# Pictures that are missing or repeated without a trace in the timestamps move the phase by any amount (rate, per second).
_JUMPS_HZ = 0.05
_COMMON_S = 1.5
_LEARN_FROM = 0.9
"""Concentration of the phase below which a measurement cannot be placed on the curves."""


_PHASES = np.arange(PHASE_BINS) / PHASE_BINS
_NEAR_BASIS = basis(_PHASES)
_FAR_BASIS = basis(_PHASES + 0.5)
_ROW_STARTS = PHASE_BINS * np.arange(len(RATES_HZ))[:, None]
_SAME_RATE, _SAME_READING = np.eye(len(RATES_HZ)), np.eye(READINGS)
_TO_NEIGHBOURS = np.eye(len(RATES_HZ), k=1) + np.eye(len(RATES_HZ), k=-1)
_TO_NEIGHBOURS -= np.diag(_TO_NEIGHBOURS.sum(axis=0))
_CIRCLE = np.exp(2j * np.pi * _PHASES)
_FIRST_ROWS = basis_row(0.0), basis_row(0.5)


def _first_belief() -> Floats:
    """Shape (READINGS, rates, PHASE_BINS)."""
    rates = np.exp(-((np.log(RATES_HZ / _USUAL_RATE_HZ) / _USUAL_RATE_SPREAD) ** 2) / 2) + _UNUSUAL_RATE
    belief: Floats = _READING_SHARE[:, None, None] * rates[None, :, None] * np.ones(PHASE_BINS)
    belief /= belief.sum()
    return belief


_FIRST_BELIEF = _first_belief()


@dataclass(frozen=True)
class Candidate:
    """The angles of one leg as labelled by the model, degrees."""

    thigh_deg: float
    knee_deg: float


@dataclass(frozen=True)
class PhaseEstimate:
    """The estimate after a frame."""

    phase: float
    """Of the near leg, in turns [0, 1)."""
    concentration: float
    """0: the phase is unknown; 1: certain."""
    rate_hz: float
    """Strides per second."""
    readings: Floats
    """Probability of each reading, shape (4,)."""
    jumped: float = 0.0
    """Probability that the phase has just jumped: pictures are missing, or were shown twice."""


_FIRST_ESTIMATE = PhaseEstimate(0.0, 0.0, _USUAL_RATE_HZ, _READING_SHARE)


class _Expected:
    """The expected angles of one leg at every phase of the near leg."""

    def __init__(self, thigh: GaitCurve, knee: GaitCurve, rows: Floats) -> None:
        self._thigh_deg, self._knee_deg = rows @ thigh.coefficients, rows @ knee.coefficients
        self._thigh_variance = _THIGH_NOISE_DEG**2 + thigh.variance_deg2(rows)
        self._knee_variance = _KNEE_NOISE_DEG**2 + knee.variance_deg2(rows)
        self._scale = (1 - _OUTLIER_SHARE) / (2 * np.pi * np.sqrt(self._thigh_variance * self._knee_variance))

    def likelihood(self, leg: Candidate | None) -> Floats:
        """Likelihood that the labelled leg is this leg, by phase of the near leg; shape (PHASE_BINS,)."""
        if leg is None:
            return np.ones(PHASE_BINS)
        square = (leg.thigh_deg - self._thigh_deg) ** 2 / self._thigh_variance
        square += (leg.knee_deg - self._knee_deg) ** 2 / self._knee_variance
        mixed: Floats = self._scale * np.exp(-square / 2) + _OUTLIER_SHARE * _OUTLIER_DENSITY
        return mixed


class PhaseFilter:
    """The filter. It takes frames in order of time."""

    def __init__(self) -> None:
        self.near_thigh = GaitCurve.thigh()
        self.far_thigh = GaitCurve.thigh()
        self.near_knee = GaitCurve.knee()
        self.far_knee = GaitCurve.knee()
        self.reset()

    def reset(self) -> None:
        """Forget the runner: back to the prior."""
        self.forget_curves()
        self._belief = _FIRST_BELIEF.copy()
        self._last_s: float | None = None
        self._estimate = _FIRST_ESTIMATE
        self.rows = _FIRST_ROWS
        """Harmonics (`basis_row`) at the current phase of the near and of the far leg."""

    def forget_curves(self) -> None:
        """The curves were not learnt from running: return to the mean of all runners. The phase is kept."""
        for curve in (self.near_thigh, self.far_thigh, self.near_knee, self.far_knee):
            curve.reset()
        self._lasted_s = 0.0

    def predict_deg(self) -> tuple[float, float]:
        """Expected near and far thigh angle at the current phase."""
        near_row, far_row = self.rows
        return float(near_row @ self.near_thigh.coefficients), float(far_row @ self.far_thigh.coefficients)

    def update(
        self,
        t_s: float,
        labelled_near: Candidate | None,
        labelled_far: Candidate | None,
        labels_right: float = 1.0,
        learns: bool = True,
    ) -> PhaseEstimate:
        """Process one frame: the legs that the model labels near and far (None: not seen).

        `labels_right`: the probability that the labels, apart from short bursts, are on the legs as followed so far.
        `learns`: whether the curves may learn from this frame.
        """
        dt_s = 0.0 if self._last_s is None else max(0.0, t_s - self._last_s)
        self._last_s = t_s
        if dt_s > 0:
            self._advance(dt_s, labels_right)
        predicted = (self._estimate.phase + self._estimate.rate_hz * dt_s) % 1.0
        near, far = (
            _Expected(self.near_thigh, self.near_knee, _NEAR_BASIS),
            _Expected(self.far_thigh, self.far_knee, _FAR_BASIS),
        )
        as_near = near.likelihood(labelled_near), near.likelihood(labelled_far)
        as_far = far.likelihood(labelled_near), far.likelihood(labelled_far)
        likelihood = np.stack([as_near[0] * as_far[1], as_far[0] * as_near[1], as_near[0] * as_near[1], as_far[0] * as_far[1]])
        jumps = min(0.5, _JUMPS_HZ * dt_s)
        anywhere = self._belief.sum(axis=2, keepdims=True) / PHASE_BINS
        jumped = jumps * float(anywhere.sum(axis=(1, 2)) @ likelihood.sum(axis=1))
        self._belief = ((1 - jumps) * self._belief + jumps * anywhere) * likelihood[:, None]
        total = float(self._belief.sum())
        self._belief /= total
        jumped /= total
        followed = self._estimate.concentration >= FOLLOWED and jumped <= JUMPED
        estimate = self.estimate(jumped)
        if followed and (estimate.concentration < _ONE_PLACE or abs((estimate.phase - predicted + 0.5) % 1.0 - 0.5) > 0.2):
            self._stay_with_legs(predicted)
            estimate = self.estimate(jumped)
        if learns:
            self._update_curves(estimate, (labelled_near, labelled_far), dt_s)
        return estimate

    def _stay_with_legs(self, phase: float) -> None:
        """Legs that move on as they did are the same legs, whatever their labels.

        Half a stride ahead with the labels the other way round is the same reading of a frame. Which leg is the near one is
        decided in leg_belief.py.
        """
        first = round((phase + 0.25) * PHASE_BINS)
        away = np.arange(first, first + PHASE_BINS // 2) % PHASE_BINS
        back = (away + PHASE_BINS // 2) % PHASE_BINS
        self._belief[:, :, back] += self._belief[_OPPOSITE][:, :, away]
        self._belief[:, :, away] = 0.0

    def lose_phase(self) -> None:
        """Time has passed that the timestamps do not show, or has not passed that they do: any phase is possible."""
        self._belief = np.repeat(self._belief.mean(axis=2, keepdims=True), PHASE_BINS, axis=2)
        self._estimate = _FIRST_ESTIMATE

    def _advance(self, dt_s: float, labels_right: float) -> None:
        steps = RATES_HZ * dt_s * PHASE_BINS
        whole = np.floor(steps)
        part = steps - whole
        spread = min(0.25, _PHASE_DRIFT**2 * dt_s * PHASE_BINS**2 / 2)
        # Each rate shifts its row of phases by its own number of bins, splitting a fraction of a bin between two, and every bin
        # diffuses a little into its neighbours: each new bin is a sum of four old ones.
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
        share = labels_right * _READING_SHARE + (1 - labels_right) * _EXCHANGED_SHARE
        readings = stay * _SAME_READING + (1 - stay) * share[:, None]
        self._belief = (readings @ hopped.reshape(READINGS, -1)).reshape(belief.shape)

    def estimate(self, jumped: float = 0.0) -> PhaseEstimate:
        """The current estimate; `jumped` as in PhaseEstimate."""
        self._estimate = self._estimated(jumped)
        return self._estimate

    def _estimated(self, jumped: float) -> PhaseEstimate:
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
            jumped=jumped,
        )

    @staticmethod
    def assign(readings: Floats) -> tuple[int | None, int | None]:
        """The labelled legs (0: labelled near, 1: labelled far) that are the near and the far leg in the most likely reading.

        None: neither label is on that leg.
        """
        by_reading: tuple[tuple[int | None, int | None], ...] = ((0, 1), (1, 0), (0, None), (None, 1))
        return by_reading[int(np.argmax(readings))]

    def exchange_legs(self, curves: bool) -> None:
        """Swap near and far: the phase moves on by half a stride, and every reading becomes its opposite.

        `curves`: whether the legs' curves are swapped, too.
        """
        if curves:
            self.near_thigh, self.far_thigh = self.far_thigh, self.near_thigh
            self.near_knee, self.far_knee = self.far_knee, self.near_knee
        self._belief = np.roll(self._belief, PHASE_BINS // 2, axis=2)[_OPPOSITE]

    def trust(self, estimate: PhaseEstimate, labels: tuple[Candidate | None, Candidate | None]) -> tuple[float, float]:
        """Trust in the thigh angles measured for the near and the far leg, 0 to 1.

        A label that may be on the other leg, or a knee angle that is unusual at this phase, shows a misplaced leg without
        using the thigh itself: an unusually deep stride is trusted as much as any other.
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

    def _update_curves(self, estimate: PhaseEstimate, labels: tuple[Candidate | None, Candidate | None], dt_s: float) -> None:
        if estimate.concentration < _LEARN_FROM:
            return
        near_label, far_label = self.assign(estimate.readings)
        near, far = (self.near_thigh, self.near_knee), (self.far_thigh, self.far_knee)
        # At first both legs train both curves: separate curves would confirm the reading in which they were trained, right or
        # wrong, for seconds.
        common = self._lasted_s < _COMMON_S
        self._lasted_s += dt_s
        near_row, far_row = self.rows
        for label, own, other, row in ((near_label, near, far, near_row), (far_label, far, near, far_row)):
            leg = None if label is None else labels[label]
            if leg is None:
                continue
            for thigh, knee in (own, other) if common else (own,):
                _train(thigh, knee, row, leg, dt_s / 2 if common else dt_s)


def _train(thigh: GaitCurve, knee: GaitCurve, row: Floats, leg: Candidate, dt_s: float) -> None:
    """Update the curves with the angles of one leg, except angles far off the curves: they are outliers."""
    if abs(leg.thigh_deg - row @ thigh.coefficients) > 3 * _THIGH_NOISE_DEG:
        return
    thigh.learn(row, leg.thigh_deg, _THIGH_LEARN_NOISE_DEG, dt_s)
    if abs(leg.knee_deg - row @ knee.coefficients) <= 3 * _KNEE_NOISE_DEG:
        knee.learn(row, leg.knee_deg, _KNEE_LEARN_NOISE_DEG, dt_s)
