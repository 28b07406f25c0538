"""Cues are given in the drill only, one at a time, and based on trusted strides only."""

import math
from collections import defaultdict
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.sections.analysis import AnalysisSettings
from config.sections.coaching import CoachSettings, FadingSettings, SpeedTarget, TargetSettings
from config.sections.cue_rule import CueRule
from config.sections.session import SessionSettings
from config.settings import Settings
from feedback.coach.cue_selection import MIN_CUE_GAP_S, is_cue_block
from feedback.coach.engine import NEW_PACE, NEW_ZERO, Coach
from feedback.coach.pace import RESPONSE_S
from feedback.coach.target import SPEED_UNKNOWN
from tests.support.coached import (
    ABSOLUTE,
    AT_ONCE,
    BASELINE,
    EASE,
    GOOD,
    KNOWN_S,
    PUSH,
    QUICK,
    SHORT_BASELINE,
    STRIDE_S,
    TALL,
    WITHOUT_BLOCKS,
    Run,
    always,
    settings,
)
from tests.support.message_examples import sample, stride
from wire.clock import NS_PER_S, ms_to_ns, s_to_ns
from wire.faults import NoticeCode, SampleState
from wire.messages import Band, Belt, Command, Cue, Notice, Sample, Stride


def test_the_phase_carries_the_present_quality_gate() -> None:
    run = Run()
    before = run.phase.min_quality
    strict = AnalysisSettings(min_quality=0.7)
    run.coach.apply_settings(settings(PUSH).model_copy(update={"analysis": strict}))
    assert (before, run.phase.min_quality) == (0.5, 0.7)


class TestTargetBand:
    def test_an_absolute_band_applies_from_the_start(self) -> None:
        assert Run().phase.band == Band(16.0, 20.0)

    def test_a_relative_band_is_the_runners_own_mean_plus_the_delta(self) -> None:
        run = Run(target=BASELINE, session=SHORT_BASELINE.model_copy(update={"warm_up_s": 5.0}))
        run.strides(6, 40.0)  # The warm-up does not count.
        run.see(SampleState.MEASURING, 1.0)
        while run.phase.name != "drill":
            assert run.phase.band is None
            run.stride(14.0 if run.number % 2 else 16.0)
        assert run.phase.baseline_deg == pytest.approx(15.0, abs=0.1)
        assert run.phase.baseline_sd_deg == pytest.approx(1.0, abs=0.1)
        band = run.phase.band
        assert band is not None
        assert [band.low_deg, band.high_deg] == pytest.approx([16.0, 20.0], abs=0.1)

    def test_the_baseline_excludes_the_far_leg_and_low_quality_strides(self) -> None:
        run = Run(target=BASELINE)
        while run.phase.name != "drill":
            run.stride(15.0)
            run.stride(50.0, leg="far")
            run.stride(50.0, quality=0.49)
        assert run.phase.baseline_deg == pytest.approx(15.0)

    def test_the_band_does_not_change_during_the_drill(self) -> None:
        run = Run(target=BASELINE)
        run.until("drill")
        band = run.phase.band
        run.strides(30, 30.0)
        assert run.phase.band == band

    def test_a_band_by_speed_follows_the_table_or_without_a_speed_the_baseline_with_a_notice(self) -> None:
        table = (SpeedTarget(speed_kmh=9, middle_deg=20), SpeedTarget(speed_kmh=18, middle_deg=30))
        run = Run(target=TargetSettings(mode="by_speed", at_speed=table))
        run.until("drill")
        assert (run.phase.band, run.phase.notice) == (Band(16.0, 20.0), SPEED_UNKNOWN)
        for speed_mps, middle_deg in [(2.5, 20.0), (3.75, 25.0), (1.0, 20.0), (9.0, 30.0)]:
            run.belt(speed_mps)
            band = run.phase.band
            assert band is not None
            assert (band.low_deg + band.high_deg) / 2 == pytest.approx(middle_deg)
            assert run.phase.notice != SPEED_UNKNOWN


