"""Given legs with wrong labels or an unusual rhythm, then the gait filter recovers."""

import math
from dataclasses import replace

import numpy as np
import pytest

from analysis.gait.legs import UNLOCKED, Gait, GaitUpdate
from analysis.gait.phase_filter import STRAIGHT, Candidate
from analysis.measures.angles import RunnerFrame
from analysis.measures.leg_angles import body_angles
from tests.support.gait_simulation import Faults, Frame, mean_strides, simulate
from tests.support.measured_sticks import every
from tests.support.simulated_runs import NOISE_DEG, SPOILT, behind, behind_truly
from tests.support.stick_runner import StickRunner
from tests.support.stride_score import Reading, Score, score

NOISY = Faults(noise_deg=NOISE_DEG)
STRIDE_S = 0.7031
"""Of the mean curve at 3.5 m/s."""
FAR_DEPTH = 1.2
"""The far thigh swings further than the near one by this factor: the legs of real runners differ."""


def run_of(strides: int, fps: float, seed: int, faults: Faults = NOISY) -> tuple[list[Frame], list[tuple[float, float]]]:
    """Frames and true near peaks of a run at 3.5 m/s with unequal legs."""
    rng = np.random.default_rng(seed)
    near, far = (mean_strides("3.5", strides, rng, varied=False) for _ in range(2))
    far = replace(far, thigh_deg=FAR_DEPTH * far.thigh_deg)
    simulation = simulate(near, far, fps, faults, rng, float(rng.random()))
    return simulation.frames, simulation.near_peaks


def still(rng: np.random.Generator) -> Candidate:
    """A standing leg."""
    return Candidate(3 + rng.normal(0, NOISE_DEG), 5 + rng.normal(0, 2 * NOISE_DEG))


def follow(gait: Gait, frames: list[Frame]) -> list[GaitUpdate]:
    return [gait.update(frame.t_s, frame.labelled_near, frame.labelled_far) for frame in frames]


def near_score(frames: list[Frame], updates: list[GaitUpdate], peaks: list[tuple[float, float]], start_s: float) -> Score:
    readings = [
        Reading(update.near_turn.peak.t_s, update.near_turn.peak.thigh_deg, frame.t_s)
        for frame, update in zip(frames, updates, strict=True)
        if update.near_turn is not None
    ]
    return score(peaks, readings, STRIDE_S, frames[-1].t_s, start_s=start_s)


def wrong_order(frames: list[Frame], updates: list[GaitUpdate]) -> list[float]:
    """The times at which the wrong leg was shown behind."""
    return [
        frame.t_s
        for frame, update in zip(frames, updates, strict=True)
        if update.running
        and update.phase.concentration >= UNLOCKED
        and behind_truly(frame) is not None
        and behind(update.near.tracked_deg, update.far.tracked_deg) != behind_truly(frame)
    ]


@pytest.mark.parametrize("fps", [30, 60])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.slow
def test_after_a_pause_in_view_the_next_run_is_measured_on_the_right_legs(fps: int, seed: int) -> None:
    first, _ = run_of(12, fps, seed, SPOILT)
    second, peaks = run_of(12, fps, seed + 100, SPOILT)
    rng = np.random.default_rng(seed)
    rest_s, run_s = first[-1].t_s, first[-1].t_s + 5.0
    standing = [
        Frame(float(t_s), still(rng), still(rng), near_deg=3.0, far_deg=3.0, reading=STRAIGHT)
        for t_s in np.arange(rest_s + 1 / fps, run_s - 0.5 / fps, 1 / fps)
    ]
    second = [replace(frame, t_s=frame.t_s + run_s) for frame in second]
    frames = [*first, *standing, *second]
    updates = follow(Gait(), frames)
    resting = [update for frame, update in zip(frames, updates, strict=True) if rest_s + 1.0 < frame.t_s < run_s]
    assert not any(update.running or update.near_turn or update.far_turn for update in resting)
    after = near_score(frames, updates, [(t_s + run_s, deg) for t_s, deg in peaks], start_s=run_s + 1.5)
    assert (after.missed, after.invented) == (0, 0)
    assert not [t_s for t_s in wrong_order(frames, updates) if t_s > run_s + 1.5]


