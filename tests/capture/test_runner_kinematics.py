"""The synthetic runner: peaks are exact, movement is smooth, limbs keep their length."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from statistics import mean, stdev
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.synthetic.body_pose import BodyPose, Point
from capture.synthetic.kinematics import Runner, RunnerParameters

PARAMETERS = st.builds(
    RunnerParameters,
    extension_deg=st.floats(0, 35),
    far_extension_deg=st.none() | st.floats(0, 35),
    knee_drive_deg=st.floats(20, 60),
    cadence_spm=st.floats(120, 220),
    trunk_lean_deg=st.floats(-5, 20),
    belt_speed_mps=st.floats(1, 6),
    stature_m=st.floats(1.4, 2.1),
    vertical_oscillation_m=st.floats(0.02, 0.15),
    drift_m=st.floats(0, 0.2),
    sway_deg=st.floats(0, 8),
    change_deg=st.floats(-5, 5),
    change_s=st.floats(0, 20),
    scatter_deg=st.floats(0, 2),
    stand_s=st.just(0.0) | st.floats(0.1, 5),
)
TIMES = st.floats(0, 60)


def points(pose: BodyPose) -> Iterator[Point]:
    for leg in (pose.near_leg, pose.far_leg):
        yield from (leg.hip, leg.knee, leg.ankle, leg.heel, leg.toe)
    for arm in (pose.near_arm, pose.far_arm):
        yield from (arm.shoulder, arm.elbow, arm.wrist)
    yield from (pose.pelvis, pose.neck, pose.head)


def lengths(pose: BodyPose) -> list[float]:
    found = [math.dist(pose.pelvis, pose.neck)]
    for leg in (pose.near_leg, pose.far_leg):
        found += [math.dist(leg.hip, leg.knee), math.dist(leg.knee, leg.ankle), math.dist(leg.heel, leg.toe)]
        found += [math.dist(leg.ankle, leg.heel), math.dist(leg.hip, pose.pelvis)]
    for arm in (pose.near_arm, pose.far_arm):
        found += [math.dist(arm.shoulder, arm.elbow), math.dist(arm.elbow, arm.wrist)]
    return found


def lean_of(upper: Point, lower: Point) -> float:
    """Angle of a segment against vertical, + lower end in front."""
    return math.degrees(math.atan2(lower[0] - upper[0], upper[1] - lower[1]))


@given(PARAMETERS, TIMES)
def test_every_joint_is_finite(parameters: RunnerParameters, t_s: float) -> None:
    assert all(math.isfinite(part) for point in points(Runner(parameters).pose(t_s)) for part in point)


@given(PARAMETERS, TIMES, TIMES)
def test_limbs_keep_their_length(parameters: RunnerParameters, t_s: float, other_s: float) -> None:
    runner = Runner(parameters)
    assert lengths(runner.pose(t_s)) == pytest.approx(lengths(runner.pose(other_s)), rel=1e-9)


@given(PARAMETERS, TIMES)
def test_the_stated_angles_are_those_of_the_joints(parameters: RunnerParameters, t_s: float) -> None:
    pose = Runner(parameters).pose(t_s)
    for leg in (pose.near_leg, pose.far_leg):
        thigh_deg, shank_deg = lean_of(leg.hip, leg.knee), lean_of(leg.knee, leg.ankle)
        assert thigh_deg == pytest.approx(leg.thigh_deg, abs=1e-6)
        assert (thigh_deg - shank_deg) % 360 == pytest.approx(leg.knee_flexion_deg, abs=1e-6)
    assert -lean_of(pose.neck, pose.pelvis) == pytest.approx(pose.trunk_lean_deg, abs=1e-6)


@given(PARAMETERS)
def test_peaks_are_reached_exactly_and_never_exceeded(parameters: RunnerParameters) -> None:
    runner = Runner(parameters)
    end_s = parameters.stand_s + 10
    for leg, peaks in (("near_leg", runner.near_peaks(0, end_s)), ("far_leg", runner.far_peaks(0, end_s))):
        assert len(peaks) >= int(10 / parameters.stride_s) - 1
        for t_s, extension_deg in peaks:
            assert getattr(runner.pose(t_s), leg).thigh_deg == pytest.approx(-extension_deg, abs=1e-9)
            for share in (-0.2, -0.1, -0.01, 0.01, 0.1, 0.2):
                beside_s = t_s + share * parameters.stride_s
                if beside_s > parameters.stand_s:
                    assert getattr(runner.pose(beside_s), leg).thigh_deg > -extension_deg


def test_the_default_peaks_are_those_of_the_parameters() -> None:
    runner = Runner(RunnerParameters(extension_deg=12.5, far_extension_deg=20.0))
    assert {extension_deg for _, extension_deg in runner.near_peaks(0, 20)} == {12.5}
    assert {extension_deg for _, extension_deg in runner.far_peaks(0, 20)} == {20.0}


def test_peaks_occur_once_per_stride_and_half_a_stride_later_for_the_far_leg() -> None:
    parameters = RunnerParameters(cadence_spm=160)
    runner = Runner(parameters)
    near_s = [t_s for t_s, _ in runner.near_peaks(0, 30)]
    far_s = [t_s for t_s, _ in runner.far_peaks(near_s[0], 30)]
    assert [b - a for a, b in pairwise(near_s)] == pytest.approx([0.75] * (len(near_s) - 1))
    assert far_s[0] - near_s[0] == pytest.approx(0.375)


def test_a_range_of_peaks_includes_its_start_and_excludes_its_end() -> None:
    runner = Runner(RunnerParameters())
    peaks = runner.near_peaks(0, 10)
    first_s, last_s = peaks[2][0], peaks[5][0]
    assert runner.near_peaks(first_s, last_s) == peaks[2:5]


@given(
    PARAMETERS.map(lambda p: replace(p, far_extension_deg=None, sway_deg=0.0, change_deg=0.0, scatter_deg=0.0, stand_s=0.0)),
    TIMES,
)
def test_the_legs_are_half_a_stride_apart(parameters: RunnerParameters, t_s: float) -> None:
    runner = Runner(parameters)
    near, far = runner.pose(t_s).near_leg, runner.pose(t_s + parameters.stride_s / 2).far_leg
    assert far.thigh_deg == pytest.approx(near.thigh_deg, abs=1e-6)
    assert far.knee_flexion_deg == pytest.approx(near.knee_flexion_deg, abs=1e-6)
    assert far.ankle_deg == pytest.approx(near.ankle_deg, abs=1e-6)


def test_every_stride_can_have_its_own_extension() -> None:
    wanted = [18.0, 5.0, 30.0, 17.5, 0.0, 12.0]
    runner = Runner(RunnerParameters(), lambda k: wanted[k % len(wanted)])
    near = runner.near_peaks(0, 6 * runner.parameters.stride_s)
    assert [extension_deg for _, extension_deg in near] == wanted
    assert [runner.pose(t_s).near_leg.thigh_deg for t_s, _ in near] == pytest.approx([-w for w in wanted], abs=1e-9)
    far = runner.far_peaks(0, 6 * runner.parameters.stride_s)
    assert [extension_deg for _, extension_deg in far] == [*wanted[1:], wanted[0]]


def test_the_far_leg_keeps_an_extension_of_its_own() -> None:
    runner = Runner(RunnerParameters(far_extension_deg=9.0), lambda k: 10.0 + k)
    assert {extension_deg for _, extension_deg in runner.far_peaks(0, 10)} == {9.0}


def test_sway_changes_the_peaks_slowly_and_symmetrically() -> None:
    runner = Runner(RunnerParameters(sway_deg=3.0, sway_period_s=40.0))
    extensions = [extension_deg for _, extension_deg in runner.near_peaks(0, 80)]
    assert max(extensions) == pytest.approx(21.0, abs=0.01)
    assert min(extensions) == pytest.approx(15.0, abs=0.01)
    assert max(abs(b - a) for a, b in pairwise(extensions)) < 0.4


def test_a_change_applies_to_both_legs_from_its_time_on() -> None:
    runner = Runner(RunnerParameters(extension_deg=14.0, change_deg=3.0, change_s=10.0))
    for peaks in (runner.near_peaks, runner.far_peaks):
        assert {extension_deg for _, extension_deg in peaks(0, 10)} == {14.0}
        assert {extension_deg for _, extension_deg in peaks(10, 30)} == {17.0}


def test_strides_scatter_as_configured_and_the_same_seed_gives_the_same_runner() -> None:
    parameters = RunnerParameters(extension_deg=15.0, scatter_deg=0.8, seed=4)
    peaks_deg = [extension_deg for _, extension_deg in Runner(parameters).near_peaks(0, 600)]
    assert mean(peaks_deg) == pytest.approx(15.0, abs=0.1)
    assert stdev(peaks_deg) == pytest.approx(0.8, abs=0.06)
    assert [deg for _, deg in Runner(parameters).near_peaks(0, 600)] == peaks_deg
    assert [deg for _, deg in Runner(replace(parameters, seed=5)).near_peaks(0, 600)] != peaks_deg
    assert [deg for _, deg in Runner(parameters).far_peaks(0, 600)] != peaks_deg


def test_movement_stays_smooth_when_the_extension_changes() -> None:
    runner = Runner(RunnerParameters(stand_s=0.5), lambda k: 30.0 if k % 2 else 2.0)
    step_s = 1e-3
    thighs = [runner.pose(i * step_s).near_leg.thigh_deg for i in range(6000)]
    slopes = [(b - a) / step_s for a, b in pairwise(thighs)]
    assert max(abs(slope) for slope in slopes) < 900
    assert max(abs(b - a) for a, b in pairwise(slopes)) < 30


def test_the_stance_foot_stays_near_the_belt() -> None:
    runner = Runner(RunnerParameters())
    for i in range(30):
        leg = runner.pose((0.05 + 0.28 * i / 30) * runner.parameters.stride_s).near_leg
        assert abs(min(leg.heel[1], leg.toe[1])) < 0.04


@given(PARAMETERS.map(lambda p: replace(p, stand_s=p.stand_s or 1.0)), st.floats(0, 1))
def test_before_running_the_runner_stands_straight(parameters: RunnerParameters, share: float) -> None:
    runner = Runner(parameters)
    pose = runner.pose(share * parameters.stand_s)
    for leg in (pose.near_leg, pose.far_leg):
        assert (leg.thigh_deg, leg.knee_flexion_deg, leg.ankle_deg) == (0, 0, 0)
        assert leg.toe[1] == pytest.approx(0, abs=1e-9)
    assert pose.trunk_lean_deg == 0
    assert runner.belt_m(share * parameters.stand_s) == 0
    assert runner.near_peaks(0, parameters.stand_s) == []


def test_the_belt_moves_at_its_speed() -> None:
    runner = Runner(RunnerParameters(belt_speed_mps=2.5, stand_s=1.0))
    assert runner.belt_m(5.0) == pytest.approx(10.0)


@pytest.mark.parametrize("wrong", [{"cadence_spm": 0.0}, {"stature_m": -1.0}, {"stand_s": -1.0}])
def test_impossible_parameters_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        RunnerParameters(**wrong)


@given(PARAMETERS, TIMES)
def test_from_the_other_side_the_same_runner_is_seen_with_near_and_far_exchanged(
    parameters: RunnerParameters, t_s: float
) -> None:
    pose = Runner(parameters).pose(t_s)
    other = pose.from_other_side()
    assert (other.near_leg.thigh_deg, other.far_leg.thigh_deg) == (pose.far_leg.thigh_deg, pose.near_leg.thigh_deg)
    assert other.near_leg.hip == (*pose.far_leg.hip[:2], -pose.far_leg.hip[2])
    assert sorted(lengths(other)) == pytest.approx(sorted(lengths(pose)))
    assert other.from_other_side() == pose
