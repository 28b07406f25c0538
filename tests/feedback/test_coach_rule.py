"""A rule speaks when its condition has held for so many strides running, and is then quiet for its time."""

import pytest

from config.schema import Cue as Rule
from feedback.coach.measures import OF_STRIDE
from feedback.coach.rule import GAP_S, Condition, RuleState
from tests.message_examples import stride
from wire.clock import s_to_ns
from wire.messages import Band

BAND = Band(16.0, 20.0)
TARGET = "hip_extension"
STRIDE_S = 0.7


def rule(when: str = "hip_extension below band", strides: int = 3, every_s: float = 10.0) -> Rule:
    return Rule(name="mine", when=when, strides=strides, every_s=every_s)


class Follower:
    """Feeds a rule with strides, one after the other."""

    def __init__(self, followed: Rule, band: Band | None = BAND) -> None:
        self.state = RuleState(followed)
        self.band = band
        self.t_s = 100.0

    def take(self, hip_extension_deg: float, after_s: float = STRIDE_S) -> bool:
        """One stride; when the rule would speak, it speaks."""
        self.t_s += after_s
        speaks = self.state.stride(stride(peak_s=self.t_s, hip_extension_deg=hip_extension_deg), TARGET, self.band)
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
            ("below", 25.0, False),
            ("above", 20.1, True),
            ("above", 20.0, False),
            ("above", 10.0, False),
            ("in", 16.0, True),
            ("in", 20.0, True),
            ("in", 15.9, False),
            ("in", 20.1, False),
        ],
    )
    def test_against_the_band(self, side: str, value_deg: float, holds: bool) -> None:
        condition = Condition("hip_extension", side, None)
        assert condition.holds(stride(hip_extension_deg=value_deg), TARGET, BAND) is holds

    @pytest.mark.parametrize(
        ("side", "cadence_spm", "holds"),
        [("below", 159.9, True), ("below", 160.0, False), ("above", 160.1, True), ("above", 160.0, False)],
    )
    def test_against_a_number_needs_no_band(self, side: str, cadence_spm: float, holds: bool) -> None:
        condition = Condition("cadence", side, 160.0)
        assert condition.holds(stride(cadence_spm=cadence_spm), TARGET, None) is holds

    def test_cannot_be_told_before_there_is_a_band(self) -> None:
        assert Condition("hip_extension", "below", None).holds(stride(), TARGET, None) is None

    def test_cannot_be_told_of_a_measure_that_was_not_taken(self) -> None:
        assert Condition("cadence", "below", 160.0).holds(stride(cadence_spm=None), TARGET, BAND) is None

    def test_the_band_is_the_target_measures_alone(self) -> None:
        assert Condition("cadence", "below", None).holds(stride(), TARGET, BAND) is None
        assert Condition("cadence", "above", None).holds(stride(), "cadence", BAND) is True

    @pytest.mark.parametrize("measure", OF_STRIDE)
    def test_every_measure_may_be_spoken_of(self, measure: str) -> None:
        assert Condition(measure, "below", 1e6).holds(stride(), TARGET, BAND) in (True, None)


class TestStridesRunning:
    def test_it_speaks_at_the_last_of_them(self) -> None:
        assert Follower(rule(strides=3)).spoke(10, 10, 10) == [3]

    def test_one_stride_otherwise_begins_the_count_anew(self) -> None:
        assert Follower(rule(strides=3)).spoke(10, 10, 18, 10, 10, 10) == [6]

    def test_strides_with_a_gap_between_do_not_follow_one_another(self) -> None:
        follower = Follower(rule(strides=3))
        assert follower.spoke(10, 10) == []
        assert not follower.take(10, after_s=GAP_S + 0.01)
        assert follower.spoke(10, 10) == [2]

    def test_one_missing_stride_is_no_gap(self) -> None:
        follower = Follower(rule(strides=3))
        assert follower.spoke(10, 10) == []
        assert follower.take(10, after_s=2 * STRIDE_S)

    def test_what_cannot_be_told_begins_the_count_anew(self) -> None:
        follower = Follower(rule(strides=2))
        assert follower.spoke(10) == []
        follower.band = None
        assert follower.spoke(10) == []
        follower.band = BAND
        assert follower.spoke(10, 10) == [2]


class TestQuiet:
    def test_it_is_quiet_for_its_time_and_then_speaks_again(self) -> None:
        follower = Follower(rule(strides=3, every_s=10.0))
        spoke = follower.spoke(*[10.0] * 40)
        assert spoke == [3, 18, 33]  # 15 strides of 0.7 s are the first 10 s and more

    def test_without_a_time_it_needs_its_strides_anew(self) -> None:
        assert Follower(rule(strides=3, every_s=0.0)).spoke(*[10.0] * 9) == [3, 6, 9]

    def test_strides_in_its_quiet_time_count(self) -> None:
        follower = Follower(rule(strides=3, every_s=3 * STRIDE_S))
        assert follower.spoke(*[10.0] * 9) == [3, 6, 9]


class TestPraise:
    def test_is_for_coming_back_not_for_being_there(self) -> None:
        follower = Follower(rule("hip_extension in band", strides=2, every_s=0.0))
        assert follower.spoke(18, 18, 18, 18) == []
        assert follower.spoke(10, 18, 18, 18, 18) == [3]
        assert follower.spoke(25, 18, 18) == [3]

    def test_one_stride_inside_is_not_yet_a_return(self) -> None:
        follower = Follower(rule("hip_extension in band", strides=2, every_s=0.0))
        assert follower.spoke(10, 18, 10, 18, 10) == []