@pytest.mark.parametrize("fps", [30, 60])
def test_labels_that_were_swapped_from_the_start_are_corrected_once_they_are_right(fps: int) -> None:
    frames, peaks = run_of(24, fps, seed=5)
    spoilt = [
        replace(frame, labelled_near=frame.labelled_far, labelled_far=frame.labelled_near) if frame.t_s < 2.5 else frame
        for frame in frames
    ]
    updates = follow(Gait(), spoilt)
    assert max(wrong_order(frames, updates)) < 7.0
    late = near_score(frames, updates, peaks, start_s=8.0)
    assert (late.missed, late.invented) == (0, 0)


def test_two_seconds_of_swapped_labels_during_the_run_change_nothing() -> None:
    frames, peaks = run_of(20, 30, seed=6)
    spoilt = [
        replace(frame, labelled_near=frame.labelled_far, labelled_far=frame.labelled_near) if 6 <= frame.t_s < 8 else frame
        for frame in frames
    ]
    updates = follow(Gait(), spoilt)
    assert not [t_s for t_s in wrong_order(frames, updates) if t_s > 1.5]
    found = near_score(frames, updates, peaks, start_s=1.5)
    assert (found.missed, found.invented) == (0, 0)


@pytest.mark.parametrize("steps_per_min", [140, 205])
def test_unusual_cadences_are_followed(steps_per_min: float) -> None:
    rng = np.random.default_rng(2)
    near, far = (replace(mean_strides("3.5", 16, rng, varied=True), stride_s=120 / steps_per_min) for _ in range(2))
    simulation = simulate(near, far, 30, SPOILT, rng, 0.6)
    updates = follow(Gait(), simulation.frames)
    found = near_score(simulation.frames, updates, simulation.near_peaks, start_s=1.5)
    assert (found.missed, found.invented) == (0, 0)


def interrupted(from_s: float, gap_s: float, somebody_passes: bool) -> tuple[list[float], GaitUpdate]:
    """A runner who is not seen for a moment, as no picture comes or somebody passes in front: the near peaks after it, and the
    last update."""
    sticks, gait, frame = StickRunner(), Gait(), RunnerFrame("right")
    updates = []
    for t_s in every(from_s + gap_s + 0.6, 30):
        if not from_s <= t_s < from_s + gap_s:
            body = body_angles(sticks.landmarks(sticks.runner.pose(t_s)), frame)
            updates.append(gait.update(t_s, body.legs[0].candidate, body.legs[1].candidate, clues=body.clues))
        elif somebody_passes:
            gait.pass_unseen(t_s)
    turns = [update.near_turn for update in updates if update.near_turn is not None]
    return [turn.peak.t_s for turn in turns if turn.peak.t_s > from_s + gap_s], updates[-1]


@pytest.mark.parametrize("from_s", [4.0, 4.25, 4.5])
def test_who_passes_in_front_of_the_runner_leaves_no_seam_behind(from_s: float) -> None:
    _, update = interrupted(from_s, 0.2, somebody_passes=True)
    assert update.seam_s == -math.inf
    assert update.certainty > 0.9


def test_a_stride_soon_after_a_gap_of_most_of_a_stride_is_found() -> None:
    """The turn that is not seen counts, too: otherwise the next one would have the number of the last one before the gap."""
    peak_s, _ = StickRunner().runner.near_peaks(4.5, 6.0)[0]
    found, _ = interrupted(peak_s - 0.15 - 0.48, 0.48, somebody_passes=False)
    assert found[0] == pytest.approx(peak_s, abs=0.03)