class TestAMissingMeasure:
    """Contact times need more than 30 frames per second, step lengths the belt's speed; otherwise a notice says so."""

    @pytest.mark.parametrize("mode", ["baseline", "absolute"])
    def test_causes_a_notice_from_the_baseline_on(self, mode: Any) -> None:
        target = TargetSettings(measure="contact", mode=mode, absolute_deg=250.0, delta_deg=-10.0, half_width_deg=10.0)
        run = Run(target=target, session=SHORT_BASELINE)
        run.strides(9, contact_ms=None)
        notices = [run.phase.notice]
        run.stride(contact_ms=None)
        notices.append(run.phase.notice)
        assert (run.phase.name, notices) == ("baseline", [None, Notice(NoticeCode.NOT_MEASURED, "contact")])
        run.until("drill", contact_ms=None)
        assert run.phase.notice == Notice(NoticeCode.NOT_MEASURED, "contact")

    def test_that_appears_later_needs_a_new_baseline(self) -> None:
        run = Run(target=TargetSettings(measure="step_length", delta_deg=0.1, half_width_deg=0.1), session=SHORT_BASELINE)
        run.until("drill")
        run.strides(5, step_length_m=1.2)
        assert (run.phase.band, run.phase.notice) == (None, Notice(NoticeCode.BASELINE_LACKS_MEASURE, "step_length"))
        run.press("calibrate")
        run.until("drill", step_length_m=1.2)
        assert (run.phase.band is not None, run.phase.notice) == (True, None)

    def test_causes_no_notice_once_it_is_measured(self) -> None:
        run = Run(target=TargetSettings(measure="contact", delta_deg=-10.0, half_width_deg=10.0), session=SHORT_BASELINE)
        run.until("drill", contact_ms=250.0)
        assert (run.phase.band, run.phase.notice) == (Band(230.0, 250.0), None)


class TestCues:
    def test_come_after_the_rules_number_of_consecutive_strides(self) -> None:
        assert Run(PUSH, EASE).cues(10, 10, 10, 18, 25, 25, 25) == [(3, "push"), (7, "ease")]

    def test_carry_their_rule_reason_and_times(self) -> None:
        run = Run(PUSH.model_copy(update={"say": "Push the belt"}))
        run.cues(10, 10)
        cue = run.stride(10.0)
        known_ns = s_to_ns(run.t_s) + s_to_ns(KNOWN_S)
        assert cue == Cue(
            rule="push",
            text="Push",
            sound="push",
            reason="hip_extension below band for 3 strides: 10.0, band 16.0 to 20.0",
            stride_number=3,
            t_peak_ns=s_to_ns(run.t_s),
            decided_ns=known_ns + ms_to_ns(80),
            say="Push the belt",
            stamps=stride(3, run.t_s, known_after_s=KNOWN_S).stamps,
        )

    def test_of_a_rule_without_a_sound_are_silent(self) -> None:
        run = Run(CueRule(name="slow", when="cadence below 160", strides=1, mean_strides=1))
        cue = run.stride(18.0, cadence_spm=150)
        assert cue is not None
        assert cue.sound == ""

    def test_of_one_rule_keep_its_cooldown(self) -> None:
        assert Run(PUSH).cues(*[10.0] * 40) == [(3, "push"), (18, "push"), (33, "push")]

    def test_that_are_spoken_keep_their_minimum_gap_across_rules(self) -> None:
        push = PUSH.model_copy(update={"say": "Push", "every_s": 30.0})
        slow = CueRule(name="slow", when="cadence below 160", strides=3, mean_strides=1, every_s=30.0, say="Quicker")
        run = Run(push, slow, coach=CoachSettings(spoken_every_s=20))
        given = run.cues(*[10.0] * 90, cadence_spm=150)
        assert [rule for _, rule in given] == ["push", "slow", "push", "slow"]
        assert [(later - earlier) * STRIDE_S for (earlier, _), (later, _) in pairwise(given)] == pytest.approx([20.3] * 3)

    def test_with_a_sound_need_not_wait_for_spoken_ones(self) -> None:
        run = Run(PUSH.model_copy(update={"say": "Push"}), GOOD, coach=CoachSettings(spoken_every_s=60))
        assert run.cues(10, 10, 10, 18, 18, 18) == [(3, "push"), (6, "good")]

    def test_of_higher_priority_come_first(self) -> None:
        low = PUSH.model_copy(update={"name": "low", "priority": 1, "every_s": 60.0})
        high = CueRule(name="high", when="cadence below 160", strides=3, mean_strides=1, every_s=60.0, priority=2)
        assert Run(low, high).cues(10, 10, 10, cadence_spm=150) == [(3, "high")]
        assert Run(high, low).cues(10, 10, 10, cadence_spm=150) == [(3, "high")]

    def test_of_equal_priority_come_in_the_order_of_the_settings(self) -> None:
        slow = CueRule(name="slow", when="cadence below 160", strides=3, mean_strides=1, every_s=60.0)
        assert Run(PUSH, slow).cues(10, 10, 10, cadence_spm=150) == [(3, "push")]
        assert Run(slow, PUSH).cues(10, 10, 10, cadence_spm=150) == [(3, "slow")]

    def test_are_suppressed_by_the_rules_named_under_unless(self) -> None:
        slow = CueRule(name="slow", when="cadence below 160", strides=3, mean_strides=1, every_s=600.0)
        push = PUSH.model_copy(update={"unless": ("slow",)})
        run = Run(push, slow)
        assert run.cues(*[10.0] * 20, cadence_spm=150) == [(3, "slow")]
        assert run.cues(10, cadence_spm=170) == [(1, "push")]

    def test_of_praise_are_given_for_a_return_to_the_band_only(self) -> None:
        run = Run(PUSH, GOOD)
        assert run.cues(18, 18, 18) == []
        assert run.cues(10, 18, 18, 18, 18) == [(3, "good")]


