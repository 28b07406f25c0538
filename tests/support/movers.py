"""People who move their legs without running, and runners who are hard to tell from them, as landmark sequences.

Each is two legs, a hip height and arms over time; the landmarks are those of a perfect pose model that looks from the side,
with as much noise as a test adds.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from analysis.pose.landmarks import (
    ANKLES,
    COUNT,
    EARS,
    ELBOWS,
    HEELS,
    HIPS,
    KNEES,
    NOSE,
    SHOULDERS,
    TOES,
    Floats,
    Landmarks,
)
from capture.synthetic.harmonics import PeriodicCurve
from capture.synthetic.kinematics import Runner, RunnerParameters
from tests.support.stick_runner import StickRunner
from wire.messages import Facing

THIGH_M, SHANK_M, TRUNK_M, UPPER_ARM_M = 0.43, 0.43, 0.50, 0.30
PX_PER_M, WIDTH_PX, HEIGHT_PX = 300.0, 640, 720
LegAngles = tuple[float, float]
"""Thigh against vertical, + in front, and knee flexion; degrees."""

# Thigh and knee over the stride from initial contact, percent:degrees, after the typical course of walking (Winter 2009,
# Biomechanics and Motor Control of Human Movement); drawn by hand.
_WALK_THIGH = PeriodicCurve("0:24 10:20 20:10 30:0 40:-10 50:-18 55:-19 62:-12 72:8 82:22 90:26", harmonics=5)
_WALK_KNEE = PeriodicCurve("0:4 8:14 14:18 25:12 40:4 50:12 60:38 71:60 80:48 90:16 96:4", harmonics=6)


@dataclass(frozen=True)
class Mover:
    """Somebody in motion. `legs`: the angles of the near and the far leg at a time; `hip_m`: the height of the hips."""

    legs: Callable[[float], tuple[LegAngles, LegAngles]]
    hip_m: Callable[[float], float] | None = None
    """None: the straighter leg stands on the ground."""
    lean_deg: float = 3.0
    arms_deg: Callable[[float], float] = lambda _t_s: 0.0
    """The near upper arm against vertical, + in front; the far arm swings opposite."""
    facing: Facing = "right"

    def landmarks(self, t_s: float, rng: np.random.Generator | None = None, noise_px: float = 0.0) -> Landmarks:
        """All 33 points; those without a part in the measurement lie at the neck."""
        legs = self.legs(t_s)
        hip = np.array([0.0, max(map(_reach_m, legs)) if self.hip_m is None else self.hip_m(t_s)])
        neck = hip + TRUNK_M * _along(180.0 - self.lean_deg)
        points = np.repeat([neck], COUNT, axis=0)
        sides = ("right", "left") if self.facing == "right" else ("left", "right")
        for side, (thigh_deg, knee_deg), swing in zip(sides, legs, (1.0, -1.0), strict=True):
            knee = hip + THIGH_M * _along(thigh_deg)
            ankle = knee + SHANK_M * _along(thigh_deg - knee_deg)
            pitch_deg = 0.6 * (thigh_deg - knee_deg)
            points[HIPS[side]], points[KNEES[side]], points[ANKLES[side]] = hip, knee, ankle
            points[HEELS[side]] = ankle + 0.06 * _along(pitch_deg - 30.0)
            points[TOES[side]] = ankle + 0.18 * _along(pitch_deg + 65.0)
            points[SHOULDERS[side]] = neck
            points[ELBOWS[side]] = neck + UPPER_ARM_M * _along(swing * self.arms_deg(t_s))
            points[EARS[side]] = neck + np.array([0.0, 0.2])
        points[NOSE] = neck + np.array([0.09, 0.2])
        forward = 1.0 if self.facing == "right" else -1.0
        px = points * (forward * PX_PER_M, -PX_PER_M) + (WIDTH_PX / 2, 0.9 * HEIGHT_PX)
        if rng is not None:
            px = px + rng.normal(0.0, noise_px, px.shape)
        return Landmarks(px, np.ones(COUNT))


def walker(steps_per_min: float, bent_deg: float = 0.0) -> Mover:
    """Walks; `bent_deg`: both knees stay bent by this much more, as a small child's do."""

    def leg(turns: float) -> LegAngles:
        return _WALK_THIGH.between(-19, 26, turns) + bent_deg / 2, _WALK_KNEE.between(4, 62, turns) + bent_deg

    rate_hz = steps_per_min / 120
    return Mover(lambda t_s: (leg(rate_hz * t_s), leg(rate_hz * t_s + 0.5)), arms_deg=_arms(rate_hz, 18.0))


def marcher(steps_per_min: float, lift_deg: float = 70.0) -> Mover:
    """Marches on the spot: one knee is lifted, then the other, and the standing leg is straight."""

    def leg(turns: float) -> LegAngles:
        lifted = max(0.0, math.sin(2 * math.pi * turns)) ** 1.5
        return lift_deg * lifted - 2.0, 1.3 * lift_deg * lifted + 3.0

    rate_hz = steps_per_min / 120
    return Mover(lambda t_s: (leg(rate_hz * t_s), leg(rate_hz * t_s + 0.5)), arms_deg=_arms(rate_hz, 20.0))


