"""Keeps a sound card open: silent while there is none, and reopened when one is available.

Opening and closing block while the sound server hangs, so both are done in a background thread, one after the other. On a
machine that is too busy for short blocks, the sound has gaps, which are audible clicks: the card is then reopened with longer
blocks. While nobody is in view, it also has long blocks, to save processor time. It is not left closed: loudspeakers on
Bluetooth or HDMI swallow up to a second of what is played after a pause.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress

from config.sections.audio import AudioSettings
from feedback.audio.device.sink import NullSink, Sink, SoundFault
from feedback.audio.device.sound_card import open_sink
from wire.background import Start, abandon, call_in_background, in_daemon_thread
from wire.clock import Clock, s_to_ns
from wire.faults import FaultCode

RETRY_NS = s_to_ns(2.0)
HUNG_AFTER_NS = s_to_ns(3.0)
"""Opening normally takes 50 ms; after this long it is reported as hanging."""
CLOSE_TIMEOUT_S = 0.5
"""Limit for closing at the end; the whole program ends within two seconds."""
MAX_GAPS = 6
GAPS_PERIOD_NS = s_to_ns(10.0)
"""This many underflows in this period are not accidental (measured with two busy programs per core: 14)."""
MAX_BLOCK_FRAMES = 1024
"""Two blocks of this length take 43 ms at 48 kHz; with longer blocks a prompt would be late."""
RESTING_BLOCK_FRAMES = 4096
"""12 blocks a second at 48 kHz: the card's thread takes hardly any time."""
KEEPS_LONGER_NS = s_to_ns(600.0)
"""At the end of a rest, blocks that were lengthened longer ago are short again: the machine may have been busy for a while."""

SinkOpener = Callable[[AudioSettings, Clock], Sink]