class TestSilence:
    def test_outside_the_drill(self) -> None:
        run = Run(PUSH, session=SessionSettings(stand_s=0, warm_up_s=20, baseline_s=20, drill_s=20, retention_s=20))
        cued_in = {cue_phase for _ in range(200) if (cue_phase := self.phase_of_a_cue(run)) is not None}
        assert cued_in == {"drill"}

    @staticmethod
    def phase_of_a_cue(run: Run) -> str | None:
        return run.phase.name if run.stride(5.0) is not None else None

    def test_for_strides_below_the_quality_gate(self) -> None:
        assert Run(PUSH).cues(*[10.0] * 10, quality=0.49) == []
        assert Run(PUSH).cues(*[10.0] * 3, quality=0.5) == [(3, "push")]

    def test_for_the_far_leg(self) -> None:
        assert Run(PUSH).strides(10, 10.0, leg="far") == []

    def test_for_stale_strides(self) -> None:
        assert Run(PUSH).cues(*[10.0] * 10, late_ms=250.1) == []
        assert Run(PUSH).cues(*[10.0] * 3, late_ms=250) == [(3, "push")]

    def test_while_paused_and_for_the_first_strides_afterwards(self) -> None:
        run = Run(PUSH)
        assert run.press("pause").paused
        assert run.cues(*[10.0] * 10) == []
        assert not run.press("pause").paused
        assert run.cues(*[10.0] * 3) == [(3, "push")]

    def test_mute_is_published_and_cues_are_still_shown(self) -> None:
        run = Run(PUSH)
        assert run.press("mute").muted
        assert run.cues(10, 10, 10) == [(3, "push")]
        assert not run.press("mute").muted

    def test_after_a_gap_until_there_are_enough_strides(self) -> None:
        run = Run(PUSH)
        assert run.cues(10, 10) == []
        run.see(SampleState.PARTLY_OUT, 5)
        assert run.cues(10, 10, 10) == [(3, "push")]


