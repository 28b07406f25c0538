"""Text output without a screen: one line for each stride, cue and change of message."""

from feedback.display.state.measure_format import finite, format_of, measure_of
from feedback.display.state.view import Verdict
from wire.messages import Band, Cue, Stride, Summary
from wire.texts import ADVICE, counted

WORDS: dict[Verdict, str] = {
    "below": "MORE",
    "in": "GOOD",
    "above": "LESS",
    "form_first": "FORM FIRST",
    "unsure": "UNSURE",
    "no_target": "-",
}


def stride_line(stride: Stride, measure: str, verdict: Verdict, band: Band | None, leg: str = "") -> str:
    """A stride as text; `leg` is what to call its leg, by default near or far.

    >>> from wire.messages import Stamps
    >>> stride = Stride(12, "near", 0, 0, 17.2, -17.2, True, Stamps(0), cadence_spm=170.0, quality=0.93)
    >>> stride_line(stride, "hip_extension", "in", Band(16.0, 20.0))
    'stride 12    near   17.2°  GOOD    band 16–20°  cadence 170  quality 0.93'
    """
    form, value = format_of(measure), measure_of(stride, measure)
    parts = [
        f"stride {stride.number:<4}",
        f"{leg or stride.leg:<4}",
        f"{'–' if value is None else f'{value:.{form.decimals + 1}f}{form.unit}':>6}",
        f"{WORDS[verdict]:<6}",
    ]
    if band is not None:
        parts.append(f"band {form.band(band)}")
    if stride.cadence_spm is not None:
        parts.append(f"cadence {stride.cadence_spm:.0f}")
    parts.append(f"quality {stride.quality:.2f}")
    return "  ".join(parts)


def cue_line(cue: Cue) -> str:
    """A cue as text, with its reason for the coach."""
    reason = f"  ({cue.reason})" if cue.reason else ""
    return f"cue          {cue.text or cue.sound}{reason}"


def message_line(message: str, measure: str) -> str:
    """A change of the screen's message as text; "": measurement has resumed."""
    return f"screen       {message or f'Measuring {format_of(measure).title.lower()}'}"


def settings_line(refused: str) -> str:
    """Why a saved settings file was rejected, as text; "": it is valid again."""
    return f"settings     {refused or 'The saved file is valid again'}"


def summary_lines(summary: Summary, measure: str) -> list[str]:
    """A session's summary as text."""
    form = format_of(measure)
    lines = [f"session complete, {form.title.lower()}"]
    for name, result in (("baseline", summary.baseline), ("drill", summary.drill), ("retention", summary.retention)):
        if result is None or finite(result.mean) is None or finite(result.sd) is None:
            lines.append(f"{name:<11}  not run")
            continue
        mean = f"{result.mean:.{form.decimals + 1}f}{form.unit} {form.spread(result.sd)}"
        share = f"  {round(100 * result.in_band)} % in the band" if result.in_band is not None else ""
        lines.append(f"{name:<11}  {mean}  {counted(result.strides, 'stride')}{share}")
    lines.append(f"best streak  {summary.best_streak} consecutive strides in the band")
    return lines + [f"practise     {ADVICE[name].text}" for name in summary.practise]
