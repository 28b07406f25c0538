"""Given landmarks recorded beforehand, the tape's pictures carry them to the measurement, again and again."""

from pathlib import Path

import numpy as np

from tests.support.exact_landmarks import ExactPose
from tests.support.landmark_tape import LandmarkTape, RecordedLandmarks
from tests.support.stick_runner import StickRunner

ROUNDED_PX = 0.1
"""A point is written in steps of the picture's width."""
FPS = 30.0


def test_pictures_carry_the_recorded_landmarks(tmp_path: Path) -> None:
    sticks = StickRunner()
    points_px = np.array([sticks.landmarks(sticks.runner.pose(index / FPS)).points_px for index in range(3)])
    points_px[1] = np.nan
    RecordedLandmarks(points_px, np.array((1280, 720)), FPS).save(tmp_path / "run.npz")
    tape, pose = LandmarkTape(RecordedLandmarks.load(tmp_path / "run.npz")), ExactPose()
    for _ in range(2):
        times_ns = []
        for expected_px in points_px:
            times_ns.append(tape.advance())
            seen = pose.estimate(tape.image())
            if np.isnan(expected_px).any():
                assert seen is None
            else:
                assert seen is not None
                written = ~np.isclose(seen.points_px, seen.points_px[1]).all(axis=1)
                assert written.sum() > 10
                assert np.abs(seen.points_px - expected_px)[written].max() < ROUNDED_PX
        assert times_ns == [round(1e9 * index / FPS) for index in range(3)]
        assert tape.advance() is None
        tape.rewind()
