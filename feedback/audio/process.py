"""The audio process: cues in, sounds out, and a word to the others on when each was heard."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import zmq

from config.reload import from_json
from config.schema import Settings
from feedback.audio.announcements import announcements, rule_name
from feedback.audio.lane import Outcome
from feedback.audio.mixer import Mixer
from feedback.audio.output import Opener, Output
from feedback.audio.repertoire import Repertoire
from feedback.audio.sink import open_sink
from feedback.audio.sounds import RECIPES, make_all, make_tone
from feedback.audio.speech import Speech
from wire import stages
from wire.clock import ms_to_ns, s_to_ns
from wire.health import CAMERA_LOST, HealthReporter
from wire.lifecycle import StopFlag, ready_for_work
from wire.messages import ConfigState, Cue, Health, Phase, PhaseName, Played
from wire.sockets import Wire
from wire.topics import CAPTURE, CONFIG, CUE, HEALTH, PHASE, PLAYED

IDLE_POLL_MS = 50
BUSY_POLL_MS = 5
"""While an order waits for the next block: its outcome is told at once."""
MOST_LATE_MS = 40.0
"""A sound that was to be heard at a certain moment and comes later than this is dropped, not played: 24 ms are just noticed
between an action and its sound (Adelstein 2003), at 60 to 80 ms most people hear two things (Brungart 2005)."""
MOST_AHEAD_NS = s_to_ns(5.0)
"""Nobody knows what is to be heard later than this."""
SIGNAL_LOST = "signal_lost"
"""Rule name in Played of the one sound that no coach's rule asked for."""
_SWITCH_INTERVAL_S = 0.0005
"""How long a Python thread may keep the callback's waiting; of the default 5 ms half of all 2.7 ms deadlines die."""


@dataclass(frozen=True)
class _Request:
    """What an order of the mixer was for."""

    cue: Cue
    sound: str


