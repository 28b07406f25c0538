"""Simulated runners with known peaks: what a perfect pose model would see, then noise, swaps, collapses and gaps on top.

Curves: means of 28 treadmill runners (Fukuchi, Fukuchi & Duarte 2017, PeerJ 5:e3298, data CC BY 4.0) and the strides, one by
one, of 12 real runners (BMC-RIC running biomechanics set of R. Fukuchi, CC BY 4.0). Where those files are not beside the
checkout, the means come from the Fourier coefficients in analysis.gait_curves instead and there are no real strides.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.gait.curves import MEAN_KNEE_DEG, MEAN_THIGH_DEG, basis
from analysis.gait.phase_filter import BOTH_FAR, BOTH_NEAR, STRAIGHT, SWAPPED, Candidate
from tests.support.labelled_clips import TRUTH

Floats = NDArray[np.float64]
SPEEDS_MPS = ("2.5", "3.5", "4.5")
PEAK_SD_DEG = 3.0
STEP_DEG = 5.0
# Peak behind, peak in front (degrees) and stride time (s) of the mean curves: all that is used of them without the files.
_SUMMARY = {"2.5": (-20.2, 27.7, 0.7451), "3.5": (-26.4, 34.4, 0.7031), "4.5": (-30.6, 40.9, 0.6570)}
_REAL_STRIDE_S = 0.741
# A point this far from the runner's median stride, or from what the points around it do, is thrown off.
_GLITCH_DEG = 12.0
_SPIKE_DEG = 3.0
_AROUND = 6
_JUMP_DEG = 5.0
"""From one hundredth of the stride to the next; a thigh swings 2 to 3."""
_PEAK_WINDOW = (0.20, 0.60)


@dataclass(frozen=True)
class Strides:
    """One leg's strides, stride by stride: thigh and knee over the phase, shape (strides, 101), degrees."""

    thigh_deg: Floats
    knee_deg: Floats
    stride_s: float
    step: int | None = None
    """The first stride that is deeper by a step."""


@dataclass(frozen=True)
class Faults:
    """What is done to the perfect picture."""

    noise_deg: float = 0.0
    swap_share: float = 0.0
    """Share of frames in bursts of 3 to 8 in which the labels are exchanged, around push-off."""
    collapse_frames: int = 0
    """Once per stride both labels fall on one leg for up to this many frames."""
    outlier_share: float = 0.0
    drop_share: float = 0.0


@dataclass(frozen=True)
class Frame:
    """One simulated frame: what is labelled near and far, and the truth."""

    t_s: float
    labelled_near: Candidate
    labelled_far: Candidate
    near_deg: float
    far_deg: float
    reading: int
    """What the labels really are: STRAIGHT, SWAPPED, BOTH_NEAR or BOTH_FAR of analysis.gait_phase."""


@dataclass(frozen=True)
class Simulation:
    """A run: the frames and the true peaks of each leg (t_s, thigh_deg)."""

    frames: list[Frame]
    near_peaks: list[tuple[float, float]]
    far_peaks: list[tuple[float, float]]
    near_step: int | None
    """Which of the peaks is the first after the step."""
    far_step: int | None


def mean_strides(speed_mps: str, count: int, rng: np.random.Generator, varied: bool, step_deg: float = STEP_DEG) -> Strides:
    """The mean curve of 28 runners, `count` times; `varied` as by `vary`."""
    thigh, knee, stride_s = _mean_curve(speed_mps)
    strides = Strides(np.repeat(thigh[None], count, 0), np.repeat(knee[None], count, 0), stride_s)
    return vary(strides, rng, step_deg) if varied else strides


