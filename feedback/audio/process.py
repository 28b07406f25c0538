"""The audio process: plays cues, and publishes when each was played."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from config.reload import from_json
from config.settings import Settings
from feedback.audio.device.sound_card import open_sink
from feedback.audio.device.sound_output import SinkOpener, SoundOutput
from feedback.audio.engine.lane import PlaybackOutcome
from feedback.audio.engine.mixer import Mixer
from feedback.audio.engine.sounds import RECIPES, make_all, make_tone
from feedback.audio.repertoire import Repertoire
from feedback.audio.voice.announcements import announcements, rule_name
from feedback.audio.voice.speech import Speech
from wire.clock import ms_to_ns, s_to_ns
from wire.faults import FaultCode
from wire.health import stages
from wire.health.attendance import ANALYSES, lane_rests
from wire.lifecycle import StopFlag
from wire.messages import ConfigState, Cue, Health, Phase, PhaseName, Played, Stamps
from wire.node import Node
from wire.sockets import Wire
from wire.texts import FAULTS
from wire.topics import CUE, HEALTH, PHASE, PLAYED

IDLE_POLL_MS = 50.0
BUSY_POLL_MS = 5.0
"""While a sound waits for the next block, so that its outcome is published immediately."""
RESTING_POLL_MS = 100.0
SOUND_FAULTS = (
    FaultCode.SOUND_DEVICE_MISSING,
    FaultCode.SOUND_DEVICE_LOST,
    FaultCode.SOUND_DEVICE_HANGS,
    FaultCode.SOUND_DEVICE_REFUSES,
    FaultCode.SOUND_BLOCKS_LENGTHENED,
)
"""At most one of these is reported: that of the present sink."""
MAX_LATE_MS = 40.0
"""A timed sound later than this is dropped. A delay of 24 ms between an action and its sound is just noticeable (Adelstein
2003); at 60 to 80 ms most people perceive two events (Brungart 2005)."""
MAX_AHEAD_NS = s_to_ns(5.0)
"""A cue timed further ahead than this is an error."""
SIGNAL_LOST = "signal_lost"
"""Rule name in Played of the sound that announces a fault."""
_SWITCH_INTERVAL_S = 0.0005
"""How long a thread may block the callback by holding the interpreter: at the default of 5 ms half of all deadlines fail."""


@dataclass(frozen=True)
class _PendingSound:
    """What a scheduled sound stands for."""

    cue: Cue
    sound: str
    frames: int


@dataclass(frozen=True)
class _HeldCue:
    """A cue that waits for the sound card to open."""

    cue: Cue
    lasting: bool
    """Whether it is still valid a second later: a phase or a fault lasts, a stride does not."""


class AudioProcess:
    """The loop body and the message handlers."""

    def __init__(self, settings: Settings, node: Node, opener: SinkOpener = open_sink) -> None:
        self._clock = node.clock
        self._settings = settings
        self._health = node.health
        self._played = node.publisher(PLAYED)
        self._pending: dict[int, _PendingSound] = {}
        self._held: list[_HeldCue] = []
        self._quiet_from_ns = 0
        """When the last sound ends."""
        self._analyses: dict[str, Health] = {}
        self._muted = False
        self._phase: PhaseName | None = None
        self._announced_faults: set[str] = set()
        """Processes whose present fault has been announced by its tone."""
        _warm_up(settings)
        self._output = SoundOutput(settings.audio, node.clock, opener)
        self._sink = self._output.sink
        self._speech = Speech()
        self._repertoire = Repertoire(settings, settings.audio.sample_rate_hz, self._speech)
        node.follow_settings(from_json, self._apply, wakes=True)
        node.subscribe(PHASE, Phase, self._handle_phase)
        node.subscribe(CUE, Cue, self._handle_cue)
        node.subscribe(HEALTH, Health, self._handle_health)
        self._check_output()

    def play(self) -> float:
        """The loop body: advance the sink, publish what was played. Returns how long the next round may wait, ms."""
        self._sink.advance()
        for outcome in self._sink.mixer.outcomes():
            self._publish_outcome(outcome)
        self._rest()
        self._check_output()
        self._report()
        if self._pending or self._held:
            return BUSY_POLL_MS
        return RESTING_POLL_MS if self._output.resting else IDLE_POLL_MS

    def close(self) -> None:
        """Release the device."""
        self._output.close()
        self._speech.close()
        self._health.ended()

    def _apply(self, settings: Settings, _state: ConfigState) -> None:
        if settings != self._settings:
            self._settings = settings
            self._output.apply(settings.audio)
            self._follow_sink()
            self._renew_repertoire()

    def _rest(self) -> None:
        """Begin or end a rest, but only between two sounds: the card is reopened for it."""
        if not self._pending and self._clock() >= self._quiet_from_ns:
            self._output.rest(lane_rests(self._analyses))

    def _check_output(self) -> None:
        self._output.check()
        self._follow_sink()
        if self._held and not self._output.opening:
            held, self._held = self._held, []
            for one in held:
                if one.lasting:
                    self._schedule(one.cue)
                else:
                    self._handle_cue(one.cue)

    def _follow_sink(self) -> None:
        """Switch to the output's sink. The sounds scheduled in the previous sink are lost, and its tickets are invalid."""
        if self._sink is self._output.sink:
            return
        self._sink = self._output.sink
        self._health.counters["cues_lost"] += len(self._pending)
        self._pending.clear()
        if self._sink.mixer.sample_rate_hz != self._repertoire.sample_rate_hz:
            self._renew_repertoire()

    def _renew_repertoire(self) -> None:
        self._repertoire = Repertoire(self._settings, self._sink.mixer.sample_rate_hz, self._speech)

    def _handle_phase(self, phase: Phase) -> None:
        if (phase.muted or phase.paused) != self._muted:
            self._muted = phase.muted or phase.paused
            self._output.set_muted(self._muted)
        before, self._phase = self._phase, phase.name
        # After a late start or a restart the change has been missed and is not announced.
        if before not in (None, phase.name) and phase.name != "idle" and not self._muted:
            text = announcements(self._settings.audio.language).get(phase.name, "")
            self._schedule(self._internal_cue(rule_name(phase.name), "phase", text), lasting=True)

    def _handle_cue(self, cue: Cue) -> None:
        age_ns = self._clock() - cue.decided_ns
        max_age_ns = ms_to_ns(self._settings.analysis.max_age_ms)
        if not 0 <= age_ns <= max_age_ns:
            self._health.counters["cues_too_old"] += 1
        elif cue.play_at_ns is not None and cue.play_at_ns > self._clock() + MAX_AHEAD_NS:
            self._health.counters["cues_too_early"] += 1
        elif self._muted:
            self._health.counters["cues_muted"] += 1
        else:
            self._schedule(cue)

    def _handle_health(self, health: Health) -> None:
        """Play the tone of a new fault once; again only after the process has recovered."""
        if health.process in ANALYSES:
            self._analyses[health.process] = health
        tone = next((FAULTS[fault.code].tone for fault in health.faults if FAULTS[fault.code].tone), "")
        if tone:
            if health.process not in self._announced_faults and not self._muted:
                self._schedule(self._internal_cue(SIGNAL_LOST, tone), lasting=True)
            self._announced_faults.add(health.process)
        elif health.state != "starting":  # A restarted process has not checked yet.
            self._announced_faults.discard(health.process)

    def _internal_cue(self, rule: str, sound: str, say: str = "") -> Cue:
        return Cue(rule, "", sound, "", stride_number=0, t_peak_ns=0, decided_ns=self._clock(), say=say)

    def _schedule(self, cue: Cue, lasting: bool = False) -> None:
        if self._output.opening and cue.play_at_ns is None:
            self._held.append(_HeldCue(cue, lasting))
            return
        try:
            selected = self._repertoire.select(cue)
        except KeyError:
            self._health.counters["cues_unknown_sound"] += 1
            return
        if selected is None:
            return
        sink = self._sink
        start_frame = None if cue.play_at_ns is None else sink.frame_at_ns(cue.play_at_ns)
        max_late_frames = round(MAX_LATE_MS * sink.mixer.sample_rate_hz / 1000)
        ticket = sink.mixer.schedule(selected.samples, start_frame, selected.lane, max_late_frames)
        self._pending[ticket] = _PendingSound(cue, selected.sound, len(selected.samples))

    def _publish_outcome(self, outcome: PlaybackOutcome) -> None:
        pending = self._pending.pop(outcome.ticket)
        if outcome.start_frame is None:
            self._health.counters[f"cues_{'too_late' if outcome.dropped == 'late' else outcome.dropped}"] += 1
            return
        if outcome.late_frames > 0:
            self._health.counters["cues_late"] += 1
        sink, cue = self._sink, pending.cue
        dac_ns = sink.dac_ns(outcome.start_frame)
        self._quiet_from_ns = max(self._quiet_from_ns, sink.dac_ns(outcome.start_frame + pending.frames))
        self._played.send(
            Played(
                rule=cue.rule,
                sound=pending.sound,
                stride_number=cue.stride_number,
                requested_ns=cue.decided_ns,
                dac_ns=dac_ns,
                silent=sink.silent,
            )
        )
        if not sink.silent and cue.play_at_ns is None and cue.stamps is not None:
            self._record_latency(cue, cue.stamps, dac_ns, sink.latency_s())

    def _record_latency(self, cue: Cue, stamps: Stamps, dac_ns: int, buffer_s: float) -> None:
        health, pose_ns = self._health, stamps.pose_ended_ns - stamps.pose_started_ns
        health.add_ns(stages.CUE_TO_SOUND, dac_ns - cue.decided_ns)
        health.add_ns(stages.STRIDE_TO_SOUND, dac_ns - stamps.published_ns)
        health.add_ns(stages.CAPTURED_TO_SOUND, dac_ns - stamps.capture_ns)
        health.add_ns(stages.AROUND_POSE_AND_BUFFER, dac_ns - stamps.capture_ns - pose_ns - s_to_ns(buffer_s))

    def _report(self) -> None:
        sink, health = self._sink, self._health
        for duration_ns in sink.render_times_ns():
            health.add_ns("render", duration_ns)
        health.counters["underflows"] = self._output.underflows
        health.counters["render_failures"] = self._output.failures
        health.counters["device_lost"] = self._output.lost
        health.facts["voice"] = self._speech.voice
        health.facts["sound device"] = sink.device
        health.facts["latency"] = "none" if sink.silent else f"{sink.latency_s() * 1000:.1f} ms"
        health.fault_if(bool(self._speech.problem), FaultCode.VOICE_MISSING, cause=self._speech.problem)
        fault = sink.fault if self._settings.audio.enabled else None
        health.clear(*(code for code in SOUND_FAULTS if fault is None or code is not fault.code))
        if fault is not None:
            health.fault(fault.code, cause=fault.cause, value=fault.value)
        # Not "starting" while a card is reopened: a crash would then be taken for a failed start, which ends the program.
        if not self._output.opening:
            health.running()


def run(settings: Settings, wire: Wire, stop: StopFlag) -> int:
    """Play cues until asked to stop; the process's exit code."""
    node = Node(wire, stop)
    with _responsive_interpreter():
        process = AudioProcess(settings, node)
        try:
            return node.run(process.play)
        finally:
            process.close()


def _warm_up(settings: Settings) -> None:
    """Run every code path of the rendering once, so that the first cue is as fast as the next ones."""
    rate_hz = settings.audio.sample_rate_hz
    mixer = Mixer(rate_hz, settings.audio.volume)
    block_frames = settings.audio.block_frames
    for position, sound in enumerate(make_all(rate_hz).values()):
        mixer.schedule(sound)
        mixer.schedule(make_tone(None, rate_hz), lane="tone")
        mixer.render(position * block_frames, block_frames)
    mixer.set_muted(True)
    mixer.render(len(RECIPES) * block_frames, block_frames)


@contextmanager
def _responsive_interpreter() -> Iterator[None]:
    """Shorten the interpreter's switch interval for the sound callback, and restore it afterwards."""
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    try:
        yield
    finally:
        sys.setswitchinterval(interval_s)
        gc.unfreeze()
