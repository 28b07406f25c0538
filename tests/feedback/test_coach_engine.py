"""A session: warm up, learn the baseline, drill. Cues come in the drill only, and only from what can be trusted."""

from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schema import Analysis, Settings
from config.schema import Cue as Rule
from config.training import Session, Target
from feedback.coach.engine import LEAST_BASELINE_STRIDES, Coach, Decision
from tests.message_examples import stride
from wire.clock import NS_PER_S, ms_to_ns, s_to_ns
from wire.messages import Band, Command, Cue, LegName, Phase, Stamps, Stride

STRIDE_S = 0.7
PUSH = Rule(name="push", when="hip_extension below band", strides=3, every_s=10.0, text="Push", sound="push")
EASE = Rule(name="ease", when="hip_extension above band", strides=3, every_s=10.0, text="Ease", sound="ease")
GOOD = Rule(name="good", when="hip_extension in band", strides=2, every_s=10.0, text="Good", sound="good", priority=-1)
ABSOLUTE = Target(mode="absolute", absolute_deg=18.0, half_width_deg=2.0)
BASELINE = Target(mode="baseline", delta_deg=3.0, half_width_deg=2.0)
AT_ONCE = Session(warm_up_s=0.0, baseline_s=0.0)


def settings(*rules: Rule, target: Target = ABSOLUTE, session: Session = AT_ONCE) -> Settings:
    return Settings(target=target, session=session, cue=rules, analysis=Analysis(min_quality=0.5, max_age_ms=250.0))


class Run:
    """A runner with the coach beside him: strides of the near leg, 0.7 s apart, unless something else is said."""

    def __init__(self, *rules: Rule, target: Target = ABSOLUTE, session: Session = AT_ONCE) -> None:
        self.coach = Coach(settings(*rules, target=target, session=session))
        self.t_s = 1000.0
        self.number = 0

    def stride(
        self,
        hip_extension_deg: float,
        leg: LegName = "near",
        quality: float = 0.9,
        late_ms: float = 80,
        cadence_spm: float = 170,
    ) -> Decision:
        self.number += 1
        self.t_s += STRIDE_S
        taken = stride(self.number, self.t_s, hip_extension_deg, leg, quality, cadence_spm=cadence_spm)
        return self.coach.stride(taken, taken.t_known_ns + ms_to_ns(late_ms))

    def cues(self, *hip_extensions_deg: float, **more: float) -> list[tuple[int, str]]:
        """(which of these strides, rule) of the cues given; strides counted from 1."""
        decisions = [self.stride(value, **more) for value in hip_extensions_deg]  # type: ignore[arg-type]
        return [(number, made.cue.rule) for number, made in enumerate(decisions, start=1) if made.cue is not None]

    def phases(self, seconds: float, hip_extension_deg: float = 15.0) -> list[str]:
        """The phases gone through in this time."""
        names: list[str] = []
        until_s = self.t_s + seconds
        while self.t_s < until_s:
            name = self.stride(hip_extension_deg).phase.name
            if [name] != names[-1:]:
                names.append(name)
        return names


class TestPhases:
    def test_before_the_first_stride_the_coach_waits(self) -> None:
        phase = Run(target=BASELINE).coach.phase
        assert phase == Phase("idle", "hip_extension", None, None, None, paused=False, muted=False)

    def test_warm_up_then_baseline_then_drill(self) -> None:
        run = Run(target=BASELINE, session=Session(warm_up_s=20, baseline_s=10))
        assert run.phases(60) == ["warm_up", "baseline", "drill"]

    def test_each_lasts_as_long_as_is_set(self) -> None:
        run = Run(target=BASELINE, session=Session(warm_up_s=20, baseline_s=10))
        begun_ns: dict[str, int] = {}
        while "drill" not in begun_ns:
            name = run.stride(15).phase.name
            begun_ns.setdefault(name, s_to_ns(run.t_s))
        assert 20 <= (begun_ns["baseline"] - begun_ns["warm_up"]) / NS_PER_S < 20 + STRIDE_S
        assert 10 <= (begun_ns["drill"] - begun_ns["baseline"]) / NS_PER_S < 10 + STRIDE_S

    def test_their_end_is_told_beforehand(self) -> None:
        run = Run(target=BASELINE, session=Session(warm_up_s=20, baseline_s=10))
        assert run.stride(15).phase.ends_ns == s_to_ns(run.t_s) + s_to_ns(20)
        run.phases(60)
        assert run.coach.phase.ends_ns is None

    def test_a_baseline_needs_enough_strides_however_long_it_takes(self) -> None:
        run = Run(target=BASELINE, session=AT_ONCE)
        names = [run.stride(15).phase.name for _ in range(LEAST_BASELINE_STRIDES + 1)]
        assert names == ["baseline"] * LEAST_BASELINE_STRIDES + ["drill"]

    def test_an_absolute_target_needs_no_baseline(self) -> None:
        assert Run().phases(1) == ["drill"]


