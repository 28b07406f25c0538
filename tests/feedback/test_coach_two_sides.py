"""With two cameras each leg is coached by itself: its own zero, baseline and band, and rules that name a leg."""

from typing import Any

import msgspec
import pytest

from config.secret_address import SecretAddress
from config.sections.capture import CaptureSettings, OtherSideSettings
from config.sections.coaching import TargetSettings
from config.sections.cue_rule import CueRule, LegChoice
from config.sections.session import SessionSettings
from feedback.coach.engine import Coach
from tests.support.coached import BASELINE, KNOWN_S, STRIDE_S, always, settings
from tests.support.message_examples import sample, stride, with_values
from wire.clock import ms_to_ns, s_to_ns
from wire.faults import SampleState
from wire.messages import Band, CameraName, Cue, Phase, Sample, Side

TWO = CaptureSettings(other_side=OtherSideSettings(source=SecretAddress("1")))
SHORT = SessionSettings(stand_s=0, warm_up_s=0, baseline_s=5, drill_s=3600, retention_s=0)


def rule(leg: LegChoice, when: str = "hip_extension below band", **more: Any) -> CueRule:
    return CueRule(name="mine", when=when, leg=leg, strides=3, mean_strides=1, every_s=10.0, **more)


class TwoSided:
    """A runner who faces right: the main camera sees the right leg near, the other one the left leg, half a stride later."""

    def __init__(self, *rules: CueRule, **more: Any) -> None:
        self.coach = Coach(settings(*rules, capture=TWO, **more), always)
        self.t_s = 1000.0
        self.number = 0

    @property
    def phase(self) -> Phase:
        return self.coach.phase

    def pair(
        self,
        right_deg: float | None,
        left_deg: float | None,
        zeros: tuple[float, float] = (1.0, 2.0),
        leans_deg: tuple[float, float] = (6.0, 6.0),
    ) -> list[Cue]:
        """A stride of each leg; None: its camera is lost."""
        cues = []
        self.number += 1
        views: tuple[tuple[CameraName, Side, float | None, float, float], ...] = (
            ("main", "right", right_deg, zeros[0], leans_deg[0]),
            ("other_side", "left", left_deg, zeros[1], leans_deg[1]),
        )
        for camera, side, value, zero, lean_deg in views:
            self.t_s += STRIDE_S / 2
            if value is None:
                continue
            self.see(camera, SampleState.MEASURING)
            taken = msgspec.structs.replace(
                stride(self.number, self.t_s, value, known_after_s=KNOWN_S),
                side=side,
                camera=camera,
                standing_thigh_deg=zero,
            )
            taken = with_values(taken, trunk_lean_deg=lean_deg)
            cue = self.coach.handle_stride(taken, taken.t_known_ns + ms_to_ns(80))
            if cue is not None:
                cues.append(cue)
        return cues

    def pairs(self, count: int, right_deg: float | None, left_deg: float | None) -> list[str]:
        """Add this many pairs. Returns the reasons of the cues given."""
        return [cue.reason for _ in range(count) for cue in self.pair(right_deg, left_deg)]

    def see(self, camera: CameraName, state: SampleState) -> None:
        seen: Sample = msgspec.structs.replace(sample(at_s=self.t_s), state=state, camera=camera)
        self.coach.handle_sample(seen, s_to_ns(self.t_s))


def test_each_leg_has_a_band_from_its_own_baseline() -> None:
    run = TwoSided(target=BASELINE, session=SHORT)
    run.pairs(12, 12.0, 16.0)
    phase = run.phase
    assert phase.name == "drill"
    assert {side: target.band for side, target in phase.sides.items()} == {"right": Band(13.0, 17.0), "left": Band(17.0, 21.0)}
    assert {side: target.baseline_deg for side, target in phase.sides.items()} == {"right": 12.0, "left": 16.0}
    assert (phase.band, phase.baseline_deg) == (Band(13.0, 17.0), 12.0)
    assert phase.notice is None  # the cameras' zeros differ, and neither changes


