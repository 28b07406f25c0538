"""Real treadmill clips through `hipcue analyse`, scored against hand labels by the labels' own tool; skipped where absent."""

import csv
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.gait.phase_filter import Candidate
from analysis.measures.angles import RunnerFrame
from analysis.measures.leg_angles import body_angles
from analysis.pose.backends import open_backend
from bench.accuracy.compared import Asked
from bench.accuracy.leg_identity import ways
from bench.report import Figure, at_least, at_most, none_of, reported
from capture.opening import open_recording
from config.loading import load
from config.settings import Settings
from hipcue.analyse.clip import analyse
from tests.support.labelled_clips import TOOL, TRUTH, clip_file, scored
from tests.support.measuring import frames
from tests.support.stride_score import Reading, score
from wire.clock import NS_PER_S
from wire.quiet import keep_native_notes_off_stderr

SD_LIMIT_DEG = {"treadmill_gym_60fps": 1.6, "treadmill_home_30fps": 2.5, "treadmill_elite_60fps": 2.0}
IDENTITY_LIMIT = {"treadmill_gym_60fps": 99.5, "treadmill_home_30fps": 99.5, "treadmill_elite_60fps": 99.0}
RMSE_LIMIT_DEG = 5.0
BLANK_LIMIT = 3.0
START_S = 1.0
"""Clips are judged from here on, as the scoring tool does."""


@dataclass(frozen=True)
class ClipScore:
    """The scoring tool's output for a clip, and the results of other methods of identifying the legs."""

    name: str
    printed: dict[str, tuple[float, ...]]
    identity: list[Asked]


def clips() -> list[str]:
    """Names of the labelled clips found beside the checkout."""
    return [name for name in SD_LIMIT_DEG if clip_file(name).exists() and TOOL.exists()]


def run(name: str) -> ClipScore:
    """Analyse and score a clip."""
    keep_native_notes_off_stderr()
    settings = load(overrides={"capture.source": str(clip_file(name))})
    with tempfile.TemporaryDirectory() as folder:
        analyse(settings, Path(folder))
        printed = scored(Path(folder), name)
    return ClipScore(name, printed, _identity(name, settings))


def figures(scores: Sequence[ClipScore]) -> list[Figure]:
    """Row 5."""
    found = []
    for one in scores:
        test = f"5 {one.name}"
        labelled, _, missed, invented = one.printed["strides"]
        found.append(none_of(test, "strides missed", int(missed), int(labelled)))
        found.append(none_of(test, "strides invented", int(invented), int(labelled)))
        for kind in ("live sample", "stride peak"):
            if kind not in one.printed:
                found.append(Figure(test, f"{kind}: SD", "none found", f"≤ {SD_LIMIT_DEG[one.name]:g}°", False))
                continue
            count, labels, offset, sd, rmse = one.printed[kind]
            found.append(at_most(test, f"{kind}: SD of {count:.0f} of {labels:.0f} labels", sd, SD_LIMIT_DEG[one.name]))
            found.append(at_most(test, f"{kind}: RMSE", rmse, RMSE_LIMIT_DEG))
            found.append(reported(test, f"{kind}: offset (thigh; + is less extension than labelled)", f"{offset:+.2f}°"))
        right, frames, blank = one.printed["identity"]
        found.append(at_least(test, f"right leg behind, of {frames:.0f} frames", right, IDENTITY_LIMIT[one.name], " %", 1))
        found.append(at_most(test, "blank frames", blank, BLANK_LIMIT, " %", 1))
        if "cadence" in one.printed:
            measured, by_hand = one.printed["cadence"]
            found.append(reported(test, "cadence", f"{measured:.1f} beside {by_hand:.1f} steps/min"))
        if "delay" in one.printed:
            p50, most = one.printed["delay"]
            found.append(reported(test, "delay against the labelled frame: p50, max", f"{p50:.0f} ms, {most:.0f} ms"))
    return found


def _identity(name: str, settings: Settings) -> list[Asked]:
    """Every method of identifying the legs, on the pose model's own candidates."""
    truth = json.loads((TRUTH / "labels.json").read_text(encoding="utf-8"))[name]
    with (TRUTH / f"legs_{name}.csv").open(newline="") as file:
        behind = {int(row["frame"]): row["near_is_behind"] == "1" for row in csv.DictReader(file) if row["near_is_behind"]}
    seen = _candidates(settings, RunnerFrame(truth["facing"], settings.analysis.camera_roll_deg))
    period_s = float(np.median(np.diff([t_s for t_s, _, _ in seen])))
    peaks = [(frame * period_s, 0.0) for frame in truth["near_peak_frames"]]
    stride_s = float(np.median(np.diff([t_s for t_s, _ in peaks])))
    end_s = seen[-1][0]
    answers = []
    for way_name, way in ways(1 / period_s).items():
        readings: list[Reading] = []
        frames = right = 0
        for index, (t_s, first, second) in enumerate(seen):
            followed = way.update(t_s, first, second)
            if followed.stride is not None:
                readings.append(followed.stride)
            if index in behind and START_S <= t_s <= end_s - 0.25:
                frames += 1
                if followed.near_deg is not None and followed.far_deg is not None:
                    right += (followed.near_deg < followed.far_deg) == behind[index]
        found = score(peaks, readings, stride_s, end_s, start_s=START_S)
        answers.append(Asked(way_name, frames, right, len(found.number) + found.missed, found.missed, found.invented))
    return answers


def _candidates(settings: Settings, frame: RunnerFrame) -> list[tuple[float, Candidate | None, Candidate | None]]:
    """Time, and the two labelled legs in every frame of the clip."""
    recording, pose = open_recording(settings.capture.source), open_backend(settings.analysis)
    seen: list[tuple[float, Candidate | None, Candidate | None]] = []
    for picture in frames(recording, settings.capture):
        found = pose.estimate(picture.image)
        legs = (None, None) if found is None else tuple(leg.candidate for leg in body_angles(found, frame).legs)
        seen.append((picture.capture_ns / NS_PER_S, legs[0], legs[1]))
    pose.close()
    return seen
