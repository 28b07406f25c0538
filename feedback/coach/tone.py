"""A tone on every push-off, whose pitch follows the value: what to say comes from the last settled stride, when to say it
from the prediction of the next peak. Pure: time is an argument.

Where the prediction is unsure the tone comes when the stride is settled, a tenth of a second late but true.
"""

from wire.clock import ms_to_ns, s_to_ns
from wire.messages import STRIDE_TONE, Band, Cue, Sample, Stamps, Stride

SOUND = "tone"
MIDDLE_HZ = 660.0
"""In the middle of the band."""
EDGE_SEMITONES = 3.0
"""From the middle of the band to its edge, a minor third: heard as another note at once."""
MOST_SEMITONES = 7.0
"""A fifth up or down at most: what is further off is only "far off"."""
ORDER_MS = 150.0
"""A tone is ordered when its peak is this near: later predictions are better, but coach and sound buffer need their time."""
LEAST_MS = 50.0
"""With less time left than this it would come late: then rather when the stride is settled."""
MOST_SD_MS = 30.0
"""Predictions that are less sure than this are not used."""
SAME_PEAK_MS = 200.0
"""A predicted and a settled peak this near are one: half of the shortest stride."""
VALUE_KEPT_S = 2.0
"""A value older than two slow strides says nothing of the coming one."""
YIELDS_S = 1.5
"""So long after a rule's cue there is no tone: one thing at a time."""


class StrideTone:
    """Decides on each stride's tone. Feed it samples and settled near strides in order of time."""

    def __init__(self) -> None:
        self._value: float | None = None
        self._value_ns = 0
        self._number = 0
        self._stamps: Stamps | None = None
        self._ordered_ns: int | None = None
        """The last peak that has its tone."""
        self._quiet_until_ns = 0

    def cue_given(self, at_ns: int) -> None:
        """A rule speaks: the tone makes way."""
        self._quiet_until_ns = at_ns + s_to_ns(YIELDS_S)

    def sample(self, sample: Sample, band: Band | None, now_ns: int) -> Cue | None:
        """The tone to be played at the coming peak, once it is near and sure. `band` is None while no tone may sound."""
        peak_ns, sd_ms = sample.next_peak_ns, sample.next_peak_sd_ms
        if peak_ns is None or sd_ms is None or sd_ms > MOST_SD_MS:
            return None
        left_ns = peak_ns - now_ns
        if not ms_to_ns(LEAST_MS) <= left_ns <= ms_to_ns(ORDER_MS) or self._has_tone(peak_ns):
            return None
        if now_ns - self._value_ns > s_to_ns(VALUE_KEPT_S):
            return None
        return self._cue(band, peak_ns, now_ns, play_at_ns=peak_ns)

    def stride(self, stride: Stride, value: float | None, band: Band | None, now_ns: int) -> Cue | None:
        """Take in a trusted, fresh near stride and its value; its tone, at once, where none was timed to its peak."""
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
            reason="on the predicted peak" if play_at_ns is not None else "the next peak was not sure",
            stride_number=self._number,
            t_peak_ns=peak_ns,
            decided_ns=now_ns,
            play_at_ns=play_at_ns,
            pitch_hz=pitch_hz(self._value, band),
            stamps=self._stamps if play_at_ns is None else None,
        )


def pitch_hz(value: float, band: Band) -> float:
    """Higher for more; `MIDDLE_HZ` in the middle of the band, equal steps of pitch for equal steps of the value."""
    half = (band.high_deg - band.low_deg) / 2
    off = (value - (band.low_deg + band.high_deg) / 2) / half if half > 0 else 0.0
    semitones = min(MOST_SEMITONES, max(-MOST_SEMITONES, EDGE_SEMITONES * off))
    return float(MIDDLE_HZ * 2 ** (semitones / 12))
