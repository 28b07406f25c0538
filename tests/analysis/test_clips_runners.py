"""Given clips of unusual runners, and of people who do not run, then the result agrees with a count by hand."""

from itertools import pairwise

import numpy as np
import pytest

from tests.support.measured_clip import measured

pytestmark = [pytest.mark.clips, pytest.mark.slow]


def test_a_runner_filmed_at_18_fps_is_measured_all_through() -> None:
    clip = measured("treadmill_woman_18fps", 60)
    assert len(clip.near()) in (29, 30)
    assert {stride.side for stride in clip.near()} == {"left"}
    duration_s = (clip.near()[-1].t_peak_ns - clip.near()[0].t_peak_ns) / 1e9
    assert 120 * (len(clip.near()) - 1) / duration_s == pytest.approx(160.5, abs=1.5)


def test_a_runner_behind_a_passer_by_keeps_the_legs() -> None:
    near = measured("outdoor_passerby_25fps", 60).near()
    assert len(near) == 9
    steps_s = [(later.t_peak_ns - earlier.t_peak_ns) / 1e9 for earlier, later in pairwise(near)]
    assert max(steps_s) < 1.15 * min(steps_s)
    assert {stride.side for stride in near} == {"left"}


def test_a_sprint_gives_its_strides_and_nothing_in_mid_swing() -> None:
    near = measured("sprint_90fps", 60).near()
    assert len(near) in (2, 3)
    assert np.median([stride.hip_extension_deg for stride in near]) == pytest.approx(37, abs=4)
    assert all(abs(stride.t_peak_ns / 1e9 - 0.6) > 0.1 for stride in near)


@pytest.mark.parametrize("name", ["marching_29fps", "stair_machine_30fps", "walking_child_30fps"])
def test_who_does_not_run_gives_no_stride(name: str) -> None:
    assert measured(name, 60).strides == []