class SoundOutput:
    """Provides the sink to use now. Call `check` every round. Sounds scheduled in a lost sink are lost with it."""

    def __init__(
        self, audio: AudioSettings, clock: Clock, opener: SinkOpener = open_sink, start: Start = in_daemon_thread
    ) -> None:
        self._audio = self._requested = audio
        """The settings in use, which may have longer blocks, and the requested ones."""
        self._lengthened_ns = clock()
        self.resting = False
        """Whether it plays in long blocks because nobody is in view."""
        self._clock = clock
        self._opener = opener
        self._start = start
        self._muted = False
        self.sink: Sink = NullSink(audio, clock)
        self._candidate: Sink | None = None
        """Opened but not ready: a cue scheduled in it now might be played a second late."""
        self._opening: Future[Sink] | None = None
        self._opening_audio = audio
        """The settings with which it is being opened."""
        self._opening_since_ns = 0
        self._discarded: list[Sink] = []
        """No longer used; closed before the next one is opened."""
        self._retry_ns = clock()
        self.opening = True
        """True until the first attempt to open a device, or the first with new settings, has succeeded or failed."""
        self.lost = 0
        self._gaps_since_ns = clock()
        self._gaps_before = 0
        self._past_underflows = 0
        self._past_failures = 0

    @property
    def underflows(self) -> int:
        """Gaps in the sound so far, of all devices."""
        return self._past_underflows + self.sink.underflows

    @property
    def failures(self) -> int:
        """Blocks played as silence because rendering failed, of all devices."""
        return self._past_failures + self.sink.failures

    def check(self) -> bool:
        """Check the device, and open or replace it if necessary. Returns True if `sink` has changed."""
        previous = self.sink
        self.sink.advance()
        if not self.sink.is_alive():
            self.lost += 1
            self._replace_failed(self.sink, SoundFault(FaultCode.SOUND_DEVICE_LOST))
        elif self._has_many_gaps():
            self._lengthen_blocks()
        if self._opening is not None:
            self._check_opening(self._opening)
        if self._opening is None and self._candidate is None and self.sink.silent and self._clock() >= self._retry_ns:
            self._start_opening()
        if self._candidate is not None:
            self._candidate.advance()
            if self._candidate.is_ready():
                self._switch_to(self._candidate)
            elif not self._candidate.is_alive():
                self._replace_failed(self._candidate, SoundFault(FaultCode.SOUND_DEVICE_REFUSES))
        return self.sink is not previous

    def set_muted(self, muted: bool) -> None:
        """Mute the present sink and all later ones."""
        self._muted = muted
        self.sink.mixer.set_muted(muted)

    def rest(self, resting: bool) -> None:
        """Play in long blocks while nobody is in view, or in those of the settings again. Scheduled sounds are lost."""
        if resting == self.resting:
            return
        self.resting = resting
        if not resting and self._clock() - self._lengthened_ns > KEEPS_LONGER_NS:
            self._audio = self._audio.model_copy(update={"block_frames": self._requested.block_frames})
        if not self.sink.silent or self._candidate is not None:
            self._reopen()

    def apply(self, audio: AudioSettings) -> None:
        """Apply changed settings: ramp to a new volume, or open another device."""
        before, self._requested = self._requested, audio
        if _device_keys(audio) == _device_keys(before):
            self._audio = self._audio.model_copy(update={"volume": audio.volume})
            for sink in (self.sink, self._candidate):
                if sink is not None:
                    sink.mixer.set_volume(audio.volume)
            return
        self._audio = audio
        self._reopen()

    def close(self) -> None:
        """Close the device; if the sound server hangs, that is left to the end of the process."""
        past = [*self._discarded, *(sink for sink in (self.sink, self._candidate) if sink is not None)]
        if self._opening is None:
            wait([call_in_background(lambda: _close_all(past), self._start)], CLOSE_TIMEOUT_S)
        else:
            wait([self._opening], CLOSE_TIMEOUT_S)
            abandon(self._opening, lambda sink: _close_all([sink]))

    def _start_opening(self) -> None:
        past, self._discarded = self._discarded, []
        audio = self._opening_audio = self._wanted()
        self._opening_since_ns = self._clock()

        def close_and_open() -> Sink:
            _close_all(past)
            return self._opener(audio, self._clock)

        self._opening = call_in_background(close_and_open, self._start)
        self._check_opening(self._opening)

    def _check_opening(self, future: Future[Sink]) -> None:
        if not future.done():
            if self.opening and self._clock() - self._opening_since_ns >= HUNG_AFTER_NS:
                self._report_silence(SoundFault(FaultCode.SOUND_DEVICE_HANGS))
            return
        opened, self._opening = future.result(), None
        if _device_keys(self._opening_audio) != _device_keys(self._wanted()):  # The settings have changed since.
            self._discard(opened)
            self._retry_ns = self._clock()
            return
        opened.mixer.set_volume(self._audio.volume)
        self._retry_ns = self._clock() + RETRY_NS if self._audio.enabled else 2**63
        if opened.silent:
            self._report_silence(opened.fault)
        else:
            self._candidate = opened

    def _report_silence(self, fault: SoundFault | None) -> None:
        self.sink.fault = fault
        self.opening = False

    def _has_many_gaps(self) -> bool:
        now_ns = self._clock()
        if now_ns - self._gaps_since_ns > GAPS_PERIOD_NS:
            self._gaps_since_ns, self._gaps_before = now_ns, self.sink.underflows
        may_lengthen = not self.resting and self._audio.block_frames < MAX_BLOCK_FRAMES
        return may_lengthen and self.sink.underflows - self._gaps_before >= MAX_GAPS

    def _lengthen_blocks(self) -> None:
        block_frames = min(MAX_BLOCK_FRAMES, 2 * self._audio.block_frames)
        self._audio = self._audio.model_copy(update={"block_frames": block_frames})
        self._lengthened_ns = self._clock()
        self._reopen(SoundFault(FaultCode.SOUND_BLOCKS_LENGTHENED, value=block_frames))

    def _reopen(self, fault: SoundFault | None = None) -> None:
        for sink in (self.sink, self._candidate):
            if sink is not None:
                self._discard(sink)
        self._switch_to(NullSink(self._audio, self._clock, fault))
        self.opening = True
        self._retry_ns = self._clock()

    def _wanted(self) -> AudioSettings:
        """The settings with which to open a card now."""
        return self._audio.model_copy(update={"block_frames": RESTING_BLOCK_FRAMES}) if self.resting else self._audio

    def _replace_failed(self, sink: Sink, fault: SoundFault) -> None:
        self._discard(sink)
        self._candidate = None
        self._retry_ns = self._clock() + RETRY_NS
        self._switch_to(NullSink(self._audio, self._clock, fault))

    def _discard(self, sink: Sink) -> None:
        # Its scheduled sounds must not be played late if the device recovers before it is closed.
        sink.mixer.set_muted(True)
        self._discarded.append(sink)

    def _switch_to(self, sink: Sink) -> None:
        sink.mixer.set_muted(self._muted)
        self._past_underflows, self._past_failures = self.underflows, self.failures
        self.sink = sink
        self._gaps_since_ns, self._gaps_before = self._clock(), sink.underflows
        self._candidate = None
        self.opening = False


def _close_all(sinks: Sequence[Sink]) -> None:
    for sink in sinks:
        with suppress(OSError):
            sink.close()


def _device_keys(audio: AudioSettings) -> tuple[object, ...]:
    return audio.enabled, audio.device, audio.sample_rate_hz, audio.block_frames