class TestGuards:
    """A runner who responds to "more" in the wrong way is not asked for more."""

    def drilling(self, *rules: CueRule) -> Run:
        run = Run(*rules, target=BASELINE, session=SHORT_BASELINE)
        run.until("drill", 15.0, trunk_lean_deg=6.0)
        return run

    def test_a_runner_who_arches_is_cued_to_run_tall_and_not_to_push(self) -> None:
        run = self.drilling(PUSH, TALL)
        assert run.strides(5, 15.0, trunk_lean_deg=6.0) == ["push"]
        assert not run.coach.phase.form_first
        assert set(run.strides(60, 15.5, trunk_lean_deg=2.0)) == {"tall"}
        assert run.coach.phase.form_first

    def test_a_runner_who_is_upright_again_is_asked_for_more_again(self) -> None:
        run = self.drilling(PUSH, TALL)
        run.strides(30, 15.0, trunk_lean_deg=2.0)
        assert set(run.strides(30, 15.0, trunk_lean_deg=5.0)) == {"push"}

    @pytest.mark.parametrize(("lean_deg", "rules"), [(3.1, {"push"}), (3.0, {"tall"})])
    def test_leaning_back_counts_from_the_set_angle_on(self, lean_deg: float, rules: set[str]) -> None:
        run = self.drilling(PUSH, TALL)
        run.strides(5, 18.0, trunk_lean_deg=lean_deg)
        assert set(run.strides(20, 15.0, trunk_lean_deg=lean_deg)) == rules

    def test_a_runner_who_responds_with_slower_steps_is_cued_for_cadence_and_not_to_push(self) -> None:
        run = self.drilling(PUSH, QUICK)
        assert run.strides(6, 15.0, cadence_spm=170) == ["push"]
        assert set(run.strides(60, 15.0, cadence_spm=160)) == {"quick"}

    def test_a_runner_who_slows_down_gradually_is_cued_for_cadence(self) -> None:
        run = self.drilling(PUSH, QUICK)
        for step in range(150):
            run.stride(18.0, cadence_spm=170 - 0.06 * step)
        assert run.strides(30, 15.0, cadence_spm=161)[0] == "quick"

    def test_without_a_guard_rule_an_active_guard_means_silence(self) -> None:
        run = self.drilling(PUSH)
        run.strides(5, 18.0, trunk_lean_deg=1.0)
        assert run.strides(60, 15.0, trunk_lean_deg=1.0) == []

    def test_poor_tracking_suppresses_cues(self) -> None:
        run = self.drilling(PUSH)
        given = [cue for n in range(30) if (cue := run.stride(10.0, quality=0.4 if n % 3 else 0.9)) is not None]
        assert given == []

    def test_no_guard_is_active_before_there_is_a_baseline(self) -> None:
        assert Run(PUSH, TALL, QUICK).strides(5, 10.0, trunk_lean_deg=-20.0, cadence_spm=100) == ["push"]