def test_each_leg_may_have_a_target_of_its_own() -> None:
    run = TwoSided(rule("left"), target=BASELINE.model_copy(update={"left_add_deg": -3.0}), session=SHORT)
    run.pairs(12, 12.0, 16.0)
    assert {side: target.band for side, target in run.phase.sides.items()} == {
        "right": Band(13.0, 17.0),
        "left": Band(14.0, 18.0),
    }
    assert run.pairs(4, 12.0, 15.0) == []  # below its own baseline, and in its band
    assert len(run.pairs(4, 12.0, 13.0)) == 1


def test_a_target_of_one_leg_moves_the_band_in_every_mode() -> None:
    absolute = TargetSettings(mode="absolute", absolute_deg=18.0, right_add_deg=-4.0)
    run = TwoSided(target=absolute)
    assert {side: target.band for side, target in run.phase.sides.items()} == {
        "right": Band(12.0, 16.0),
        "left": Band(16.0, 20.0),
    }


def test_with_one_camera_the_legs_have_no_targets_of_their_own() -> None:
    target = TargetSettings(mode="absolute", absolute_deg=18.0, left_add_deg=-4.0, right_add_deg=-4.0)
    assert Coach(settings(target=target), always).phase.band == Band(16.0, 20.0)


@pytest.mark.parametrize(
    ("leg", "right_deg", "left_deg", "is_cued"),
    [
        ("left", 18.0, 12.0, True),
        ("left", 12.0, 18.0, False),
        ("right", 12.0, 18.0, True),
        ("right", 18.0, 12.0, False),
        ("both", 15.0, 16.0, True),
        ("both", 13.0, 19.5, False),  # 16.25 on average, with a band from 16 on
        ("worse", 18.0, 12.0, True),
        ("worse", 12.0, 18.0, True),
        ("worse", 18.0, 17.0, False),
    ],
)
def test_a_rule_is_about_the_leg_that_it_names(leg: LegChoice, right_deg: float, left_deg: float, is_cued: bool) -> None:
    given = TwoSided(rule(leg)).pairs(6, right_deg, left_deg)
    assert bool(given) == is_cued


def test_the_worse_leg_for_less_is_the_one_with_more() -> None:
    assert TwoSided(rule("worse", "hip_extension above band")).pairs(6, 18.0, 24.0)
    assert not TwoSided(rule("worse", "hip_extension below band")).pairs(6, 18.0, 24.0)


def test_the_worse_leg_is_the_one_farther_from_the_middle_of_its_own_band() -> None:
    absolute = TargetSettings(mode="absolute", absolute_deg=18.0, right_add_deg=-4.0)
    # The left leg lacks 4° of the middle of its band, the right one 3°, though it reads less.
    assert TwoSided(rule("worse"), target=absolute).pairs(3, 11.0, 14.0) == [
        "hip_extension below band for 3 worse strides: 14.0, band 16.0 to 20.0"
    ]


def test_a_guard_rule_needs_its_strides_of_each_leg() -> None:
    run = TwoSided(rule("both", "arching"), target=BASELINE, session=SHORT)
    run.pairs(12, 15.0, 15.0)
    assert [len(run.pair(15.0, 15.0, leans_deg=(-10.0, -10.0))) for _ in range(4)] == [0, 0, 1, 0]


def test_a_guard_of_one_leg_alone_gives_no_cue() -> None:
    run = TwoSided(rule("both", "arching"), target=BASELINE, session=SHORT)
    run.pairs(12, 15.0, 15.0)
    assert [cue for _ in range(6) for cue in run.pair(15.0, 15.0, leans_deg=(-10.0, 6.0))] == []


def test_the_reason_names_the_leg_and_what_was_judged() -> None:
    assert TwoSided(rule("left")).pairs(3, 18.0, 12.0) == [
        "hip_extension below band for 3 left strides: 12.0, band 16.0 to 20.0"
    ]


def test_a_rule_for_both_needs_its_strides_of_each() -> None:
    run = TwoSided(rule("both"))
    counts = [len(run.pair(12.0, 12.0)) for _ in range(5)]
    # The first pair has a mean once its second leg is known, so the sixth stride that counts is the seventh.
    assert counts.index(1) == 3


def test_a_lost_camera_costs_the_other_leg_nothing() -> None:
    run = TwoSided(rule("right"), rule("left").model_copy(update={"name": "other"}))
    run.pairs(8, 18.0, 18.0)
    run.pairs(12, 18.0, None)  # nobody is on the other side any more
    assert run.phase.name == "drill"
    assert run.pairs(3, 12.0, None)


