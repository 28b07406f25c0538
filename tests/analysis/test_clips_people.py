"""Given clips with a coach in view, or with somebody who walks, then only the runner is measured."""

import pytest

from config.sections.capture import Zone
from tests.support.measured_clip import measured
from wire.faults import SampleState

pytestmark = [pytest.mark.clips, pytest.mark.slow]

RUNNER_ZONE = Zone(left=0.3, right=0.78)
"""The belt with room for the feet behind the runner; the coach stands at its right edge."""


def test_in_a_zone_the_runner_is_measured_as_soon_as_running() -> None:
    clip = measured("two_people_30fps", 8, zone=RUNNER_ZONE)
    assert {sample.facing for sample in clip.samples[30:]} == {"left"}
    # The runner releases the console at 0.9 s and is seen to run two strides later.
    assert min(stride.t_peak_ns for stride in clip.strides) < 2.5e9
    for sample in clip.samples:
        assert sample.near.hip_px is None or sample.near.hip_px[0] < 0.75 * sample.width_px
    # The steps at the console are not running: what was learnt from them is dropped, and extension is as without a zone.
    assert all(20 < stride.hip_extension_deg < 40 for stride in clip.near(from_s=2.5))
    assert len(clip.near(from_s=2.5)) >= 2


def test_walking_there_and_back_gives_no_stride_and_one_facing() -> None:
    clip = measured("walk_turn_30fps", 11)
    assert clip.strides == []
    # On the way back, at 126 steps a minute, a few frames count as running until the rhythm is known.
    assert sum(sample.state == SampleState.MEASURING for sample in clip.samples) < 0.05 * len(clip.samples)
    # The walker returns backwards: the nose shows the facing, not the direction of travel.
    assert {sample.facing for sample in clip.samples} == {None, "left"}
