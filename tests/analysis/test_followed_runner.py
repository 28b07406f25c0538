"""Given somebody in view for an hour without running, then memory does not grow."""

import pickle

import numpy as np
import pytest

from analysis.frame_facts import FrameFacts
from analysis.gait_engine import GaitEngine
from analysis.pose.landmarks import EARS, HEELS, NOSE, TOES, Landmarks
from tests.support.stick_runner import StickRunner, collapsed
from wire.clock import s_to_ns
from wire.faults import SampleState
from wire.messages import Facing, Stamps

FPS = 2.5
"""Low, to keep the hour short: memory that grows without limit grows with the number of frames."""


def stood(engine: GaitEngine, start_s: float, end_s: float, *, frontal: bool = False) -> tuple[int, str]:
    """The size of the engine in bytes after somebody stood there for this long, and the state of the last frame."""
    sticks, rng = StickRunner(stand_s=1e9), np.random.default_rng(1)
    still = sticks.landmarks(sticks.runner.pose(0))
    if frontal:
        still.points_px[NOSE, 0] = still.points_px[list(EARS.values()), 0].mean()
        still.points_px[list(TOES.values()), 0] = still.points_px[list(HEELS.values()), 0]
    state = ""
    for index in range(round(start_s * FPS), round(end_s * FPS)):
        facts = FrameFacts(1, index + 1, index, 640, 720, Stamps(capture_ns=s_to_ns((index + 1) / FPS)))
        sample, _ = engine.measure(facts, Landmarks(still.points_px + rng.normal(0, 1, (33, 2)), still.visibility))
        state = sample.state
    return len(pickle.dumps(engine)), state


@pytest.mark.slow
@pytest.mark.parametrize("frontal", [False, True])
def test_an_hour_of_standing_takes_no_more_memory_than_a_minute(frontal: bool) -> None:
    engine = GaitEngine()
    after_a_minute, _ = stood(engine, 0, 60, frontal=frontal)
    after_an_hour, last_state = stood(engine, 60, 3600, frontal=frontal)
    assert last_state == SampleState.NOT_RUNNING
    assert after_an_hour <= 1.02 * after_a_minute


def test_while_nobody_is_in_view_no_runner_is_created(monkeypatch: pytest.MonkeyPatch) -> None:
    created = []
    monkeypatch.setattr("analysis.gait_engine.FollowedRunner", lambda *_: created.append(1))
    engine = GaitEngine()
    for index in range(100):
        sample, _ = engine.measure(
            FrameFacts(1, index + 1, index, 640, 720, Stamps(capture_ns=s_to_ns((index + 1) / 30))), None
        )
        assert sample.state == SampleState.NO_PERSON
    assert not created


@pytest.mark.parametrize("facing", ["right", "left"])
def test_the_facing_of_somebody_who_faced_the_camera_for_a_minute_is_settled_soon_after_turning(facing: Facing) -> None:
    engine = GaitEngine()
    stood(engine, 0, 60, frontal=True)
    sticks = StickRunner(facing=facing)
    for index in range(60 * 30, 62 * 30):
        t_s = (index + 1) / 30 + 0.2
        facts = FrameFacts(1, index + 1, index, 640, 720, Stamps(capture_ns=s_to_ns(t_s)))
        engine.measure(facts, sticks.landmarks(sticks.runner.pose(t_s)))
    assert engine.facing == facing


@pytest.mark.slow
def test_steps_that_were_not_running_do_not_spoil_the_rest_of_the_run() -> None:
    """Both legs swing together for three seconds, which is not running; then the runner runs."""
    sticks, engine, strides = StickRunner(), GaitEngine("right"), []
    for index in range(9 * 30):
        t_s = (index + 1) / 30
        seen = sticks.landmarks(sticks.runner.pose(t_s))
        if t_s < 3:
            seen = collapsed(seen, "right" if int(t_s / 0.3) % 2 else "left")
        strides += engine.measure(FrameFacts(1, index + 1, index, 640, 720, Stamps(capture_ns=s_to_ns(t_s))), seen)[1]
    late = [stride for stride in strides if stride.leg == "near" and stride.t_peak_ns > s_to_ns(6)]
    assert len(late) >= 3
    assert [stride.hip_extension_deg for stride in late] == pytest.approx([18.0] * len(late), abs=0.7)


@pytest.mark.slow
def test_a_filter_that_was_misled_is_replaced_without_losing_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.runner.followed_runner.MISLED_QUALITY", 1.1)  # every stride counts as a poor one
    sticks, engine, strides = StickRunner(), GaitEngine("right"), []
    for index in range(8 * 30):
        t_s = (index + 1) / 30
        seen = sticks.landmarks(sticks.runner.pose(t_s))
        sample, settled = engine.measure(FrameFacts(1, index + 1, index, 640, 720, Stamps(capture_ns=s_to_ns(t_s))), seen)
        assert sample.frame_index == index
        strides += settled
    assert len(strides) > 6