def vary(strides: Strides, rng: np.random.Generator, step_deg: float = STEP_DEG) -> Strides:
    """The same strides, their peaks made to differ with SD 3° and, from the middle on, deeper by `step_deg`.

    Scaled from the peak in front, where the slope is 0: strides of different depth join without a jump.
    """
    count = len(strides.thigh_deg)
    change = -rng.normal(0, PEAK_SD_DEG, count)
    change[count // 2 :] -= step_deg
    mean = strides.thigh_deg.mean(axis=0)
    front, most, least = int(mean.argmax()), mean.max(), mean.min()
    scale = np.repeat(((most - (least + change)) / (most - least))[:, None], mean.size, 1)
    # What follows the peak in front already belongs to the next stride.
    scale[:-1, front:] = scale[1:, front:]
    return replace(strides, thigh_deg=most - scale * (most - strides.thigh_deg), step=count // 2)


def ankle_ahead_leg(thigh_deg: Floats, knee_deg: Floats) -> Floats:
    """Ankle ahead of the hip in leg lengths; thigh and shank equally long (Drillis & Contini 1966: 0.245, 0.246 of stature)."""
    thigh, shank = np.radians(thigh_deg), np.radians(thigh_deg - knee_deg)
    ahead: Floats = (np.sin(thigh) + np.sin(shank)) / 2
    return ahead


def runner_files() -> list[Path]:
    """The files of the 12 real runners; empty where they are absent."""
    return sorted((TRUTH / "strides").glob("*angs.txt"))


def real_strides(path: Path) -> Strides:
    """Strides of one real runner at about 2.5 m/s (BMC-RIC set; Hip_Z extension positive, Knee_Z flexion).

    Points thrown off by the joint angles' own singularity are put back between their neighbours; a stride that still jumps
    is left out.
    """
    with path.open() as file:
        header = file.readline().split()
        table = np.array([[float(word) for word in line.split()] for line in file if line.strip()])
    hips = [i for i, name in enumerate(header) if name.startswith("Hip_Z")]
    knees = [i for i, name in enumerate(header) if name.startswith("Knee_Z")]
    thigh, knee = _mended(-table[:, hips].T), _mended(table[:, knees].T)
    smooth = np.abs(np.diff(thigh, axis=1)).max(axis=1) < _JUMP_DEG
    thigh, knee = thigh[smooth], knee[smooth]
    return Strides(_blended(thigh), _blended(knee if np.median(knee) > 0 else -knee), _REAL_STRIDE_S)


def simulate(near: Strides, far: Strides, fps: float, faults: Faults, rng: np.random.Generator, start: float) -> Simulation:
    """Both legs, the far one half a stride later, from phase `start` (0 to 1) on."""
    count = min(len(near.thigh_deg), len(far.thigh_deg)) - 1
    end_s = (count - start - 0.5) * near.stride_s
    t = np.arange(0, end_s, 1 / fps)
    t = t[rng.random(len(t)) >= faults.drop_share]
    near_at, far_at = t / near.stride_s + start, t / near.stride_s + start + 0.5
    truth = {
        name: (_read(s.thigh_deg, at), _read(s.knee_deg, at)) for name, s, at in (("n", near, near_at), ("f", far, far_at))
    }
    noisy = {
        name: (thigh + rng.normal(0, faults.noise_deg, len(t)), knee + rng.normal(0, 2 * faults.noise_deg, len(t)))
        for name, (thigh, knee) in truth.items()
    }
    swapped = _bursts(near_at, faults, rng)
    collapsed = _collapses(near_at, faults, rng)
    frames = []
    for i, t_s in enumerate(t):
        legs = {name: Candidate(float(thigh[i]), float(knee[i])) for name, (thigh, knee) in noisy.items()}
        first, second = (legs["f"], legs["n"]) if swapped[i] else (legs["n"], legs["f"])
        reading = SWAPPED if swapped[i] else STRAIGHT
        if collapsed[i]:
            one = legs[collapsed[i]]
            reading = BOTH_NEAR if collapsed[i] == "n" else BOTH_FAR
            first, second = (Candidate(one.thigh_deg + rng.normal(0, 1), one.knee_deg + rng.normal(0, 2)) for _ in range(2))
        if rng.random() < faults.outlier_share:
            first = Candidate(first.thigh_deg + float(rng.choice([-1, 1])) * 45.0, first.knee_deg)
        frames.append(Frame(float(t_s), first, second, float(truth["n"][0][i]), float(truth["f"][0][i]), reading))
    near_peaks, near_step = _peaks(near, start, end_s)
    far_peaks, far_step = _peaks(far, start + 0.5, end_s)
    return Simulation(frames, near_peaks, far_peaks, near_step, far_step)


def _mean_curve(speed_mps: str) -> tuple[Floats, Floats, float]:
    """Thigh and knee over one stride, 101 points (the last is the first again), and the stride's duration."""
    least, most, stride_s = _SUMMARY[speed_mps]
    table = TRUTH / "fukuchi2017_treadmill_thigh_segment_mean.csv"
    if not table.exists():
        rows = basis(np.arange(101) / 100)
        shape = rows @ MEAN_THIGH_DEG
        thigh = least + (most - least) * (shape - shape.min()) / (shape.max() - shape.min())
        return thigh, rows @ MEAN_KNEE_DEG, stride_s
    of_speed = [row for row in _rows(table) if row["speed_mps"] == speed_mps]
    thigh = np.array([float(row["thigh_deg"]) for row in of_speed])
    knee = np.array([float(row["knee_deg"]) for row in of_speed])
    # The file ends at 99 %: close the circle.
    return np.append(thigh, thigh[0]), np.append(knee, knee[0]), stride_s


def _mended(strides: Floats) -> Floats:
    """Points far from the median over the strides, replaced by it and what the points around them differ from it."""
    usual = np.median(strides, axis=0)
    mended = strides.copy()
    at = np.arange(strides.shape[1])
    for stride in mended:
        differs = stride - usual
        around = np.lib.stride_tricks.sliding_window_view(np.pad(differs, _AROUND, mode="edge"), 2 * _AROUND + 1)
        good = (np.abs(differs) < _GLITCH_DEG) & (np.abs(differs - np.median(around, axis=1)) < _SPIKE_DEG)
        stride[~good] = (usual + np.interp(at, at[good], differs[good]))[~good]
    return mended


def _blended(strides: Floats) -> Floats:
    """Real strides put end to end: the step at a joint is spread over the last and first tenth."""
    blended = strides.copy()
    ramp = np.linspace(0, 0.5, 11)
    for k in range(len(strides) - 1):
        step = strides[k + 1, 0] - strides[k, -1]
        blended[k, -11:] += ramp * step
        blended[k + 1, :11] -= ramp[::-1] * step
    return blended


def _read(strides: Floats, at: Floats) -> Floats:
    """Values at unwrapped phases: a smooth line through the 101 points of each stride (Catmull & Rom 1974)."""
    line = np.concatenate([strides[:, :-1].ravel(), strides[-1:, -1]])
    x = np.clip(at * 100, 0, len(line) - 1)
    first = np.minimum(x.astype(int), len(line) - 2)
    u = x - first
    a, b, c, d = (line[np.clip(first + shift, 0, len(line) - 1)] for shift in (-1, 0, 1, 2))
    values: Floats = b + u / 2 * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)))
    return values


