"""Given states that change from frame to frame, then the state shown does not flicker."""

from collections.abc import Iterable

import numpy as np
import pytest

from analysis.frame_facts import FrameFacts
from analysis.gait_engine import GaitEngine
from analysis.pose.landmarks import HIPS, SHOULDERS, Landmarks
from analysis.runner.framing import FramingWatch
from analysis.runner.steady_state import HOLD_S, MOST_STARTING_S, SteadyState
from analysis.runner.upright import body_axis_px, turn_to_upright_deg
from capture.synthetic.kinematics import Runner, RunnerParameters
from tests.support.stick_runner import HEIGHT_PX, WIDTH_PX, StickRunner
from wire.clock import s_to_ns
from wire.faults import SampleState
from wire.messages import Sample, Stamps

FPS = 30
MEASURING, STARTING, NOT_RUNNING, PARTLY_OUT = (
    SampleState.MEASURING,
    SampleState.STARTING,
    SampleState.NOT_RUNNING,
    SampleState.PARTLY_OUT,
)


def shown(states: Iterable[SampleState]) -> list[SampleState]:
    steady = SteadyState()
    return [steady.update(index / FPS, state) for index, state in enumerate(states)]


def test_a_reason_that_lasts_a_moment_is_not_shown() -> None:
    states = shown([NOT_RUNNING] * 30 + [PARTLY_OUT] * 10 + [NOT_RUNNING] * 30)
    assert set(states) == {NOT_RUNNING}


def test_a_reason_that_lasts_is_shown() -> None:
    states = shown([NOT_RUNNING] * 30 + [PARTLY_OUT] * 30)
    assert states[30 + round(HOLD_S * FPS) - 1] is NOT_RUNNING
    assert states[-1] is PARTLY_OUT


def test_measuring_begins_and_ends_at_once() -> None:
    states = shown([NOT_RUNNING] * 30 + [MEASURING] * 2 + [NOT_RUNNING] * 2)
    assert states[30:] == [MEASURING] * 2 + [NOT_RUNNING] * 2


def test_starting_does_not_last() -> None:
    states = shown([STARTING] * 120)
    assert set(states[round((MOST_STARTING_S + 0.1) * FPS) :]) == {NOT_RUNNING}


def test_starting_is_not_shown_over_an_empty_picture() -> None:
    """Somebody is in view too briefly to show whether they run, and leaves; in the second run nobody is there at all."""
    sticks, states = StickRunner(), []
    for engine, seconds in ((GaitEngine(), 0.4), (GaitEngine(), 0.0)):
        for index in range(2 * FPS):
            t_s = index / FPS
            seen = sticks.landmarks(sticks.runner.pose(t_s)) if t_s < seconds else None
            facts = FrameFacts(1, index + 1, index, WIDTH_PX, HEIGHT_PX, Stamps(capture_ns=s_to_ns(t_s) + 1))
            states.append((seen is None, engine.measure(facts, seen)[0].state))
    assert {state for empty, state in states if empty} == {SampleState.NO_PERSON}
    assert {state for empty, state in states if not empty} == {STARTING}


def framed(size: float, width_px: int, height_px: int) -> SampleState | None:
    """A runner of this size whose points jump about a little, at the lower edge of a picture."""
    sticks, watch, rng, state = StickRunner(), FramingWatch(), np.random.default_rng(1), None
    feet_px = np.array([WIDTH_PX / 2, 0.9 * HEIGHT_PX])
    for t_s in np.arange(0, 3, 1 / FPS):
        seen = sticks.landmarks(sticks.runner.pose(t_s))
        points = (seen.points_px - feet_px) * size + (width_px / 2, 0.97 * height_px)
        state = watch.update(t_s, Landmarks(points + rng.normal(0, 4.0, points.shape), seen.visibility), width_px, height_px)
    return state


def test_somebody_small_and_wholly_in_view_is_too_small_and_not_partly_out() -> None:
    assert framed(0.15, 1280, 720) is SampleState.TOO_SMALL


def test_somebody_who_fills_a_small_picture_is_told_that_it_has_too_few_pixels() -> None:
    assert framed(0.2, 160, 120) is SampleState.TOO_FEW_PIXELS


