"""A runner with a coach, for tests: the test provides time, strides and samples."""

from collections.abc import Callable
from typing import Any

import msgspec

from config.sections.analysis import AnalysisSettings
from config.sections.coaching import CoachSettings, FadingSettings, GuardSettings, TargetSettings
from config.sections.cue_rule import CueRule
from config.sections.session import SessionSettings
from config.settings import Settings
from feedback.coach.engine import Coach
from tests.support.message_examples import sample, stride, with_values
from wire.clock import ms_to_ns, s_to_ns
from wire.faults import SampleState
from wire.messages import Belt, Command, Cue, LegName, Phase

STRIDE_S = 0.7
KNOWN_S = 0.07
PUSH = CueRule(
    name="push",
    when="hip_extension below band",
    strides=3,
    mean_strides=1,
    every_s=10.0,
    text="Push",
    sound="push",
    unless=("arching", "slow_cadence", "low_quality"),
)
EASE = CueRule(name="ease", when="hip_extension above band", strides=3, mean_strides=1, every_s=10.0, text="Ease", sound="ease")
GOOD = CueRule(
    name="good", when="hip_extension in band", strides=2, mean_strides=1, every_s=10.0, text="Good", sound="good", priority=-1
)
TALL = CueRule(name="tall", when="arching", strides=3, every_s=10.0, text="Run tall", sound="guard", priority=20)
QUICK = CueRule(name="quick", when="slow_cadence", strides=3, every_s=10.0, text="Quicker steps", sound="guard", priority=10)

ABSOLUTE = TargetSettings(mode="absolute", absolute_deg=18.0, half_width_deg=2.0)
BASELINE = TargetSettings(mode="baseline", delta_deg=3.0, half_width_deg=2.0)
AT_ONCE = SessionSettings(stand_s=0, warm_up_s=0, baseline_s=0, drill_s=3600, retention_s=0)
SHORT_BASELINE = SessionSettings(stand_s=0, warm_up_s=0, baseline_s=10, drill_s=3600, retention_s=0)
WITHOUT_BLOCKS = FadingSettings(cues_off_s=0, cues_off_growth_s=0)


def settings(*rules: CueRule, target: TargetSettings = ABSOLUTE, session: SessionSettings = AT_ONCE, **more: Any) -> Settings:
    """Settings with these rules; by default with cues all the time and no minimum gap between spoken ones."""
    given: dict[str, Any] = {
        "coach": CoachSettings(spoken_every_s=0),
        "fading": WITHOUT_BLOCKS,
        "guard": GuardSettings(strides=3),
        "analysis": AnalysisSettings(min_quality=0.5, max_age_ms=250.0),
        **more,
    }
    return Settings(target=target, session=session, cue=rules, **given)


def always() -> float:
    """A chance with which no cue fades."""
    return 0.0


class Run:
    """Strides, by default of the near leg and 0.7 s apart, with samples of a running runner in between."""

    def __init__(self, *rules: CueRule, chance: Callable[[], float] = always, **more: Any) -> None:
        self.coach = Coach(settings(*rules, **more), chance)
        self.t_s = 1000.0
        self.number = 0

    @property
    def phase(self) -> Phase:
        return self.coach.phase

    def stride(
        self,
        hip_extension_deg: float = 15.0,
        leg: LegName = "near",
        quality: float = 0.9,
        late_ms: float = 80,
        cadence_spm: float | None = 170,
        **measures: Any,
    ) -> Cue | None:
        """Add a stride, after samples that show the runner running. Returns its cue."""
        self.number += 1
        self.see(SampleState.MEASURING, STRIDE_S)
        taken = stride(self.number, self.t_s, hip_extension_deg, leg, quality, KNOWN_S, cadence_spm)
        taken = with_values(taken, **measures)
        return self.coach.handle_stride(taken, taken.t_known_ns + ms_to_ns(late_ms))

    def strides(self, count: int, *values: Any, **more: Any) -> list[str]:
        """Add strides. Returns the rules of the cues given."""
        cues = [self.stride(*values, **more) for _ in range(count)]
        return [cue.rule for cue in cues if cue is not None]

    def cues(self, *hip_extensions_deg: float, **more: Any) -> list[tuple[int, str]]:
        """Add strides. Returns (stride number from 1, rule) of each cue given."""
        given = [self.stride(value, **more) for value in hip_extensions_deg]
        return [(number, cue.rule) for number, cue in enumerate(given, start=1) if cue is not None]

    def see(self, state: SampleState, seconds: float, standing: bool = False) -> list[str]:
        """Add ten samples a second with this state. Returns the sequence of phases."""
        names: list[str] = []
        until_s = self.t_s + seconds
        while self.t_s < until_s - 1e-9:
            self.t_s = min(until_s, self.t_s + 0.1)
            zero_deg = 1.0 if standing else None
            seen = msgspec.structs.replace(sample(at_s=self.t_s), state=state, standing_thigh_deg=zero_deg)
            self.coach.handle_sample(seen, s_to_ns(self.t_s))
            if [self.phase.name] != names[-1:]:
                names.append(self.phase.name)
        return names

    def wait(self, seconds: float) -> None:
        """Let time pass without messages."""
        self.t_s += seconds
        self.coach.tick(s_to_ns(self.t_s))

    def press(self, key: Any) -> Phase:
        """Press a key."""
        self.coach.handle_command(Command(key), s_to_ns(self.t_s))
        return self.phase

    def belt(self, speed_mps: float | None, source: Any = "typed") -> None:
        """Report the belt's speed."""
        self.coach.handle_belt(Belt(s_to_ns(self.t_s), speed_mps, None, source), s_to_ns(self.t_s))

    def until(self, name: str, *values: Any, **more: Any) -> None:
        """Add strides until this phase is entered."""
        for _ in range(10_000):
            if self.phase.name == name:
                return
            self.stride(*values, **more)
        raise AssertionError(f"{name} never came")
