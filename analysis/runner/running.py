"""Whether somebody runs, from the gait itself: the one place that decides it.

Four signs, each read over the last strides, distinguish running from other alternating leg movements:

- the thigh of each step goes behind the body: not on a bicycle, a stair machine or in marching on the spot;
- both thighs swing far;
- the swinging knee bends far: less so in walking and on an elliptical trainer;
- the body is highest while the legs are apart, in flight, and lowest over the standing leg. In walking it is the reverse: the
  body vaults over the standing leg (Cavagna, Saibene & Margaria 1964, J Appl Physiol 19:249).
"""

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from analysis.measures.leg_angles import BodyAngles
from analysis.pose.landmarks import Floats
from analysis.time_window import TimeWindow

PROOF_STRIDES = 2.0
"""Strides seen before somebody is known to run."""
_KEEP_S = 2.6
"""Two strides at 96 steps a minute."""
_EVERY_S, _ONCE_RUNNING_S = 0.1, 0.3
"""How often the test runs: before and after the person is known to run."""
_LEAST_STEPS, _LEAST_FRAMES_PER_STEP = 2, 3
_WHOLE = 0.2
"""A step counts as complete with up to this share of it missing, because frames do not fall exactly on its ends."""

LEAST_BEHIND_DEG = 3.5
"""The thigh behind vertical, mean over the steps: runners reach 6 to 35°, people who march, climb or cycle 3° at most."""
LEAST_PEAK_DEG = 2.5
"""A stride whose thigh goes less far behind is not a push-off."""
CLEARLY_BEHIND_DEG = 9.0
"""Only people who walk or run move the thigh this far behind the body. With less, the rise in flight must be clear."""
LEAST_RANGE_DEG, LEAST_RANGE_IN_FLIGHT_DEG = 30.0, 24.0
"""From the rearmost to the foremost thigh of a step, mean over the steps; very small steps are enough where the knee bends
as in running and the body clearly rises in flight."""
LEAST_KNEE_DEG = 77.0
"""The swinging knee bends by 92 ± 9° in slow running (45 runners at 2.5 m/s, BMC-RIC set, CC BY 4.0), by 60° in walking."""
LEAST_RISE = 0.0
"""Correlation of the height of the trunk with the angle between the thighs: 0.5 to 0.9 in runners, -0.6 to -0.2 in walkers."""
_NOISY_RISE = -0.15
"""The same over a single stride, where points that a bar misplaces weigh more; walkers still lie below it."""
LEAST_KNEE_IN_FLIGHT_DEG, CLEAR_RISE, LEAST_BOUNCE = 55.0, 0.4, 0.066
"""This much knee flexion is enough where the body clearly rises in flight, by `LEAST_BOUNCE` leg lengths: loose trousers hide a
bent knee, and in slow jogging it bends by 70°. On an elliptical trainer the body rises by 0.03 to 0.06."""
RUNNERS_KNEE_DEG = 100.0
"""Only fast running bends the knee this far, whatever the rise, which cannot be read when steps are too quick to be tracked."""
_MOST_RISE = 0.1
"""Leg lengths. The body rises and sinks by less; points further off are misplaced, by a bar in front of the runner."""
_EXTREME_SHARE = 0.15
"""Share of a step's frames, those with the most extreme angles, that are averaged: a single frame may be wrong."""


class Motion(Enum):
    """What the last strides were."""

    UNKNOWN = auto()
    LIKELY_RUNNING = auto()
    """Probably running: fewer than `PROOF_STRIDES` have been seen."""
    RUNNING = auto()
    OTHER = auto()


@dataclass(frozen=True)
class GaitSigns:
    """The signs, read over some strides."""

    behind_deg: float
    range_deg: float
    knee_deg: float
    rise: float
    """Correlation of the trunk's height and the angle between the thighs, -1 to 1."""
    bounce: float
    """How far the trunk rises, in leg lengths."""

    def running(self, known: bool = False) -> bool:
        """Whether these are signs of running; `known`: the person is known to run, so only contradictions count."""
        rises = self.rise >= CLEAR_RISE
        clearly_behind = self.behind_deg >= CLEARLY_BEHIND_DEG
        bounces = rises and self.bounce >= LEAST_BOUNCE
        flight = known or bounces
        small_steps = bounces and self.knee_deg >= LEAST_KNEE_DEG
        return (
            self.behind_deg >= LEAST_BEHIND_DEG
            and self.range_deg >= (LEAST_RANGE_IN_FLIGHT_DEG if small_steps else LEAST_RANGE_DEG)
            and (rises or (clearly_behind and (self.rise >= LEAST_RISE or self.knee_deg >= RUNNERS_KNEE_DEG)))
            and self.knee_deg >= (LEAST_KNEE_IN_FLIGHT_DEG if flight else LEAST_KNEE_DEG)
        )


