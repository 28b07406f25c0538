"""A tone at every push-off whose pitch follows the measure. Pure: time is an argument.

The pitch comes from the last settled stride, the time from the prediction of the next peak. Where the prediction is too
uncertain, the tone is played when the stride has settled: a tenth of a second late, but with its own value.
"""

from config.reference import SHORTEST_STRIDE_S
from wire.clock import ms_to_ns, s_to_ns
from wire.messages import STRIDE_TONE, Band, Cue, Sample, Stamps, Stride

SOUND = "tone"
MIDDLE_HZ = 660.0
"""The pitch of the middle of the band."""
EDGE_SEMITONES = 3.0
"""From the middle of the band to its edge: a minor third is easily heard as another note."""
MAX_SEMITONES = 7.0
"""At most a fifth up or down: values further away all sound the same."""
MAX_LEAD_MS = 150.0
"""A tone is ordered this long before its peak: later predictions are better, but the sound buffer needs time."""
MIN_LEAD_MS = 50.0
"""With less time than this the tone would be late; it is then played when the stride has settled."""
MAX_SD_MS = 30.0
"""Predictions with a larger standard deviation are not used."""
SAME_PEAK_MS = 1000 * SHORTEST_STRIDE_S / 2
"""A predicted and a settled peak no further apart than this are the same."""
MAX_VALUE_AGE_S = 2.0
"""A value older than two slow strides does not predict the next one."""
QUIET_AFTER_CUE_S = 1.5
"""No tones for this long after a rule's cue: one thing at a time."""


class StrideTone:
    """Decides on the tone of each stride. Call it with samples and settled near strides in order of time."""

    def __init__(self) -> None:
        self._value: float | None = None
        self._value_ns = 0
        self._number = 0
        self._stamps: Stamps | None = None
        self._ordered_ns: int | None = None
        """The last peak that has a tone."""
        self._quiet_until_ns = 0

    def cue_given(self, at_ns: int) -> None:
        """Suppress tones for a while: a rule's cue is given."""
        self._quiet_until_ns = at_ns + s_to_ns(QUIET_AFTER_CUE_S)

    def handle_sample(self, sample: Sample, band: Band | None, now_ns: int) -> Cue | None:
        """The tone to play at the next peak, once that is near and certain. `band` is None while tones are off."""
        peak_ns, sd_ms = sample.next_peak_ns, sample.next_peak_sd_ms
        if peak_ns is None or sd_ms is None or sd_ms > MAX_SD_MS:
            return None
        left_ns = peak_ns - now_ns
        if not ms_to_ns(MIN_LEAD_MS) <= left_ns <= ms_to_ns(MAX_LEAD_MS) or self._has_tone(peak_ns):
            return None
        if now_ns - self._value_ns > s_to_ns(MAX_VALUE_AGE_S):
            return None
        return self._cue(band, peak_ns, now_ns, play_at_ns=peak_ns)

    def handle_stride(self, stride: Stride, value: float | None, band: Band | None, now_ns: int) -> Cue | None:
        """Handle a trusted, fresh near stride and its value. Returns a tone to play at once if none was timed to its peak."""
        self._value, self._value_ns, self._number, self._stamps = value, stride.t_peak_ns, stride.number, stride.stamps
        if self._has_tone(stride.t_peak_ns):
            return None
        return self._cue(band, stride.t_peak_ns, now_ns, play_at_ns=None)

    def _has_tone(self, peak_ns: int) -> bool:
        return self._ordered_ns is not None and abs(peak_ns - self._ordered_ns) <= ms_to_ns(SAME_PEAK_MS)

    def _cue(self, band: Band | None, peak_ns: int, now_ns: int, play_at_ns: int | None) -> Cue | None:
        if band is None or self._value is None or now_ns < self._quiet_until_ns:
            return None
        self._ordered_ns = peak_ns
        return Cue(
            rule=STRIDE_TONE,
            text="",
            sound=SOUND,
            reason="at the predicted peak" if play_at_ns is not None else "the peak was not predicted",
            stride_number=self._number,
            t_peak_ns=peak_ns,
            decided_ns=now_ns,
            play_at_ns=play_at_ns,
            pitch_hz=pitch_hz(self._value, band),
            stamps=self._stamps if play_at_ns is None else None,
        )


def pitch_hz(value: float, band: Band) -> float:
    """The pitch of a value: higher for more, `MIDDLE_HZ` in the middle of the band, equal intervals for equal differences."""
    half = (band.high_deg - band.low_deg) / 2
    off = (value - (band.low_deg + band.high_deg) / 2) / half if half > 0 else 0.0
    semitones = min(MAX_SEMITONES, max(-MAX_SEMITONES, EDGE_SEMITONES * off))
    return float(MIDDLE_HZ * 2 ** (semitones / 12))