class TestBand:
    def test_an_absolute_one_is_there_from_the_start(self) -> None:
        assert Run().coach.band == Band(16.0, 20.0)

    def test_of_the_baseline_is_the_runners_own_mean_and_what_is_to_be_added(self) -> None:
        run = Run(target=BASELINE, session=Session(warm_up_s=5, baseline_s=20))
        for _ in range(7):
            run.stride(40.0)  # warming up: of no account
        while run.coach.phase.name != "drill":
            assert run.coach.band is None
            run.stride(14.0 if run.number % 2 else 16.0)
        assert run.coach.phase.baseline_deg == pytest.approx(15.0, abs=0.1)
        band = run.coach.band
        assert band is not None
        assert [band.low_deg, band.high_deg] == pytest.approx([16.0, 20.0], abs=0.1)

    def test_the_far_leg_and_poor_strides_are_no_part_of_the_baseline(self) -> None:
        run = Run(target=BASELINE, session=AT_ONCE)
        while run.coach.phase.name != "drill":
            run.stride(15.0)
            run.stride(50.0, leg="far")
            run.stride(50.0, quality=0.49)
        assert run.coach.phase.baseline_deg == pytest.approx(15.0)

    def test_the_baseline_does_not_change_in_the_drill(self) -> None:
        run = Run(target=BASELINE, session=AT_ONCE)
        run.phases(20)
        band = run.coach.band
        run.phases(20, hip_extension_deg=30)
        assert run.coach.band == band


class TestCues:
    def test_come_after_so_many_strides_running(self) -> None:
        assert Run(PUSH, EASE).cues(10, 10, 10, 18, 25, 25, 25) == [(3, "push"), (7, "ease")]

    def test_say_which_rule_why_and_when(self) -> None:
        run = Run(PUSH)
        run.cues(10, 10)
        cue = run.stride(10.0).cue
        known_ns = s_to_ns(run.t_s) + s_to_ns(0.07)
        assert cue == Cue(
            rule="push",
            text="Push",
            sound="push",
            reason="hip_extension below band for 3 strides: hip_extension 10.0, band 16.0 to 20.0",
            stride_number=3,
            t_peak_ns=s_to_ns(run.t_s),
            decided_ns=known_ns + ms_to_ns(80),
            stamps=Stamps(known_ns),
        )

    def test_without_a_sound_have_none(self) -> None:
        run = Run(Rule(name="slow", when="cadence below 160", strides=1))
        cue = run.stride(18.0, cadence_spm=150).cue
        assert cue is not None
        assert cue.sound == ""

    def test_of_one_rule_keep_their_time_apart(self) -> None:
        assert Run(PUSH).cues(*[10.0] * 40) == [(3, "push"), (18, "push"), (33, "push")]

    def test_of_the_higher_priority_come_first(self) -> None:
        low = Rule(name="low", when="hip_extension below band", strides=3, every_s=60.0, priority=1)
        high = Rule(name="high", when="cadence below 160", strides=3, every_s=60.0, priority=2)
        assert Run(low, high).cues(10, 10, 10, cadence_spm=150) == [(3, "high")]
        assert Run(high, low).cues(10, 10, 10, cadence_spm=150) == [(3, "high")]

    def test_of_equal_priority_come_in_the_order_of_the_file(self) -> None:
        slow = Rule(name="slow", when="cadence below 160", strides=3, every_s=60.0)
        assert Run(PUSH, slow).cues(10, 10, 10, cadence_spm=150) == [(3, "push")]
        assert Run(slow, PUSH).cues(10, 10, 10, cadence_spm=150) == [(3, "slow")]

    def test_praise_comes_for_a_return_only(self) -> None:
        run = Run(PUSH, GOOD)
        assert run.cues(18, 18, 18) == []
        assert run.cues(10, 18, 18, 18, 18) == [(3, "good")]