def test_when_the_main_camera_is_lost_the_session_goes_on_with_the_other() -> None:
    run = TwoSided(rule("both"))
    run.pairs(8, 18.0, 18.0)
    run.pairs(30, None, 18.0)
    assert run.phase.name == "drill"
    assert run.pairs(4, None, 12.0)


def test_the_band_of_the_session_stays_that_of_the_main_camera_while_it_is_lost() -> None:
    run = TwoSided(target=BASELINE, session=SHORT)
    run.pairs(12, 12.0, 16.0)
    assert run.phase.band == Band(13.0, 17.0)
    run.pairs(12, None, 16.0)
    assert (run.phase.band, run.phase.baseline_deg) == (Band(13.0, 17.0), 12.0)


def test_a_baseline_is_not_awaited_of_a_leg_that_nobody_sees() -> None:
    run = TwoSided(rule("both"), target=BASELINE, session=SHORT)
    run.pairs(16, 12.0, None)
    assert run.phase.name == "drill"
    assert run.phase.sides["left"].band is None
    run.pairs(11, 12.0, 15.0)  # its camera is back: its baseline is taken now
    assert run.phase.sides["left"].band == Band(16.0, 20.0)


def test_a_new_zero_of_one_camera_restarts_the_baseline_of_its_leg_alone() -> None:
    run = TwoSided(rule("both"), target=BASELINE, session=SHORT)
    run.pairs(12, 12.0, 16.0)
    run.pair(12.0, 16.0, zeros=(1.0, 5.0))
    sides = run.phase.sides
    assert sides["right"].band == Band(13.0, 17.0)
    assert sides["left"].band is None


def test_a_runner_has_left_when_neither_camera_sees_them() -> None:
    run = TwoSided(rule("both"), session=SHORT.model_copy(update={"step_off_s": 3.0, "baseline_s": 0.0}))
    run.pairs(8, 18.0, 18.0)
    for _ in range(60):
        run.t_s += 0.1
        run.see("main", SampleState.NO_PERSON)
        run.see("other_side", SampleState.MEASURING)
    assert run.phase.name == "drill"
    for _ in range(60):
        run.t_s += 0.1
        run.see("main", SampleState.NO_PERSON)
        run.see("other_side", SampleState.NO_PERSON)
    assert run.phase.name in ("summary", "idle")


def test_with_one_camera_a_rule_for_the_far_leg_is_silent() -> None:
    def given(leg: LegChoice, side: Side) -> int:
        coach = Coach(settings(rule(leg)), always)
        cues = 0
        for number in range(1, 8):
            at_s = 1000.0 + number * STRIDE_S
            coach.handle_sample(sample(at_s=at_s), s_to_ns(at_s))
            taken = msgspec.structs.replace(stride(number, at_s, 12.0, known_after_s=KNOWN_S), side=side)
            cues += coach.handle_stride(taken, taken.t_known_ns + ms_to_ns(80)) is not None
        return cues

    assert [given(leg, "right") for leg in ("right", "both", "worse", "left")] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("left_add_deg", "right_add_deg", "practise"),
    [(0.0, 0.0, ("hip_flexor_mobility",)), (-3.0, 0.0, ("hip_flexor_mobility",)), (-3.0, -3.0, ())],
)
def test_what_to_practise_is_said_where_more_is_asked_of_at_least_one_leg(
    left_add_deg: float, right_add_deg: float, practise: tuple[str, ...]
) -> None:
    target = BASELINE.model_copy(update={"left_add_deg": left_add_deg, "right_add_deg": right_add_deg})
    run = TwoSided(target=target, session=SHORT)
    run.pairs(30, 12.0, 16.0)
    run.coach.finish(s_to_ns(run.t_s))
    assert run.phase.summary is not None
    assert run.phase.summary.practise == practise


def test_screens_are_told_how_sure_a_calibration_was() -> None:
    other = OtherSideSettings(source=SecretAddress("1"), extension_offset_deg=1.0, extension_offset_sd_deg=0.4)
    assert Coach(settings(capture=CaptureSettings(other_side=other)), always).phase.calibration_sd_deg == 0.4


