"""The audio process: cues in, sounds out, and a word to the others on when each was heard."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import zmq

from config.schema import Settings
from feedback.audio.mixer import Mixer, Outcome
from feedback.audio.output import Opener, Output
from feedback.audio.sink import open_sink
from feedback.audio.sounds import RECIPES, make_all
from wire import stages
from wire.clock import ms_to_ns, s_to_ns
from wire.health import HealthReporter
from wire.lifecycle import StopFlag
from wire.messages import Cue, Health, Phase, Played, Stamps
from wire.sockets import Wire
from wire.topics import CAPTURE, CUE, HEALTH, PHASE, PLAYED

IDLE_POLL_MS = 50
BUSY_POLL_MS = 5
"""While an order waits for the next block: its outcome is told at once."""
DECISION_SLACK_MS = 750.0
"""On top of analysis.max_age_ms: a cue rests on a stride, and a stride is known up to this long after its frame."""
SIGNAL_LOST = "signal_lost"
"""Rule name in Played of the one sound that no coach's rule asked for."""
_SEVERITY = {"degraded": 1, "failed": 2}
_SWITCH_INTERVAL_S = 0.0005
"""How long a Python thread may keep the callback's waiting; of the default 5 ms half of all 2.7 ms deadlines die."""


@dataclass(frozen=True)
class _Request:
    """What an order of the mixer was for."""

    rule: str
    sound: str
    stride_number: int
    asked_ns: int
    stamps: Stamps | None = None
    """Of the frame that decided the stride; None: no stride asked for it."""


class AudioProcess:
    """One round: take what was said, order the sounds, tell what became of them."""

    def __init__(self, settings: Settings, wire: Wire, opener: Opener = open_sink) -> None:
        self._clock = wire.clock
        self._max_age_ns = ms_to_ns(settings.analysis.max_age_ms + DECISION_SLACK_MS)
        self._enabled = settings.audio.enabled
        self._cues = wire.every(CUE, Cue)
        self._phases = wire.newest(PHASE, Phase)
        self._healths = wire.newest(HEALTH, Health)
        self._poller = zmq.Poller()
        for socket in (self._cues.socket, self._phases.socket, self._healths.socket):
            self._poller.register(socket, zmq.POLLIN)
        self._played = wire.publisher(PLAYED)
        self._health = HealthReporter(wire)
        self._requests: dict[int, _Request] = {}
        self._muted = False
        self._capture_severity = 0
        self._health.say("starting")
        _warm(settings)
        self._output = Output(settings.audio, wire.clock, opener)

    def round(self) -> None:
        """Wait at most 50 ms for something to do, and do it."""
        if self._output.check():
            self._health.counters["cues_lost"] += len(self._requests)
            self._requests.clear()
        self._poller.poll(BUSY_POLL_MS if self._requests else IDLE_POLL_MS)
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
        self._health.say("ended")

    def _follow_phase(self) -> None:
        phase = self._phases.take()
        if phase is not None and (phase.muted or phase.paused) != self._muted:
            self._muted = phase.muted or phase.paused
            self._output.set_muted(self._muted)

    def _take_cue(self, cue: Cue) -> None:
        if cue.sound in ("", "none"):
            return
        age_ns = self._clock() - cue.decided_ns
        if cue.sound not in RECIPES:
            self._health.counters["cues_unknown_sound"] += 1
        elif not 0 <= age_ns <= self._max_age_ns:
            self._health.counters["cues_too_old"] += 1
        elif self._muted:
            self._health.counters["cues_muted"] += 1
        else:
            self._order(_Request(cue.rule, cue.sound, cue.stride_number, cue.decided_ns, cue.stamps))

    def _follow_capture(self) -> None:
        """One sound when the camera's state gets worse; the next after a good time, or when it is worse still."""
        while (health := self._healths.take()) is not None:
            if health.process != CAPTURE:
                continue
            severity = _SEVERITY.get(health.state, 0) if health.reason else 0
            if severity > self._capture_severity and not self._muted:
                self._order(_Request(SIGNAL_LOST, "lost", 0, self._clock()))
            if health.state == "running" or severity > self._capture_severity:
                self._capture_severity = severity

    def _order(self, request: _Request) -> None:
        self._requests[self._output.sink.mixer.schedule(request.sound)] = request

    def _tell(self, outcome: Outcome) -> None:
        request = self._requests.pop(outcome.ticket)
        if outcome.start_frame is None:
            self._health.counters["cues_superseded"] += 1
            return
        sink = self._output.sink
        dac_ns = sink.dac_ns(outcome.start_frame)
        self._played.send(
            Played(
                rule=request.rule,
                sound=request.sound,
                stride_number=request.stride_number,
                requested_ns=request.asked_ns,
                dac_ns=dac_ns,
                silent=sink.silent,
            )
        )
        if not sink.silent:
            self._count(request, dac_ns, sink.latency_s())

    def _count(self, request: _Request, dac_ns: int, buffer_s: float) -> None:
        health, stamps = self._health, request.stamps
        health.add_ns(stages.CUE_TO_SOUND, dac_ns - request.asked_ns)
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
        health.counters["messages_rejected"] = sum(
            sum(reader.rejected.values()) for reader in (self._cues, self._phases, self._healths)
        )
        health.facts["sound device"] = sink.device
        health.facts["latency"] = "none" if sink.silent else f"{sink.latency_s() * 1000:.1f} ms"
        if self._output.opening:
            health.say("starting")
        elif sink.silent and self._enabled:
            health.say("degraded", sink.reason)
        else:
            health.say("running")
        health.beat()


def run(settings: Settings, wire: Wire, stop: StopFlag) -> int:
    """Play cues until asked to stop; the process's exit code."""
    with _undisturbed():
        process = AudioProcess(settings, wire)
        gc.collect()
        gc.freeze()
        try:
            while not stop:
                process.round()
        finally:
            process.close()
    return 0


def _warm(settings: Settings) -> None:
    """Run every path of the rendering once, so that the first cue is as quick as the second."""
    rate_hz = settings.audio.sample_rate_hz
    mixer = Mixer(make_all(rate_hz), rate_hz, settings.audio.volume)
    block_frames = settings.audio.block_frames
    for position, sound in enumerate(RECIPES):
        mixer.schedule(sound)
        mixer.render(position * block_frames, block_frames)
    mixer.set_muted(True)
    mixer.render(len(RECIPES) * block_frames, block_frames)
    mixer.outcomes()


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