class TestAChangeOfPace:
    def drilling(self) -> Run:
        run = Run(PUSH, EASE, target=BASELINE, session=SHORT_BASELINE)
        run.until("baseline", 15.0)
        run.belt(2.5)
        run.until("drill", 15.0)
        run.strides(20, 18.0)
        return run

    def test_of_the_belt_leads_to_a_new_baseline_without_cues(self) -> None:
        run = self.drilling()
        run.belt(3.5)
        assert (run.phase.band, run.phase.cueing, run.phase.notice) == (None, False, NEW_PACE)
        assert run.strides(9, 21.0) == []
        assert run.phase.band is None
        run.stride(21.0)
        assert run.phase.baseline_deg == pytest.approx(21.0)
        assert (run.phase.name, run.phase.cueing, run.phase.notice) == ("drill", True, None)

    def test_a_small_change_is_ignored(self) -> None:
        run = self.drilling()
        band = run.phase.band
        run.belt(2.8)
        assert run.phase.band == band

    def test_a_speed_that_becomes_known_is_not_one(self) -> None:
        run = Run(PUSH, target=BASELINE)
        run.until("drill")
        band = run.phase.band
        run.belt(2.5)
        assert run.phase.band == band

    def test_a_belt_that_starts_or_stops_is_not_one(self) -> None:
        run = self.drilling()
        run.belt(0.0)
        run.belt(None)
        assert run.phase.notice is None

    @pytest.mark.parametrize("cadence_spm", [178.0, 162.0])
    def test_a_sudden_change_of_cadence_is_one(self, cadence_spm: float) -> None:
        run = self.drilling()
        notices = []
        for _ in range(6):
            run.stride(18.0, cadence_spm=cadence_spm)
            notices.append(run.phase.notice)
        assert NEW_PACE in notices

    def test_cadence_is_ignored_if_the_treadmill_reports_an_unchanged_speed(self) -> None:
        run = self.drilling()
        run.belt(2.5, "ftms")
        for _ in range(20):
            run.stride(18.0, cadence_spm=160)
            assert run.phase.notice is None

    @pytest.mark.parametrize("change", ["slower", "quicker"])
    @pytest.mark.parametrize(
        ("rule", "cued_deg", "cued_spm", "response"),
        [
            (PUSH, 10.0, 170.0, "slower"),
            (EASE, 25.0, 170.0, "quicker"),
            (CueRule(name="slow", when="cadence below 168", strides=3, mean_strides=1), 18.0, 166.0, "quicker"),
            (CueRule(name="hasty", when="cadence above 172", strides=3, mean_strides=1), 18.0, 174.0, "slower"),
            (GOOD, 10.0, 170.0, None),
        ],
        ids=lambda value: value.name if isinstance(value, CueRule) else None,
    )
    def test_in_cadence_as_a_cue_asks_for_or_tempts_to_is_the_response_to_it(
        self, rule: CueRule, cued_deg: float, cued_spm: float, response: str | None, change: str
    ) -> None:
        run = Run(rule)
        assert run.strides(12, 18.0) == []
        assert run.strides(3, cued_deg, cadence_spm=cued_spm) + run.strides(2, 18.0) == [rule.name]
        run.strides(8, 18.0, cadence_spm=170 * (0.92 if change == "slower" else 1.08))
        assert run.phase.notice == (None if change == response else NEW_PACE)

    def test_long_after_a_cue_is_no_response(self) -> None:
        run = Run(PUSH)
        assert run.strides(3, 10.0) == ["push"]
        run.strides(math.ceil(RESPONSE_S / STRIDE_S), 18.0)
        run.strides(8, 18.0, cadence_spm=156)
        assert run.phase.notice == NEW_PACE

    def test_back_to_the_former_cadence_after_a_guards_cue_is_the_response_to_it(self) -> None:
        run = Run(QUICK, target=BASELINE, session=SHORT_BASELINE)
        run.until("drill", 15.0)
        for step in range(150):
            run.stride(18.0, cadence_spm=170 - 0.06 * step)
        assert "quick" in run.strides(20, 18.0, cadence_spm=161)
        run.strides(8, 18.0, cadence_spm=172)
        assert run.phase.notice is None

    def test_during_the_baseline_restarts_it(self) -> None:
        run = Run(PUSH, target=BASELINE, session=SHORT_BASELINE)
        run.belt(2.5)
        run.strides(8, 10.0)
        run.belt(3.5)
        run.until("drill", 20.0)
        assert run.phase.baseline_deg == pytest.approx(20.0)

    def test_separates_the_results_by_pace(self) -> None:
        run = self.drilling()
        run.strides(60, 18.0)
        run.belt(3.5)
        run.strides(30, 30.0)
        run.coach.finish(s_to_ns(run.t_s))
        assert baseline_and_drill(run) == pytest.approx((15.0, 18.0), abs=0.3)


def baseline_and_drill(run: Run) -> tuple[float, float]:
    """The means of baseline and drill in the summary."""
    summary = run.phase.summary
    assert summary is not None
    assert summary.baseline is not None
    assert summary.drill is not None
    return summary.baseline.mean, summary.drill.mean


class TestANewZero:
    """The same strides have other values relative to another standing zero, which is not the runner's doing."""

    @pytest.mark.parametrize(("before_deg", "after_deg", "reads_deg"), [(4.0, None, 14.0), (4.0, 6.0, 20.0), (None, 4.0, 22.0)])
    def test_during_the_drill_leads_to_a_new_baseline_without_cues(
        self, before_deg: float | None, after_deg: float | None, reads_deg: float
    ) -> None:
        run = Run(PUSH, EASE, target=BASELINE, session=SHORT_BASELINE)
        run.until("drill", 18.0, standing_thigh_deg=before_deg)
        assert run.strides(9, reads_deg, standing_thigh_deg=after_deg) == []
        assert (run.phase.band, run.phase.notice) == (None, NEW_ZERO)
        run.stride(reads_deg, standing_thigh_deg=after_deg)
        assert run.phase.baseline_deg == pytest.approx(reads_deg)
        assert run.phase.notice is None

    def test_after_a_rest_on_the_side_rails_does_so_too(self) -> None:
        run = Run(PUSH, target=BASELINE, session=SHORT_BASELINE)
        run.until("drill", 18.0, standing_thigh_deg=4.0)
        run.see(SampleState.NOT_RUNNING, 8.0)
        run.stride(18.0, standing_thigh_deg=3.0)
        assert run.phase.notice == NEW_ZERO

    def test_during_the_baseline_restarts_it(self) -> None:
        run = Run(PUSH, target=BASELINE, session=SHORT_BASELINE)
        run.strides(8, 10.0, standing_thigh_deg=4.0)
        run.until("drill", 6.0, standing_thigh_deg=None)
        assert run.phase.baseline_deg == pytest.approx(6.0)

    def test_separates_the_results(self) -> None:
        run = Run(PUSH, target=BASELINE, session=SHORT_BASELINE)
        run.until("drill", 18.0, standing_thigh_deg=4.0)
        run.strides(40, 21.0, standing_thigh_deg=4.0)
        run.strides(30, 17.0, standing_thigh_deg=None)
        run.coach.finish(s_to_ns(run.t_s))
        assert baseline_and_drill(run) == pytest.approx((18.0, 21.0), abs=0.3)


