"""Compares our peak and our leg identity with other methods on the same simulated runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.accuracy.leg_identity import ways
from bench.accuracy.peak_estimators import ESTIMATORS
from tests.support.simulated_runs import Case, Outcome, behind, behind_truly
from tests.support.stride_score import START_S, Pool, Reading, Score, score

PEAK_COLUMNS = ("estimator", "fps", "bias", "SD", "delay p50", "delay max", "missed, invented")
IDENTITY_COLUMNS = ("runs", "way", "right leg behind", "strides missed", "strides invented")


@dataclass(frozen=True)
class Asked:
    """One method's results in one run or clip."""

    way: str
    frames: int
    right: int
    strides: int
    missed: int
    invented: int


def peak_scores(case: Case) -> dict[str, Score]:
    """Every estimator on the near leg of a case, its identity known."""
    simulation, stride_s = case.simulation()
    t_s = np.array([frame.t_s for frame in simulation.frames])
    angle = np.array([frame.labelled_near.thigh_deg for frame in simulation.frames])
    peaks = simulation.near_peaks
    return {
        name: score(peaks, estimator(t_s, angle, peaks), stride_s, float(t_s[-1])) for name, estimator in ESTIMATORS.items()
    }


def peak_rows(scores: Sequence[tuple[Case, dict[str, Score]]], ours: Sequence[Outcome]) -> list[list[str]]:
    """The comparison of estimators; `ours` are the outcomes of the same cases."""
    rows = []
    for fps in (30, 60):
        of_rate = [by_name for case, by_name in scores if case.fps == fps]
        rows += [_peak_row(name, fps, [by_name[name] for by_name in of_rate]) for name in ESTIMATORS]
        rows.append(_peak_row("ours, identity not known", fps, [one.near for one in ours if one.case.fps == fps]))
    return rows


def identity_asked(case: Case) -> list[Asked]:
    """Every method of identifying the legs, on one case."""
    simulation, stride_s = case.simulation()
    answers = []
    for name, way in ways(case.fps).items():
        readings: list[Reading] = []
        frames = right = 0
        for frame in simulation.frames:
            followed = way.update(frame.t_s, frame.labelled_near, frame.labelled_far)
            if followed.stride is not None:
                readings.append(followed.stride)
            truth = behind_truly(frame)
            if truth is None or frame.t_s < START_S:
                continue
            frames += 1
            if followed.near_deg is not None and followed.far_deg is not None:
                right += behind(followed.near_deg, followed.far_deg) == truth
        found = score(simulation.near_peaks, readings, stride_s, simulation.frames[-1].t_s)
        answers.append(Asked(name, frames, right, len(found.number) + found.missed, found.missed, found.invented))
    return answers


def identity_rows(runs: str, answers: Sequence[Asked]) -> list[list[str]]:
    """One line per method."""
    rows = []
    for name in dict.fromkeys(one.way for one in answers):
        of_way = [one for one in answers if one.way == name]
        share = 100 * sum(one.right for one in of_way) / max(1, sum(one.frames for one in of_way))
        missed, strides = sum(one.missed for one in of_way), sum(one.strides for one in of_way)
        rows.append([runs, name, f"{share:.1f} %", f"{missed} of {strides}", str(sum(one.invented for one in of_way))])
    return rows


def _peak_row(name: str, fps: int, scores: Sequence[Score]) -> list[str]:
    pool = Pool(scores)
    delays = [f"{pool.delay(percent):.0f} ms" for percent in (50, 100)]
    counts = f"{pool.missed}, {pool.invented} of {pool.found + pool.missed}"
    return [name, str(fps), f"{pool.bias_deg:+.2f}°", f"{pool.sd_deg:.2f}°", *delays, counts]
