"""Given somebody who walks on the belt, then nothing is measured; a slow runner is."""

import numpy as np
import pytest

from analysis.engine import Engine
from analysis.frame_facts import FrameFacts
from analysis.states import MEASURING, NOT_RUNNING
from capture.runner.kinematics import Runner, RunnerParameters
from tests.stick_runner import StickRunner
from wire.clock import s_to_ns
from wire.messages import Stamps


def last_state(cadence_spm: float, knee_deg: float) -> tuple[str, int]:
    """The state after five seconds of such steps, and how many strides were counted."""
    sticks, engine, strides = StickRunner(), Engine(), 0
    runner = Runner(RunnerParameters(extension_deg=14, knee_drive_deg=28, cadence_spm=cadence_spm, knee_most_deg=knee_deg))
    state = ""
    for index, t_s in enumerate(np.arange(0, 5, 1 / 30)):
        facts = FrameFacts(1, index + 1, index, 640, 720, Stamps(capture_ns=s_to_ns(t_s) + 1))
        sample, settled = engine.measure(facts, sticks.landmarks(runner.pose(t_s)))
        state, strides = sample.state, strides + len(settled)
    return state, strides


@pytest.mark.parametrize("cadence_spm", [100, 110, 120])
def test_walking_is_not_running(cadence_spm: float) -> None:
    assert last_state(cadence_spm, knee_deg=60) == (NOT_RUNNING, 0)


@pytest.mark.parametrize(("cadence_spm", "knee_deg"), [(150, 62), (165, 90), (120, 95)])
def test_running_with_quick_steps_or_a_bent_knee_is_running(cadence_spm: float, knee_deg: float) -> None:
    state, strides = last_state(cadence_spm, knee_deg)
    assert state == MEASURING
    assert strides > 6