class TestFading:
    @staticmethod
    def session(number: int, runner: str = "kim") -> SessionSettings:
        return AT_ONCE.model_copy(update={"runner": runner, "session_number": number})

    @pytest.mark.parametrize(("number", "share"), [(1, 1.0), (4, 1.0), (5, 0.75), (7, 0.25), (8, 0.0), (99, 0.0)])
    def test_a_named_runner_gets_fewer_cues_in_later_sessions(self, number: int, share: float) -> None:
        chances = iter([n / 100 for n in range(100)] * 10)
        run = Run(PUSH.model_copy(update={"every_s": 0.0}), session=self.session(number), chance=lambda: next(chances))
        assert len(run.strides(300, 10.0)) == pytest.approx(100 * share, abs=1)
        assert run.phase.cueing == (share > 0)
        assert (run.phase.runner, run.phase.session_number) == ("kim", number)

    def test_an_unnamed_runner_is_always_in_session_1(self) -> None:
        run = Run(PUSH, session=self.session(8, runner=""), chance=lambda: 0.99)
        assert run.strides(3, 10.0) == ["push"]
        assert run.phase.session_number is None

    def test_a_runner_whose_sessions_were_not_counted_is_in_session_1(self) -> None:
        run = Run(PUSH, session=self.session(0), chance=lambda: 0.99)
        assert run.strides(3, 10.0) == ["push"]
        assert run.phase.session_number == 1

    def test_in_an_open_gym_everybody_is_a_guest(self) -> None:
        session = self.session(8).model_copy(update={"mode": "open_gym"})
        run = Run(PUSH, session=session, chance=lambda: 0.99)
        assert run.strides(3, 10.0) == ["push"]
        assert (run.phase.mode, run.phase.runner, run.phase.session_number) == ("open_gym", "", None)

    def test_a_faded_cue_starts_its_cooldown(self) -> None:
        chances = iter([0.9, 0.0, 0.0, 0.0])
        run = Run(PUSH, session=self.session(5), chance=lambda: next(chances))
        assert run.cues(*[10.0] * 40) == [(18, "push"), (33, "push")]

    def test_guards_do_not_fade(self) -> None:
        session = SHORT_BASELINE.model_copy(update={"runner": "kim", "session_number": 8})
        run = Run(PUSH, TALL, target=BASELINE, session=session, chance=lambda: 0.99)
        run.until("drill", 15.0, trunk_lean_deg=6.0)
        assert run.strides(10, 15.0, trunk_lean_deg=0.0) == ["tall"]

    def test_blocks_without_cues_become_longer(self) -> None:
        fading = FadingSettings(cues_on_s=60, cues_off_s=30, cues_off_growth_s=15)
        changes = [t for t in range(1, 400) if is_cue_block(fading, t) != is_cue_block(fading, t - 1)]
        assert is_cue_block(fading, 0)
        assert changes == [60, 90, 150, 195, 255, 315, 375]

    def test_no_cue_is_given_in_a_block_without_cues(self) -> None:
        run = Run(
            PUSH.model_copy(update={"every_s": 0.0}), fading=FadingSettings(cues_on_s=10, cues_off_s=10, cues_off_growth_s=0)
        )
        run.stride(18.0)
        begun_s = run.t_s
        for _ in range(60):
            cue = run.stride(10.0)
            block = int((run.t_s - begun_s) / 10)
            assert cue is None or block % 2 == 0