def test_a_leg_without_a_band_is_never_the_worse_one() -> None:
    run = TwoSided(rule("worse", "hip_extension above band"), target=BASELINE, session=SHORT)
    run.pairs(16, 12.0, None)  # the left leg's camera is lost while the baseline is recorded
    assert run.pairs(6, 20.0, 30.0)


def test_a_rule_about_a_number_asks_which_leg_has_more_whatever_their_bands() -> None:
    target = TargetSettings(mode="absolute", absolute_deg=18.0, left_add_deg=-14.0)
    for right_deg, left_deg in ((25.0, 15.0), (15.0, 25.0)):
        assert TwoSided(rule("worse", "hip_extension above 20"), target=target).pairs(6, right_deg, left_deg)


def test_praise_for_the_worse_leg_is_not_given_for_the_better_one() -> None:
    run = TwoSided(rule("worse", "hip_extension in band"))
    run.pairs(6, 18.0, 30.0)
    assert run.pairs(6, 18.0, 23.0) == []  # the left leg does too much
    assert run.pairs(6, 18.0, 18.0)


def test_a_camera_that_sees_a_stride_now_and_then_does_not_disturb_the_other_leg() -> None:
    run = TwoSided(rule("right").model_copy(update={"strides": 6}))
    given = [run.pairs(1, 12.0, 18.0 if number % 5 == 0 else None) for number in range(12)]
    assert [cue for cues in given for cue in cues]


def test_a_cue_that_had_to_wait_is_not_given_once_its_leg_is_not_seen() -> None:
    run = TwoSided(rule("left"))
    assert run.pairs(3, 18.0, 12.0)
    assert run.pairs(4, 18.0, 12.0) == []  # too early for another one
    assert run.pairs(20, 18.0, None) == []


def test_a_rule_that_held_for_a_lost_leg_silences_no_other() -> None:
    silent = rule("right", "hip_extension below band", unless=("other",)).model_copy(update={"name": "mine"})
    run = TwoSided(silent, rule("left").model_copy(update={"name": "other"}))
    run.pairs(4, 18.0, 12.0)
    run.pairs(10, 18.0, None)
    assert run.pairs(4, 12.0, None)


def test_strides_of_a_lost_leg_do_not_count_for_the_other_one() -> None:
    run = TwoSided(rule("worse"))
    run.pairs(2, 18.0, 12.0)
    run.pairs(7, 18.5, None)
    assert [len(run.pairs(1, 12.0, None)) for _ in range(3)] == [0, 0, 1]


@pytest.mark.parametrize(("leg", "is_cued"), [("both", False), ("right", True), ("left", False)])
def test_a_guard_of_one_leg_withholds_the_rules_about_it(leg: LegChoice, is_cued: bool) -> None:
    run = TwoSided(rule(leg, unless=("arching",)), target=BASELINE, session=SHORT)
    run.pairs(12, 12.0, 12.0)
    assert bool([cue for _ in range(12) for cue in run.pair(12.0, 12.0, leans_deg=(6.0, -6.0))]) == is_cued


@pytest.mark.parametrize(("leg", "is_cued"), [("both", False), ("worse", False), ("left", True), ("right", False)])
def test_a_rule_about_a_guard_is_about_its_legs(leg: LegChoice, is_cued: bool) -> None:
    run = TwoSided(rule(leg, "arching"), target=BASELINE, session=SHORT)
    run.pairs(12, 12.0, 12.0)
    assert bool([cue for _ in range(12) for cue in run.pair(12.0, 12.0, leans_deg=(6.0, -6.0))]) == is_cued


@pytest.mark.parametrize("lost", ["baseline", "drill"])
def test_a_lost_camera_is_no_change_of_the_runner(lost: str) -> None:
    run = TwoSided(target=BASELINE, session=SHORT)
    run.pairs(16, 16.0, None if lost == "baseline" else 10.0)
    run.pairs(40, 16.0, None if lost == "drill" else 10.0)
    run.coach.finish(s_to_ns(run.t_s))
    summary = run.phase.summary
    assert summary is not None
    assert summary.baseline is not None
    assert summary.drill is not None
    assert summary.drill.mean - summary.baseline.mean == pytest.approx(0.0, abs=0.1)
