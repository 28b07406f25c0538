"""Keeps a sound card open: runs silent while there is none, and comes back by itself when there is one again.

Opening and closing hang as long as the sound server does, so both are done in a thread of their own, one after the other.
A machine too busy for short blocks plays gaps, and a gap is a click: then the card is opened again with longer blocks.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress

from config.schema import Audio
from feedback.audio.sink import NullSink, Sink, open_sink
from wire.attempt import Attempt, Start, in_a_thread
from wire.clock import Clock, s_to_ns

RETRY_NS = s_to_ns(2.0)
LONG_NS = s_to_ns(3.0)
"""Opening takes 50 ms; what takes longer than this hangs, and people are told."""
CLOSE_PATIENCE_S = 0.5
"""At the end; the whole program ends within two seconds."""
GAPS = 6
GAPS_WITHIN_NS = s_to_ns(10.0)
"""This many underflows within this time are no accident (measured with twice as many busy programs as cores: 14)."""
MOST_BLOCK_FRAMES = 1024
"""Two blocks of this at 48 kHz are 43 ms; longer, a prompt comes too late."""

Opener = Callable[[Audio, Clock], Sink]


class Output:
    """The sink to use now. Call `check` every round; sounds ordered from a sink that is lost are lost with it."""

    def __init__(self, audio: Audio, clock: Clock, opener: Opener = open_sink, start: Start = in_a_thread) -> None:
        self._audio = self._given = audio
        """What is used, which may have longer blocks, and what was asked for."""
        self._clock = clock
        self._opener = opener
        self._start = start
        self._muted = False
        self.sink: Sink = NullSink(audio, clock, "The sound device is being opened.")
        self._coming: Sink | None = None
        """Opened, but not yet steady: a cue given to it now might come out a second later."""
        self._attempt: Attempt[Sink] | None = None
        self._attempted = audio
        """What is being opened."""
        self._attempted_ns = 0
        self._past: list[Sink] = []
        """Used no more; closed before the next one is opened."""
        self._retry_ns = clock()
        self.opening = True
        """True until it is known for the first time, or after new settings, whether there is sound."""
        self.lost = 0
        self._gaps_since_ns = clock()
        self._gaps_before = 0
        self._past_underflows = 0
        self._past_failures = 0

    @property
    def underflows(self) -> int:
        """Gaps in the sound so far, of all devices together."""
        return self._past_underflows + self.sink.underflows

    @property
    def failures(self) -> int:
        """Blocks played as silence because rendering failed, so far."""
        return self._past_failures + self.sink.failures

    def check(self) -> bool:
        """Look after the device; True when `sink` is another one than before."""
        before = self.sink
        self.sink.advance()
        if not self.sink.alive():
            self.lost += 1
            self._give_up(self.sink, "No sound device: it has stopped taking sound; is it still plugged in?")
        elif self._many_gaps():
            self._lengthen_blocks()
        if self._attempt is not None:
            self._look_after(self._attempt)
        if self._attempt is None and self._coming is None and self.sink.silent and self._clock() >= self._retry_ns:
            self._try_to_open()
        if self._coming is not None:
            self._coming.advance()
            if self._coming.settled():
                self._use(self._coming)
            elif not self._coming.alive():
                self._give_up(self._coming, "No sound device: it was opened but takes no sound.")
        return self.sink is not before

    def set_muted(self, muted: bool) -> None:
        """Mute this sink and those to come."""
        self._muted = muted
        self.sink.mixer.set_muted(muted)

    def apply(self, audio: Audio) -> None:
        """Take over new settings: the volume with a ramp, another device by opening it."""
        before, self._given = self._given, audio
        if _device_keys(audio) == _device_keys(before):
            self._audio = self._audio.model_copy(update={"volume": audio.volume})
            for sink in (self.sink, self._coming):
                if sink is not None:
                    sink.mixer.set_volume(audio.volume)
            return
        self._audio = audio
        for sink in (self.sink, self._coming):
            if sink is not None:
                self._cast_off(sink)
        self._use(NullSink(audio, self._clock, "The sound device is being opened."))
        self.opening = True
        self._retry_ns = self._clock()

    def close(self) -> None:
        """Let go of the device; where the sound server hangs, that is left to the end of the process."""
        past = [*self._past, *(sink for sink in (self.sink, self._coming) if sink is not None)]
        last: Attempt[Sink] | Attempt[None] = self._attempt or Attempt(lambda: _close_all(past), start=self._start)
        last.wait(CLOSE_PATIENCE_S)
        last.abandon()

    def _try_to_open(self) -> None:
        past, self._past = self._past, []
        audio = self._attempted = self._audio
        self._attempted_ns = self._clock()

        def close_and_open() -> Sink:
            _close_all(past)
            return self._opener(audio, self._clock)

        self._attempt = Attempt(close_and_open, dispose=lambda sink: _close_all([sink]), start=self._start)
        self._look_after(self._attempt)

    def _look_after(self, attempt: Attempt[Sink]) -> None:
        if not attempt.done:
            if self.opening and self._clock() - self._attempted_ns >= LONG_NS:
                self._stay_silent("No sound device: opening it hangs; restart the sound server.")
            return
        opened, self._attempt = attempt.result(), None
        if _device_keys(self._attempted) != _device_keys(self._audio):  # other settings meanwhile
            self._cast_off(opened)
            self._retry_ns = self._clock()
            return
        opened.mixer.set_volume(self._audio.volume)
        self._retry_ns = self._clock() + RETRY_NS if self._audio.enabled else 2**63
        if opened.silent:
            self._stay_silent(opened.reason)
        else:
            self._coming = opened

    def _stay_silent(self, reason: str) -> None:
        self.sink.reason = reason
        self.opening = False

    def _many_gaps(self) -> bool:
        now_ns = self._clock()
        if now_ns - self._gaps_since_ns > GAPS_WITHIN_NS:
            self._gaps_since_ns, self._gaps_before = now_ns, self.sink.underflows
        return self.sink.underflows - self._gaps_before >= GAPS and self._audio.block_frames < MOST_BLOCK_FRAMES

    def _lengthen_blocks(self) -> None:
        block_frames = min(MOST_BLOCK_FRAMES, 2 * self._audio.block_frames)
        self._audio = self._audio.model_copy(update={"block_frames": block_frames})
        self._cast_off(self.sink)
        self._use(
            NullSink(self._audio, self._clock, f"Busy machine: the sound device is opened with blocks of {block_frames}.")
        )
        self._retry_ns = self._clock()

    def _give_up(self, sink: Sink, reason: str) -> None:
        self._cast_off(sink)
        self._coming = None
        self._retry_ns = self._clock() + RETRY_NS
        self._use(NullSink(self._audio, self._clock, reason))

    def _cast_off(self, sink: Sink) -> None:
        # What still waits in it must not sound late, should the device recover before it is closed.
        sink.mixer.set_muted(True)
        self._past.append(sink)

    def _use(self, sink: Sink) -> None:
        sink.mixer.set_muted(self._muted)
        self._past_underflows, self._past_failures = self.underflows, self.failures
        self.sink = sink
        self._gaps_since_ns, self._gaps_before = self._clock(), sink.underflows
        self._coming = None
        self.opening = False


def _close_all(sinks: Sequence[Sink]) -> None:
    for sink in sinks:
        with suppress(OSError):
            sink.close()


def _device_keys(audio: Audio) -> tuple[object, ...]:
    return audio.enabled, audio.device, audio.sample_rate_hz, audio.block_frames
