"""The coach: which cue, and when. A pure state machine over strides and commands; time is an argument."""

from dataclasses import dataclass

import numpy as np

from config.schema import Settings
from feedback.coach.measures import OF_STRIDE
from feedback.coach.rule import RuleState
from wire.clock import ms_to_ns, s_to_ns
from wire.messages import Band, Command, Cue, Phase, PhaseName, Stride

WAITING: PhaseName = "idle"
WARM_UP: PhaseName = "warm_up"
BASELINE: PhaseName = "baseline"
DRILL: PhaseName = "drill"

LEAST_BASELINE_STRIDES = 10
"""A mean of fewer strides is no baseline: the phase goes on until it has them (2 SD of the mean then below 1°)."""


@dataclass(frozen=True)
class Decision:
    """What a stride brought."""

    cue: Cue | None
    phase: Phase


class Coach:
    """Follows one session. The session begins with the first stride."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rules = [RuleState(rule) for rule in settings.cue]
        self._phase: PhaseName = WAITING
        self._phase_start_ns = 0
        self._baseline: list[float] = []
        self._baseline_deg: float | None = None
        self._paused = False
        self._muted = False

    def stride(self, stride: Stride, now_ns: int) -> Decision:
        """Take in a stride of either leg; only trusted strides of the near leg count."""
        self._advance(stride.t_peak_ns)
        trusted = stride.leg == "near" and stride.quality >= self._settings.analysis.min_quality
        if not trusted:
            return Decision(None, self.phase)
        value = OF_STRIDE[self._settings.target.measure](stride)
        if self._phase == BASELINE and value is not None:
            self._baseline.append(value)
        band = self.band
        speaking = [rule for rule in self._rules if rule.stride(stride, self._settings.target.measure, band)]
        fresh = now_ns - stride.t_known_ns <= ms_to_ns(self._settings.analysis.max_age_ms)
        if not speaking or not fresh or self._paused or self._phase != DRILL:
            return Decision(None, self.phase)
        chosen = max(speaking, key=lambda state: state.rule.priority)
        chosen.spoken(stride.t_known_ns)
        return Decision(self._cue(chosen, stride, value, band, now_ns), self.phase)

    def command(self, command: Command) -> Phase:
        """Obey a key."""
        if command.name == "pause":
            self._paused = not self._paused
        elif command.name == "mute":
            self._muted = not self._muted
        return self.phase

    @property
    def band(self) -> Band | None:
        """The target; None while the baseline is not known."""
        target = self._settings.target
        middle = target.absolute_deg if target.mode == "absolute" else None
        if target.mode == "baseline" and self._baseline_deg is not None:
            middle = self._baseline_deg + target.delta_deg
        return None if middle is None else Band(middle - target.half_width_deg, middle + target.half_width_deg)

    @property
    def phase(self) -> Phase:
        """Where the session stands."""
        lengths = {WARM_UP: self._settings.session.warm_up_s, BASELINE: self._settings.session.baseline_s}
        length_s = lengths.get(self._phase)
        return Phase(
            name=self._phase,
            measure=self._settings.target.measure,
            band=self.band,
            baseline_deg=self._baseline_deg,
            ends_ns=None if length_s is None else self._phase_start_ns + s_to_ns(length_s),
            paused=self._paused,
            muted=self._muted,
            cueing=self._phase == DRILL and not self._paused,
        )

    def _advance(self, now_ns: int) -> None:
        session = self._settings.session
        if self._phase == WAITING:
            self._phase, self._phase_start_ns = WARM_UP, now_ns
        if self._phase == WARM_UP and now_ns - self._phase_start_ns >= s_to_ns(session.warm_up_s):
            self._phase, self._phase_start_ns = BASELINE, now_ns
        if self._phase == BASELINE and now_ns - self._phase_start_ns >= s_to_ns(session.baseline_s):
            needed = self._settings.target.mode == "baseline"
            if len(self._baseline) >= LEAST_BASELINE_STRIDES or not needed:
                self._baseline_deg = float(np.mean(self._baseline)) if self._baseline else None
                self._phase, self._phase_start_ns = DRILL, now_ns

    def _cue(self, state: RuleState, stride: Stride, value: float | None, band: Band | None, now_ns: int) -> Cue:
        rule = state.rule
        limits = "" if band is None else f", band {band.low_deg:.1f} to {band.high_deg:.1f}"
        shown = "" if value is None else f": {self._settings.target.measure} {value:.1f}"
        return Cue(
            rule=rule.name,
            text=rule.text,
            sound="" if rule.sound == "none" else rule.sound,
            reason=f"{rule.when} for {rule.strides} strides{shown}{limits}",
            stride_number=stride.number,
            t_peak_ns=stride.t_peak_ns,
            decided_ns=now_ns,
            stamps=stride.stamps,
        )
