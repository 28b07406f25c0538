"""The coach: which cue, and when. A pure state machine over strides, samples, belt and commands; time is an argument."""

import random
from collections.abc import Callable

from config.schema import Settings
from config.training import Session
from feedback.coach.baseline import Baseline
from feedback.coach.fading import chance_of_cue, is_on
from feedback.coach.guards import LOW_QUALITY, Guards
from feedback.coach.measures import value_of
from feedback.coach.pace import PaceWatch
from feedback.coach.phases import BEFORE_THE_BASELINE, Phases, Seen
from feedback.coach.recent import RecentStrides
from feedback.coach.rule import RuleState
from feedback.coach.summary import Ledger
from feedback.coach.target import Aim, aim, measure_lacks, needs_baseline
from feedback.coach.tone import StrideTone
from wire.clock import ms_to_ns, s_to_ns
from wire.messages import Band, Belt, Command, Cue, Phase, PhaseName, Sample, Stride, Summary

LEAST_GAP_S = 2.0
"""Two cues closer than this, of whichever rules, would be heard as one."""
NEW_PACE = "New pace: finding your new baseline"
NEW_ZERO = "New zero: finding your new baseline"
BASELINE_GOES_ON = "The baseline goes on until it has enough good strides"
AGAIN = "The coach had to start again, with a new baseline"
UNCALIBRATED = "Not calibrated: stand still before you run, or press c"


