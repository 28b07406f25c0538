"""The runner's movement: every joint angle is a function of time, and every stride's peak can be set exactly.

Phase runs from 0 to 1 over a stride (two steps); the near foot strikes at phase 0, and the far leg is half a stride apart.
A leg's stride k lasts from one peak of thigh flexion to the next and contains one peak of extension. At a peak of flexion
neither the value nor the slope of the thigh curve depends on the extension, so each stride can have its own.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capture.synthetic.body_pose import ArmPose, BodyPose, LegPose, Point
from capture.synthetic.harmonics import PeriodicCurve

# Sagittal curves over one stride at about 3 m/s, as percent of the stride:degrees, foot strike at 0 %. Drawn by hand after the
# typical course of running, not measured on a runner; only their shape is used, since the extremes are parameters.
_THIGH = PeriodicCurve(
    "0:27 10:23 20:9 30:-7 38:-17 42:-18.5 50:-10 60:11 70:30 80:40 86:41 93:35",
    harmonics=5,
)
_KNEE = PeriodicCurve(
    "0:14 8:28 15:40 25:33 35:19 39:17 45:30 55:68 65:97 70:102 78:88 88:46 95:19",
    harmonics=6,
)
_ANKLE = PeriodicCurve(
    "0:4 8:9 18:22 28:11 38:-19 42:-22 50:-13 60:-2 75:4 90:4",
    harmonics=5,
)

# Fractions of stature: thigh, shank and trunk from Drillis and Contini (1966), the others chosen by eye.
_THIGH_LENGTH = 0.245
_SHANK_LENGTH = 0.246
_TRUNK_LENGTH = 0.288
_UPPER_ARM_LENGTH = 0.172
_FOREARM_LENGTH = 0.155
_HIP_WIDTH = 0.098
_SHOULDER_WIDTH = 0.20
_SHOULDER_DROP = 0.012
_NECK_TO_HEAD = 0.115
_HEAD_FORWARD = 0.018
_HEEL = (-0.030, -0.043)
_TOE = (0.105, -0.045)

# Movements of the upper body, chosen by eye.
_PELVIS_TURN_DEG = 5.0
_SHOULDER_TURN_DEG = 11.0
_TRUNK_NOD_DEG = 1.0
_HEAD_OF_TRUNK_LEAN = 0.35
_NECK_OF_TRUNK_LEAN = 0.5
_ELBOW_OUT_M = 0.02
_WRIST_IN_M = 0.055
_DRIFT_PERIOD_S = 7.3

_STANCE = (0.04, 0.34)
_START_STRIDES = 0.35
"""Duration of the start. It ends before either leg's first peak of extension (phase 0.4), so that all peaks are exact."""
_SCATTERED_STRIDES = 4096
"""The scatter repeats after this many."""


@dataclass(frozen=True)
class RunnerParameters:
    """The runner's body and movement. Angles in degrees; see `LegPose` for their signs."""

    extension_deg: float = 18.0
    """Peak extension of the thigh, + behind vertical."""
    far_extension_deg: float | None = None
    """The same for the far leg; None: equal to the near leg's."""
    knee_drive_deg: float = 41.0
    """Peak flexion of the thigh, + in front of vertical."""
    cadence_spm: float = 170.0
    """Steps per minute; a stride is two steps."""
    trunk_lean_deg: float = 6.0
    belt_speed_mps: float = 3.0
    stature_m: float = 1.75
    vertical_oscillation_m: float = 0.08
    """From the lowest to the highest point of the pelvis."""
    drift_m: float = 0.0
    """Amplitude of slow wandering along the belt."""
    knee_least_deg: float = 13.0
    knee_most_deg: float = 102.0
    ankle_least_deg: float = -22.0
    ankle_most_deg: float = 22.0
    sway_deg: float = 0.0
    """Amplitude of a slow change of the peak extension from stride to stride."""
    sway_period_s: float = 40.0
    change_deg: float = 0.0
    """Added to the extension from the first peak at or after `change_s` on."""
    change_s: float = 0.0
    scatter_deg: float = 0.0
    """Standard deviation of the extension between strides; `seed` selects the sequence."""
    seed: int = 1
    stand_s: float = 0.0
    """The runner stands upright with straight legs until this time; 0: runs from the start."""

    def __post_init__(self) -> None:
        """Refuse impossible parameters."""
        if min(self.cadence_spm, self.stature_m, self.sway_period_s) <= 0:
            raise ValueError("cadence, stature and sway period must be positive")
        if self.stand_s < 0:
            raise ValueError("stand_s must not be negative")

    @property
    def stride_s(self) -> float:
        """Duration of one stride."""
        return 120.0 / self.cadence_spm


