"""The screen's stand-in where there is none: one line of text per stride, cue and change of message."""

from feedback.display.sentences import degrees_range, measure_title
from feedback.display.view import Verdict, measure_of
from wire.messages import Band, Cue, Stride

WORDS: dict[Verdict, str] = {"below": "MORE", "in": "GOOD", "above": "LESS", "unsure": "UNSURE", "open": "-"}


def stride_line(stride: Stride, measure: str, verdict: Verdict, band: Band | None) -> str:
    """A stride as text.

    >>> from wire.messages import Stamps
    >>> stride = Stride(12, "near", 0, 0, 17.2, -17.2, True, Stamps(0), cadence_spm=170.0, quality=0.93)
    >>> stride_line(stride, "hip_extension", "in", Band(16.0, 20.0))
    'stride 12    near   17.2°  GOOD    band 16–20°  cadence 170  quality 0.93'
    """
    unit = "" if measure == "cadence" else "°"
    value = measure_of(stride, measure)
    parts = [
        f"stride {stride.number:<4}",
        f"{stride.leg:<4}",
        f"{'–' if value is None else format(value, '.1f') + unit:>6}",
        f"{WORDS[verdict]:<6}",
    ]
    if band is not None:
        parts.append(f"band {degrees_range(band.low_deg, band.high_deg, unit)}")
    if stride.cadence_spm is not None:
        parts.append(f"cadence {stride.cadence_spm:.0f}")
    parts.append(f"quality {stride.quality:.2f}")
    return "  ".join(parts)


def cue_line(cue: Cue) -> str:
    """A cue as text, with its reason for the coach."""
    reason = f"  ({cue.reason})" if cue.reason else ""
    return f"cue          {cue.text or cue.sound}{reason}"


def message_line(message: str, measure: str) -> str:
    """A change of the screen's message as text; "" says that the measure is being taken again."""
    return f"screen       {message or f'Measuring {measure_title(measure).lower()}'}"
