"""A rule speaks when its condition has held for so many strides running, and is then quiet for its time."""

import pytest
from msgspec import structs

from config.measures import INFO, MEASURES
from config.schema import Cue as Rule
from feedback.coach.measures import value_of
from feedback.coach.recent import GAP_S, RecentStrides
from feedback.coach.rule import Condition, RuleState
from tests.message_examples import stride
from wire.clock import s_to_ns
from wire.messages import Band

BAND = Band(16.0, 20.0)
STRIDE_S = 0.7
NO_GUARD: frozenset[str] = frozenset()


def rule(when: str = "hip_extension below band", strides: int = 3, every_s: float = 10.0, mean_strides: int = 1) -> Rule:
    return Rule(name="mine", when=when, strides=strides, every_s=every_s, mean_strides=mean_strides)


class Follower:
    """Feeds a rule with strides, one after the other."""

    def __init__(self, followed: Rule, band: Band | None = BAND) -> None:
        self.state = RuleState(followed)
        self.recent = RecentStrides()
        self.band = band
        self.guards = NO_GUARD
        self.t_s = 100.0

    def take(self, hip_extension_deg: float) -> bool:
        """One stride; when the rule would speak, it speaks."""
        self.t_s += STRIDE_S
        self.recent.add(stride(peak_s=self.t_s, hip_extension_deg=hip_extension_deg))
        self.state.stride(self.recent, self.band, self.guards)
        speaks = self.state.due(s_to_ns(self.t_s))
        if speaks:
            self.state.spoken(s_to_ns(self.t_s))
        return speaks

    def spoke(self, *hip_extensions_deg: float) -> list[int]:
        """Which of these strides it spoke at, counted from 1."""
        return [number for number, value in enumerate(hip_extensions_deg, start=1) if self.take(value)]


class TestACondition:
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

    def test_cannot_be_told_before_there_is_a_band(self) -> None:
        assert Condition("hip_extension", "below", None).holds(15.0, None) is None

    def test_cannot_be_told_of_a_measure_that_was_not_taken(self) -> None:
        assert Condition("cadence", "below", 160.0).holds(None, BAND) is None

    def test_every_measure_may_be_spoken_of(self) -> None:
        values = {measure: float(place) for place, measure in enumerate(MEASURES)}
        taken = structs.replace(stride(), **{INFO[measure].field: value for measure, value in values.items()})
        assert {measure: value_of(taken, measure) for measure in MEASURES} == values


class TestTheMean:
    def test_is_over_so_many_strides_and_unknown_before(self) -> None:
        recent = RecentStrides()
        means = []
        for number, value_deg in enumerate([10.0, 20.0, 30.0, 40.0]):
            recent.add(stride(peak_s=number * STRIDE_S, hip_extension_deg=value_deg))
            means.append(recent.mean("hip_extension", 3))
        assert means == [None, None, 20.0, 30.0]

    def test_is_unknown_while_one_of_them_lacks_it(self) -> None:
        recent = RecentStrides()
        for number, cadence_spm in enumerate([170.0, None, 170.0, 170.0]):
            recent.add(stride(peak_s=number * STRIDE_S, cadence_spm=cadence_spm))
        assert recent.mean("cadence", 2) == 170.0
        assert recent.mean("cadence", 3) is None

    def test_begins_anew_after_a_gap(self) -> None:
        recent = RecentStrides()
        assert not recent.add(stride(peak_s=1.0))
        assert recent.add(stride(peak_s=1.0 + GAP_S))
        assert not recent.add(stride(peak_s=1.01 + 2 * GAP_S))
        assert recent.mean("hip_extension", 2) is None

    def test_is_what_a_rule_judges(self) -> None:
        assert Follower(rule(strides=1, mean_strides=3)).spoke(18, 18, 10, 18, 10, 10, 18) == [3]
        assert Follower(rule(strides=1, mean_strides=1)).spoke(18, 18, 10, 18) == [3]


class TestStridesRunning:
    def test_it_speaks_at_the_last_of_them(self) -> None:
        assert Follower(rule(strides=3)).spoke(10, 10, 10) == [3]

    def test_one_stride_otherwise_begins_the_count_anew(self) -> None:
        assert Follower(rule(strides=3)).spoke(10, 10, 18, 10, 10, 10) == [6]

    def test_what_cannot_be_told_begins_the_count_anew(self) -> None:
        follower = Follower(rule(strides=2))
        assert follower.spoke(10) == []
        follower.band = None
        assert follower.spoke(10) == []
        follower.band = BAND
        assert follower.spoke(10, 10) == [2]

    def test_it_holds_on_after_it_has_spoken(self) -> None:
        follower = Follower(rule(strides=2))
        assert follower.spoke(10, 10) == [2]
        assert follower.state.holding
        assert follower.spoke(18) == []
        assert not follower.state.holding


class TestOfAGuard:
    def test_it_follows_the_guard_of_its_name(self) -> None:
        follower = Follower(rule("arching", strides=2))
        assert follower.spoke(10, 10, 10) == []
        follower.guards = frozenset({"slow_cadence"})
        assert follower.spoke(10, 10, 10) == []
        follower.guards = frozenset({"arching", "slow_cadence"})
        assert follower.spoke(10, 10, 10) == [2]


class TestQuiet:
    def test_it_is_quiet_for_its_time_and_then_speaks_again(self) -> None:
        follower = Follower(rule(strides=3, every_s=10.0))
        assert follower.spoke(*[10.0] * 40) == [3, 18, 33]  # 15 strides of 0.7 s are the first 10 s and more

    def test_without_a_time_it_needs_its_strides_anew(self) -> None:
        assert Follower(rule(strides=3, every_s=0.0)).spoke(*[10.0] * 9) == [3, 6, 9]

    def test_strides_in_its_quiet_time_count(self) -> None:
        assert Follower(rule(strides=3, every_s=3 * STRIDE_S)).spoke(*[10.0] * 9) == [3, 6, 9]

    def test_outlasts_a_change_of_the_rule(self) -> None:
        follower = Follower(rule(strides=1, every_s=10.0))
        assert follower.spoke(10) == [1]
        follower.state = follower.state.changed_to(rule(strides=2, every_s=10.0))
        assert follower.spoke(*[10.0] * 20) == [15]


class TestPraise:
    def test_is_for_coming_back_not_for_being_there(self) -> None:
        follower = Follower(rule("hip_extension in band", strides=2, every_s=0.0))
        assert follower.spoke(18, 18, 18, 18) == []
        assert follower.spoke(10, 18, 18, 18, 18) == [3]
        assert follower.spoke(25, 18, 18) == [3]

    def test_one_stride_inside_is_not_yet_a_return(self) -> None:
        follower = Follower(rule("hip_extension in band", strides=2, every_s=0.0))
        assert follower.spoke(10, 18, 10, 18, 10) == []
