"""Simulated runners with known peaks: what a perfect pose model would see, then noise, swaps, collapses and gaps on top."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.gait_phase import Candidate

Floats = NDArray[np.float64]
TRUTH = Path(__file__).resolve().parents[2] / "shared" / "data" / "truth"
SPEEDS_MPS = ("2.5", "3.5", "4.5")


@dataclass(frozen=True)
class Strides:
    """One leg's strides, stride by stride: thigh and knee over the phase, shape (strides, 101), degrees."""

    thigh_deg: Floats
    knee_deg: Floats
    stride_s: float


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


@dataclass(frozen=True)
class Simulation:
    """A run: the frames and the true peaks of each leg (t_s, thigh_deg)."""

    frames: list[Frame]
    near_peaks: list[tuple[float, float]]
    far_peaks: list[tuple[float, float]]


def mean_strides(speed_mps: str, count: int, rng: np.random.Generator, varied: bool) -> Strides:
    """The mean curve of 28 runners (Fukuchi 2017), its peak varied with SD 3° and, from the middle on, 5° deeper."""
    rows = [r for r in _rows(TRUTH / "fukuchi2017_treadmill_thigh_segment_mean.csv") if r["speed_mps"] == speed_mps]
    thigh = np.array([float(r["thigh_deg"]) for r in rows])
    knee = np.array([float(r["knee_deg"]) for r in rows])
    # The file ends at 99 %: close the circle.
    thigh, knee = np.append(thigh, thigh[0]), np.append(knee, knee[0])
    [summary] = [r for r in _rows(TRUTH / "fukuchi2017_treadmill_summary.csv") if r["speed_mps"] == speed_mps]
    change = np.zeros(count)
    if varied:
        change = -rng.normal(0, 3.0, count)
        change[count // 2 :] -= 5.0
    most, least = thigh.max(), thigh.min()
    # Scaled from the peak in front, where the slope is 0: strides of different depth join without a jump.
    scale = (most - (least + change)) / (most - least)
    strides = most - scale[:, None] * (most - thigh)
    return Strides(_joined_at_front(strides, int(thigh.argmax())), np.repeat(knee[None], count, 0), float(summary["stride_s"]))


def real_strides(path: Path) -> Strides:
    """Strides of one real runner at about 2.5 m/s (BMC-RIC set; Hip_Z extension positive, Knee_Z flexion)."""
    with path.open() as file:
        header = file.readline().split()
        table = np.array([[float(word) for word in line.split()] for line in file if line.strip()])
    hips = [i for i, name in enumerate(header) if name.startswith("Hip_Z")]
    knees = [i for i, name in enumerate(header) if name.startswith("Knee_Z")]
    thigh, knee = -table[:, hips].T, np.abs(table[:, knees].T)
    usual = np.abs(thigh - np.median(thigh, axis=0)).max(axis=1) < 12
    return Strides(_blended(thigh[usual]), _blended(knee[usual]), 0.741)


def simulate(near: Strides, far: Strides, fps: float, faults: Faults, rng: np.random.Generator, start: float) -> Simulation:
    """Both legs, the far one half a stride later, from phase `start` (0 to 1) on."""
    count = min(len(near.thigh_deg), len(far.thigh_deg)) - 1
    end_s = (count - start - 0.5) * near.stride_s
    t = np.arange(0, end_s, 1 / fps)
    t = t[rng.random(len(t)) >= faults.drop_share]
    near_at, far_at = t / near.stride_s + start, t / near.stride_s + start + 0.5
    truth = {name: (_read(s.thigh_deg, at), _read(s.knee_deg, at)) for name, s, at in (("n", near, near_at), ("f", far, far_at))}
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
        if collapsed[i]:
            one = legs[collapsed[i]]
            first, second = (
                Candidate(one.thigh_deg + rng.normal(0, 1), one.knee_deg + rng.normal(0, 2)) for _ in range(2)
            )
        if rng.random() < faults.outlier_share:
            first = Candidate(first.thigh_deg + float(rng.choice([-1, 1])) * 45.0, first.knee_deg)
        frames.append(Frame(float(t_s), first, second, float(truth["n"][0][i]), float(truth["f"][0][i])))
    return Simulation(frames, _peaks(near, start, end_s), _peaks(far, start + 0.5, end_s))


def _joined_at_front(strides: Floats, front: int) -> Floats:
    """Each row's part before the peak in front belongs to the stride of the row before: so scales change at that peak."""
    joined = strides.copy()
    joined[:-1, front:] = strides[1:, front:]
    return joined


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
    """Values at unwrapped phases, linear between the 101 points."""
    line = np.concatenate([strides[:, :-1].ravel(), strides[-1:, -1]])
    values: Floats = np.interp(at * 100, np.arange(len(line)), line)
    return values


def _peaks(leg: Strides, start: float, end_s: float) -> list[tuple[float, float]]:
    found = []
    for k, thigh in enumerate(leg.thigh_deg):
        at = int(thigh[20:60].argmin()) + 20
        # The turn between the points, by a parabola through three of them.
        a, b, c = thigh[at - 1 : at + 2]
        bend = a - 2 * b + c
        shift = 0.0 if bend == 0 else 0.5 * (a - c) / bend
        t_s = (k + (at + shift) / 100 - start) * leg.stride_s
        if 0 <= t_s <= end_s:
            found.append((float(t_s), float(b - 0.25 * (a - c) * shift)))
    return found


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
