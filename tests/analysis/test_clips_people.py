"""Given clips with a coach in view, or with somebody who walks, then only the runner is measured."""

import pytest

from analysis.states import MEASURING
from config.schema import Zone
from tests.measured_clip import measured

pytestmark = pytest.mark.clips

RUNNER_ZONE = Zone(left=0.3, right=0.78)
"""The belt with room for the feet behind the runner; the coach stands at its right edge."""


def test_in_a_zone_the_runner_is_measured_from_the_first_stride() -> None:
    clip = measured("two_people_30fps", 8, zone=RUNNER_ZONE)
    assert {sample.facing for sample in clip.samples[30:]} == {"left"}
    # The runner lets go of the console and begins to run at 0.9 s.
    assert min(stride.t_peak_ns for stride in clip.strides) < 1.5e9
    for sample in clip.samples:
        assert sample.near.hip_px is None or sample.near.hip_px[0] < 0.75 * sample.width_px
    # The steps at the console are no running; what they taught is given up, and the thigh swings back as without a zone.
    assert all(20 < stride.hip_extension_deg < 40 for stride in clip.near(from_s=2.5))
    assert len(clip.near(from_s=2.5)) >= 2


def test_walking_there_and_back_gives_no_stride_and_one_facing() -> None:
    clip = measured("walk_turn_30fps", 11)
    assert clip.strides == []
    # A few frames of the way back, with steps of 126 a minute, pass for running until the rhythm is known.
    assert sum(sample.state == MEASURING for sample in clip.samples) < 0.05 * len(clip.samples)
    # The walker goes back backwards: the nose, not the direction of travel, says where somebody faces.
    assert {sample.facing for sample in clip.samples} == {None, "left"}
