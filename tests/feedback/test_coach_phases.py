"""A session goes by itself from standing to the card at the end, and ends when its runner has gone."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.training import Session
from feedback.coach.engine import AGAIN, BASELINE_GOES_ON, UNCALIBRATED, Coach
from feedback.coach.phases import PAUSED_AWAY_S
from tests.coached import ABSOLUTE, AT_ONCE, BASELINE, PUSH, STRIDE_S, Run, always, settings
from wire.clock import NS_PER_S, s_to_ns

WHOLE = Session(stand_s=3, stand_skip_s=10, warm_up_s=20, baseline_s=10, drill_s=30, retention_s=10, summary_s=5, step_off_s=10)


def run(target: object = BASELINE, session: Session = WHOLE) -> Run:
    return Run(PUSH, target=target, session=session)


def standing_at_the_start(session: Session = WHOLE) -> Run:
    """Somebody who has stood still, and is about to run."""
    standing = run(session=session)
    standing.see("not_running", 2.0)
    standing.see("not_running", 2.0, standing=True)
    return standing


class TestTheWholeWay:
    def test_from_stepping_on_to_idle_again(self) -> None:
        runner = run()
        assert runner.see("no_person", 5) == ["idle"]
        assert runner.see("not_running", 2) == ["stand"]
        assert runner.see("not_running", 8, standing=True) == ["stand", "warm_up"]
        gone_through = [str(runner.phase.name)]
        while gone_through[-1] != "summary":
            runner.stride()
            if runner.phase.name != gone_through[-1]:
                gone_through.append(runner.phase.name)
        assert gone_through == ["warm_up", "baseline", "drill", "retention", "summary"]
        assert runner.see("not_running", 4) == ["summary"]
        assert runner.see("no_person", 12) == ["summary", "idle"]

    @pytest.mark.parametrize(
        ("name", "length_s"), [("warm_up", 20.0), ("baseline", 10.0), ("drill", 30.0), ("retention", 10.0)]
    )
    def test_each_phase_lasts_as_long_as_is_set_and_says_so_beforehand(self, name: str, length_s: float) -> None:
        runner = standing_at_the_start()
        runner.until(name)
        runner.stride()
        begun_s, told_ns = runner.t_s, runner.phase.ends_ns
        while runner.phase.name == name:
            runner.stride()
        assert runner.t_s - begun_s == pytest.approx(length_s, abs=2 * STRIDE_S)
        assert told_ns is not None
        assert told_ns / NS_PER_S == pytest.approx(runner.t_s, abs=STRIDE_S)

    def test_a_length_of_zero_leaves_a_phase_out(self) -> None:
        nothing = Session(stand_s=0, warm_up_s=0, baseline_s=0, drill_s=0, retention_s=0, summary_s=0)
        runner = run(ABSOLUTE, nothing)
        assert runner.see("measuring", 0.5) == ["summary"]
        assert runner.see("measuring", 1.0) == ["summary", "idle"]

    def test_the_silent_phases_hide_the_runners_number(self) -> None:
        runner = standing_at_the_start()
        hidden = {}
        while runner.phase.name != "summary":
            hidden[runner.phase.name] = runner.phase.hide_value
            runner.stride()
        assert hidden == {"warm_up": False, "baseline": True, "drill": False, "retention": True}


class TestStanding:
    def test_takes_its_time_even_if_the_zero_is_known_at_once(self) -> None:
        runner = run()
        assert runner.see("not_running", 2.9, standing=True) == ["stand"]
        assert runner.see("not_running", 0.3, standing=True) == ["stand", "warm_up"]

    def test_waits_for_as_long_as_nobody_stands_still(self) -> None:
        assert run().see("not_running", 60) == ["stand"]

    def test_who_runs_without_goes_on_uncalibrated_and_is_told(self) -> None:
        runner = run()
        assert runner.see("measuring", 9.5) == ["stand"]
        assert runner.see("measuring", 1) == ["stand", "warm_up"]
        assert runner.phase.notice == UNCALIBRATED

    def test_who_stood_still_is_told_nothing(self) -> None:
        runner = standing_at_the_start()
        runner.see("measuring", 1, standing=True)
        assert (runner.phase.name, runner.phase.notice) == ("warm_up", "")

    def test_who_leaves_before_running_leaves_no_session(self) -> None:
        assert run().see("no_person", 1) == ["idle"]
        runner = standing_at_the_start()
        assert runner.see("no_person", 11) == ["warm_up", "idle"]
        assert runner.phase.summary is None

    def test_the_warm_up_waits_for_the_first_stride(self) -> None:
        runner = standing_at_the_start()
        runner.see("not_running", 60, standing=True)
        assert (runner.phase.name, runner.phase.ends_ns) == ("warm_up", None)
        runner.see("measuring", 0.1)
        assert runner.phase.ends_ns == s_to_ns(runner.t_s) + s_to_ns(20)


class TestBaseline:
    def test_goes_on_until_it_has_enough_strides_and_says_so(self) -> None:
        runner = run(BASELINE, AT_ONCE)
        names = []
        for _ in range(11):
            runner.stride()
            names.append(runner.phase.name)
        assert names == ["baseline"] * 10 + ["drill"]
        runner = run(BASELINE, AT_ONCE)
        runner.strides(3)
        assert runner.phase.notice == BASELINE_GOES_ON

    def test_is_not_needed_for_an_absolute_target(self) -> None:
        runner = run(ABSOLUTE, AT_ONCE)
        runner.stride()
        assert runner.phase.name == "drill"


class TestTheEnd:
    @pytest.mark.parametrize("state", ["no_person", "not_running"])
    @pytest.mark.parametrize("name", ["warm_up", "baseline", "drill", "retention"])
    def test_stepping_off_comes_to_the_summary(self, name: str, state: str) -> None:
        runner = standing_at_the_start()
        runner.see("measuring", 0.5)
        runner.until(name)
        assert runner.see(state, 9.8)[-1] == name
        assert runner.see(state, 0.5)[-1] == "summary"

    def test_a_short_stop_does_not(self) -> None:
        runner = standing_at_the_start(WHOLE.model_copy(update={"drill_s": 600}))
        runner.until("drill")
        for _ in range(5):
            runner.see("not_running", 9)
            runner.stride()
        assert runner.phase.name == "drill"

    @pytest.mark.parametrize("state", ["partly_out_of_view", "oblique", "too_small", "starting"])
    def test_who_cannot_be_measured_has_not_left(self, state: str) -> None:
        runner = standing_at_the_start(WHOLE.model_copy(update={"drill_s": 600}))
        runner.until("drill")
        assert runner.see(state, 30) == ["drill"]

    def test_a_lost_camera_is_no_end(self) -> None:
        runner = standing_at_the_start(WHOLE.model_copy(update={"drill_s": 600}))
        runner.until("drill")
        runner.wait(60)
        runner.see("not_running", 0.2)
        assert runner.phase.name == "drill"

    def test_the_next_session_waits_until_its_runner_has_rested(self) -> None:
        runner = standing_at_the_start()
        runner.until("summary")
        assert runner.see("measuring", 60) == ["summary", "idle"]
        assert runner.see("not_running", 10.5) == ["idle", "stand"]

    def test_idle_lasts_long_enough_to_be_heard_of(self) -> None:
        runner = standing_at_the_start()
        runner.until("summary")
        gone_through = runner.see("not_running", 15, standing=True)
        assert gone_through[:3] == ["summary", "idle", "stand"]

    def test_the_next_runner_starts_from_nothing(self) -> None:
        runner = standing_at_the_start()
        runner.until("summary", 15.0)
        runner.see("no_person", 20)
        phase = runner.phase
        assert (phase.name, phase.band, phase.baseline_deg, phase.summary) == ("idle", None, None, None)
        runner.see("not_running", 4, standing=True)
        runner.until("drill", 25.0)
        assert runner.phase.baseline_deg == pytest.approx(25.0)

    def test_the_end_of_the_program_sums_up(self) -> None:
        runner = standing_at_the_start()
        runner.until("drill")
        runner.strides(5)
        runner.coach.finish(s_to_ns(runner.t_s))
        assert runner.phase.summary is not None

    def test_without_a_runner_there_is_nothing_to_sum_up(self) -> None:
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
        runner.see("not_running", 60)
        assert runner.phase.name == "drill"
        assert not runner.press("pause").paused
        assert runner.phase.ends_ns == pytest.approx(before_ns + s_to_ns(60), abs=s_to_ns(0.2))
        assert runner.see("not_running", 9.5) == ["drill"]

    def test_a_pause_that_was_forgotten_ends(self) -> None:
        runner = standing_at_the_start()
        runner.until("drill")
        runner.press("pause")
        gone_through = runner.see("no_person", PAUSED_AWAY_S + 10)
        assert gone_through[:3] == ["drill", "summary", "idle"]
        assert not runner.phase.paused

    def test_calibrate_goes_back_to_standing_and_needs_no_second_warm_up(self) -> None:
        runner = standing_at_the_start()
        runner.until("drill")
        assert runner.press("calibrate").name == "stand"
        assert runner.phase.baseline_deg is None
        assert runner.see("not_running", 2) == ["stand"]
        assert runner.see("not_running", 2, standing=True) == ["stand", "warm_up"]
        runner.see("measuring", 0.2)
        assert runner.phase.name == "baseline"

    def test_calibrate_in_the_warm_up_keeps_the_time_already_run(self) -> None:
        runner = standing_at_the_start()
        for run_s in (8.0, 7.0):
            runner.see("measuring", run_s)
            assert runner.press("calibrate").name == "stand"
            runner.see("not_running", 4, standing=True)
        runner.see("measuring", 0.1)
        assert runner.phase.name == "warm_up"
        assert runner.phase.ends_ns is not None
        assert (runner.phase.ends_ns - s_to_ns(runner.t_s)) / NS_PER_S == pytest.approx(5.0, abs=0.3)

    def test_calibrate_twice_needs_no_second_warm_up_either(self) -> None:
        runner = standing_at_the_start()
        runner.until("drill")
        runner.press("calibrate")
        runner.press("calibrate")
        runner.see("not_running", 4, standing=True)
        runner.see("measuring", 0.2)
        assert runner.phase.name == "baseline"

    def test_calibrate_after_a_session_goes_on_to_the_next(self) -> None:
        runner = standing_at_the_start()
        runner.until("summary")
        assert runner.press("calibrate").name == "idle"
        assert runner.see("not_running", 1.5) == ["idle", "stand"]

    def test_quit_and_the_belts_keys_are_not_the_coachs_business(self) -> None:
        runner = standing_at_the_start()
        before = runner.phase
        assert [runner.press(key) for key in ("quit", "faster", "slower")] == [before] * 3


class TestACoachThatStartsAgain:
    """What the fallen one knew is gone: the runner is told, and need not warm up a second time."""

    @staticmethod
    def again() -> Run:
        runner = run()
        runner.coach = Coach(settings(PUSH, target=BASELINE, session=WHOLE), always, again=True)
        return runner

    def test_leads_who_was_running_to_a_new_baseline_and_says_so(self) -> None:
        runner = self.again()
        assert runner.see("measuring", 4.0, standing=True) == ["stand", "baseline"]
        assert runner.phase.notice == AGAIN
        runner.until("drill")
        assert runner.phase.notice == ""
        assert runner.phase.baseline_deg == pytest.approx(15.0)

    def test_begins_as_always_with_whoever_was_not_running(self) -> None:
        runner = self.again()
        runner.see("no_person", 1.0)
        assert runner.see("not_running", 4.0, standing=True)[-1] == "warm_up"
        runner.see("measuring", 1.0, standing=True)
        assert (runner.phase.name, runner.phase.notice) == ("warm_up", "")

    def test_knows_nothing_of_who_comes_after_the_one_who_left(self) -> None:
        runner = self.again()
        runner.see("measuring", 4.0, standing=True)
        runner.see("no_person", 20.0)
        runner.see("not_running", 4.0, standing=True)
        runner.see("measuring", 1.0, standing=True)
        assert (runner.phase.name, runner.phase.notice) == ("warm_up", "")


STATES = st.sampled_from(["measuring", "not_running", "no_person", "starting", "partly_out_of_view"])
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
def test_whatever_happens_phases_follow_in_their_order(
    events: list[tuple[str, float, bool] | str], stand_s: float, drill_s: float
) -> None:
    lengths = Session(
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
    def called(name: str, number: int = 1) -> Session:
        return WHOLE.model_copy(update={"runner": name, "session_number": number})

    def save(self, runner: Run, name: str, number: int = 1) -> None:
        """The coach saves another name in the settings file."""
        runner.coach.configure(settings(PUSH, target=BASELINE, session=self.called(name, number)))

    @pytest.mark.parametrize("phase", ["baseline", "drill", "retention", "summary"])
    def test_one_that_is_saved_from_the_baseline_on_is_the_next_runners(self, phase: str) -> None:
        runner = standing_at_the_start(self.called("Ada", 8))
        runner.until(phase)
        self.save(runner, "Bob", 2)
        assert (runner.phase.runner, runner.phase.session_number) == ("Ada", 8)
        runner.until("summary")
        assert runner.phase.runner == "Ada"
        runner.see("no_person", 30)
        assert (runner.phase.name, runner.phase.runner, runner.phase.session_number) == ("idle", "Bob", 2)

    @pytest.mark.parametrize("phase", ["idle", "stand", "warm_up"])
    def test_until_then_it_may_still_be_mended(self, phase: str) -> None:
        runner = run(session=self.called("Ada"))
        if phase != "idle":
            runner = standing_at_the_start(self.called("Ada")) if phase == "warm_up" else runner
            runner.until(phase)
        assert runner.phase.name == phase
        self.save(runner, "")
        assert (runner.phase.runner, runner.phase.session_number) == ("", None)