class Coach:
    """Follows one session after the other. `chance` gives numbers from 0 up to 1, for the fading of cues.

    `again`: a coach before this one has fallen, and all that it knew is gone. Who was running begins at the baseline.
    Calls must come in order of time; what is late or out of order is harmless, and is not cued from.
    """

    def __init__(self, settings: Settings, chance: Callable[[], float] = random.random, again: bool = False) -> None:
        self._settings = settings
        self._chance = chance
        self._phases = Phases(settings.session)
        self._rules = [RuleState(rule) for rule in settings.rules]
        self._tone = StrideTone()
        self._muted = False
        self._speed_mps: float | None = None
        self._now_ns = 0
        self._last_cue_ns: int | None = None
        self._last_spoken_ns: int | None = None
        self._last_peak_ns: int | None = None
        self._settings_notice = ""
        self._again = again
        """Until the runner has a new baseline, or there is none."""
        self._held: frozenset[str] = frozenset()
        """The guards that held at the last trusted stride."""
        self._begin_session()

    def tick(self, now_ns: int) -> None:
        """Let time pass."""
        self._now_ns = max(self._now_ns, now_ns)
        while (entered := self._phases.advance(self._now_ns, self._baseline_done)) is not None:
            self._enter(entered)

    def sample(self, sample: Sample, now_ns: int) -> Cue | None:
        """Take in what the camera sees: whether somebody stands, runs, or is gone. Returns the coming peak's tone, if due."""
        seen = Seen.of(sample)
        if self._again and self._phases.name == "idle":
            self._again = not seen.still
            if seen.running:
                self._phases.skip_warm_up()
        self._phases.see(seen)
        self.tick(now_ns)
        return self._tone.sample(sample, self._tone_band, now_ns)

    def belt(self, belt: Belt, now_ns: int) -> None:
        """Take in the belt's speed."""
        self.tick(now_ns)
        self._speed_mps = belt.speed_mps
        if self._pace.belt(belt.speed_mps, self._settings.coach):
            self._find_baseline_anew(NEW_PACE)
        self._belt_is_measured = belt.source == "ftms" and belt.speed_mps is not None

    def command(self, command: Command, now_ns: int) -> None:
        """Obey a key."""
        self.tick(now_ns)
        if command.name == "pause":
            self._phases.pause(self._now_ns)
            self._start_rules_anew()
        elif command.name == "mute":
            self._muted = not self._muted
        elif command.name == "calibrate":
            self._enter(self._phases.calibrate(self._now_ns))

    def configure(self, settings: Settings | None, notice: str = "") -> None:
        """Take over changed settings (None: none); the session goes on. `notice` says what of them waits for a restart."""
        self._settings_notice = notice
        if settings is None:
            return
        known = {state.rule.name: state for state in self._rules}
        self._rules = [known[rule.name].changed_to(rule) if rule.name in known else RuleState(rule) for rule in settings.rules]
        self._settings = settings
        self._phases.lengths = settings.session

    def finish(self, now_ns: int) -> None:
        """The program ends: sum up what was run."""
        self.tick(now_ns)
        if self._phases.finish(self._now_ns):
            self._enter("summary")

    def stride(self, stride: Stride, now_ns: int) -> Cue | None:
        """Take in a stride of either leg; only trusted strides of the near leg count. Returns a cue if one is due."""
        self.tick(now_ns)
        if stride.leg != "near" or (self._last_peak_ns is not None and stride.t_peak_ns <= self._last_peak_ns):
            return None
        self._last_peak_ns = stride.t_peak_ns
        trusted = stride.quality >= self._settings.analysis.min_quality
        self._guards.saw(trusted)
        if not trusted:
            return None
        new_zero = not self._recent.same_zero(stride)
        if not self._recent.add(stride):
            self._start_rules_anew()
        jumped = self._pace.stride(stride.cadence_spm, stride.t_known_ns, self._settings.coach)
        if new_zero:
            self._find_baseline_anew(NEW_ZERO)
        elif jumped and not self._belt_is_measured:
            self._find_baseline_anew(NEW_PACE)
        guards = self._guards.holding(self._settings.guard, self._recent, self._baseline)
        self._held = guards
        self._record(stride, guards)
        band = self._aim.band if self._may_cue else None
        for state in self._rules:
            state.stride(self._recent, band, guards)
        fresh = now_ns - stride.t_known_ns <= ms_to_ns(self._settings.analysis.max_age_ms)
        if not fresh or not self._may_cue:
            return None
        cue = self._choose(stride, guards, now_ns)
        if cue is None:
            value = value_of(stride, self._settings.target.measure)
            return self._tone.stride(stride, value, self._tone_band, now_ns)
        self._tone.cue_given(now_ns)
        return cue

    @property
    def phase(self) -> Phase:
        """Where the session stands."""
        target, session, name = self._settings.target, self._named or self._settings.session, self._phases.name
        aimed = self._aim
        return Phase(
            name=name,
            measure=target.measure,
            band=aimed.band,
            baseline_deg=self._baseline.mean(target.measure) if self._has_baseline else None,
            baseline_sd_deg=self._baseline.sd(target.measure) if self._has_baseline else None,
            ends_ns=self._phases.ends_ns,
            paused=self._phases.paused,
            muted=self._muted,
            cueing=self._is_cueing,
            hide_value=name in ("baseline", "retention"),
            form_first=name == "drill" and self._renewed is None and bool(self._held - {LOW_QUALITY}),
            runner=session.runner,
            session_number=self._session_number if session.runner else None,
            notice=self._notice(aimed),
            summary=self._summary if name == "summary" else None,
        )

    @property
    def _session_number(self) -> int:
        """Somebody without a name is always in session 1, and so is whose sessions were not counted."""
        session = self._named or self._settings.session
        return (session.session_number if session.runner else 0) or 1

    @property
    def _cue_chance(self) -> float:
        return chance_of_cue(self._settings.fading, self._session_number)

    @property
    def _has_baseline(self) -> bool:
        return self._phases.name in ("drill", "retention", "summary") and self._renewed is None

    @property
    def _baseline_done(self) -> bool:
        return self._baseline.ready or not needs_baseline(self._settings.target, self._speed_mps)

    @property
    def _aim(self) -> Aim:
        """The target; without a band while the baseline that it needs is being found."""
        target = self._settings.target
        return aim(target, self._baseline.mean(target.measure) if self._has_baseline else None, self._speed_mps)

    @property
    def _may_cue(self) -> bool:
        """In a block of the drill with cues, at a known pace, unless paused."""
        if self._phases.name != "drill" or self._phases.paused or self._renewed is not None:
            return False
        return is_on(self._settings.fading, self._phases.elapsed_s(self._now_ns))

    @property
    def _is_cueing(self) -> bool:
        """Whether the runner may expect cues: not in a session whose number leaves them without."""
        return self._may_cue and self._cue_chance > 0

    @property
    def _tone_band(self) -> Band | None:
        """The band while strides may have their tone; a session without cues is one without tones."""
        return self._aim.band if self._settings.audio.stride_tone and self._is_cueing else None

    def _notice(self, aimed: Aim) -> str:
        name = self._phases.name
        if self._renewed is not None:
            return self._renewed_why
        if self._again:
            return AGAIN
        if name == "baseline" and self._phases.ends_ns is not None and self._now_ns > self._phases.ends_ns:
            return BASELINE_GOES_ON
        measuring = name in ("baseline", "drill", "retention")
        lacking = (
            measure_lacks(self._settings.target.measure, self._recent, self._baseline if self._has_baseline else None, aimed)
            if measuring
            else ""
        )
        uncalibrated = name == "warm_up" and self._settings.session.stand_s > 0 and not self._phases.calibrated
        return self._settings_notice or lacking or (UNCALIBRATED if uncalibrated else aimed.notice)

    def _begin_session(self) -> None:
        self._named: Session | None = None
        """Says who runs, from the baseline on: a name that is saved later is the next runner's."""
        self._baseline = Baseline()
        self._renewed: Baseline | None = None
        """Takes the place of the baseline when it is ready."""
        self._renewed_why = ""
        self._recent = RecentStrides()
        self._guards = Guards()
        self._held = frozenset()
        self._pace = PaceWatch()
        self._belt_is_measured = False
        self._ledger = Ledger()
        self._summary: Summary | None = None
        self._start_rules_anew()

    def _enter(self, name: PhaseName) -> None:
        self._again = self._again and name in ("stand", "warm_up", "baseline")
        if self._named is None and name not in BEFORE_THE_BASELINE:
            self._named = self._settings.session
        if name == "idle":
            self._begin_session()
        elif name in ("stand", "baseline"):
            self._baseline, self._renewed = Baseline(), None
        elif name == "drill":
            self._ledger.new_pace(self._baseline.values(self._settings.target.measure))
        elif name == "summary":
            target = self._settings.target
            self._summary = self._ledger.summary(target.measure, target.mode != "baseline" or target.delta_deg > 0)
        self._start_rules_anew()

    def _start_rules_anew(self) -> None:
        for state in self._rules:
            state.start_anew()

    def _find_baseline_anew(self, why: str) -> None:
        """What was normal is so no longer: measure anew, and judge nothing until then."""
        if self._phases.name == "baseline":
            self._baseline = Baseline()
        elif self._phases.name in ("drill", "retention"):
            self._renewed, self._renewed_why = Baseline(self._settings.coach.new_baseline_strides), why
        self._start_rules_anew()

    def _record(self, stride: Stride, guards: frozenset[str]) -> None:
        measure, name = self._settings.target.measure, self._phases.name
        value = value_of(stride, measure)
        if self._phases.paused or stride.t_peak_ns < self._phases.begun_ns:
            return
        if name == "baseline":
            self._baseline.add(stride)
        elif self._renewed is not None:
            self._renewed.add(stride)
            if self._renewed.ready:
                self._baseline, self._renewed = self._renewed, None
                self._ledger.new_pace(self._baseline.values(measure))
        elif value is not None and name == "drill":
            self._ledger.drill(value, self._aim.band, guards)
        elif value is not None and name == "retention":
            self._ledger.retention(value, self._aim.band)

    def _choose(self, stride: Stride, guards: frozenset[str], now_ns: int) -> Cue | None:
        """Of the rules that are due and may speak, the one of highest priority; the first in the file among equals."""
        holding = {state.rule.name for state in self._rules if state.holding} | guards
        at_ns = stride.t_known_ns
        speaking = [
            state
            for state in self._rules
            if state.due(at_ns) and holding.isdisjoint(state.rule.unless) and self._is_time_for(state, at_ns)
        ]
        if not speaking:
            return None
        chosen = max(speaking, key=lambda state: state.rule.priority)
        value = chosen.value(self._recent)
        chosen.spoken(at_ns)
        if chosen.rule.guard is None and self._chance() >= self._cue_chance:
            return None
        self._last_cue_ns = at_ns
        if chosen.rule.say:
            self._last_spoken_ns = at_ns
        likely = chosen.likely_answer
        if likely is not None:
            self._pace.asked(likely, at_ns)
        return chosen.cue(stride, value, self._aim.band, now_ns)

    def _is_time_for(self, state: RuleState, at_ns: int) -> bool:
        def passed(since_ns: int | None, least_s: float) -> bool:
            return since_ns is None or at_ns - since_ns >= s_to_ns(least_s)

        spoken_every_s = self._settings.coach.spoken_every_s if state.rule.say else 0.0
        return passed(self._last_cue_ns, LEAST_GAP_S) and passed(self._last_spoken_ns, spoken_every_s)