@pytest.mark.parametrize(("yaw_deg", "state"), [(0, None), (15, None), (30, SampleState.OBLIQUE)])
def test_a_camera_far_off_side_on_is_oblique(yaw_deg: float, state: SampleState | None) -> None:
    """Shoulders and hips 0.36 and 0.22 m apart on a trunk of 0.5 m; they rotate by 10° with the arms, one against the other."""
    sticks, watch, found = StickRunner(), FramingWatch(), None
    for t_s in np.arange(0, 4, 1 / FPS):
        points = sticks.landmarks(sticks.runner.pose(t_s)).points_px
        trunk_px = np.hypot(*(points[list(SHOULDERS.values())].mean(axis=0) - points[list(HIPS.values())].mean(axis=0)))
        for pair, half_width, sense in ((SHOULDERS, 0.36, 1.0), (HIPS, 0.22, -1.0)):
            turned_rad = np.radians(yaw_deg + sense * 10 * np.cos(2 * np.pi * 1.4 * t_s))
            points[list(pair.values()), 0] = WIDTH_PX / 2 + half_width * trunk_px * np.sin(turned_rad) * np.array([1.0, -1.0])
        found = watch.update(t_s, Landmarks(points, np.ones(33)), WIDTH_PX, HEIGHT_PX)
    assert found is state


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_runner_in_a_rotated_picture_is_not_upright(quarters: int) -> None:
    sticks, watch, found = StickRunner(), FramingWatch(), None
    axis_px = np.zeros(2)
    for t_s in np.arange(0, 3, 1 / FPS):
        points = sticks.landmarks(sticks.runner.pose(t_s)).points_px
        for _ in range(quarters):
            points = np.stack([HEIGHT_PX - points[:, 1], points[:, 0]], axis=1)  # clockwise
        seen = Landmarks(points, np.ones(33))
        axis_px += body_axis_px(seen)
        found = watch.update(t_s, seen, 2 * WIDTH_PX, 2 * HEIGHT_PX)
    assert found is (SampleState.NOT_UPRIGHT if quarters else None)
    assert turn_to_upright_deg(*axis_px.tolist()) == (360 - 90 * quarters) % 360


def engine_over(runner: Runner, seconds: float, engine: GaitEngine, from_s: float = 0.0) -> list[Sample]:
    sticks, rng, samples = StickRunner(), np.random.default_rng(1), []
    for index in range(round(seconds * FPS)):
        t_s = index / FPS
        seen = sticks.landmarks(runner.pose(t_s))
        noisy = Landmarks(seen.points_px + rng.normal(0, 1.0, (33, 2)), seen.visibility)
        facts = FrameFacts(1, index + 1, index, WIDTH_PX, HEIGHT_PX, Stamps(capture_ns=s_to_ns(from_s + t_s) + 1))
        samples.append(engine.measure(facts, noisy)[0])
    return samples


def test_standing_on_the_side_rails_does_not_move_the_zero() -> None:
    engine, leaning = GaitEngine(), StickRunner(roll_deg=4)
    before = engine_over(Runner(RunnerParameters(stand_s=3)), 8, engine)
    zero_deg = before[-1].standing_thigh_deg
    assert zero_deg is not None
    rng = np.random.default_rng(1)
    for index in range(5 * FPS):
        t_s = 8 + index / FPS
        seen = leaning.landmarks(Runner(RunnerParameters(stand_s=99)).pose(t_s))
        noisy = Landmarks(seen.points_px + rng.normal(0, 1.0, (33, 2)), seen.visibility)
        sample, _ = engine.measure(FrameFacts(1, index, index, WIDTH_PX, HEIGHT_PX, Stamps(capture_ns=s_to_ns(t_s) + 1)), noisy)
        assert sample.standing_thigh_deg == zero_deg
    engine.recalibrate()
    assert engine_over(Runner(RunnerParameters(stand_s=99)), 4, engine, from_s=13)[-1].standing_thigh_deg is not None


def test_a_session_that_began_with_running_is_not_given_a_zero_in_mid_run() -> None:
    engine = GaitEngine()
    engine_over(Runner(RunnerParameters()), 5, engine)
    assert engine_over(Runner(RunnerParameters(stand_s=99)), 5, engine, from_s=5)[-1].standing_thigh_deg is None
