"""Given a picture that was overwritten while the pose model looked at it, then nothing of it is measured."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.landmarks import Landmarks
from analysis.measurement import Measurement, OvertakenError
from config.schema import Settings
from tests.stick_runner import HEIGHT_PX, WIDTH_PX, StickRunner
from wire.clock import s_to_ns
from wire.frames import Frame, Image
from wire.messages import Sample

FPS, FRAMES = 30, 120
GAP = range(80, 84)
PICTURE = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.uint8)


class Sticks:
    """A pose model that sees this runner, and in a picture that is overwritten somebody else."""

    def __init__(self) -> None:
        self._sticks = StickRunner()
        self.facts: dict[str, str] = {}
        self.index = 0
        self.overwritten = False

    def estimate(self, _image: Image) -> Landmarks:
        seen = self._sticks.landmarks(self._sticks.runner.pose(self.index / FPS))
        return replace(seen, points_px=seen.points_px[::-1] + 50) if self.overwritten else seen

    def look_elsewhere(self, _image: Image) -> bool:
        return False

    def close(self) -> None: ...


def frame(index: int, overwritten: bool) -> Frame:
    at_ns = s_to_ns((index + 1) / FPS)
    return Frame(1, index + 1, index, at_ns, at_ns, at_ns, "file", PICTURE, lambda: not overwritten)


def measured(gap_is_overwritten: bool) -> list[Sample]:
    """All samples; the frames of the gap were overwritten, or never came."""
    pose = Sticks()
    measurement, samples = Measurement(Settings(), pose), []
    for pose.index in range(FRAMES):
        pose.overwritten = pose.index in GAP
        if not pose.overwritten:
            samples.append(measurement.measure(frame(pose.index, False), lambda: 0)[0])
        elif gap_is_overwritten:
            with pytest.raises(OvertakenError):
                measurement.measure(frame(pose.index, True), lambda: 0)
    return samples


def test_all_goes_on_as_if_it_had_never_come() -> None:
    samples = measured(gap_is_overwritten=True)
    assert samples == measured(gap_is_overwritten=False)
    assert samples[-1].state == "measuring"
