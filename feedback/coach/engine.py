"""The coach: a pure state machine that turns strides, samples, belt speed and commands into cues and the session's phase."""

import random
from collections.abc import Callable, Iterable

from config.sections.session import SessionSettings
from config.settings import Settings
from feedback.coach.baseline import Baseline
from feedback.coach.cue_selection import CueSelector, cue_probability, is_cue_block
from feedback.coach.guards import LOW_QUALITY
from feedback.coach.judged_legs import JudgedLeg, JudgedLegs
from feedback.coach.leg import CoachedLeg
from feedback.coach.pace import PaceMonitor
from feedback.coach.phases import BEFORE_BASELINE, RunnerObservation, SessionPhases, seen_by_all
from feedback.coach.stride_window import value_of
from feedback.coach.summary import SummaryBuilder
from feedback.coach.target import ResolvedTarget, missing_measure, needs_baseline, resolve_target
from feedback.coach.tone import StrideTone
from wire.clock import ms_to_ns
from wire.faults import NoticeCode
from wire.messages import (
    Band,
    Belt,
    CameraName,
    Command,
    Cue,
    Notice,
    Phase,
    PhaseName,
    Sample,
    Side,
    SideTarget,
    Stride,
    Summary,
)

NEW_PACE = Notice(NoticeCode.NEW_PACE)
NEW_ZERO = Notice(NoticeCode.NEW_ZERO)
BASELINE_CONTINUES = Notice(NoticeCode.BASELINE_CONTINUES)
COACH_RESTARTED = Notice(NoticeCode.COACH_RESTARTED)
NOT_CALIBRATED = Notice(NoticeCode.NOT_CALIBRATED)


