"""Given somebody in view for an hour without running, then what is kept does not grow, and nobody is followed for nothing."""

import pickle

import numpy as np
import pytest

from analysis.engine import Engine
from analysis.frame_facts import FrameFacts
from analysis.landmarks import EARS, HEELS, NOSE, TOES, Landmarks
from analysis.states import NO_PERSON, NOT_RUNNING, STARTING
from tests.stick_runner import StickRunner, collapsed
from wire.clock import s_to_ns
from wire.messages import Facing, Stamps

FPS = 2.5
"""Few frames a second: what grows without end grows by frames, and the hour stays short."""


def stood(engine: Engine, start_s: float, end_s: float, *, frontal: bool = False) -> tuple[int, str]:
    """How much the engine keeps, in bytes, after somebody stood there for so long; and the last frame's state."""
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


@pytest.mark.parametrize(("frontal", "state"), [(False, NOT_RUNNING), (True, STARTING)])
def test_an_hour_of_standing_is_kept_no_longer_than_a_minute(frontal: bool, state: str) -> None:
    engine = Engine()
    after_a_minute, _ = stood(engine, 0, 60, frontal=frontal)
    after_an_hour, last_state = stood(engine, 60, 3600, frontal=frontal)
    assert last_state == state
    assert after_an_hour <= 1.02 * after_a_minute


def test_while_nobody_is_in_view_nothing_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr("analysis.engine.FollowedRunner", lambda *_: made.append(1))
    engine = Engine()
    for index in range(100):
        sample, _ = engine.measure(
            FrameFacts(1, index + 1, index, 640, 720, Stamps(capture_ns=s_to_ns((index + 1) / 30))), None
        )
        assert sample.state == NO_PERSON
    assert not made


@pytest.mark.parametrize("facing", ["right", "left"])
def test_somebody_who_faced_the_camera_for_a_minute_settles_soon_after_turning(facing: Facing) -> None:
    engine = Engine()
    stood(engine, 0, 60, frontal=True)
    sticks = StickRunner(facing=facing)
    for index in range(60 * 30, 62 * 30):
        t_s = (index + 1) / 30 + 0.2
        facts = FrameFacts(1, index + 1, index, 640, 720, Stamps(capture_ns=s_to_ns(t_s)))
        engine.measure(facts, sticks.landmarks(sticks.runner.pose(t_s)))
    assert engine.facing == facing


def test_steps_that_were_no_running_do_not_mislead_for_the_rest_of_the_run() -> None:
    """Both legs swing together for three seconds, as nobody runs; then the runner runs."""
    sticks, engine, strides = StickRunner(), Engine("right"), []
    for index in range(9 * 30):
        t_s = (index + 1) / 30
        seen = sticks.landmarks(sticks.runner.pose(t_s))
        if t_s < 3:
            seen = collapsed(seen, "right" if int(t_s / 0.3) % 2 else "left")
        strides += engine.measure(FrameFacts(1, index + 1, index, 640, 720, Stamps(capture_ns=s_to_ns(t_s))), seen)[1]
    late = [stride for stride in strides if stride.leg == "near" and stride.t_peak_ns > s_to_ns(6)]
    assert len(late) >= 3
    assert [stride.hip_extension_deg for stride in late] == pytest.approx([18.0] * len(late), abs=0.7)
