"""The summary of a session on one page: what changed, what was retained, what to practise. Readable from 2 m.

Beside it, where there is a console, a code that opens the report on the runner's phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.display.paint import palette
from feedback.display.paint.canvas import Canvas
from feedback.display.paint.layout import Layout
from feedback.display.paint.qr_code import paint_qr_code
from feedback.display.state.measure_format import MeasureFormat, finite
from feedback.display.state.view import Board
from feedback.display.type.box import Box
from wire.messages import AdviceName, PhaseResult
from wire.texts import ADVICE, counted

TITLE = "Session complete"
PRACTISE = "What to practise"
NOTHING_TO_PRACTISE = "Nothing stood out. Keep running as you do."
NOT_RUN = "Not run"
REPORT = "Your report"
HOW_TO_OPEN = "Scan the code with your phone, on the network of this room."
MAX_ADVICE = 3
TALL_TEXT = 1.3
"""Text size of the advice on a tall card, relative to its size on a wide one."""


@dataclass(frozen=True)
class SummaryLayout:
    """Where the parts of the page stand."""

    title: Box
    results: tuple[Box, Box, Box]
    streak: Box
    practise: Box
    report: Box | None
    """The code; None: there is none."""


def arrange_summary(layout: Layout, with_report: bool = False) -> SummaryLayout:
    """Three results side by side; below them streak, advice and code beside each other, on a tall screen below each other."""
    gap = layout.gap_px
    first, last = layout.screen.inset(layout.units(4), layout.units(3)), layout.notes
    title = first.row(first.y, layout.units(9))
    top = title.bottom + layout.units(1.5)
    body = first.row(top, last.y - layout.units(1.5) - top)
    if layout.screen.width < layout.screen.height:
        if with_report:
            upper, middle, lower, code = body.rows(0.32, 0.14, 0.31, 0.23, gap=gap)
            return SummaryLayout(title, _thirds(upper, gap), middle, lower, code)
        upper, middle, lower = body.rows(0.36, 0.16, 0.48, gap=gap)
        return SummaryLayout(title, _thirds(upper, gap), middle, lower, None)
    upper, lower = body.rows(0.56, 0.44, gap=gap)
    if with_report:
        streak, practise, code = lower.columns(0.24, 0.42, 0.34, gap=gap)
        return SummaryLayout(title, _thirds(upper, gap), streak, practise, code)
    streak, practise = lower.columns(1, 2, gap=gap)
    return SummaryLayout(title, _thirds(upper, gap), streak, practise, None)


def paint_summary(canvas: Canvas, board: Board) -> None:
    """Paint the page."""
    summary = board.summary
    if summary is None:
        return
    layout, places = canvas.layout, arrange_summary(canvas.layout, bool(board.report_address))
    left, right = places.title.columns(0.5, 0.5, gap=layout.gap_px)
    canvas.write(TITLE, left, 1.2 * layout.value_px, palette.ON_NIGHT)
    canvas.write(board.measure.title, right, layout.value_px * 0.8, palette.QUIET_ON_NIGHT, "right")
    baseline = finite(summary.baseline.mean) if summary.baseline is not None else None
    results = (summary.baseline, summary.drill, summary.retention)
    for name, place, result in zip(("Baseline", "Drill", "Retention"), places.results, results, strict=True):
        since = None if name == "Baseline" else baseline
        _paint_result(canvas, place, name, result, board.measure, since)
    _paint_streak(canvas, places.streak, summary.best_streak)
    _paint_practise(canvas, places.practise, summary.practise)
    if places.report is not None:
        _paint_report(canvas, places.report, board.report_address)


def _thirds(box: Box, gap: int) -> tuple[Box, Box, Box]:
    one, two, three = box.columns(1, 1, 1, gap=gap)
    return one, two, three


def _below_name(canvas: Canvas, inner: Box, name: str) -> Box:
    """Write a card's name on its first line; returns the space below it."""
    layout = canvas.layout
    top = min(layout.units(1.5), inner.height // 20)
    line = inner.row(inner.y + top, min(layout.units(6), inner.height // 4))
    canvas.write(name, line, 1.1 * layout.label_px, palette.QUIET_ON_PANEL)
    return Box(inner.x, line.bottom, inner.width, inner.bottom - line.bottom - top)


def _paint_result(
    canvas: Canvas, box: Box, name: str, result: PhaseResult | None, measure: MeasureFormat, baseline: float | None
) -> None:
    layout = canvas.layout
    inner = canvas.card(box, palette.PANEL)
    room = _below_name(canvas, inner, name)
    middle, change, share, _ = room.rows(0.44, 0.18, 0.28, 0.1, gap=0)
    mean = finite(result.mean) if result is not None else None
    if result is None or mean is None:
        canvas.write(NOT_RUN, middle, layout.value_px, palette.QUIET_ON_PANEL)
        return
    finer = MeasureFormat(measure.title, measure.unit, measure.decimals + 1)
    left, _ = middle.columns(0.66, 0.34, gap=layout.units(1))
    text, mean_px = finer.text(mean), min(0.62 * middle.height, 1.4 * layout.word_px)
    mean_px *= min(1.0, left.width / canvas.typesetter.width_px(text, mean_px))
    glyphs = canvas.write(text, left, mean_px, palette.ON_PANEL)
    sd = finite(result.sd)
    if sd is not None:
        # On the baseline of the number, to its right.
        x, cap_px = glyphs.right + layout.units(2.5), layout.label_px * 1.2
        line_y = middle.y + (middle.height + round(mean_px)) // 2
        low = Box(x, line_y - round(1.5 * cap_px), middle.right - x, round(2 * cap_px))
        canvas.write(measure.spread(sd), low, cap_px, palette.QUIET_ON_PANEL)
    if baseline is not None:
        side = "above" if mean >= baseline else "below"
        canvas.write(f"{finer.text(abs(mean - baseline))} {side} baseline", change, layout.label_px, palette.ON_PANEL)
    else:
        canvas.write(counted(result.strides, "stride"), change, layout.label_px, palette.QUIET_ON_PANEL)
    in_band = finite(result.in_band)
    if in_band is not None:
        _paint_share(canvas, share, min(1.0, max(0.0, in_band)), result.strides)


def _paint_share(canvas: Canvas, box: Box, share: float, strides: int) -> None:
    """The share of strides in the band, as a bar and as text."""
    layout = canvas.layout
    upper, lower = box.rows(0.34, 0.66, gap=0)
    height = min(layout.units(2), upper.height)
    bar = Box(upper.x, upper.y + (upper.height - height) // 2, upper.width, height)
    canvas.surface.fill(palette.RAISED, bar.rect)
    if share > 0:
        canvas.surface.fill(palette.BLUE, (bar.x, bar.y, max(1, round(share * bar.width)), bar.height))
    canvas.write(f"{round(100 * share)} % of {strides} in band", lower, layout.label_px, palette.GOOD_ON_PANEL)


def _paint_streak(canvas: Canvas, box: Box, streak: int) -> None:
    layout = canvas.layout
    inner = canvas.card(box, palette.PANEL)
    number, unit, _ = _below_name(canvas, inner, "Best streak").rows(0.56, 0.26, 0.18, gap=0)
    canvas.write(str(streak), number, min(0.75 * number.height, 1.4 * layout.word_px), palette.ON_PANEL)
    canvas.write("consecutive strides in the band", unit, min(layout.label_px, 0.5 * unit.height), palette.QUIET_ON_PANEL)


def _paint_practise(canvas: Canvas, box: Box, practise: Sequence[AdviceName]) -> None:
    layout = canvas.layout
    inner = canvas.card(box, palette.PANEL)
    rest = _below_name(canvas, inner, PRACTISE).inset(0, layout.units(0.75))
    if not practise:
        canvas.typesetter.write_lines(canvas.surface, NOTHING_TO_PRACTISE, rest, layout.label_px, palette.ON_PANEL)
        return
    shown = tuple(practise)[:MAX_ADVICE]
    text_px = layout.label_px * (TALL_TEXT if box.height > 0.7 * box.width else 1.0)
    for advice, place in zip(shown, rest.rows(*[1.0] * max(2, len(shown)), gap=layout.units(1)), strict=False):
        head = place.row(place.y, min(round(2.2 * text_px), place.height * 2 // 5))
        canvas.write(ADVICE[advice].title, head, text_px, palette.ON_PANEL)
        body = Box(place.x, head.bottom, place.width, place.bottom - head.bottom)
        canvas.typesetter.write_lines(canvas.surface, ADVICE[advice].text, body, text_px, palette.QUIET_ON_PANEL)


def _paint_report(canvas: Canvas, box: Box, address: str) -> None:
    """The code as large as the card allows: it is scanned from the treadmill, 2 m away."""
    layout = canvas.layout
    inner = canvas.card(box, palette.PANEL).inset(0, layout.units(2))
    words = paint_qr_code(canvas.surface, address, inner, layout.gap_px)
    upper, lower = words.rows(0.35, 0.65, gap=layout.units(1))
    canvas.write(REPORT, upper, 1.3 * layout.label_px, palette.ON_PANEL)
    canvas.typesetter.write_lines(canvas.surface, HOW_TO_OPEN, lower, layout.label_px, palette.QUIET_ON_PANEL)