class TestChangedSettings:
    def test_apply_at_the_next_stride(self) -> None:
        run = Run(PUSH)
        assert run.cues(10, 10) == []
        run.coach.apply_settings(settings(EASE.model_copy(update={"when": "hip_extension above 5"})), ("capture.fps",))
        assert run.cues(10, 10, 10) == [(3, "ease")]
        assert run.phase.notice == Notice(NoticeCode.SETTINGS_WAIT, keys=("capture.fps",))

    def test_keep_the_session_the_baseline_and_the_counts_of_unchanged_rules(self) -> None:
        run = Run(PUSH, target=BASELINE)
        run.until("drill", 15.0)
        run.cues(18.0, 10.0, 10.0)
        wider = BASELINE.model_copy(update={"half_width_deg": 4.0})
        run.coach.apply_settings(settings(PUSH, target=wider))
        assert (run.phase.name, run.phase.band) == ("drill", Band(14.0, 22.0))
        assert run.strides(1, 10.0) == ["push"]

    def test_of_the_measure_take_its_baseline_from_the_same_strides(self) -> None:
        run = Run(PUSH, target=BASELINE)
        run.until("drill", 15.0, knee_drive_deg=40.0)
        run.coach.apply_settings(settings(target=TargetSettings(measure="knee_drive", delta_deg=5.0)))
        assert run.phase.baseline_deg == pytest.approx(40.0)


RULES = st.lists(
    st.builds(
        CueRule,
        name=st.sampled_from(["a", "b", "c", "d"]),
        when=st.sampled_from(
            [
                "hip_extension below band",
                "hip_extension above band",
                "hip_extension in band",
                "cadence below 160",
                "knee_drive above 30",
                "arching",
                "slow_cadence",
            ]
        ),
        strides=st.integers(1, 3),
        mean_strides=st.integers(1, 3),
        say=st.sampled_from(["", "Word"]),
        unless=st.sampled_from([(), ("arching",), ("low_quality", "slow_cadence")]),
        every_s=st.floats(0, 8),
        priority=st.integers(-2, 2),
    ),
    max_size=4,
    unique_by=lambda rule: rule.name,
)
STRIDES = st.builds(
    stride,
    number=st.integers(0, 1000),
    peak_s=st.floats(0, 100),
    hip_extension_deg=st.floats(-10, 40),
    leg=st.sampled_from(["near", "near", "near", "far"]),
    quality=st.sampled_from([0.0, 0.49, 0.5, 0.9, 0.9]),
    known_after_s=st.floats(0, 0.3),
    cadence_spm=st.none() | st.floats(100, 240),
    knee_drive_deg=st.none() | st.floats(0, 90),
)
LATE_MS = st.floats(-50, 600)
KEYS = st.sampled_from([Command(name) for name in ("pause", "mute", "quit", "calibrate", "next_phase", "end_session")])
STATES = st.sampled_from(
    [
        SampleState.MEASURING,
        SampleState.MEASURING,
        SampleState.MEASURING,
        SampleState.NOT_RUNNING,
        SampleState.NO_PERSON,
        SampleState.OBLIQUE,
    ]
)
SAMPLES = st.builds(lambda state: msgspec.structs.replace(sample(), state=state), STATES)
BELTS = st.builds(Belt, at_ns=st.just(0), speed_mps=st.none() | st.floats(0, 8), incline_pct=st.none(), source=st.just("typed"))
EVENTS = st.lists(
    st.tuples(st.floats(0.2, 4), STRIDES, LATE_MS) | st.tuples(st.floats(0.05, 5), SAMPLES | BELTS) | KEYS, max_size=80
)
SESSIONS = st.builds(
    SessionSettings,
    stand_s=st.sampled_from([0.0, 2.0]),
    stand_skip_s=st.just(2.0),
    warm_up_s=st.sampled_from([0.0, 5.0]),
    baseline_s=st.sampled_from([0.0, 5.0]),
    drill_s=st.sampled_from([20.0, 200.0]),
    retention_s=st.sampled_from([0.0, 10.0]),
    summary_s=st.just(2.0),
)
TARGETS = st.sampled_from([ABSOLUTE, BASELINE, TargetSettings(mode="by_speed")])
FADINGS = st.sampled_from([WITHOUT_BLOCKS, FadingSettings(cues_on_s=4, cues_off_s=2, cues_off_growth_s=1)])


