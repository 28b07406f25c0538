"""The card that dominates: the last stride's number with its verdict, or a clock while the number is withheld."""

from feedback.display import palette, sentences
from feedback.display.box import Box
from feedback.display.icons import Icon
from feedback.display.page import Page
from feedback.display.palette import Ink
from feedback.display.view import Board, Verdict

WORDS: dict[Verdict, tuple[str, Icon, Ink]] = {
    "below": ("MORE", "up", palette.ON_ACT),
    "above": ("LESS", "down", palette.ON_ACT),
    "in": ("GOOD", "check", palette.ON_GOOD),
    "held": ("FORM FIRST", "warning", palette.ON_RAISED),
    "unsure": ("UNSURE", "unsure", palette.ON_RAISED),
}
"""A verdict as one word, one shape and one colour."""
UNIT_SHARE = 0.5
"""The unit's height in heights of the digits."""
DEGREE_CLOSER = 0.06
"""The face leaves this much before a degree sign, in heights of the digits."""


def paint_hero(page: Page, board: Board) -> None:
    """Draw the card."""
    page.card(page.layout.hero, palette.PANEL)
    _paint_title(page, board)
    if board.withheld:
        _paint_clock(page, board)
    else:
        _paint_number(page, board)
    _paint_verdict(page, board)


def _paint_title(page: Page, board: Board) -> None:
    layout = page.layout
    box = layout.title.inset(layout.gap_px, 0)
    title = board.withheld or board.measure.title
    if board.band is None or board.withheld:
        page.write(title, box, layout.label_px, palette.QUIET_ON_PANEL)
        return
    left, right = box.columns(0.55, 0.45, gap=layout.units(1))
    page.write(title, left, layout.label_px, palette.QUIET_ON_PANEL)
    page.write(f"Target {board.measure.band(board.band)}", right, layout.label_px, palette.GOOD_ON_PANEL, "right")


def _paint_clock(page: Page, board: Board) -> None:
    number, cap_px = page.layout.number.inset(page.layout.gap_px, 0), page.layout.digit_px
    if board.time_left_s is None:
        page.icon("wait", number, cap_px // 2, palette.QUIET)
        return
    text = sentences.clock(board.time_left_s)
    # As wide as the widest time with as many digits: seconds that tick must not push the rest about.
    width_px = page.typesetter.width_px("".join("8" if letter.isdigit() else letter for letter in text), cap_px)
    side = max(0, (number.width - width_px) // 2)
    page.write(text, number.inset(side, 0), cap_px, palette.QUIET_ON_PANEL, "right" if side else "center")


def _paint_number(page: Page, board: Board) -> None:
    number, cap_px, measure = page.layout.number.inset(page.layout.gap_px // 2, 0), page.layout.digit_px, board.measure
    if board.value is None:
        page.surface.fill(palette.GREY, _dash(number, cap_px).rect)
        return
    ink = palette.QUIET_ON_PANEL if board.verdict == "unsure" else palette.ON_PANEL
    value = board.value if board.band is None else measure.beside(board.value, board.band)
    digits, unit = measure.digits(value), measure.unit
    # Digits end at a fixed place, so that 9 and 10 do not push each other about.
    width_px = page.typesetter.width_px("8" * max(2, len(digits.lstrip("−"))), cap_px)
    unit_px = page.typesetter.width_px(unit, UNIT_SHARE * cap_px) if unit else 0
    right = min(number.right - unit_px, number.x + (number.width + width_px) // 2 + (0 if unit == "°" else -unit_px // 2))
    place = Box(number.x, number.y, right - number.x, number.height)
    stands = page.write(digits.lstrip("−"), place, cap_px, ink, "right")
    if unit:
        # A degree sign hangs from the top of the digits, and close; any other unit stands on their line.
        small_px, room_px = UNIT_SHARE * cap_px, round(1.9 * UNIT_SHARE * cap_px)
        middle = stands.y + small_px / 2 if unit == "°" else stands.bottom - small_px / 2
        left = right - (round(DEGREE_CLOSER * cap_px) if unit == "°" else 0)
        rest = Box(left, round(middle - room_px / 2), number.right - left, room_px)
        page.write(unit, rest, small_px, ink)
    if digits.startswith("−"):
        thick_px = max(2, round(0.14 * cap_px))
        long_px = min(round(0.4 * cap_px), max(2, stands.x - number.x - thick_px))
        bar = (stands.x - long_px - thick_px, number.y + (number.height - thick_px) // 2, long_px, thick_px)
        page.surface.fill(ink.text, bar)


def _dash(number: Box, cap_px: int) -> Box:
    """No number: a short quiet line where it would be."""
    width, height = round(0.55 * cap_px), max(2, round(0.06 * cap_px))
    return Box(number.x + (number.width - width) // 2, number.y + (number.height - height) // 2, width, height)


def _paint_verdict(page: Page, board: Board) -> None:
    layout, box = page.layout, page.layout.verdict
    if board.withheld or board.value is None or board.verdict not in WORDS:
        text = "" if board.value is None else sentences.NO_TARGET
        if board.withheld and board.bars:
            text = sentences.NUMBER_WITHHELD
        if text:
            page.write(text, box.inset(layout.gap_px, 0), layout.label_px, palette.QUIET_ON_PANEL, "center")
        return
    word, shape, ink = WORDS[board.verdict]
    page.card_end(box, ink.ground, right=layout.verdict_is_beside)
    if box.width < 2.4 * box.height:
        upper, lower = box.inset(layout.gap_px, layout.gap_px).rows(0.62, 0.38, gap=layout.gap_px)
        page.icon(shape, upper, upper.height, ink.text)
        page.write(word, lower, 0.8 * lower.height, ink, "center")
        return
    cap_px = min(layout.word_px, 0.55 * box.height)
    side_px = round(1.25 * cap_px)
    width_px = page.typesetter.width_px(word, cap_px) + layout.gap_px + side_px
    left = Box(box.x + (box.width - width_px) // 2, box.y, side_px, box.height)
    page.icon(shape, left, side_px, ink.text)
    page.write(word, Box(left.right + layout.gap_px, box.y, box.right - left.right - layout.gap_px, box.height), cap_px, ink)
