"""All settings of the program. They are frozen, and unknown keys are refused."""

from pydantic import model_validator

from config.mistakes import nearest
from config.sections.analysis import AnalysisSettings
from config.sections.audio import AudioSettings
from config.sections.capture import BeltSettings, CaptureSettings
from config.sections.coaching import CoachSettings, FadingSettings, GuardSettings, TargetSettings
from config.sections.console import ConsoleSettings
from config.sections.cue_rule import DEFAULT_RULES, GUARDS, CueRule
from config.sections.display import DisplaySettings, NetworkSettings
from config.sections.section import Section, setting
from config.sections.session import SessionSettings


class Settings(Section):
    """All settings of the program."""

    capture: CaptureSettings = CaptureSettings()
    analysis: AnalysisSettings = AnalysisSettings()
    target: TargetSettings = TargetSettings()
    session: SessionSettings = SessionSettings()
    coach: CoachSettings = CoachSettings()
    guard: GuardSettings = GuardSettings()
    fading: FadingSettings = FadingSettings()
    belt: BeltSettings = BeltSettings()
    cue: tuple[CueRule, ...] = setting(
        DEFAULT_RULES,
        "One block per rule. In a file of your own, a block with a known name changes that rule (leave out the keys that "
        "stay), one with a new name adds a rule, and enabled = false switches a rule off.",
        live=True,
        strict=False,  # TOML has lists
    )
    """All rules, also those that are switched off."""
    audio: AudioSettings = AudioSettings()
    display: DisplaySettings = DisplaySettings()
    network: NetworkSettings = NetworkSettings()
    console: ConsoleSettings = ConsoleSettings()

    @property
    def rules(self) -> tuple[CueRule, ...]:
        """The rules that are switched on."""
        return tuple(cue for cue in self.cue if cue.enabled)

    def of_other_side(self) -> "Settings":
        """The settings for the second camera and its measurement. It sees the runner face the other way."""
        facing = {"right": "left", "left": "right"}.get(self.analysis.facing, "auto")
        roll_deg = self.capture.other_side.camera_roll_deg
        analysis = self.analysis.model_copy(update={"facing": facing, "camera_roll_deg": roll_deg})
        return self.model_copy(update={"capture": self.capture.of_other_side(), "analysis": analysis})

    @model_validator(mode="after")
    def _rules_fit_together(self) -> "Settings":
        names = [cue.name for cue in self.cue]
        for cue in self.cue:
            if names.count(cue.name) > 1:
                raise ValueError(f"cue: two rules are named {cue.name!r}; each needs a name of its own")
            for other in cue.unless:
                if other not in (*GUARDS, *names):
                    hint = nearest(other, [*GUARDS, *names])
                    raise ValueError(f'cue "{cue.name}": unless: {other!r} is neither a guard nor a rule{hint}')
                if other == cue.name:
                    raise ValueError(f'cue "{cue.name}": unless: a rule cannot silence itself')
            of_band = cue.enabled and cue.guard is None and "band" in cue.when.split()
            if of_band and cue.when.split()[0] != self.target.measure:
                band = f"the band is for {self.target.measure}"
                raise ValueError(f'cue "{cue.name}": when: {cue.when!r}: {band}; give a number instead, or set enabled = false')
        return self