def cyclist(turns_per_min: float) -> Mover:
    """Pedals on an exercise bike."""

    def foot(turns: float) -> tuple[float, float]:
        return 0.25 + 0.17 * math.sin(2 * math.pi * turns), 0.17 * math.cos(2 * math.pi * turns)

    return _on_pedals(foot, turns_per_min / 60, 0.72, lean_deg=25.0)


def on_elliptical(steps_per_min: float, bounce_m: float = 0.015) -> Mover:
    """Steps on an elliptical trainer: the feet never leave the pedals, which run in long flat loops."""

    def foot(turns: float) -> tuple[float, float]:
        return 0.02 + 0.24 * math.cos(2 * math.pi * turns), 0.10 * math.sin(2 * math.pi * turns)

    return _on_pedals(foot, steps_per_min / 120, 0.80, bounce_m=bounce_m)


def on_stairs(steps_per_min: float) -> Mover:
    """Climbs a stair machine: one foot sinks with its step while the other is lifted onto the next."""

    def foot(turns: float) -> tuple[float, float]:
        sunk = (turns % 1.0) / 0.6
        if sunk <= 1.0:
            return 0.22 - 0.2 * sunk, 0.20 - 0.2 * sunk
        lifted = (turns % 1.0 - 0.6) / 0.4
        return 0.02 + 0.2 * lifted, 0.2 * lifted + 0.08 * math.sin(math.pi * lifted)

    return _on_pedals(foot, steps_per_min / 120, 0.84, lean_deg=12.0)


def limper(steps_per_min: float) -> Callable[[float], Landmarks]:
    """Runs with a limp: the far leg extends and bends less, and its step is shorter than the near one's."""
    near, far = (
        Runner(RunnerParameters(extension_deg=extension_deg, cadence_spm=steps_per_min, knee_most_deg=knee_deg))
        for extension_deg, knee_deg in ((18.0, 98.0), (9.0, 78.0))
    )
    early_s = 0.04 * near.parameters.stride_s
    sticks = StickRunner()

    def seen(t_s: float) -> Landmarks:
        whole, other = sticks.landmarks(near.pose(t_s)), sticks.landmarks(far.pose(t_s + early_s))
        points = whole.points_px.copy()
        off_px = points[HIPS["left"]] - other.points_px[HIPS["left"]]
        for joints in (KNEES, ANKLES, HEELS, TOES):
            points[joints["left"]] = other.points_px[joints["left"]] + off_px
        return replace(whole, points_px=points)

    return seen


def _on_pedals(
    foot: Callable[[float], tuple[float, float]],
    rate_hz: float,
    hip_m: float,
    lean_deg: float = 3.0,
    bounce_m: float = 0.0,
) -> Mover:
    """Both feet on given paths (metres ahead of the hip, and above the lowest point), half a turn apart."""

    def height_m(t_s: float) -> float:
        return hip_m + bounce_m * math.sin(4 * math.pi * rate_hz * t_s)

    def legs(t_s: float) -> tuple[LegAngles, LegAngles]:
        near, far = (_to_reach(foot(rate_hz * t_s + turn), height_m(t_s)) for turn in (0.0, 0.5))
        return near, far

    return Mover(legs, height_m, lean_deg)


def _to_reach(foot_m: tuple[float, float], hip_m: float) -> LegAngles:
    """The leg's angles with the ankle at this place."""
    ahead, down = foot_m[0], hip_m - foot_m[1]
    reach = min(math.hypot(ahead, down), 0.999 * (THIGH_M + SHANK_M))
    knee_deg = 180.0 - math.degrees(math.acos((THIGH_M**2 + SHANK_M**2 - reach**2) / (2 * THIGH_M * SHANK_M)))
    # Thigh and shank are equally long: the line from hip to ankle halves the knee's angle.
    return math.degrees(math.atan2(ahead, down)) + knee_deg / 2, knee_deg


def _arms(rate_hz: float, swing_deg: float) -> Callable[[float], float]:
    """Arms that swing against the legs."""
    return lambda t_s: -swing_deg * math.cos(2 * math.pi * rate_hz * t_s)


def _reach_m(leg: LegAngles) -> float:
    """How far the leg reaches below the hip."""
    thigh_deg, knee_deg = leg
    return THIGH_M * math.cos(math.radians(thigh_deg)) + SHANK_M * math.cos(math.radians(thigh_deg - knee_deg)) + 0.05


def _along(swing_deg: float) -> Floats:
    """The direction of a segment that hangs, swung forward by this; x forward, y up."""
    swing_rad = math.radians(swing_deg)
    return np.array([math.sin(swing_rad), -math.cos(swing_rad)])