class Runner:
    """The runner as a function of time.

    Strides of each leg are numbered from 0, the stride in progress when running starts; the far leg has then passed the peak of
    its stride 0. `extension_of_stride(k)` gives the peak extension of stride k in degrees, + behind vertical; without it the
    parameters' extension, sway, change and scatter do. It also applies to the far leg, unless `far_extension_deg` is set.
    `lean_of_stride(k)` is added to the trunk's forward lean in the near leg's stride k, degrees.
    """

    def __init__(
        self,
        parameters: RunnerParameters,
        extension_of_stride: Callable[[int], float] | None = None,
        lean_of_stride: Callable[[int], float] | None = None,
    ) -> None:
        self.parameters = parameters
        self._extension_of_stride = extension_of_stride
        self._lean_of_stride = lean_of_stride
        self._bounce_phase, self._pelvis_height_m = self._fit_bounce()
        self._own_deg = parameters.scatter_deg * np.random.default_rng(parameters.seed).normal(size=(2, _SCATTERED_STRIDES))

    def pose(self, t_s: float) -> BodyPose:
        """Joints and angles at time `t_s`."""
        share = self._running_share(t_s)
        phase = self._phase(t_s)
        pelvis_m = self._pelvis(t_s, phase, share)
        nod_deg = _TRUNK_NOD_DEG * math.sin(4 * math.pi * phase)
        lean_deg = share * (self.parameters.trunk_lean_deg + nod_deg + self._further_lean_deg(t_s))
        neck_m = _hanging(pelvis_m, 180.0 - lean_deg, self._length(_TRUNK_LENGTH))
        head_m = _hanging(neck_m, 180.0 - _NECK_OF_TRUNK_LEAN * lean_deg, self._length(_NECK_TO_HEAD))
        return BodyPose(
            near_leg=self._leg(t_s, pelvis_m, share, far=False),
            far_leg=self._leg(t_s, pelvis_m, share, far=True),
            near_arm=self._arm(phase, neck_m, share, far=False),
            far_arm=self._arm(phase, neck_m, share, far=True),
            pelvis=pelvis_m,
            neck=neck_m,
            head=_shifted(head_m, self._length(_HEAD_FORWARD), 0.0),
            trunk_lean_deg=lean_deg,
            head_lean_deg=_HEAD_OF_TRUNK_LEAN * lean_deg,
        )

    def belt_m(self, t_s: float) -> float:
        """Distance that the belt has moved."""
        return self.parameters.belt_speed_mps * max(0.0, t_s - self.parameters.stand_s)

    def near_peaks(self, t0_s: float, t1_s: float) -> list[tuple[float, float]]:
        """The near leg's peaks of extension with t0_s <= t < t1_s: (time in s, extension in degrees, + behind)."""
        return self._peaks(t0_s, t1_s, far=False)

    def far_peaks(self, t0_s: float, t1_s: float) -> list[tuple[float, float]]:
        """The same for the far leg."""
        return self._peaks(t0_s, t1_s, far=True)

    def _peaks(self, t0_s: float, t1_s: float, far: bool) -> list[tuple[float, float]]:
        if self.parameters.stand_s > 0:
            t0_s = max(t0_s, self.parameters.stand_s)
        first = self._stride_number(t0_s, far) - 1
        last = self._stride_number(t1_s, far) + 1
        times = ((k, self._peak_s(k, far)) for k in range(first, last + 1))
        return [(t_s, self._extension_deg(k, far)) for k, t_s in times if t0_s <= t_s < t1_s]

    def _phase(self, t_s: float, far: bool = False) -> float:
        return (t_s - self.parameters.stand_s) / self.parameters.stride_s + (0.5 if far else 0.0)

    def _stride_number(self, t_s: float, far: bool) -> int:
        return math.floor(self._phase(t_s, far) - _THIGH.highest_phase) + 1

    def _peak_s(self, k: int, far: bool) -> float:
        """Time of the peak of extension of stride k."""
        phase = k + _THIGH.lowest_phase - (0.5 if far else 0.0)
        return self.parameters.stand_s + phase * self.parameters.stride_s

    def _extension_deg(self, k: int, far: bool) -> float:
        parameters = self.parameters
        own_deg = parameters.far_extension_deg if far else None
        if self._extension_of_stride is not None and own_deg is None:
            return self._extension_of_stride(k)
        mean_deg = parameters.extension_deg if own_deg is None else own_deg
        sway_phase = k * parameters.stride_s / parameters.sway_period_s
        sway_deg = parameters.sway_deg * math.sin(2 * math.pi * sway_phase)
        change_deg = parameters.change_deg if self._peak_s(k, far) >= parameters.change_s else 0.0
        return mean_deg + sway_deg + change_deg + float(self._own_deg[int(far), k % _SCATTERED_STRIDES])

    def _further_lean_deg(self, t_s: float) -> float:
        """Interpolates linearly from one stride's lean to the next, so that the trunk does not jump."""
        if self._lean_of_stride is None:
            return 0.0
        k = self._stride_number(t_s, far=False)
        way = (self._phase(t_s) - _THIGH.highest_phase) % 1.0
        before_deg, after_deg = self._lean_of_stride(k - 1), self._lean_of_stride(k)
        return before_deg + way * (after_deg - before_deg)

    def _running_share(self, t_s: float) -> float:
        """0 standing, 1 running, with a smooth transition."""
        if self.parameters.stand_s == 0:
            return 1.0
        x = min(1.0, max(0.0, self._phase(t_s) / _START_STRIDES))
        return x * x * (3 - 2 * x)

    def _leg(self, t_s: float, pelvis_m: Point, share: float, far: bool) -> LegPose:
        phase = self._phase(t_s, far)
        extension_deg = self._extension_deg(self._stride_number(t_s, far), far)
        # The pelvis rotates about the vertical and moves the hip of the striking leg forward.
        turn_rad = math.radians(share * _PELVIS_TURN_DEG * math.cos(2 * math.pi * phase))
        half_m = self._length(_HIP_WIDTH) / 2
        z_m = (-half_m if far else half_m) * math.cos(turn_rad)
        hip_m = (pelvis_m[0] + half_m * math.sin(turn_rad), pelvis_m[1], z_m)
        return self._leg_below(hip_m, phase, extension_deg, share)

    def _leg_below(self, hip_m: Point, phase: float, extension_deg: float, share: float) -> LegPose:
        p = self.parameters
        thigh_deg = share * _THIGH.between(-extension_deg, p.knee_drive_deg, phase)
        knee_deg = share * _KNEE.between(p.knee_least_deg, p.knee_most_deg, phase)
        ankle_deg = share * _ANKLE.between(p.ankle_least_deg, p.ankle_most_deg, phase)
        knee_m = _hanging(hip_m, thigh_deg, self._length(_THIGH_LENGTH))
        ankle_m = _hanging(knee_m, thigh_deg - knee_deg, self._length(_SHANK_LENGTH))
        pitch_rad = math.radians(thigh_deg - knee_deg + ankle_deg)
        heel_m, toe_m = (_turned(ankle_m, self._length(x), self._length(y), pitch_rad) for x, y in (_HEEL, _TOE))
        return LegPose(hip_m, knee_m, ankle_m, heel_m, toe_m, thigh_deg, knee_deg, ankle_deg)

    def _arm(self, phase: float, neck_m: Point, share: float, far: bool) -> ArmPose:
        """Each arm swings opposite to the leg of its side."""
        side = -1.0 if far else 1.0
        turn = 2 * math.pi * phase
        turn_rad = math.radians(share * _SHOULDER_TURN_DEG * math.cos(turn))
        half_m = self._length(_SHOULDER_WIDTH) / 2
        shoulder_m = (
            neck_m[0] - side * half_m * math.sin(turn_rad),
            neck_m[1] - self._length(_SHOULDER_DROP),
            side * half_m * math.cos(turn_rad),
        )
        upper_deg = share * (-14 - 33 * side * math.cos(turn - 0.15))
        fold_deg = share * (92 - 14 * side * math.cos(turn - 0.5))
        elbow_m = _hanging(shoulder_m, upper_deg, self._length(_UPPER_ARM_LENGTH))
        elbow_m = (elbow_m[0], elbow_m[1], elbow_m[2] + side * _ELBOW_OUT_M)
        wrist_m = _hanging(elbow_m, upper_deg + fold_deg, self._length(_FOREARM_LENGTH))
        return ArmPose(shoulder_m, elbow_m, (wrist_m[0], wrist_m[1], wrist_m[2] - side * _WRIST_IN_M))

    def _pelvis(self, t_s: float, phase: float, share: float) -> Point:
        p = self.parameters
        bounce_m = p.vertical_oscillation_m / 2 * math.cos(4 * math.pi * phase + self._bounce_phase)
        standing_m = self._length(_THIGH_LENGTH + _SHANK_LENGTH - _TOE[1])
        height_m = standing_m + share * (self._pelvis_height_m + bounce_m - standing_m)
        return (share * p.drift_m * math.sin(2 * math.pi * t_s / _DRIFT_PERIOD_S), height_m, 0.0)

    def _fit_bounce(self) -> tuple[float, float]:
        """Phase (rad) and mean height (m) of the pelvis's oscillation that keep the stance foot closest to the belt."""
        phases = np.linspace(*_STANCE, 61)
        legs = [self._leg_below((0.0, 0.0, 0.0), g, self.parameters.extension_deg, 1.0) for g in phases.tolist()]
        sole_m = np.array([min(leg.heel[1], leg.toe[1]) for leg in legs])
        shifts = np.linspace(0, 2 * math.pi, 100, endpoint=False)[:, None]
        above_m = self.parameters.vertical_oscillation_m / 2 * np.cos(4 * math.pi * phases + shifts) + sole_m
        best = int(np.argmin(above_m.std(axis=1)))
        return float(shifts[best, 0]), -float(above_m[best].mean())

    def _length(self, of_stature: float) -> float:
        return of_stature * self.parameters.stature_m


def _hanging(top_m: Point, swing_deg: float, length_m: float) -> Point:
    """Lower end of a segment that hangs from `top_m`, swung forward by `swing_deg`."""
    swing_rad = math.radians(swing_deg)
    return _shifted(top_m, length_m * math.sin(swing_rad), -length_m * math.cos(swing_rad))


def _turned(origin_m: Point, x_m: float, y_m: float, pitch_rad: float) -> Point:
    """A point of the foot, given relative to the ankle of a level foot, after rotation by the pitch."""
    c, s = math.cos(pitch_rad), math.sin(pitch_rad)
    return _shifted(origin_m, c * x_m - s * y_m, s * x_m + c * y_m)


def _shifted(point_m: Point, x_m: float, y_m: float) -> Point:
    return (point_m[0] + x_m, point_m[1] + y_m, point_m[2])
