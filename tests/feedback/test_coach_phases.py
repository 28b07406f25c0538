"""A session advances automatically from standing to the summary, and ends when its runner has left."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.sections.session import SessionSettings
from feedback.coach.engine import BASELINE_CONTINUES, COACH_RESTARTED, NOT_CALIBRATED, Coach
from feedback.coach.phases import ABANDONED_PAUSE_S
from tests.support.coached import ABSOLUTE, AT_ONCE, BASELINE, PUSH, STRIDE_S, Run, always, settings
from wire.clock import NS_PER_S, s_to_ns
from wire.faults import SampleState

WHOLE = SessionSettings(
    stand_s=3, stand_skip_s=10, warm_up_s=20, baseline_s=10, drill_s=30, retention_s=10, summary_s=5, step_off_s=10
)


def run(target: object = BASELINE, session: SessionSettings = WHOLE) -> Run:
    return Run(PUSH, target=target, session=session)


def standing_at_the_start(session: SessionSettings = WHOLE) -> Run:
    """A runner who has stood still and is about to run."""
    standing = run(session=session)
    standing.see(SampleState.NOT_RUNNING, 2.0)
    standing.see(SampleState.NOT_RUNNING, 2.0, standing=True)
    return standing


class TestAWholeSession:
    def test_goes_from_stepping_on_to_idle_again(self) -> None:
        runner = run()
        assert runner.see(SampleState.NO_PERSON, 5) == ["idle"]
        assert runner.see(SampleState.NOT_RUNNING, 2) == ["stand"]
        assert runner.see(SampleState.NOT_RUNNING, 8, standing=True) == ["stand", "warm_up"]
        phases = [str(runner.phase.name)]
        while phases[-1] != "summary":
            runner.stride()
            if runner.phase.name != phases[-1]:
                phases.append(runner.phase.name)
        assert phases == ["warm_up", "baseline", "drill", "retention", "summary"]
        assert runner.see(SampleState.NOT_RUNNING, 4) == ["summary"]
        assert runner.see(SampleState.NO_PERSON, 12) == ["summary", "idle"]

    @pytest.mark.parametrize(
        ("name", "length_s"), [("warm_up", 20.0), ("baseline", 10.0), ("drill", 30.0), ("retention", 10.0)]
    )
    def test_each_phase_has_its_set_length_and_publishes_its_end_in_advance(self, name: str, length_s: float) -> None:
        runner = standing_at_the_start()
        runner.until(name)
        runner.stride()
        begun_s, published_ns = runner.t_s, runner.phase.ends_ns
        while runner.phase.name == name:
            runner.stride()
        assert runner.t_s - begun_s == pytest.approx(length_s, abs=2 * STRIDE_S)
        assert published_ns is not None
        assert published_ns / NS_PER_S == pytest.approx(runner.t_s, abs=STRIDE_S)

    def test_a_length_of_zero_skips_a_phase(self) -> None:
        nothing = SessionSettings(stand_s=0, warm_up_s=0, baseline_s=0, drill_s=0, retention_s=0, summary_s=0)
        runner = run(ABSOLUTE, nothing)
        assert runner.see(SampleState.MEASURING, 0.5) == ["summary"]
        assert runner.see(SampleState.MEASURING, 1.0) == ["summary", "idle"]

    def test_the_silent_phases_hide_the_runners_number(self) -> None:
        runner = standing_at_the_start()
        hidden = {}
        while runner.phase.name != "summary":
            hidden[runner.phase.name] = runner.phase.hide_value
            runner.stride()
        assert hidden == {"warm_up": False, "baseline": True, "drill": False, "retention": True}


class TestStanding:
    def test_lasts_its_set_time_even_if_the_zero_is_known_at_once(self) -> None:
        runner = run()
        assert runner.see(SampleState.NOT_RUNNING, 2.9, standing=True) == ["stand"]
        assert runner.see(SampleState.NOT_RUNNING, 0.3, standing=True) == ["stand", "warm_up"]

    def test_waits_until_the_runner_stands_still(self) -> None:
        assert run().see(SampleState.NOT_RUNNING, 60) == ["stand"]

    def test_is_skipped_by_a_runner_who_runs_with_a_notice(self) -> None:
        runner = run()
        assert runner.see(SampleState.MEASURING, 9.5) == ["stand"]
        assert runner.see(SampleState.MEASURING, 1) == ["stand", "warm_up"]
        assert runner.phase.notice == NOT_CALIBRATED

    def test_leaves_no_notice_once_completed(self) -> None:
        runner = standing_at_the_start()
        runner.see(SampleState.MEASURING, 1, standing=True)
        assert (runner.phase.name, runner.phase.notice) == ("warm_up", None)

    def test_leads_to_no_session_if_the_person_leaves(self) -> None:
        assert run().see(SampleState.NO_PERSON, 1) == ["idle"]
        runner = standing_at_the_start()
        assert runner.see(SampleState.NO_PERSON, 11) == ["warm_up", "idle"]
        assert runner.phase.summary is None

    def test_the_warm_up_waits_for_the_first_stride(self) -> None:
        runner = standing_at_the_start()
        runner.see(SampleState.NOT_RUNNING, 60, standing=True)
        assert (runner.phase.name, runner.phase.ends_ns) == ("warm_up", None)
        runner.see(SampleState.MEASURING, 0.1)
        assert runner.phase.ends_ns == s_to_ns(runner.t_s) + s_to_ns(20)


class TestBaseline:
    def test_continues_until_it_has_enough_strides_with_a_notice(self) -> None:
        runner = run(BASELINE, AT_ONCE)
        names = []
        for _ in range(11):
            runner.stride()
            names.append(runner.phase.name)
        assert names == ["baseline"] * 10 + ["drill"]
        runner = run(BASELINE, AT_ONCE)
        runner.strides(3)
        assert runner.phase.notice == BASELINE_CONTINUES

    def test_is_not_needed_for_an_absolute_target(self) -> None:
        runner = run(ABSOLUTE, AT_ONCE)
        runner.stride()
        assert runner.phase.name == "drill"


class TestTheEnd:
    @pytest.mark.parametrize("state", [SampleState.NO_PERSON, SampleState.NOT_RUNNING])
    @pytest.mark.parametrize("name", ["warm_up", "baseline", "drill", "retention"])
    def test_comes_when_the_runner_steps_off(self, name: str, state: SampleState) -> None:
        runner = standing_at_the_start()
        runner.see(SampleState.MEASURING, 0.5)
        runner.until(name)
        assert runner.see(state, 9.8)[-1] == name
        assert runner.see(state, 0.5)[-1] == "summary"

    def test_does_not_come_at_a_short_stop(self) -> None:
        runner = standing_at_the_start(WHOLE.model_copy(update={"drill_s": 600}))
        runner.until("drill")
        for _ in range(5):
            runner.see(SampleState.NOT_RUNNING, 9)
            runner.stride()
        assert runner.phase.name == "drill"

    @pytest.mark.parametrize(
        "state", [SampleState.PARTLY_OUT, SampleState.OBLIQUE, SampleState.TOO_SMALL, SampleState.STARTING]
    )
    def test_does_not_come_while_the_runner_cannot_be_measured(self, state: SampleState) -> None:
        runner = standing_at_the_start(WHOLE.model_copy(update={"drill_s": 600}))
        runner.until("drill")
        assert runner.see(state, 30) == ["drill"]

    def test_does_not_come_when_the_camera_is_lost(self) -> None:
        runner = standing_at_the_start(WHOLE.model_copy(update={"drill_s": 600}))
        runner.until("drill")
        runner.wait(60)
        runner.see(SampleState.NOT_RUNNING, 0.2)
        assert runner.phase.name == "drill"

    def test_the_next_session_waits_until_its_runner_has_rested(self) -> None:
        runner = standing_at_the_start()
        runner.until("summary")
        assert runner.see(SampleState.MEASURING, 60) == ["summary", "idle"]
        assert runner.see(SampleState.NOT_RUNNING, 10.5) == ["idle", "stand"]

    def test_idle_lasts_long_enough_to_be_published(self) -> None:
        runner = standing_at_the_start()
        runner.until("summary")
        phases = runner.see(SampleState.NOT_RUNNING, 15, standing=True)
        assert phases[:3] == ["summary", "idle", "stand"]

    def test_the_next_runner_starts_without_a_baseline(self) -> None:
        runner = standing_at_the_start()
        runner.until("summary", 15.0)
        runner.see(SampleState.NO_PERSON, 20)
        phase = runner.phase
        assert (phase.name, phase.band, phase.baseline_deg, phase.summary) == ("idle", None, None, None)
        runner.see(SampleState.NOT_RUNNING, 4, standing=True)
        runner.until("drill", 25.0)
        assert runner.phase.baseline_deg == pytest.approx(25.0)

    def test_of_the_program_publishes_a_summary(self) -> None:
        runner = standing_at_the_start()
        runner.until("drill")
        runner.strides(5)
        runner.coach.finish(s_to_ns(runner.t_s))
        assert runner.phase.summary is not None

    def test_without_a_runner_has_no_summary(self) -> None:
        runner = standing_at_the_start()
        runner.coach.finish(s_to_ns(runner.t_s))
        assert runner.phase.summary is None


class TestKeys:
    def test_pause_stops_the_clock(self) -> None:
        runner = standing_at_the_start()
        runner.until("drill")
        before_ns = runner.phase.ends_ns
        assert before_ns is not None
        assert runner.press("pause").paused
        assert runner.phase.ends_ns is None
        runner.see(SampleState.NOT_RUNNING, 60)
        assert runner.phase.name == "drill"
        assert not runner.press("pause").paused
        assert runner.phase.ends_ns == pytest.approx(before_ns + s_to_ns(60), abs=s_to_ns(0.2))
        assert runner.see(SampleState.NOT_RUNNING, 9.5) == ["drill"]

    def test_an_abandoned_pause_ends(self) -> None:
        runner = standing_at_the_start()
        runner.until("drill")
        runner.press("pause")
        phases = runner.see(SampleState.NO_PERSON, ABANDONED_PAUSE_S + 10)
        assert phases[:3] == ["drill", "summary", "idle"]
        assert not runner.phase.paused

    def test_calibrate_returns_to_standing_without_a_second_warm_up(self) -> None:
        runner = standing_at_the_start()
        runner.until("drill")
        assert runner.press("calibrate").name == "stand"
        assert runner.phase.baseline_deg is None
        assert runner.see(SampleState.NOT_RUNNING, 2) == ["stand"]
        assert runner.see(SampleState.NOT_RUNNING, 2, standing=True) == ["stand", "warm_up"]
        runner.see(SampleState.MEASURING, 0.2)
        assert runner.phase.name == "baseline"

    def test_calibrate_during_the_warm_up_keeps_the_time_already_run(self) -> None:
        runner = standing_at_the_start()
        for run_s in (8.0, 7.0):
            runner.see(SampleState.MEASURING, run_s)
            assert runner.press("calibrate").name == "stand"
            runner.see(SampleState.NOT_RUNNING, 4, standing=True)
        runner.see(SampleState.MEASURING, 0.1)
        assert runner.phase.name == "warm_up"
        assert runner.phase.ends_ns is not None
        assert (runner.phase.ends_ns - s_to_ns(runner.t_s)) / NS_PER_S == pytest.approx(5.0, abs=0.3)

    def test_calibrate_twice_leads_to_no_second_warm_up(self) -> None:
        runner = standing_at_the_start()
        runner.until("drill")
        runner.press("calibrate")
        runner.press("calibrate")
        runner.see(SampleState.NOT_RUNNING, 4, standing=True)
        runner.see(SampleState.MEASURING, 0.2)
        assert runner.phase.name == "baseline"

    def test_calibrate_after_a_session_starts_the_next(self) -> None:
        runner = standing_at_the_start()
        runner.until("summary")
        assert runner.press("calibrate").name == "idle"
        assert runner.see(SampleState.NOT_RUNNING, 1.5) == ["idle", "stand"]

    def test_the_next_phase_can_be_entered_early(self) -> None:
        runner = standing_at_the_start()
        for name, following in (("warm_up", "baseline"), ("drill", "retention"), ("retention", "summary"), ("summary", "idle")):
            runner.until(name)
            runner.see(SampleState.MEASURING, 1.5)
            assert runner.press("next_phase").name == following

    def test_standing_can_be_left_out(self) -> None:
        runner = run()
        assert runner.see(SampleState.NOT_RUNNING, 2.0)[-1] == "stand"
        assert runner.press("next_phase").name == "warm_up"

    def test_a_baseline_that_is_cut_short_ends_as_soon_as_it_has_enough_strides(self) -> None:
        runner = standing_at_the_start()
        runner.until("baseline")
        ends_ns = runner.phase.ends_ns
        assert ends_ns is not None
        assert runner.press("next_phase").name == "baseline"
        runner.until("drill")
        assert s_to_ns(runner.t_s) < ends_ns

    def test_no_phase_follows_while_nobody_has_started_or_during_a_pause(self) -> None:
        runner = standing_at_the_start()
        assert runner.press("next_phase").name == "warm_up"
        runner.until("drill")
        runner.press("pause")
        assert runner.press("next_phase").name == "drill"

    def test_the_session_can_be_ended(self) -> None:
        runner = standing_at_the_start()
        assert runner.press("end_session").name == "warm_up"  # nobody has run
        runner.until("drill")
        phase = runner.press("end_session")
        assert phase.name == "summary"
        assert phase.summary is not None

    def test_the_coach_ignores_quit_and_the_belts_keys(self) -> None:
        runner = standing_at_the_start()
        before = runner.phase
        assert [runner.press(key) for key in ("quit", "faster", "slower")] == [before] * 3


class TestARestartedCoach:
    """The state of the crashed coach is lost: a notice says so, and there is no second warm-up."""

    @staticmethod
    def again() -> Run:
        runner = run()
        runner.coach = Coach(settings(PUSH, target=BASELINE, session=WHOLE), always, restarted=True)
        return runner

    def test_takes_a_new_baseline_of_a_runner_who_is_running_with_a_notice(self) -> None:
        runner = self.again()
        assert runner.see(SampleState.MEASURING, 4.0, standing=True) == ["stand", "baseline"]
        assert runner.phase.notice == COACH_RESTARTED
        runner.until("drill")
        assert runner.phase.notice is None
        assert runner.phase.baseline_deg == pytest.approx(15.0)

    def test_starts_normally_if_nobody_is_running(self) -> None:
        runner = self.again()
        runner.see(SampleState.NO_PERSON, 1.0)
        assert runner.see(SampleState.NOT_RUNNING, 4.0, standing=True)[-1] == "warm_up"
        runner.see(SampleState.MEASURING, 1.0, standing=True)
        assert (runner.phase.name, runner.phase.notice) == ("warm_up", None)

    def test_starts_normally_with_the_next_runner(self) -> None:
        runner = self.again()
        runner.see(SampleState.MEASURING, 4.0, standing=True)
        runner.see(SampleState.NO_PERSON, 20.0)
        runner.see(SampleState.NOT_RUNNING, 4.0, standing=True)
        runner.see(SampleState.MEASURING, 1.0, standing=True)
        assert (runner.phase.name, runner.phase.notice) == ("warm_up", None)


STATES = st.sampled_from(
    [SampleState.MEASURING, SampleState.NOT_RUNNING, SampleState.NO_PERSON, SampleState.STARTING, SampleState.PARTLY_OUT]
)
EVENTS = st.lists(
    st.tuples(STATES, st.floats(0.1, 12), st.booleans()) | st.sampled_from(["pause", "calibrate", "mute"]), max_size=30
)
FOLLOWS = {
    "idle": {"stand", "warm_up"},
    "stand": {"idle", "warm_up", "drill", "retention"},
    "warm_up": {"idle", "stand", "baseline", "drill", "retention", "summary"},
    "baseline": {"stand", "drill", "retention", "summary"},
    "drill": {"stand", "retention", "summary"},
    "retention": {"stand", "summary"},
    "summary": {"idle"},
}


@given(events=EVENTS, stand_s=st.sampled_from([0.0, 3.0]), drill_s=st.sampled_from([0.0, 15.0]))
def test_phases_follow_their_order_in_any_sequence_of_events(
    events: list[tuple[SampleState, float, bool] | str], stand_s: float, drill_s: float
) -> None:
    lengths = SessionSettings(
        stand_s=stand_s, warm_up_s=5, baseline_s=0, drill_s=drill_s, retention_s=5, summary_s=2, step_off_s=4, stand_skip_s=4
    )
    runner = run(ABSOLUTE, lengths)
    names = [str(runner.phase.name)]
    for event in events:
        if isinstance(event, str):
            runner.press(event)
            names.append(runner.phase.name)
        else:
            state, seconds, standing = event
            names += runner.see(state, seconds, standing)
    changes = [(a, b) for a, b in pairwise(names) if a != b]
    assert all(b in FOLLOWS[a] for a, b in changes), changes


class TestTheRunnersName:
    @staticmethod
    def called(name: str, number: int = 1) -> SessionSettings:
        return WHOLE.model_copy(update={"runner": name, "session_number": number})

    def save(self, runner: Run, name: str, number: int = 1) -> None:
        """The coach saves another name in the settings file."""
        runner.coach.apply_settings(settings(PUSH, target=BASELINE, session=self.called(name, number)))

    @pytest.mark.parametrize("phase", ["baseline", "drill", "retention", "summary"])
    def test_saved_from_the_baseline_on_is_the_next_runners(self, phase: str) -> None:
        runner = standing_at_the_start(self.called("Ada", 8))
        runner.until(phase)
        self.save(runner, "Bob", 2)
        assert (runner.phase.runner, runner.phase.session_number) == ("Ada", 8)
        runner.until("summary")
        assert runner.phase.runner == "Ada"
        runner.see(SampleState.NO_PERSON, 30)
        assert (runner.phase.name, runner.phase.runner, runner.phase.session_number) == ("idle", "Bob", 2)

    @pytest.mark.parametrize("phase", ["idle", "stand", "warm_up"])
    def test_saved_before_the_baseline_applies_at_once(self, phase: str) -> None:
        runner = run(session=self.called("Ada"))
        if phase != "idle":
            runner = standing_at_the_start(self.called("Ada")) if phase == "warm_up" else runner
            runner.until(phase)
        assert runner.phase.name == phase
        self.save(runner, "")
        assert (runner.phase.runner, runner.phase.session_number) == ("", None)

    @pytest.mark.parametrize(("phase", "mode"), [("warm_up", "open_gym"), ("drill", "session")])
    def test_a_gym_that_is_opened_makes_guests_of_all_who_have_no_baseline_yet(self, phase: str, mode: str) -> None:
        runner = standing_at_the_start(self.called("Ada"))
        runner.until(phase)
        opened = self.called("Ada").model_copy(update={"mode": "open_gym"})
        runner.coach.apply_settings(settings(PUSH, target=BASELINE, session=opened))
        assert (runner.phase.mode, runner.phase.runner) == (mode, "Ada" if mode == "session" else "")
        runner.until("summary")
        runner.see(SampleState.NO_PERSON, 30)
        assert (runner.phase.name, runner.phase.mode, runner.phase.runner) == ("idle", "open_gym", "")