class TestSilence:
    def test_in_warm_up_and_baseline(self) -> None:
        run = Run(PUSH, session=Session(warm_up_s=20, baseline_s=20))
        while run.coach.phase.name != "drill":
            decision = run.stride(5.0)
            assert decision.cue is None or decision.phase.name == "drill"

    def test_for_strides_below_the_quality_gate(self) -> None:
        assert Run(PUSH).cues(*[10.0] * 10, quality=0.49) == []
        assert Run(PUSH).cues(*[10.0] * 3, quality=0.5) == [(3, "push")]

    def test_for_the_far_leg(self) -> None:
        run = Run(PUSH)
        assert all(run.stride(10.0, leg="far").cue is None for _ in range(10))

    def test_for_stale_strides(self) -> None:
        assert Run(PUSH).cues(*[10.0] * 10, late_ms=250.1) == []
        assert Run(PUSH).cues(*[10.0] * 3, late_ms=250) == [(3, "push")]

    def test_while_paused_and_not_after(self) -> None:
        run = Run(PUSH)
        assert run.coach.command(Command("pause")).paused
        assert run.cues(*[10.0] * 10) == []
        assert not run.coach.command(Command("pause")).paused
        assert run.cues(*[10.0] * 3) != []

    def test_muted_is_told_and_the_screen_still_shows_cues(self) -> None:
        run = Run(PUSH)
        assert run.coach.command(Command("mute")).muted
        assert run.cues(10, 10, 10) == [(3, "push")]
        assert not run.coach.command(Command("mute")).muted

    def test_quit_is_not_the_coachs_business(self) -> None:
        run = Run(PUSH)
        assert run.coach.command(Command("quit")) == Run(PUSH).coach.phase


RULES = st.lists(
    st.builds(
        Rule,
        name=st.sampled_from(["a", "b", "c", "d"]),
        when=st.sampled_from(
            [
                "hip_extension below band",
                "hip_extension above band",
                "hip_extension in band",
                "cadence below 160",
                "knee_drive above 30",
                "knee above 9",
            ]
        ),
        strides=st.integers(1, 3),
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
    quality=st.sampled_from([0.0, 0.49, 0.5, 0.9]),
    known_after_s=st.floats(0, 0.3),
    cadence_spm=st.none() | st.floats(100, 240),
    knee_drive_deg=st.none() | st.floats(0, 90),
)
LATE_MS = st.floats(-50, 600)
EVENTS = st.lists(
    st.tuples(st.floats(0.2, 4), STRIDES, LATE_MS) | st.sampled_from([Command("pause"), Command("mute"), Command("quit")]),
    max_size=80,
)
SESSIONS = st.builds(Session, warm_up_s=st.sampled_from([0.0, 5.0]), baseline_s=st.sampled_from([0.0, 5.0]))
TARGETS = st.sampled_from([ABSOLUTE, BASELINE])


def moved(taken: Stride, peak_ns: int) -> Stride:
    """The same stride at another time."""
    known_ns = peak_ns + taken.t_known_ns - taken.t_peak_ns
    return stride(
        taken.number,
        peak_ns / NS_PER_S,
        taken.hip_extension_deg,
        taken.leg,
        taken.quality,
        (known_ns - peak_ns) / NS_PER_S,
        taken.cadence_spm,
        taken.knee_drive_deg,
    )


class Watched:
    """A coach whose every cue is held against what must never be."""

    def __init__(self, coached: Settings) -> None:
        self._settings = coached
        self._coach = Coach(coached)
        self._spoken_ns: dict[str, list[int]] = defaultdict(list)

    def command(self, command: Command) -> None:
        self._coach.command(command)

    def stride(self, taken: Stride, now_ns: int) -> None:
        cue = self._coach.stride(taken, now_ns).cue
        if cue is None:
            return
        assert taken.leg == "near"
        assert taken.quality >= self._settings.analysis.min_quality
        assert now_ns - taken.t_known_ns <= ms_to_ns(self._settings.analysis.max_age_ms)
        assert (self._coach.phase.name, self._coach.phase.paused) == ("drill", False)
        self._spoken_ns[cue.rule].append(taken.t_known_ns)

    def kept_its_times(self) -> None:
        for rule in self._settings.cue:
            times_ns = self._spoken_ns[rule.name]
            assert all(later - earlier >= s_to_ns(rule.every_s) for earlier, later in pairwise(times_ns))


@given(rules=RULES, session=SESSIONS, target=TARGETS, events=EVENTS)
def test_whatever_a_runner_does_the_coach_never_speaks_out_of_turn(
    rules: list[Rule], session: Session, target: Target, events: list[tuple[float, Stride, float] | Command]
) -> None:
    watched = Watched(settings(*rules, target=target, session=session))
    peak_ns = s_to_ns(100)
    for event in events:
        if isinstance(event, Command):
            watched.command(event)
            continue
        after_s, taken, late_ms = event
        peak_ns += s_to_ns(after_s)
        arrived = moved(taken, peak_ns)
        watched.stride(arrived, arrived.t_known_ns + ms_to_ns(late_ms))
    watched.kept_its_times()


@given(events=st.lists(st.tuples(STRIDES, LATE_MS), max_size=60))
def test_strides_in_any_order_do_no_harm(events: list[tuple[Stride, float]]) -> None:
    watched = Watched(settings(PUSH, EASE, GOOD))
    for taken, late_ms in events:
        watched.stride(taken, taken.t_known_ns + ms_to_ns(late_ms))
