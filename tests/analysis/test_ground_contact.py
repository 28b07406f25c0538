"""Given a runner whose ground contact is known, then it is found between the frames, or no value is given."""

import numpy as np
import pytest

from analysis.gait.curves import MEAN_KNEE_DEG, MEAN_THIGH_DEG, basis
from analysis.gait_engine import GaitEngine
from analysis.measures.ground_contact import CONTACT_AFTER_S, InitialContact, read_ground_times, read_initial_contact
from analysis.measures.stride_measures import with_belt
from analysis.measures.triple_extension import read_triple_extension
from tests.support.gait_simulation import ankle_ahead_leg
from tests.support.measured_sticks import every, measure, near
from tests.support.stick_runner import StickRunner
from wire.messages import Belt, Stride

# The mean of 28 runners at 3.5 m/s: stride time, contact time and the peak of extension (Fukuchi, Fukuchi & Duarte 2017).
STRIDE_S, CONTACT_S, PEAK_S = 0.7031, 0.237, 0.277
ANY_START = [0.0, 0.2, 0.4, 0.6, 0.8]


def mean_runner(fps: float, start: float, noise_deg: float = 0.0) -> tuple[InitialContact | None, float | None]:
    """Contact and toe-off measured on the mean curves, seconds from true contact; `start` shifts the frames, 0 to 1."""
    rng = np.random.default_rng(round(1000 * start))
    t_s = np.arange(-0.5 * STRIDE_S, 0.55 * STRIDE_S, 1 / fps) + start / fps
    rows = basis(t_s / STRIDE_S)
    thigh_deg, knee_deg = (rows @ curve + rng.normal(0, noise_deg, len(t_s)) for curve in (MEAN_THIGH_DEG, MEAN_KNEE_DEG))
    contact = read_initial_contact(t_s.tolist(), ankle_ahead_leg(thigh_deg, knee_deg).tolist(), PEAK_S, STRIDE_S)
    knee_s = read_triple_extension(t_s.tolist(), knee_deg.tolist(), [0.0] * len(t_s), PEAK_S).knee_s
    return contact, None if knee_s is None else PEAK_S + knee_s


@pytest.mark.parametrize("start", ANY_START)
@pytest.mark.parametrize("fps", [30, 60, 120])
def test_contact_and_overstride_do_not_depend_on_the_frame_rate(fps: float, start: float) -> None:
    contact, _ = mean_runner(fps, start)
    assert contact is not None
    assert 1000 * contact.t_s == pytest.approx(0, abs=8)
    at_contact = basis(np.zeros(1))
    assert contact.overstride_leg == pytest.approx(
        ankle_ahead_leg(at_contact @ MEAN_THIGH_DEG, at_contact @ MEAN_KNEE_DEG)[0], abs=0.015
    )


@pytest.mark.parametrize("start", ANY_START)
def test_the_time_on_the_belt_and_in_the_air_add_up_to_a_step(start: float) -> None:
    contact, toe_off_s = mean_runner(60, start, noise_deg=1.0)
    assert contact is not None
    assert toe_off_s is not None
    times = read_ground_times(contact.t_s, toe_off_s, STRIDE_S)
    assert times is not None
    assert times.contact_s == pytest.approx(CONTACT_S, abs=0.025)
    assert times.contact_s + times.flight_s == pytest.approx(STRIDE_S / 2)


def test_without_flight_no_time_is_given() -> None:
    assert read_ground_times(0.0, 0.6 * STRIDE_S, STRIDE_S) is None
    assert read_ground_times(0.1, 0.0, STRIDE_S) is None


def test_a_leg_seen_too_little_has_no_contact() -> None:
    assert read_initial_contact([], [], PEAK_S, STRIDE_S) is None
    assert read_initial_contact([0.0, 0.01], [0.2, 0.2], PEAK_S, STRIDE_S) is None


@pytest.mark.parametrize(("fps", "timed"), [(30, False), (54, False), (56, True), (60, True)])
@pytest.mark.slow
def test_every_stride_has_its_overstride(fps: float, timed: bool) -> None:
    sticks = StickRunner()
    _, strides = measure(sticks, every(5, fps))
    late = [stride for stride in strides if stride.t_peak_ns > 2.5e9]
    grid_s = np.arange(5, 5 + sticks.runner.parameters.stride_s, 0.001)
    legs = [sticks.runner.pose(t_s).near_leg for t_s in grid_s]
    ahead_leg = np.array([leg.ankle[0] - leg.hip[0] for leg in legs]) / (0.491 * sticks.runner.parameters.stature_m)
    at_contact = float(ahead_leg[(int(ahead_leg.argmax()) + round(1000 * CONTACT_AFTER_S)) % len(grid_s)])
    assert {stride.leg for stride in late} == {"near", "far"}
    assert [stride.value("overstride_leg") for stride in late] == pytest.approx([at_contact] * len(late), abs=0.02)
    assert all((stride.value("contact_ms") is not None) == (timed and stride.leg == "near") for stride in late)
    for stride in near(late) if timed else []:
        contact_ms, flight_ms = stride.value("contact_ms"), stride.value("flight_ms")
        assert contact_ms is not None
        assert flight_ms is not None
        assert contact_ms + flight_ms == pytest.approx(500 * sticks.runner.parameters.stride_s, abs=5)


def stride_beside(belt: Belt | None) -> Stride:
    """The last near stride of a runner at 170 steps a minute."""
    engine = GaitEngine()
    engine.belt = belt
    _, strides = measure(StickRunner(), every(3, 60), engine=engine)
    return near(strides)[-1]


def test_with_a_known_belt_speed_the_step_has_a_length() -> None:
    stride = stride_beside(Belt(at_ns=1, speed_mps=3.4, incline_pct=1.5, source="config"))
    assert (stride.belt_speed_mps, stride.incline_pct) == (3.4, 1.5)
    assert stride.value("step_length_m") == pytest.approx(3.4 * 60 / 170, abs=0.01)


@pytest.mark.parametrize("belt", [None, Belt(at_ns=1, speed_mps=None, incline_pct=None, source="ftms")])
def test_without_a_belt_speed_the_step_has_no_length(belt: Belt | None) -> None:
    stride = stride_beside(belt)
    assert (stride.belt_speed_mps, stride.value("step_length_m")) == (None, None)
    assert with_belt(stride, belt) == stride
