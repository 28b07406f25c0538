"""The screen's stand-in where there is none: one line of text per stride, cue and change of message."""

from feedback.display.measure import finite, measure_look, measure_of
from feedback.display.view import Verdict
from wire.messages import Band, Cue, Stride, Summary

WORDS: dict[Verdict, str] = {
    "below": "MORE",
    "in": "GOOD",
    "above": "LESS",
    "held": "FORM FIRST",
    "unsure": "UNSURE",
    "open": "-",
}


def stride_line(stride: Stride, measure: str, verdict: Verdict, band: Band | None) -> str:
    """A stride as text.

    >>> from wire.messages import Stamps
    >>> stride = Stride(12, "near", 0, 0, 17.2, -17.2, True, Stamps(0), cadence_spm=170.0, quality=0.93)
    >>> stride_line(stride, "hip_extension", "in", Band(16.0, 20.0))
    'stride 12    near   17.2°  GOOD    band 16–20°  cadence 170  quality 0.93'
    """
    look, value = measure_look(measure), measure_of(stride, measure)
    parts = [
        f"stride {stride.number:<4}",
        f"{stride.leg:<4}",
        f"{'–' if value is None else f'{value:.{look.decimals + 1}f}{look.unit}':>6}",
        f"{WORDS[verdict]:<6}",
    ]
    if band is not None:
        parts.append(f"band {look.band(band)}")
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
    return f"screen       {message or f'Measuring {measure_look(measure).title.lower()}'}"


def settings_line(refused: str) -> str:
    """Why a saved settings file was refused, as text; "" says that it is right again."""
    return f"settings     {refused or 'The saved file is right again'}"


def summary_lines(summary: Summary, measure: str) -> list[str]:
    """What a session brought, as text."""
    look = measure_look(measure)
    lines = [f"session done, {look.title.lower()}"]
    for name, result in (("baseline", summary.baseline), ("drill", summary.drill), ("retention", summary.retention)):
        if result is None or finite(result.mean) is None or finite(result.sd) is None:
            lines.append(f"{name:<11}  not run")
            continue
        mean = f"{result.mean:.{look.decimals + 1}f}{look.unit} {look.spread(result.sd)}"
        share = f"  {round(100 * result.in_band)} % in the band" if result.in_band is not None else ""
        lines.append(f"{name:<11}  {mean}  {result.strides} strides{share}")
    lines.append(f"best streak  {summary.best_streak} strides in a row in the band")
    return lines + [f"practise     {advice.text}" for advice in summary.practise]
