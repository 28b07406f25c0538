"""The program rests half a minute after the last person has left, and works again as soon as somebody is in view."""

import pytest

from analysis.attendance import RESTS_AFTER_S, Attendance
from analysis.frame_facts import FrameFacts
from analysis.gait_engine import GaitEngine
from tests.support.stick_runner import HEIGHT_PX, WIDTH_PX, StickRunner
from wire.clock import NS_PER_S, s_to_ns
from wire.faults import SampleState
from wire.messages import Stamps

EMPTY, PERSON = SampleState.NO_PERSON, SampleState.STARTING


def states(attendance: Attendance, from_s: float, to_s: float, state: SampleState) -> list[bool]:
    """Whether it rests after each sample of that time, ten a second."""
    return [attendance.update(from_s + i / 10, state) for i in range(round(10 * (to_s - from_s)))]


def test_an_empty_view_is_no_rest_until_it_has_lasted() -> None:
    attendance = Attendance()
    assert not any(states(attendance, 5.0, 5.0 + RESTS_AFTER_S, EMPTY))
    assert attendance.update(5.0 + RESTS_AFTER_S, EMPTY)


def test_the_first_sample_with_a_person_ends_the_rest() -> None:
    attendance = Attendance()
    assert states(attendance, 0.0, 60.0, EMPTY)[-1]
    assert not attendance.update(60.2, PERSON)
    assert not any(states(attendance, 60.3, 60.3 + RESTS_AFTER_S, EMPTY))


def test_somebody_who_stands_or_runs_is_no_empty_view() -> None:
    attendance = Attendance()
    for state in set(SampleState) - {EMPTY}:
        assert not any(states(attendance, 0.0, 2 * RESTS_AFTER_S, state)), state


def test_a_person_missed_for_a_moment_is_no_rest() -> None:
    attendance = Attendance()
    for start_s in range(0, 90, 10):
        assert not any(states(attendance, start_s, start_s + 9, EMPTY))
        assert not attendance.update(start_s + 9.5, PERSON)


class TestSomebodyWhoStepsOn:
    """Pictures of a rest are 0.2 s apart; half a second after the first with somebody, every picture is measured."""

    FPS = 60
    STEPS_ON_S = RESTS_AFTER_S + 5.07
    """Between two pictures of the rest."""
    LOOK_S, WAKES_S = 0.2, 0.5

    def peaks_s(self, stands_s: float, rests: bool) -> list[float]:
        """The peaks of the strides, from stepping on."""
        engine, attendance, sticks = GaitEngine(), Attendance(), StickRunner(stand_s=stands_s)
        found: list[float] = []
        resting, awake_from_s, looked = False, 0.0, -1
        for index in range(round((self.STEPS_ON_S + stands_s + 4.0) * self.FPS)):
            t_s = index / self.FPS
            if rests and (resting or t_s < awake_from_s) and int(t_s / self.LOOK_S) == looked:
                continue
            looked = int(t_s / self.LOOK_S)
            since_s = t_s - self.STEPS_ON_S
            seen = sticks.landmarks(sticks.runner.pose(since_s)) if since_s >= 0 else None
            facts = FrameFacts(1, index + 1, index, WIDTH_PX, HEIGHT_PX, Stamps(capture_ns=s_to_ns(t_s)))
            sample, strides = engine.measure(facts, seen)
            found += [stride.t_peak_ns / NS_PER_S - self.STEPS_ON_S for stride in strides]
            was_resting, resting = resting, attendance.update(t_s, sample.state)
            if was_resting and not resting:
                awake_from_s = t_s + self.WAKES_S
        return sorted(found)

    @pytest.mark.parametrize("stands_s", [0.7, 1.5])
    def test_and_runs_loses_no_stride(self, stands_s: float) -> None:
        awake = self.peaks_s(stands_s, rests=False)
        assert len(awake) > 5
        assert self.peaks_s(stands_s, rests=True) == pytest.approx(awake, abs=0.01)

    def test_in_the_middle_of_a_run_loses_one_at_most(self) -> None:
        awake, rested = (self.peaks_s(0.0, rests) for rests in (False, True))
        assert len(rested) >= len(awake) - 1
