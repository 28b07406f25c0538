"""What happens to a live picture in the middle of a run, done to the landmarks of a clip: drops, cuts, freezes, side rails.

The pose model finds a clip's landmarks once, every frame both plain and mirrored; a disturbed run shows these frames in another
order, at other times, some of them changed. The true values follow from which frame is shown when.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from analysis.frame_facts import FrameFacts
from analysis.gait_engine import GaitEngine
from analysis.pose.landmarks import (
    ANKLES,
    ELBOWS,
    HEELS,
    HIPS,
    KNEES,
    OTHER_SIDE,
    TOES,
    Floats,
    Landmarks,
    mid_hip_px,
    mid_shoulder_px,
)
from wire.clock import NS_PER_S, s_to_ns
from wire.messages import Facing, LegName, Sample, Stamps, Stride

_BEFORE_S, _AFTER_S = 2.2, 2.8
"""A run continues undisturbed for this long before and after."""
GATE = 0.5
"""A stride below this quality is shown in grey."""
WITHIN_STRIDES = 2.0
LEGS: tuple[LegName, LegName] = ("near", "far")
TOLERANCE = 0.2
"""Tolerance for matching a stride with a true one, in strides."""
_JOINTS = (HIPS, KNEES, ANKLES, HEELS, TOES)


@dataclass(frozen=True)
class SeenClip:
    """The landmarks of every frame of a clip, and the true peaks of extension of either leg, seconds."""

    name: str
    facing: Facing
    width_px: int
    height_px: int
    times_s: Sequence[float]
    views: Sequence[tuple[Landmarks | None, Landmarks | None]]
    """Plain and mirrored."""
    peaks_s: dict[LegName, Floats]
    from_s: float = 0.0
    """When the run begins."""

    @property
    def frame_s(self) -> float:
        """Time between two frames."""
        return float(np.median(np.diff(self.times_s)))

    @property
    def stride_s(self) -> float:
        """Duration of a stride."""
        return float(np.median(np.diff(self.peaks_s["near"])))


@dataclass
class Shown:
    """Which frames of a clip are shown, and when."""

    frames: list[int]
    times_s: list[float]
    from_s: float
    """When the disturbance begins, in the time shown."""
    to_s: float
    changes: dict[int, Callable[[Landmarks], Landmarks | None]] = field(default_factory=dict)
    """What is done to the landmarks, by position in `frames`."""


Disturbance = Callable[[SeenClip, np.random.Generator], Shown]


@dataclass(frozen=True)
class JudgedStride:
    """A published stride of a disturbed run."""

    leg: LegName
    quality: float
    verdict: str
    """"right", "wrong" leg, or "invented"."""
    since: float
    """From the end of the disturbance to the peak, in strides; negative before."""
    before: bool
    """Whether its peak was before the disturbance."""


@dataclass(frozen=True)
class DisturbedRun:
    """One disturbed run."""

    clip: str
    kind: str
    strides: list[JudgedStride]

    @property
    def right_again(self) -> bool:
        """Whether near strides are found soon, and every stride is right from two strides after the disturbance on."""
        soon = [one for one in self.strides if one.leg == "near" and 0 <= one.since < WITHIN_STRIDES + 1]
        late = [one for one in self.strides if one.since >= WITHIN_STRIDES]
        return any(one.verdict == "right" for one in soon) and all(one.verdict == "right" for one in late)

    @property
    def misleads(self) -> bool:
        """Whether a stride of the wrong leg, or none at all, is published with a quality above the gate."""
        return any(one.verdict != "right" and one.quality >= GATE for one in self.strides if not one.before)


def disturbed_run(clip: SeenClip, kind: str, seed: int) -> DisturbedRun:
    """Disturb a clip in this way, and measure and judge it."""
    shown = KINDS[kind](clip, np.random.default_rng(seed))
    return DisturbedRun(clip.name, kind, judged(clip, shown)[0])


def judged(clip: SeenClip, shown: Shown) -> tuple[list[JudgedStride], list[Sample]]:
    """Measure a disturbed run, and compare each stride with what was shown at its peak."""
    samples, strides = measured(clip, shown)
    times_s, found = np.array(shown.times_s), []
    for one in strides:
        t_s = one.t_peak_ns / NS_PER_S
        at = int(np.argmin(np.abs(times_s - t_s)))
        source_s = clip.times_s[shown.frames[at]] + t_s - times_s[at]
        away = {leg: float(np.abs(peaks_s - source_s).min()) for leg, peaks_s in clip.peaks_s.items()}
        nearest = min(away, key=lambda leg: away[leg])
        far_off = away[nearest] > TOLERANCE * clip.stride_s
        verdict = "invented" if far_off else "right" if nearest == one.leg else "wrong"
        since = (t_s - shown.to_s) / clip.stride_s
        found.append(JudgedStride(one.leg, one.quality, verdict, since, t_s < shown.from_s))
    return found, samples


def measured(clip: SeenClip, shown: Shown) -> tuple[list[Sample], list[Stride]]:
    """The engine on the frames shown, every other one mirrored as live."""
    engine, samples, strides = GaitEngine(), [], []
    for at, (frame, t_s) in enumerate(zip(shown.frames, shown.times_s, strict=True)):
        landmarks = clip.views[frame][(at + 1) % 2]
        if landmarks is not None and at in shown.changes:
            landmarks = shown.changes[at](landmarks)
        stamps = Stamps(capture_ns=s_to_ns(t_s) + 1)
        sample, settled = engine.measure(FrameFacts(1, at + 1, at, clip.width_px, clip.height_px, stamps), landmarks)
        samples.append(sample)
        strides += settled
    return samples, strides


def _start(clip: SeenClip, rng: np.random.Generator) -> tuple[list[int], list[float], int]:
    """The run's frames, their times, and where the disturbance begins."""
    first = int(np.searchsorted(clip.times_s, clip.from_s))
    frames = list(range(first, len(clip.times_s)))
    times_s = [float(clip.times_s[frame] - clip.times_s[first]) for frame in frames]
    latest_s = max(times_s[-1] - _AFTER_S, 0.3 * times_s[-1])
    earliest_s = min(_BEFORE_S, 0.9 * latest_s)
    at_s = rng.uniform(earliest_s, min(latest_s, earliest_s + 4.0))
    return frames, times_s, int(np.searchsorted(times_s, at_s))