def _peaks(leg: Strides, start: float, end_s: float) -> tuple[list[tuple[float, float]], int | None]:
    """The true peaks from 0 to `end_s`, and which of them is the first after the step."""
    found: list[tuple[float, float]] = []
    step = None
    for k in range(len(leg.thigh_deg)):
        at = k + np.arange(*_PEAK_WINDOW, 0.0005)
        values = _read(leg.thigh_deg, at)
        lowest = int(values.argmin())
        t_s = float((at[lowest] - start) * leg.stride_s)
        if 0 <= t_s <= end_s:
            if leg.step is not None and k >= leg.step and step is None:
                step = len(found)
            found.append((t_s, float(values[lowest])))
    return found, step


def _bursts(phase: Floats, faults: Faults, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Swapped frames: bursts of 3 to 8, most of them right after push-off, until their share is reached."""
    swapped = np.zeros(len(phase), bool)
    push_off = np.flatnonzero((phase[1:] % 1 >= 0.40) & (phase[:-1] % 1 < 0.40))
    while swapped.mean() < faults.swap_share:
        near_push_off = len(push_off) > 0 and rng.random() < 0.8
        first = int(rng.choice(push_off)) if near_push_off else int(rng.integers(len(phase)))
        swapped[first : first + int(rng.integers(3, 9))] = True
    return swapped


def _collapses(phase: Floats, faults: Faults, rng: np.random.Generator) -> list[str]:
    """Per frame the leg on which both labels lie, or ""."""
    collapsed = [""] * len(phase)
    if faults.collapse_frames:
        for k in range(int(phase[-1])):
            first = int(np.searchsorted(phase, k + rng.random()))
            leg = str(rng.choice(["n", "f"]))
            for i in range(first, min(len(phase), first + int(rng.integers(1, faults.collapse_frames + 1)))):
                collapsed[i] = leg
    return collapsed


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)