class RunningTest:
    """Follows one person. Frames in order of time."""

    def __init__(self) -> None:
        self._frames: TimeWindow[tuple[float, ...]] = TimeWindow(_KEEP_S)
        self._judged_s = -np.inf
        self.motion = Motion.UNKNOWN

    def restart(self) -> None:
        """Forget what has been seen so far."""
        self._frames = TimeWindow(_KEEP_S)
        self.motion = Motion.UNKNOWN

    def look_away(self) -> None:
        """The runner was not seen for a moment: what was known of them still holds."""
        self._frames = TimeWindow(_KEEP_S)

    def update(self, t_s: float, body: BodyAngles, stride_hz: float | None, apart_deg: float | None, zero_deg: float) -> Motion:
        """Add a frame.

        `stride_hz`: None while the rhythm is not known; `apart_deg`: the angle between the thighs as followed, which shows the
        legs apart where the model sees one leg only; `zero_deg`: the thigh's angle in standing.
        """
        self._frames.add(t_s, (t_s, *read_frame(body, apart_deg)))
        every_s = _ONCE_RUNNING_S if self.motion is Motion.RUNNING else _EVERY_S
        if stride_hz is not None and t_s - self._judged_s >= every_s:
            self._judged_s = t_s
            self.motion = self._judge(stride_hz, zero_deg)
        return self.motion

    def ran(self, until_s: float, stride_hz: float, zero_deg: float) -> bool:
        """Whether the stride that ended then was running; True if too few of its frames are in memory."""
        frames = np.array(self._frames.values)
        frames = frames[(frames[:, 0] >= until_s - 1 / stride_hz) & (frames[:, 0] <= until_s)]
        if len(frames) < _LEAST_FRAMES_PER_STEP * _LEAST_STEPS:
            return True
        signs = read_signs(frames, _LEAST_STEPS, zero_deg)
        rose = (
            signs.rise > _NOISY_RISE and signs.behind_deg >= CLEARLY_BEHIND_DEG and signs.knee_deg >= LEAST_KNEE_IN_FLIGHT_DEG
        )
        return rose or signs.running(known=True)

    def _judge(self, stride_hz: float, zero_deg: float) -> Motion:
        known = self.motion is Motion.RUNNING
        frames = np.array(self._frames.values)
        frames = frames[frames[:, 0] >= frames[-1, 0] - PROOF_STRIDES / stride_hz]
        strides = float(frames[-1, 0] - frames[0, 0]) * stride_hz
        steps = int(2 * strides + _WHOLE)
        if steps < _LEAST_STEPS or len(frames) < _LEAST_FRAMES_PER_STEP * steps:
            return Motion.RUNNING if known else Motion.UNKNOWN
        if not read_signs(frames, steps, zero_deg).running(known):
            return Motion.OTHER
        return Motion.RUNNING if known or steps >= 2 * PROOF_STRIDES else Motion.LIKELY_RUNNING


def read_signs(frames: Floats, steps: int, zero_deg: float) -> GaitSigns:
    """From frames over a number of whole steps: the time, and what `read_frame` gives."""
    t_s, rear_deg, front_deg, knee_deg, height_px, leg_px, apart_deg = frames.T
    step = np.minimum((t_s - t_s[0]) / (t_s[-1] - t_s[0] + 1e-9) * steps, steps - 1).astype(int)
    within = [step == at for at in range(steps)]
    behind_deg = zero_deg + np.array([_most(-rear_deg[one]) for one in within])
    front_most_deg = np.array([_most(front_deg[one]) for one in within])
    length_px = float(np.median(leg_px))
    height = _without_trend(t_s, height_px / length_px)
    spread = float(height.std() * apart_deg.std())
    low, high = np.percentile(height, (5, 95))
    return GaitSigns(
        behind_deg=float(behind_deg.mean()),
        range_deg=float((front_most_deg - zero_deg + behind_deg).mean()),
        knee_deg=float(np.mean([_most(knee_deg[one]) for one in within])),
        rise=float(np.mean((height - height.mean()) * (apart_deg - apart_deg.mean()))) / max(spread, 1e-9),
        bounce=float(high - low),
    )


def _without_trend(t_s: Floats, height: Floats) -> Floats:
    """The values minus their slow trend (from motion of the camera or the runner), limited to ±`_MOST_RISE`."""
    since_s = t_s - t_s.mean()
    kept = height
    for _ in range(3):
        trend = kept.mean() + since_s * float(since_s @ kept / (since_s @ since_s))
        kept = trend + np.clip(height - trend, -_MOST_RISE, _MOST_RISE)
    rise: Floats = kept - trend
    return rise


def _most(values: Floats) -> float:
    """The mean of the largest `_EXTREME_SHARE` of the values."""
    count = max(1, round(_EXTREME_SHARE * len(values)))
    return float(np.sort(values)[-count:].mean()) if len(values) else 0.0


def read_frame(body: BodyAngles, apart_deg: float | None) -> tuple[float, ...]:
    """Rear and front thigh, larger knee, trunk height, leg length, angle between the thighs (`apart_deg`; None: as seen)."""
    one, other = body.legs
    rear_deg, front_deg = sorted((one.thigh_deg, other.thigh_deg))
    return (
        rear_deg,
        front_deg,
        max(one.knee_deg, other.knee_deg),
        -(float(one.points.hip_px[1] + other.points.hip_px[1]) / 2 + body.shoulder_px[1]) / 2,
        (one.points.length_px + other.points.length_px) / 2,
        front_deg - rear_deg if apart_deg is None else abs(apart_deg),
    )
