"""A runner with the coach beside them, for tests: time, strides and what the camera sees are all given."""

from collections.abc import Callable
from typing import Any

import msgspec

from config.schema import Analysis, Settings
from config.schema import Cue as Rule
from config.training import Coach as CoachSettings
from config.training import Fading, Guard, Session, Target
from feedback.coach.engine import Coach
from tests.message_examples import sample, stride
from wire.clock import ms_to_ns, s_to_ns
from wire.messages import Belt, Command, Cue, LegName, Phase

STRIDE_S = 0.7
KNOWN_S = 0.07
PUSH = Rule(
    name="push",
    when="hip_extension below band",
    strides=3,
    mean_strides=1,
    every_s=10.0,
    text="Push",
    sound="push",
    unless=("arching", "slow_cadence", "low_quality"),
)
EASE = Rule(name="ease", when="hip_extension above band", strides=3, mean_strides=1, every_s=10.0, text="Ease", sound="ease")
GOOD = Rule(
    name="good", when="hip_extension in band", strides=2, mean_strides=1, every_s=10.0, text="Good", sound="good", priority=-1
)
TALL = Rule(name="tall", when="arching", strides=3, every_s=10.0, text="Run tall", sound="guard", priority=20)
QUICK = Rule(name="quick", when="slow_cadence", strides=3, every_s=10.0, text="Quicker steps", sound="guard", priority=10)

ABSOLUTE = Target(mode="absolute", absolute_deg=18.0, half_width_deg=2.0)
BASELINE = Target(mode="baseline", delta_deg=3.0, half_width_deg=2.0)
AT_ONCE = Session(stand_s=0, warm_up_s=0, baseline_s=0, drill_s=3600, retention_s=0)
SHORT_BASELINE = Session(stand_s=0, warm_up_s=0, baseline_s=10, drill_s=3600, retention_s=0)
WITHOUT_BLOCKS = Fading(cues_off_s=0, cues_off_growth_s=0)


def settings(*rules: Rule, target: Target = ABSOLUTE, session: Session = AT_ONCE, **more: Any) -> Settings:
    """Settings with these rules: cues all the time, no time between spoken ones, unless something else is said."""
    given: dict[str, Any] = {
        "coach": CoachSettings(spoken_every_s=0),
        "fading": WITHOUT_BLOCKS,
        "guard": Guard(strides=3),
        "analysis": Analysis(min_quality=0.5, max_age_ms=250.0),
        **more,
    }
    return Settings(target=target, session=session, cue=rules, **given)


def always() -> float:
    """A chance at which every cue is given that may be given."""
    return 0.0


class Run:
    """Strides of the near leg, 0.7 s apart, unless something else is said. Running is seen from the first one on."""

    def __init__(self, *rules: Rule, chance: Callable[[], float] = always, **more: Any) -> None:
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
        """One stride; what is seen in between says that the runner runs."""
        self.number += 1
        self.see("measuring", STRIDE_S)
        taken = stride(self.number, self.t_s, hip_extension_deg, leg, quality, KNOWN_S, cadence_spm)
        taken = msgspec.structs.replace(taken, **measures)
        return self.coach.stride(taken, taken.t_known_ns + ms_to_ns(late_ms))

    def strides(self, count: int, *values: Any, **more: Any) -> list[str]:
        """So many strides; the rules of the cues given."""
        cues = [self.stride(*values, **more) for _ in range(count)]
        return [cue.rule for cue in cues if cue is not None]

    def cues(self, *hip_extensions_deg: float, **more: Any) -> list[tuple[int, str]]:
        """(which of these strides, rule) of the cues given; strides counted from 1."""
        given = [self.stride(value, **more) for value in hip_extensions_deg]
        return [(number, cue.rule) for number, cue in enumerate(given, start=1) if cue is not None]

    def see(self, state: str, seconds: float, standing: bool = False) -> list[str]:
        """For so long the camera sees this, ten times a second; the phases gone through."""
        names: list[str] = []
        until_s = self.t_s + seconds
        while self.t_s < until_s - 1e-9:
            self.t_s = min(until_s, self.t_s + 0.1)
            zero_deg = 1.0 if standing else None
            seen = msgspec.structs.replace(sample(at_s=self.t_s), state=state, standing_thigh_deg=zero_deg)
            self.coach.sample(seen, s_to_ns(self.t_s))
            if [self.phase.name] != names[-1:]:
                names.append(self.phase.name)
        return names

    def wait(self, seconds: float) -> None:
        """So long nothing at all is heard."""
        self.t_s += seconds
        self.coach.tick(s_to_ns(self.t_s))

    def press(self, key: Any) -> Phase:
        """A key."""
        self.coach.command(Command(key), s_to_ns(self.t_s))
        return self.phase

    def belt(self, speed_mps: float | None, source: Any = "typed") -> None:
        """The belt's speed becomes known, or changes."""
        self.coach.belt(Belt(s_to_ns(self.t_s), speed_mps, None, source), s_to_ns(self.t_s))

    def until(self, name: str, *values: Any, **more: Any) -> None:
        """Run until this phase has come."""
        for _ in range(10_000):
            if self.phase.name == name:
                return
            self.stride(*values, **more)
        raise AssertionError(f"{name} never came")
