"""Given several people in view, then the one who runs on the treadmill is measured and nobody else."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from analysis.measurement import Measurement
from analysis.pose.landmarks import Landmarks
from analysis.pose.pose_estimator import PoseModel
from analysis.runner.treadmill_place import GONE_S
from config.settings import Settings
from tests.support.stick_runner import HEIGHT_PX, WIDTH_PX, StickRunner
from wire.clock import s_to_ns
from wire.faults import SampleState
from wire.frames.frame import Frame, Image
from wire.messages import Sample

pytestmark = pytest.mark.slow

FPS = 30
WIDE_PX = 1280
Person = Callable[[float], Landmarks | None]
"""The landmarks of somebody at a time; None: out of view."""


def somebody(sticks: StickRunner, x_px: float = 0.0, size: float = 1.0, speed_px: float = 0.0) -> Person:
    """Somebody who moves like these sticks, shifted to the right, scaled, and crossing the image at this speed."""

    def seen(t_s: float) -> Landmarks | None:
        landmarks = sticks.landmarks(sticks.runner.pose(t_s))
        feet_px = np.array([WIDTH_PX / 2, 0.9 * HEIGHT_PX])
        there_px = np.array([WIDE_PX / 2 + x_px + speed_px * t_s, 0.9 * HEIGHT_PX])
        return Landmarks((landmarks.points_px - feet_px) * size + there_px, landmarks.visibility)

    return seen


def between(person: Person, start_s: float, end_s: float) -> Person:
    return lambda t_s: person(t_s) if start_s <= t_s < end_s else None


RUNNER = somebody(StickRunner())
COACH = somebody(StickRunner(stand_s=1e9), x_px=250)


@dataclass
class People:
    """A pose model that follows one of these people until they are out of view, as a tracker does."""

    people: list[Person]
    t_s: float = 0.0
    followed: int = 0
    looked_elsewhere: int = 0
    facts: dict[str, str] = field(default_factory=dict)
    model: PoseModel | None = None

    def estimate(self, _image: Image) -> Landmarks | None:
        in_view = [i for i, person in enumerate(self.people) if person(self.t_s) is not None]
        if self.followed not in in_view:
            self.followed = in_view[0] if in_view else 0
        return self.people[self.followed](self.t_s)

    def look_elsewhere(self, _image: Image) -> bool:
        self.looked_elsewhere += 1
        others = [i for i, person in enumerate(self.people) if i != self.followed and person(self.t_s) is not None]
        if others:
            self.followed = next((i for i in others if i > self.followed), others[0])
        return bool(others)

    def close(self) -> None: ...


def watched(pose: People, seconds: float) -> list[tuple[float, int, Sample, list[float]]]:
    """Per frame: time, the person followed, the sample, and the hip extension of the near strides settled."""
    measurement, image, seen = Measurement(Settings(), pose), np.zeros((HEIGHT_PX, WIDE_PX, 3), np.uint8), []
    for index in range(round(seconds * FPS)):
        pose.t_s = (index + 1) / FPS
        at_ns = s_to_ns(pose.t_s)
        sample, strides = measurement.measure(Frame(1, index + 1, index, at_ns, at_ns, at_ns, "driver", image), lambda: 0)
        seen.append((pose.t_s, pose.followed, sample, [s.hip_extension_deg for s in strides if s.leg == "near"]))
    return seen


def test_the_runner_is_found_beside_a_coach_who_was_seen_first() -> None:
    seen = watched(People([COACH, RUNNER]), 5)
    assert next(who for _, who, sample, _ in seen if sample.state == SampleState.MEASURING) == 1
    assert next(t_s for t_s, _, sample, _ in seen if sample.state == SampleState.MEASURING) < 5
    assert seen[-1][2].state == SampleState.MEASURING


def test_while_the_runner_is_out_of_view_nobody_else_is_measured() -> None:
    away = between(somebody(StickRunner()), 0, 5)
    back = between(somebody(StickRunner()), 12, 99)
    neighbour = between(somebody(StickRunner(extension_deg=10), x_px=250, size=0.8), 3, 99)
    seen = watched(People([lambda t_s: away(t_s) or back(t_s), neighbour]), 16)
    assert {sample.state for t_s, _, sample, _ in seen if 5.6 < t_s < 12} == {SampleState.NO_PERSON}
    assert seen[-1][2].state == SampleState.MEASURING
    assert all(extension_deg > 15 for _, _, _, strides in seen for extension_deg in strides)
    # Found again within half a second, and measured as soon as anybody who starts to run.
    assert next(t_s for t_s, who, _, _ in seen if t_s > 12 and who == 0) < 12.6
    assert next(t_s for t_s, _, sample, _ in seen if t_s > 12 and sample.state == SampleState.MEASURING) < 14


def test_a_runner_who_pauses_on_the_belt_is_kept_with_the_calibration() -> None:
    paused = somebody(StickRunner(stand_s=1e9))
    first = somebody(StickRunner(stand_s=3))
    pose = People([lambda t_s: first(t_s) if t_s < 9 else paused(t_s), between(COACH, 5, 99)])
    seen = watched(pose, 15)
    assert seen[-1][2].state == SampleState.NOT_RUNNING
    assert pose.looked_elsewhere <= 1
    assert all(who == 0 for _, who, _, _ in seen)
    assert all(sample.standing_thigh_deg is not None for t_s, _, sample, _ in seen if t_s > 3)


def test_after_a_while_a_runner_anywhere_else_is_measured() -> None:
    here, there = between(RUNNER, 0, 5), between(somebody(StickRunner(), x_px=-230), 6, 99)
    seen = watched(People([lambda t_s: here(t_s) or there(t_s)]), GONE_S + 9)
    assert {sample.state for t_s, _, sample, _ in seen if 6 < t_s < GONE_S + 4} == {SampleState.NO_PERSON}
    assert seen[-1][2].state == SampleState.MEASURING


def test_a_camera_reopened_in_another_mode_keeps_the_calibration() -> None:
    large = somebody(StickRunner(stand_s=3))

    def seen(t_s: float) -> Landmarks | None:
        landmarks = large(t_s)
        return landmarks if landmarks is None or t_s <= 8 else Landmarks(landmarks.points_px / 2, landmarks.visibility)

    pose = People([seen])
    measurement, states = Measurement(Settings(), pose), []
    for index in range(12 * FPS):
        pose.t_s = (index + 1) / FPS
        part = 1 if pose.t_s <= 8 else 2
        at_ns, image = s_to_ns(pose.t_s), np.zeros((HEIGHT_PX // part, WIDE_PX // part, 3), np.uint8)
        sample, _ = measurement.measure(Frame(1, index + 1, index, at_ns, at_ns, at_ns, "driver", image), lambda: 0)
        states.append((pose.t_s, sample.state, sample.standing_thigh_deg))
    assert SampleState.NO_PERSON not in {state for t_s, state, _ in states if t_s > 6}
    assert states[-1][1] == SampleState.MEASURING
    assert states[-1][2] is not None


def test_somebody_who_runs_past_is_not_taken_for_the_place_of_the_treadmill() -> None:
    passing = between(somebody(StickRunner(), x_px=-300, speed_px=150), 0, 4)
    seen = watched(People([passing, between(RUNNER, 4, 99)]), 8)
    assert seen[-1][2].state == SampleState.MEASURING


def test_a_coach_who_walks_past_in_front_is_not_measured() -> None:
    # Nearer to the camera and so larger; the tracker stays with the coach although the runner is still there.
    in_front = between(somebody(StickRunner(extension_deg=10, cadence_spm=150), size=1.9), 6, 8)
    seen = watched(People([lambda t_s: None if 6 <= t_s < 8 else RUNNER(t_s), in_front]), 12)
    assert {sample.state for t_s, _, sample, _ in seen if 6 < t_s < 8} == {SampleState.NO_PERSON}
    assert all(extension_deg > 15 for _, _, _, strides in seen for extension_deg in strides)
    assert seen[-1][2].state == SampleState.MEASURING
