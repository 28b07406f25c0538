"""A rule gives a cue when its condition has held for its number of consecutive strides; then its cooldown starts."""

import pytest

from config.measures import MEASURES
from config.sections.cue_rule import CueRule
from feedback.coach.judged_legs import JudgedLeg, JudgedLegs
from feedback.coach.rule import Condition, RuleState
from feedback.coach.stride_window import GAP_S, StrideWindow, value_of
from tests.support.message_examples import stride, with_values
from wire.clock import s_to_ns
from wire.messages import Band

BAND = Band(16.0, 20.0)
STRIDE_S = 0.7
NO_GUARD: frozenset[str] = frozenset()


def rule(when: str = "hip_extension below band", strides: int = 3, every_s: float = 10.0, mean_strides: int = 1) -> CueRule:
    return CueRule(name="mine", when=when, strides=strides, every_s=every_s, mean_strides=mean_strides)


class Follower:
    """Adds strides to a rule, one after the other."""

    def __init__(self, followed: CueRule, band: Band | None = BAND) -> None:
        self.state = RuleState(followed)
        self.recent = StrideWindow()
        self.band = band
        self.guards = NO_GUARD
        self.t_s = 100.0

    def add(self, hip_extension_deg: float) -> bool:
        """Add a stride. Returns whether a cue was due and given."""
        self.t_s += STRIDE_S
        self.recent.add(stride(peak_s=self.t_s, hip_extension_deg=hip_extension_deg))
        self.state.add_stride(JudgedLegs(JudgedLeg(self.recent, self.band, guards=self.guards)))
        due = self.state.is_due(s_to_ns(self.t_s))
        if due:
            self.state.mark_given(s_to_ns(self.t_s))
        return due

    def cued_at(self, *hip_extensions_deg: float) -> list[int]:
        """The numbers, from 1, of those strides at which a cue was given."""
        return [number for number, value in enumerate(hip_extensions_deg, start=1) if self.add(value)]


class TestCondition:
    @pytest.mark.parametrize(
        ("side", "value_deg", "holds"),
        [
            ("below", 15.9, True),
            ("below", 16.0, False),
            ("above", 20.1, True),
            ("above", 20.0, False),
            ("in", 16.0, True),
            ("in", 20.0, True),
            ("in", 15.9, False),
            ("in", 20.1, False),
        ],
    )
    def test_against_the_band(self, side: str, value_deg: float, holds: bool) -> None:
        assert Condition("hip_extension", side, None).holds(value_deg, BAND) is holds

    @pytest.mark.parametrize(
        ("side", "cadence_spm", "holds"),
        [("below", 159.9, True), ("below", 160.0, False), ("above", 160.1, True), ("above", 160.0, False)],
    )
    def test_against_a_number_needs_no_band(self, side: str, cadence_spm: float, holds: bool) -> None:
        assert Condition("cadence", side, 160.0).holds(cadence_spm, None) is holds

    def test_is_undecided_before_there_is_a_band(self) -> None:
        assert Condition("hip_extension", "below", None).holds(15.0, None) is None

    def test_is_undecided_for_a_missing_value(self) -> None:
        assert Condition("cadence", "below", 160.0).holds(None, BAND) is None

    def test_every_measure_can_be_used(self) -> None:
        values = {measure: float(place) for place, measure in enumerate(MEASURES)}
        taken = with_values(stride(), **{MEASURES[measure].column: value for measure, value in values.items()})
        assert {measure: value_of(taken, measure) for measure in MEASURES} == values