class AudioProcess:
    """One round: take what was said, order the sounds, tell what became of them."""

    def __init__(self, settings: Settings, wire: Wire, opener: Opener = open_sink) -> None:
        self._clock = wire.clock
        self._settings = settings
        self._version = 0
        self._cues = wire.every(CUE, Cue)
        self._phases = wire.newest(PHASE, Phase)
        self._healths = wire.newest(HEALTH, Health)
        self._configs = wire.newest(CONFIG, ConfigState)
        self._poller = zmq.Poller()
        for reader in (self._cues, self._phases, self._healths, self._configs):
            self._poller.register(reader.socket, zmq.POLLIN)
        self._played = wire.publisher(PLAYED)
        self._health = HealthReporter(wire)
        self._requests: dict[int, _Request] = {}
        self._muted = False
        self._phase: PhaseName | None = None
        self._camera_lost = False
        self._health.say("starting")
        _warm(settings)
        self._output = Output(settings.audio, wire.clock, opener)
        self._speech = Speech()
        self._repertoire = Repertoire(settings, settings.audio.sample_rate_hz, self._speech)

    def round(self) -> None:
        """Wait at most 50 ms for something to do, and do it."""
        if self._output.check():
            self._health.counters["cues_lost"] += len(self._requests)
            self._requests.clear()
            if self._output.sink.mixer.sample_rate_hz != self._repertoire.sample_rate_hz:
                self._renew_repertoire()
        self._poller.poll(BUSY_POLL_MS if self._requests else IDLE_POLL_MS)
        self._follow_config()
        self._follow_phase()
        for cue in self._cues.take_all():
            self._take_cue(cue)
        self._follow_capture()
        self._output.sink.advance()
        for outcome in self._output.sink.mixer.outcomes():
            self._tell(outcome)
        self._report()

    def close(self) -> None:
        """Let go of the device and say so."""
        self._output.close()
        self._speech.close()
        self._health.say("ended")

    def _follow_config(self) -> None:
        state = self._configs.take()
        if state is None or state.version == self._version:
            return
        self._version = state.version
        settings = from_json(state.settings_json)
        if settings is None:
            self._health.counters["configs_refused"] += 1
            return
        if settings != self._settings:
            self._settings = settings
            self._output.apply(settings.audio)
            self._renew_repertoire()

    def _renew_repertoire(self) -> None:
        self._repertoire = Repertoire(self._settings, self._output.sink.mixer.sample_rate_hz, self._speech)

    def _follow_phase(self) -> None:
        phase = self._phases.take()
        if phase is None:
            return
        if (phase.muted or phase.paused) != self._muted:
            self._muted = phase.muted or phase.paused
            self._output.set_muted(self._muted)
        before, self._phase = self._phase, phase.name
        # Whoever starts late, or again, has missed the change and does not announce it.
        if before not in (None, phase.name) and phase.name != "idle" and not self._muted:
            text = announcements(self._settings.audio.language).get(phase.name, "")
            self._order(self._own_cue(rule_name(phase.name), "phase", text))

    def _take_cue(self, cue: Cue) -> None:
        age_ns = self._clock() - cue.decided_ns
        max_age_ns = ms_to_ns(self._settings.analysis.max_age_ms)
        if not 0 <= age_ns <= max_age_ns:
            self._health.counters["cues_too_old"] += 1
        elif cue.play_at_ns is not None and cue.play_at_ns > self._clock() + MOST_AHEAD_NS:
            self._health.counters["cues_too_early"] += 1
        elif self._muted:
            self._health.counters["cues_muted"] += 1
        else:
            self._order(cue)

    def _follow_capture(self) -> None:
        """One sound when the camera is lost; the next after it was back. A slow or dim one is the screen's to tell."""
        while (health := self._healths.take()) is not None:
            if health.process != CAPTURE:
                continue
            if health.state == "failed" or health.reason.startswith(CAMERA_LOST):
                if not self._camera_lost and not self._muted:
                    self._order(self._own_cue(SIGNAL_LOST, "lost"))
                self._camera_lost = True
            elif health.state != "starting":  # a capture process that was started again looks for it still
                self._camera_lost = False

    def _own_cue(self, rule: str, sound: str, say: str = "") -> Cue:
        return Cue(rule, "", sound, "", stride_number=0, t_peak_ns=0, decided_ns=self._clock(), say=say)

    def _order(self, cue: Cue) -> None:
        try:
            choice = self._repertoire.choose(cue)
        except KeyError:
            self._health.counters["cues_unknown_sound"] += 1
            return
        if choice is None:
            return
        sink = self._output.sink
        start_frame = None if cue.play_at_ns is None else sink.frame_at_ns(cue.play_at_ns)
        most_late_frames = round(MOST_LATE_MS * sink.mixer.sample_rate_hz / 1000)
        ticket = sink.mixer.order(choice.samples, start_frame, choice.lane, most_late_frames)
        self._requests[ticket] = _Request(cue, choice.sound)

    def _tell(self, outcome: Outcome) -> None:
        request = self._requests.pop(outcome.ticket)
        if outcome.start_frame is None:
            self._health.counters[f"cues_{'too_late' if outcome.dropped == 'late' else outcome.dropped}"] += 1
            return
        if outcome.late_frames > 0:
            self._health.counters["cues_late"] += 1
        sink, cue = self._output.sink, request.cue
        dac_ns = sink.dac_ns(outcome.start_frame)
        self._played.send(
            Played(
                rule=cue.rule,
                sound=request.sound,
                stride_number=cue.stride_number,
                requested_ns=cue.decided_ns,
                dac_ns=dac_ns,
                silent=sink.silent,
            )
        )
        if not sink.silent and cue.play_at_ns is None:
            self._count(cue, dac_ns, sink.latency_s())

    def _count(self, cue: Cue, dac_ns: int, buffer_s: float) -> None:
        health, stamps = self._health, cue.stamps
        health.add_ns(stages.CUE_TO_SOUND, dac_ns - cue.decided_ns)
        if stamps is not None:
            pose_ns = stamps.pose_ended_ns - stamps.pose_started_ns
            health.add_ns(stages.STRIDE_TO_SOUND, dac_ns - stamps.published_ns)
            health.add_ns(stages.CAPTURED_TO_SOUND, dac_ns - stamps.capture_ns)
            health.add_ns(stages.AROUND_POSE_AND_BUFFER, dac_ns - stamps.capture_ns - pose_ns - s_to_ns(buffer_s))

    def _report(self) -> None:
        sink, health = self._output.sink, self._health
        for duration_ns in sink.render_times_ns():
            health.add_ns("render", duration_ns)
        health.counters["underflows"] = self._output.underflows
        health.counters["render_failures"] = self._output.failures
        health.counters["device_lost"] = self._output.lost
        health.counters["cues_missed"] = self._cues.missed
        health.facts["voice"] = self._speech.voice
        if self._speech.problem:
            health.facts["voice problem"] = self._speech.problem
        health.facts["sound device"] = sink.device
        health.facts["latency"] = "none" if sink.silent else f"{sink.latency_s() * 1000:.1f} ms"
        if self._output.opening:
            health.say("starting")
        elif sink.silent and self._settings.audio.enabled:
            health.say("degraded", sink.reason)
        else:
            health.say("running")
        health.beat()


def run(settings: Settings, wire: Wire, stop: StopFlag) -> int:
    """Play cues until asked to stop; the process's exit code."""
    with _undisturbed():
        process = AudioProcess(settings, wire)
        ready_for_work()
        try:
            while not stop:
                process.round()
        finally:
            process.close()
    return 0


def _warm(settings: Settings) -> None:
    """Run every path of the rendering once, so that the first cue is as quick as the second."""
    rate_hz = settings.audio.sample_rate_hz
    mixer = Mixer(rate_hz, settings.audio.volume)
    block_frames = settings.audio.block_frames
    for position, sound in enumerate(make_all(rate_hz).values()):
        mixer.order(sound)
        mixer.order(make_tone(None, rate_hz), lane="tone")
        mixer.render(position * block_frames, block_frames)
    mixer.set_muted(True)
    mixer.render(len(RECIPES) * block_frames, block_frames)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the interpreter out of the callback's way; as before afterwards."""
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    try:
        yield
    finally:
        sys.setswitchinterval(interval_s)
        gc.unfreeze()