class Coach:
    """Coaches one session after another. `chance` returns numbers from 0 up to 1, for the fading of cues. Time is an argument.

    `restarted`: an earlier coach of this program crashed, and its state is lost. A runner who is already running goes straight
    to the baseline. Call the methods in order of time; late or out-of-order messages are harmless and cause no cue.

    With one camera the near leg is coached. With two, both legs are, each measured by the camera on its side.
    """

    def __init__(self, settings: Settings, chance: Callable[[], float] = random.random, restarted: bool = False) -> None:
        self._settings = settings
        self._phases = SessionPhases(settings.session)
        self._selector = CueSelector(settings.rules, chance)
        self._tone = StrideTone()
        self._muted = False
        self._speed_mps: float | None = None
        self._now_ns = 0
        self._two_sided = settings.capture.has_other_side
        self._last_peaks_ns: dict[Side | None, int] = {}
        self._seen_sides: set[Side | None] = set()
        """The legs that had been seen lately at the last stride."""
        self._observations: dict[CameraName, RunnerObservation] = {}
        self._settings_notice: Notice | None = None
        self._restarted = restarted
        """Until the present runner has a new baseline, or the treadmill is free."""
        self._start_session()

    def tick(self, now_ns: int) -> None:
        """Advance the session to this time."""
        self._now_ns = max(self._now_ns, now_ns)
        while (entered := self._phases.advance(self._now_ns, self._baseline_done)) is not None:
            self._enter(entered)

    def handle_sample(self, sample: Sample, now_ns: int) -> Cue | None:
        """Handle a sample: it shows whether the runner runs, stands or has left. Returns the next peak's tone if it is due."""
        self._observations[sample.camera] = RunnerObservation.from_sample(sample)
        observation = seen_by_all(self._observations.values())
        if self._restarted and self._phases.name == "idle":
            self._restarted = not observation.still
            if observation.running:
                self._phases.skip_warm_up()
        self._phases.observe(observation)
        self.tick(now_ns)
        return self._tone.handle_sample(sample, self._tone_band, now_ns) if sample.camera == self._main_leg.camera else None

    def handle_belt(self, belt: Belt, now_ns: int) -> None:
        """Handle a report of the belt's speed."""
        self.tick(now_ns)
        self._speed_mps = belt.speed_mps
        if self._pace.add_belt_speed(belt.speed_mps, self._settings.coach):
            self._restart_baseline(NEW_PACE, self._legs.values())
        self._belt_is_measured = belt.source == "ftms" and belt.speed_mps is not None

    def handle_command(self, command: Command, now_ns: int) -> None:
        """Handle a key, or a button of the console."""
        self.tick(now_ns)
        if command.name == "pause":
            self._phases.pause(self._now_ns)
            self._selector.reset()
        elif command.name == "mute":
            self._muted = not self._muted
        elif command.name == "calibrate":
            self._enter(self._phases.calibrate(self._now_ns))
        elif command.name == "next_phase":
            self._phases.cut_short()
            self.tick(now_ns)
        elif command.name == "end_session" and self._phases.finish(self._now_ns):
            self._enter("summary")

    def apply_settings(self, settings: Settings, waiting: tuple[str, ...] = ()) -> None:
        """Apply changed settings; the session continues. `waiting` are keys that apply at the next start."""
        self._settings_notice = Notice(NoticeCode.SETTINGS_WAIT, keys=waiting) if waiting else None
        self._selector.apply_rules(settings.rules)
        self._settings = settings
        self._phases.lengths = settings.session

    def finish(self, now_ns: int) -> None:
        """Summarize the session: the program ends."""
        self.tick(now_ns)
        if self._phases.finish(self._now_ns):
            self._enter("summary")

    def handle_stride(self, stride: Stride, now_ns: int) -> Cue | None:
        """Handle a stride of any leg; only trusted strides of near legs count. Returns a cue or a tone if one is due."""
        self.tick(now_ns)
        side = stride.side if self._two_sided else None
        leg = self._legs.get(side)
        if leg is None or stride.leg != "near" or stride.t_peak_ns <= self._last_peaks_ns.get(side, stride.t_peak_ns - 1):
            return None
        self._last_peaks_ns[side] = stride.t_peak_ns
        trusted = stride.quality >= self._settings.analysis.min_quality
        leg.add_quality(trusted)
        if not trusted:
            return None
        self._discard_gone_legs(leg)
        new_zero = not leg.recent.has_same_zero(stride)
        if not leg.add(stride):
            self._selector.reset(leg.side)
        jumped = leg is self._main_leg and self._pace.add_cadence(stride.cadence_spm, stride.t_known_ns, self._settings.coach)
        if new_zero:
            self._restart_baseline(NEW_ZERO, [leg])
        elif jumped and not self._belt_is_measured:
            self._restart_baseline(NEW_PACE, self._legs.values())
        guards = leg.update_guards(self._settings)
        self._record(stride, leg, guards)
        self._selector.add_stride(self._judged(stride, leg))
        fresh = now_ns - stride.t_known_ns <= ms_to_ns(self._settings.analysis.max_age_ms)
        if not fresh or not self._may_cue:
            return None
        cue = self._select_cue(stride, now_ns)
        if cue is None:
            if leg is not self._main_leg:
                return None
            value = value_of(stride, self._settings.target.measure)
            return self._tone.handle_stride(stride, value, self._tone_band, now_ns)
        self._tone.cue_given(now_ns)
        return cue

    @property
    def phase(self) -> Phase:
        """The present state of the session."""
        measure, name = self._settings.target.measure, self._phases.name
        main, sides = (
            self._leg_of_main_camera,
            {side: self._side_target(leg) for side, leg in self._legs.items() if side is not None},
        )
        target = self._target_of(main)
        return Phase(
            name=name,
            measure=measure,
            band=target.band,
            baseline_deg=main.baseline_mean(measure) if self._after_baseline else None,
            baseline_sd_deg=main.baseline_sd(measure) if self._after_baseline else None,
            ends_ns=self._phases.ends_ns,
            paused=self._phases.paused,
            muted=self._muted,
            cueing=self._is_cueing,
            hide_value=name in ("baseline", "retention"),
            min_quality=self._settings.analysis.min_quality,
            form_first=name == "drill" and not self._awaits_baseline and bool(self._active_guards - {LOW_QUALITY}),
            mode=self._session.mode,
            runner=self._runner,
            session_number=self._session_number if self._runner else None,
            notice=self._notice,
            summary=self._summary if name == "summary" else None,
            sides=sides,
            calibration_sd_deg=self._settings.capture.extension_offset_sd_deg,
        )

    @property
    def _session(self) -> SessionSettings:
        """The settings that say whose session this is."""
        return self._named or self._settings.session

    @property
    def _runner(self) -> str:
        """The runner's name; "": a guest."""
        return self._session.runner if self._session.mode == "session" else ""

    @property
    def _session_number(self) -> int:
        """Session 1 for a guest, and for a runner whose sessions were not counted."""
        return (self._session.session_number if self._runner else 0) or 1

    @property
    def _cue_probability(self) -> float:
        return cue_probability(self._settings.fading, self._session_number)

    @property
    def _present_legs(self) -> list[CoachedLeg]:
        """The legs that a camera sees near at present, or all if there is none."""
        return [leg for leg in self._legs.values() if leg.is_seen(self._now_ns)] or list(self._legs.values())

    @property
    def _main_leg(self) -> CoachedLeg:
        """The main camera's near leg; while that is not seen, the other one's."""
        legs = self._present_legs
        return next((leg for leg in legs if leg.camera == "main"), legs[0])

    @property
    def _leg_of_main_camera(self) -> CoachedLeg:
        """The leg whose band stands for the session: it stays the same while the main camera is lost."""
        legs = [leg for leg in self._legs.values() if leg.was_seen] or list(self._legs.values())
        return next((leg for leg in legs if leg.camera == "main"), legs[0])

    @property
    def _active_guards(self) -> frozenset[str]:
        return frozenset(guard for leg in self._present_legs for guard in leg.active_guards)

    @property
    def _after_baseline(self) -> bool:
        return self._phases.name in ("drill", "retention", "summary")

    @property
    def _awaits_baseline(self) -> bool:
        """Whether a new baseline is being recorded, because the old one no longer applies."""
        return any(leg.next_baseline is not None for leg in self._present_legs)

    @property
    def _baseline_done(self) -> bool:
        done = all(leg.baseline.ready for leg in self._present_legs)
        return done or not self._needs_baseline

    @property
    def _needs_baseline(self) -> bool:
        return needs_baseline(self._settings.target, self._speed_mps)

    def _target_of(self, leg: CoachedLeg) -> ResolvedTarget:
        """The target; it has no band until its baseline is known."""
        target = self._settings.target
        baseline = leg.baseline_mean(target.measure) if self._after_baseline else None
        return resolve_target(target, baseline, self._speed_mps, leg.side)

    def _side_target(self, leg: CoachedLeg) -> SideTarget:
        measure, known = self._settings.target.measure, self._after_baseline
        return SideTarget(
            band=self._target_of(leg).band,
            baseline_deg=leg.baseline_mean(measure) if known else None,
            baseline_sd_deg=leg.baseline_sd(measure) if known else None,
        )

    def _judged(self, stride: Stride, last: CoachedLeg) -> JudgedLegs:
        may_cue = self._may_cue

        def judged(leg: CoachedLeg, side: Side | None) -> JudgedLeg:
            return JudgedLeg(leg.recent, self._target_of(leg).band if may_cue else None, side, leg.active_guards)

        others = [judged(leg, side) for side, leg in self._legs.items() if leg is not last and leg.is_seen(self._now_ns)]
        return JudgedLegs(judged(last, stride.side), others)

    def _discard_gone_legs(self, last: CoachedLeg) -> None:
        """What rules have counted of a leg that is not seen any more does not hold for the other one."""
        seen = {leg.side for leg in self._legs.values() if leg is last or leg.is_seen(self._now_ns)}
        for side in self._seen_sides - seen:
            self._selector.reset(side)
        self._seen_sides = seen

    @property
    def _may_cue(self) -> bool:
        """Whether the session is in a cue block of the drill, not paused, and the baseline fits the pace."""
        if self._phases.name != "drill" or self._phases.paused or self._awaits_baseline:
            return False
        return is_cue_block(self._settings.fading, self._phases.elapsed_s(self._now_ns))

    @property
    def _is_cueing(self) -> bool:
        """Whether cues are given now: not in a session for which they have faded completely."""
        return self._may_cue and self._cue_probability > 0

    @property
    def _tone_band(self) -> Band | None:
        """The band while strides have a tone, else None; a session without cues has no tones either."""
        return self._target_of(self._main_leg).band if self._settings.audio.stride_tone and self._is_cueing else None

    @property
    def _notice(self) -> Notice | None:
        name = self._phases.name
        if self._awaits_baseline:
            return self._next_baseline_notice
        if self._restarted:
            return COACH_RESTARTED
        if name == "baseline" and self._phases.ends_ns is not None and self._now_ns > self._phases.ends_ns:
            return BASELINE_CONTINUES
        measuring = name in ("baseline", "drill", "retention")
        main = self._main_leg
        target = self._target_of(main)
        lacking = (
            missing_measure(self._settings.target.measure, main.recent, main.baseline if self._after_baseline else None, target)
            if measuring
            else None
        )
        uncalibrated = name == "warm_up" and self._settings.session.stand_s > 0 and not self._phases.calibrated
        return self._settings_notice or lacking or (NOT_CALIBRATED if uncalibrated else target.notice)

    def _start_session(self) -> None:
        self._named: SessionSettings | None = None
        """The settings that name the runner, fixed at the baseline: a name saved later is the next runner's."""
        sides: tuple[Side | None, ...] = ("left", "right") if self._two_sided else (None,)
        self._legs = {side: CoachedLeg(side) for side in sides}
        """By side of the body with two cameras; the near leg alone with one."""
        self._seen_sides = set()
        self._next_baseline_notice: Notice | None = None
        self._pace = PaceMonitor()
        self._belt_is_measured = False
        self._summary_builder = SummaryBuilder()
        self._summary: Summary | None = None
        self._selector.reset()

    def _enter(self, name: PhaseName) -> None:
        self._restarted = self._restarted and name in ("stand", "warm_up", "baseline")
        if self._named is None and name not in BEFORE_BASELINE:
            self._named = self._settings.session
        if name == "idle":
            self._start_session()
        elif name in ("stand", "baseline"):
            for leg in self._legs.values():
                leg.baseline, leg.next_baseline = Baseline(), None
        elif name == "drill":
            self._start_pace()
        elif name == "summary":
            target = self._settings.target
            most_asked = max(target.delta_deg + target.add_deg(side) for side in self._legs)
            self._summary = self._summary_builder.build(target.measure, target.mode != "baseline" or most_asked > 0)
        self._selector.reset()

    def _restart_baseline(self, why: Notice, legs: Iterable[CoachedLeg]) -> None:
        """Record a new baseline, because the old one no longer applies; no stride is judged until it is ready."""
        for leg in legs:
            if self._phases.name == "baseline":
                leg.baseline = Baseline()
            elif self._phases.name in ("drill", "retention"):
                leg.next_baseline, self._next_baseline_notice = Baseline(self._settings.coach.new_baseline_strides), why
        self._selector.reset()

    def _start_pace(self) -> None:
        measure = self._settings.target.measure
        known = {side: leg.baseline.values(measure) for side, leg in self._legs.items() if leg.next_baseline is None}
        self._summary_builder.start_pace(known)

    def _record(self, stride: Stride, leg: CoachedLeg, guards: frozenset[str]) -> None:
        measure, name = self._settings.target.measure, self._phases.name
        value = value_of(stride, measure)
        if self._phases.paused or stride.t_peak_ns < self._phases.begun_ns:
            return
        if name == "baseline":
            leg.baseline.add(stride)
        elif leg.next_baseline is not None:
            leg.next_baseline.add(stride)
            if leg.next_baseline.ready:
                leg.baseline, leg.next_baseline = leg.next_baseline, None
                self._start_pace()
        elif self._two_sided and self._after_baseline and not leg.baseline.ready and self._needs_baseline:
            leg.baseline.add(stride)  # its camera was lost while the other leg's baseline was recorded
            if leg.baseline.ready:
                self._start_pace()
        elif value is not None and name == "drill":
            self._summary_builder.add_drill_stride(leg.side, value, self._target_of(leg).band, guards)
        elif value is not None and name == "retention":
            self._summary_builder.add_retention_stride(leg.side, value, self._target_of(leg).band)

    def _select_cue(self, stride: Stride, now_ns: int) -> Cue | None:
        at_ns = stride.t_known_ns
        selected = self._selector.select(at_ns, self._settings.coach.spoken_every_s, self._cue_probability)
        if selected is None:
            return None
        if selected.expected_response is not None:
            self._pace.cue_given(selected.expected_response, at_ns)
        return selected.cue(stride, now_ns)