def _somewhere(clip: SeenClip, frames: Sequence[int], rng: np.random.Generator) -> int:
    """A position from which the run goes on for long enough."""
    spare = len(frames) - round(_AFTER_S / clip.frame_s)
    return int(rng.integers(1, max(2, spare)))


def _count(clip: SeenClip, rng: np.random.Generator, least_s: float, most_s: float) -> int:
    return max(1, round(float(rng.uniform(least_s, most_s)) / clip.frame_s))


def _regular(clip: SeenClip, count: int) -> list[float]:
    return [at * clip.frame_s for at in range(count)]


def frames_dropped(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """0.1 to 0.5 s of pictures are missing, and the timestamps close the gap."""
    frames, times_s, at = _start(clip, rng)
    frames = frames[:at] + frames[at + _count(clip, rng, 0.1, 0.5) :]
    return Shown(frames, times_s[: len(frames)], times_s[at - 1], times_s[at])


def frames_lost_in_time(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """The same pictures are missing, and the timestamps show it."""
    frames, times_s, at = _start(clip, rng)
    after = at + _count(clip, rng, 0.1, 0.5)
    return Shown(frames[:at] + frames[after:], times_s[:at] + times_s[after:], times_s[at - 1], times_s[after])


def half_a_stride_dropped(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """Half a stride is missing without a trace: each leg is where the other one was."""
    frames, times_s, at = _start(clip, rng)
    frames = frames[:at] + frames[at + round(clip.stride_s / 2 / clip.frame_s) :]
    return Shown(frames, times_s[: len(frames)], times_s[at - 1], times_s[at])


def camera_froze(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """A live camera repeats a picture for 0.3 to 1.5 s while the runner runs on."""
    frames, times_s, at = _start(clip, rng)
    count = min(_count(clip, rng, 0.3, 1.5), max(1, len(frames) - at - round(2.0 / clip.frame_s)))
    frames = frames[:at] + [frames[at]] * count + frames[at + count :]
    times_s = _regular(clip, len(frames))
    return Shown(frames, times_s, times_s[at], times_s[at + count])


def player_paused(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """A player holds a picture for 0.3 to 3 s and goes on where it stopped."""
    frames, _, at = _start(clip, rng)
    count = _count(clip, rng, 0.3, 3.0)
    frames = frames[:at] + [frames[at]] * count + frames[at:]
    times_s = _regular(clip, len(frames))
    return Shown(frames, times_s, times_s[at], times_s[at + count])


def cut(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """An edited clip goes on at another moment of the run."""
    frames, _, at = _start(clip, rng)
    frames = frames[:at] + frames[_somewhere(clip, frames, rng) :]
    times_s = _regular(clip, len(frames))
    return Shown(frames, times_s, times_s[at - 1], times_s[at])


def side_rails(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """The runner stands on the side rails for 2 to 6 s, the feet apart or not, and runs on."""
    frames, _, at = _start(clip, rng)
    count = _count(clip, rng, 2.0, 6.0)
    frames = frames[:at] + [frames[at]] * count + frames[_somewhere(clip, frames, rng) :]
    times_s, feet_apart = _regular(clip, len(frames)), float(rng.uniform(0.0, 0.3))
    changes = {
        position: lambda landmarks: _standing(landmarks, clip.facing, feet_apart, rng) for position in range(at, at + count)
    }
    return Shown(frames, times_s, times_s[at], times_s[at + count], dict(changes))


def somebody_between(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """Somebody else walks through between camera and runner for 0.3 to 1 s and is taken for the runner."""
    frames, times_s, at = _start(clip, rng)
    count = min(_count(clip, rng, 0.3, 1.0), len(frames) - at - 1)
    other, speed = int(rng.integers(len(frames))), float(rng.uniform(-0.8, 0.8))

    def change(position: int) -> Callable[[Landmarks], Landmarks | None]:
        def passing(landmarks: Landmarks) -> Landmarks:
            body = clip.views[frames[(other + 3 * position) % len(frames)]][0] or landmarks
            middle = mid_hip_px(body)
            height_px = float(np.ptp(body.points_px[:, 1]))
            way_px = height_px * np.array([speed * (position - at) * clip.frame_s, 0.03])
            return replace(landmarks, points_px=(body.points_px - middle) * (0.5, 0.85) + mid_hip_px(landmarks) + way_px)

        return passing

    changes = {position: change(position) for position in range(at, at + count)}
    return Shown(frames, times_s, times_s[at], times_s[at + count], changes)


def hidden(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """Something hides the runner for 0.3 to 1 s: nobody is found, or the points are guesses."""
    frames, times_s, at = _start(clip, rng)
    count = min(_count(clip, rng, 0.3, 1.0), len(frames) - at - 1)

    def guess(landmarks: Landmarks) -> Landmarks | None:
        if rng.random() < 0.5:
            return None
        off_px = rng.normal(0.0, 0.05 * np.ptp(landmarks.points_px[:, 1]), landmarks.points_px.shape)
        return replace(landmarks, points_px=landmarks.points_px + off_px, visibility=0.4 * landmarks.visibility)

    changes = dict.fromkeys(range(at, at + count), guess)
    return Shown(frames, times_s, times_s[at], times_s[at + count], dict(changes))


def body_flipped(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """The model takes the whole body for its mirror image for 0.3 to 4 s: legs and arms are labelled the other way round."""
    frames, times_s, at = _start(clip, rng)
    count = min(_count(clip, rng, 0.3, 4.0), len(frames) - at - 1)
    changes = dict.fromkeys(range(at, at + count), flipped)
    return Shown(frames, times_s, times_s[at], times_s[at + count], dict(changes))


def legs_flipped(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """The model labels the legs the other way round for 0.3 to 2 s."""
    frames, times_s, at = _start(clip, rng)
    count = min(_count(clip, rng, 0.3, 2.0), len(frames) - at - 1)
    changes = dict.fromkeys(range(at, at + count), legs_exchanged)
    return Shown(frames, times_s, times_s[at], times_s[at + count], dict(changes))


def looped(clip: SeenClip, rng: np.random.Generator) -> Shown:
    """A short clip is repeated: at the seam the stride jumps by any amount."""
    frames, _, at = _start(clip, rng)
    again = int(rng.integers(0, max(1, at // 2)))
    frames = frames[:at] + frames[again:at] + frames[again:]
    times_s = _regular(clip, len(frames))
    seam = at + at - again
    return Shown(frames, times_s, times_s[at - 1], times_s[seam] if seam < len(times_s) else times_s[at])


KINDS: dict[str, Disturbance] = {
    "0.1 to 0.5 s missing, no trace": frames_dropped,
    "0.1 to 0.5 s missing, timestamps kept": frames_lost_in_time,
    "half a stride missing, no trace": half_a_stride_dropped,
    "live camera freezes": camera_froze,
    "player pauses": player_paused,
    "cut to another moment": cut,
    "clip repeated, with a seam": looped,
    "side rails": side_rails,
    "somebody in between": somebody_between,
    "runner hidden": hidden,
    "legs' labels flipped": legs_flipped,
    "whole body's labels flipped": body_flipped,
}


def flipped(landmarks: Landmarks) -> Landmarks:
    """All labels the other way round."""
    return replace(
        landmarks, points_px=landmarks.points_px[OTHER_SIDE].copy(), visibility=landmarks.visibility[OTHER_SIDE].copy()
    )


def legs_exchanged(landmarks: Landmarks) -> Landmarks:
    """The legs' labels the other way round."""
    points, visibility = landmarks.points_px.copy(), landmarks.visibility.copy()
    for pair in _JOINTS:
        both, exchanged = list(pair.values()), list(pair.values())[::-1]
        points[both], visibility[both] = points[exchanged], visibility[exchanged]
    return replace(landmarks, points_px=points, visibility=visibility)


def _standing(landmarks: Landmarks, facing: Facing, feet_apart: float, rng: np.random.Generator) -> Landmarks:
    """The same person, standing with straight legs; `feet_apart` in trunk lengths."""
    points, hip = landmarks.points_px.copy(), mid_hip_px(landmarks)
    trunk_px = float(np.hypot(*(mid_shoulder_px(landmarks) - hip)))
    forward = 1.0 if facing == "right" else -1.0
    for side, ahead in (("left", -0.5), ("right", 0.5)):
        foot = ahead * feet_apart
        for joint, at in (
            (HIPS, (0.0, 0.0)),
            (KNEES, (foot / 2, 0.85)),
            (ANKLES, (foot, 1.7)),
            (HEELS, (foot - 0.1 * forward, 1.82)),
            (TOES, (foot + 0.35 * forward, 1.85)),
            (ELBOWS, (0.0, -0.45)),
        ):
            points[joint[side]] = hip + trunk_px * np.array(at)
    return replace(landmarks, points_px=points + rng.normal(0.0, 0.008 * trunk_px, points.shape))