class TestMean:
    def test_is_over_a_number_of_strides_and_unknown_before(self) -> None:
        recent = StrideWindow()
        means = []
        for number, value_deg in enumerate([10.0, 20.0, 30.0, 40.0]):
            recent.add(stride(peak_s=number * STRIDE_S, hip_extension_deg=value_deg))
            means.append(recent.mean("hip_extension", 3))
        assert means == [None, None, 20.0, 30.0]

    def test_is_unknown_while_one_of_them_lacks_the_measure(self) -> None:
        recent = StrideWindow()
        for number, cadence_spm in enumerate([170.0, None, 170.0, 170.0]):
            recent.add(stride(peak_s=number * STRIDE_S, cadence_spm=cadence_spm))
        assert recent.mean("cadence", 2) == 170.0
        assert recent.mean("cadence", 3) is None

    def test_starts_over_after_a_gap(self) -> None:
        recent = StrideWindow()
        assert not recent.add(stride(peak_s=1.0))
        assert recent.add(stride(peak_s=1.0 + GAP_S))
        assert not recent.add(stride(peak_s=1.01 + 2 * GAP_S))
        assert recent.mean("hip_extension", 2) is None

    def test_is_the_value_that_a_rule_judges(self) -> None:
        assert Follower(rule(strides=1, mean_strides=3)).cued_at(18, 18, 10, 18, 10, 10, 18) == [3]
        assert Follower(rule(strides=1, mean_strides=1)).cued_at(18, 18, 10, 18) == [3]


class TestConsecutiveStrides:
    def test_the_cue_comes_at_the_last_of_them(self) -> None:
        assert Follower(rule(strides=3)).cued_at(10, 10, 10) == [3]

    def test_another_stride_in_between_restarts_the_count(self) -> None:
        assert Follower(rule(strides=3)).cued_at(10, 10, 18, 10, 10, 10) == [6]

    def test_an_undecided_stride_restarts_the_count(self) -> None:
        follower = Follower(rule(strides=2))
        assert follower.cued_at(10) == []
        follower.band = None
        assert follower.cued_at(10) == []
        follower.band = BAND
        assert follower.cued_at(10, 10) == [2]

    def test_the_rule_still_holds_after_its_cue(self) -> None:
        follower = Follower(rule(strides=2))
        assert follower.cued_at(10, 10) == [2]
        assert follower.state.holds
        assert follower.cued_at(18) == []
        assert not follower.state.holds


class TestGuardRule:
    def test_it_follows_its_guard(self) -> None:
        follower = Follower(rule("arching", strides=2))
        assert follower.cued_at(10, 10, 10) == []
        follower.guards = frozenset({"slow_cadence"})
        assert follower.cued_at(10, 10, 10) == []
        follower.guards = frozenset({"arching", "slow_cadence"})
        assert follower.cued_at(10, 10, 10) == [2]


class TestCooldown:
    def test_cues_repeat_after_it(self) -> None:
        follower = Follower(rule(strides=3, every_s=10.0))
        assert follower.cued_at(*[10.0] * 40) == [3, 18, 33]  # 15 strides of 0.7 s are the first multiple above 10 s

    def test_without_it_a_new_cue_still_needs_its_strides(self) -> None:
        assert Follower(rule(strides=3, every_s=0.0)).cued_at(*[10.0] * 9) == [3, 6, 9]

    def test_strides_during_it_count(self) -> None:
        assert Follower(rule(strides=3, every_s=3 * STRIDE_S)).cued_at(*[10.0] * 9) == [3, 6, 9]

    def test_survives_a_change_of_the_rule(self) -> None:
        follower = Follower(rule(strides=1, every_s=10.0))
        assert follower.cued_at(10) == [1]
        follower.state = follower.state.with_rule(rule(strides=2, every_s=10.0))
        assert follower.cued_at(*[10.0] * 20) == [15]


class TestPraise:
    def test_is_for_returning_to_the_band_not_for_staying_in_it(self) -> None:
        follower = Follower(rule("hip_extension in band", strides=2, every_s=0.0))
        assert follower.cued_at(18, 18, 18, 18) == []
        assert follower.cued_at(10, 18, 18, 18, 18) == [3]
        assert follower.cued_at(25, 18, 18) == [3]

    def test_a_single_stride_inside_is_not_a_return(self) -> None:
        follower = Follower(rule("hip_extension in band", strides=2, every_s=0.0))
        assert follower.cued_at(10, 18, 10, 18, 10) == []