def moved(taken: Stride, peak_ns: int) -> Stride:
    """The stride at another time."""
    return msgspec.structs.replace(taken, t_peak_ns=peak_ns, t_known_ns=peak_ns + taken.t_known_ns - taken.t_peak_ns)


class Watched:
    """A coach whose every cue is checked against all rules of timing."""

    def __init__(self, coached: Settings) -> None:
        self._settings = coached
        self._rules = {rule.name: rule for rule in coached.cue}
        self.coach = Coach(coached, always)
        self._given_ns: dict[str, list[int]] = defaultdict(list)
        self._voice_ns: list[int] = []

    def stride(self, taken: Stride, now_ns: int) -> None:
        cue = self.coach.handle_stride(taken, now_ns)
        if cue is None:
            return
        phase = self.coach.phase
        assert taken.leg == "near"
        assert taken.quality >= self._settings.analysis.min_quality
        assert now_ns - taken.t_known_ns <= ms_to_ns(self._settings.analysis.max_age_ms)
        assert (phase.name, phase.paused, phase.cueing) == ("drill", False, True)
        assert phase.notice != NEW_PACE
        self._given_ns[cue.rule].append(taken.t_known_ns)
        if cue.say:
            self._voice_ns.append(taken.t_known_ns)

    def check_gaps(self) -> None:
        for name, times_ns in self._given_ns.items():
            assert apart(times_ns, self._rules[name].every_s)
        assert apart(self._voice_ns, self._settings.coach.spoken_every_s)
        assert apart(sorted(at for times_ns in self._given_ns.values() for at in times_ns), MIN_CUE_GAP_S)


def apart(times_ns: list[int], least_s: float) -> bool:
    return all(later - earlier >= s_to_ns(least_s) for earlier, later in pairwise(times_ns))


@given(
    rules=RULES,
    session=SESSIONS,
    target=TARGETS,
    fading=FADINGS,
    spoken_every_s=st.sampled_from([0.0, 6.0]),
    events=EVENTS,
)
def test_no_sequence_of_events_leads_to_a_cue_at_the_wrong_time(
    rules: list[CueRule],
    session: SessionSettings,
    target: TargetSettings,
    fading: FadingSettings,
    spoken_every_s: float,
    events: list[Any],
) -> None:
    coach = CoachSettings(spoken_every_s=spoken_every_s)
    watched = Watched(settings(*rules, target=target, session=session, fading=fading, coach=coach))
    now_ns = s_to_ns(100)
    for event in events:
        if isinstance(event, Command):
            watched.coach.handle_command(event, now_ns)
            continue
        now_ns += s_to_ns(event[0])
        if isinstance(event[1], Stride):
            arrived = moved(event[1], now_ns)
            watched.stride(arrived, arrived.t_known_ns + ms_to_ns(event[2]))
        elif isinstance(event[1], Sample):
            stamps = msgspec.structs.replace(event[1].stamps, capture_ns=now_ns)
            watched.coach.handle_sample(msgspec.structs.replace(event[1], stamps=stamps), now_ns)
        else:
            watched.coach.handle_belt(event[1], now_ns)
    watched.check_gaps()
    watched.coach.finish(now_ns)


@given(events=st.lists(st.tuples(STRIDES, LATE_MS), max_size=60))
def test_strides_in_any_order_are_harmless(events: list[tuple[Stride, float]]) -> None:
    watched = Watched(settings(PUSH, EASE, GOOD, TALL, QUICK))
    running = msgspec.structs.replace(sample(at_s=0.5), state=SampleState.MEASURING)
    watched.coach.handle_sample(running, NS_PER_S)
    for taken, late_ms in events:
        watched.stride(taken, taken.t_known_ns + ms_to_ns(late_ms))
    watched.check_gaps()
