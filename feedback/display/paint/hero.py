"""The dominant card: the last stride's number with its verdict, or a clock while the number is withheld."""

from feedback.display.paint import palette
from feedback.display.paint.canvas import Canvas
from feedback.display.paint.icons import Icon
from feedback.display.paint.layout import CAP_OF_EM, NUMBER_EM
from feedback.display.state import screen_text
from feedback.display.state.measure_format import MeasureFormat
from feedback.display.state.view import Board, LegNumber, Verdict
from feedback.display.type.box import Box
from feedback.display.type.ink import Ink

WORDS: dict[Verdict, tuple[str, Icon, Ink]] = {
    "below": ("MORE", "up", palette.ON_ACTION),
    "above": ("LESS", "down", palette.ON_ACTION),
    "in": ("GOOD", "check", palette.ON_GOOD),
    "form_first": ("FORM FIRST", "warning", palette.ON_RAISED),
    "unsure": ("UNSURE", "unsure", palette.ON_RAISED),
}
"""Each verdict as a word, a shape and a colour."""
UNIT_SHARE = 0.5
"""Height of the unit, as a share of the digits."""
DEGREE_CLOSER = 0.06
"""Space that the typeface leaves before a degree sign, in heights of the digits."""


def paint_hero(canvas: Canvas, board: Board) -> None:
    """Paint the card."""
    canvas.card(canvas.layout.hero, palette.PANEL)
    if board.legs and not board.withheld:
        _paint_legs(canvas, board)
        return
    _paint_title(canvas, board)
    if board.withheld:
        _paint_clock(canvas, board)
    else:
        place = canvas.layout.number.inset(canvas.layout.gap_px // 2, 0)
        _paint_number(canvas, board.measure, board, place, canvas.layout.digit_px)
    _paint_verdict(canvas, board)


def _paint_legs(canvas: Canvas, board: Board) -> None:
    """Two numbers side by side, each with its own target and verdict."""
    layout = canvas.layout
    gap = layout.gap_px
    for leg, place in zip(board.legs, layout.hero.columns(*(1 for _ in board.legs), gap=0), strict=True):
        head, number, verdict = place.rows(0.16, 0.58, 0.26, gap=0)
        label, target = head.inset(gap, 0).columns(0.45, 0.55, gap=gap // 2)
        canvas.write(leg.label, label, layout.label_px, palette.QUIET_ON_PANEL)
        if leg.band is not None:
            canvas.write(f"Target {board.measure.band(leg.band)}", target, layout.label_px, palette.GOOD_ON_PANEL, "right")
        room = number.inset(gap // 2, 0)
        digit_px = int(min(0.9 * room.height, room.width / NUMBER_EM * CAP_OF_EM))
        _paint_number(canvas, board.measure, leg, room, digit_px)
        if leg.value is not None and leg.verdict in WORDS:
            word, shape, ink = WORDS[leg.verdict]
            canvas.card(verdict.inset(gap // 3, gap // 3), ink.ground)
            _paint_word(canvas, verdict, word, shape, ink)


def _paint_title(canvas: Canvas, board: Board) -> None:
    layout = canvas.layout
    box = layout.title.inset(layout.gap_px, 0)
    title = board.withheld or board.measure.title
    if board.band is None or board.withheld:
        canvas.write(title, box, layout.label_px, palette.QUIET_ON_PANEL)
        return
    left, right = box.columns(0.55, 0.45, gap=layout.units(1))
    canvas.write(title, left, layout.label_px, palette.QUIET_ON_PANEL)
    canvas.write(f"Target {board.measure.band(board.band)}", right, layout.label_px, palette.GOOD_ON_PANEL, "right")


def _paint_clock(canvas: Canvas, board: Board) -> None:
    number, cap_px = canvas.layout.number.inset(canvas.layout.gap_px, 0), canvas.layout.digit_px
    if board.time_left_s is None:
        canvas.icon("wait", number, cap_px // 2, palette.QUIET)
        return
    text = screen_text.clock(board.time_left_s)
    # As wide as the widest time with as many digits: ticking seconds must not move the other digits.
    width_px = canvas.typesetter.width_px("".join("8" if letter.isdigit() else letter for letter in text), cap_px)
    side = max(0, (number.width - width_px) // 2)
    canvas.write(text, number.inset(side, 0), cap_px, palette.QUIET_ON_PANEL, "right" if side else "center")


def _paint_number(canvas: Canvas, measure: MeasureFormat, board: Board | LegNumber, number: Box, cap_px: int) -> None:
    """The value of the board, or of one of its legs, with digits of this height."""
    if board.value is None:
        canvas.surface.fill(palette.GREY, _dash(number, cap_px).rect)
        return
    ink = palette.QUIET_ON_PANEL if board.verdict == "unsure" else palette.ON_PANEL
    value = board.value if board.band is None else measure.rounded_to_side(board.value, board.band)
    digits, unit = measure.digits(value), measure.unit
    # Digits end at a fixed place, so that the number does not jump between 9 and 10.
    width_px = canvas.typesetter.width_px("8" * max(2, len(digits.lstrip("−"))), cap_px)
    unit_px = canvas.typesetter.width_px(unit, UNIT_SHARE * cap_px) if unit else 0
    right = min(number.right - unit_px, number.x + (number.width + width_px) // 2 + (0 if unit == "°" else -unit_px // 2))
    place = Box(number.x, number.y, right - number.x, number.height)
    glyphs = canvas.write(digits.lstrip("−"), place, cap_px, ink, "right")
    if unit:
        # A degree sign hangs close to the top of the digits; any other unit stands on their baseline.
        small_px, room_px = UNIT_SHARE * cap_px, round(1.9 * UNIT_SHARE * cap_px)
        middle = glyphs.y + small_px / 2 if unit == "°" else glyphs.bottom - small_px / 2
        left = right - (round(DEGREE_CLOSER * cap_px) if unit == "°" else 0)
        rest = Box(left, round(middle - room_px / 2), number.right - left, room_px)
        canvas.write(unit, rest, small_px, ink)
    if digits.startswith("−"):
        thick_px = max(2, round(0.14 * cap_px))
        long_px = min(round(0.4 * cap_px), max(2, glyphs.x - number.x - thick_px))
        bar = (glyphs.x - long_px - thick_px, number.y + (number.height - thick_px) // 2, long_px, thick_px)
        canvas.surface.fill(ink.text, bar)


def _dash(number: Box, cap_px: int) -> Box:
    """The box of the dash shown instead of a number."""
    width, height = round(0.55 * cap_px), max(2, round(0.06 * cap_px))
    return Box(number.x + (number.width - width) // 2, number.y + (number.height - height) // 2, width, height)


def _paint_verdict(canvas: Canvas, board: Board) -> None:
    layout, box = canvas.layout, canvas.layout.verdict
    if board.withheld or board.value is None or board.verdict not in WORDS:
        text = "" if board.value is None else screen_text.NO_TARGET
        if board.withheld and board.bars:
            text = screen_text.NUMBER_WITHHELD
        if text:
            canvas.write(text, box.inset(layout.gap_px, 0), layout.label_px, palette.QUIET_ON_PANEL, "center")
        return
    word, shape, ink = WORDS[board.verdict]
    canvas.card_end(box, ink.ground, right=layout.verdict_is_beside)
    if box.width < 2.4 * box.height:
        upper, lower = box.inset(layout.gap_px, layout.gap_px).rows(0.62, 0.38, gap=layout.gap_px)
        canvas.icon(shape, upper, upper.height, ink.text)
        canvas.write(word, lower, 0.8 * lower.height, ink, "center")
        return
    _paint_word(canvas, box, word, shape, ink)


def _paint_word(canvas: Canvas, box: Box, word: str, shape: Icon, ink: Ink) -> None:
    """A verdict's shape and word in the middle of a box; with two legs, a long word is smaller."""
    layout = canvas.layout
    cap_px = min(layout.word_px, 0.55 * box.height)
    wanted_px = canvas.typesetter.width_px(word, cap_px) + layout.gap_px + round(1.25 * cap_px)
    cap_px *= min(1.0, (box.width - 3 * layout.gap_px) / (wanted_px - layout.gap_px))
    side_px = round(1.25 * cap_px)
    width_px = canvas.typesetter.width_px(word, cap_px) + layout.gap_px + side_px
    left = Box(box.x + (box.width - width_px) // 2, box.y, side_px, box.height)
    canvas.icon(shape, left, side_px, ink.text)
    canvas.write(word, Box(left.right + layout.gap_px, box.y, box.right - left.right - layout.gap_px, box.height), cap_px, ink)
