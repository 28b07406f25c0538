"""Where the screen speaks: a message, else a cue, else quietly what the phase asks; and the lines around it."""

from feedback.display import palette, sentences
from feedback.display.box import Box
from feedback.display.icons import Icon
from feedback.display.page import Page
from feedback.display.view import Board, Message, Sign

SIGNS: dict[Sign, Icon] = {"camera": "camera", "wait": "wait", "person": "person", "pause": "pause", "warning": "warning"}


def paint_header(page: Page, board: Board) -> None:
    """The phase and its time left, which the clock shows instead while the number is withheld."""
    layout = page.layout
    left, right = layout.header.columns(0.66, 0.34, gap=layout.gap_px)
    page.write(board.phase, left, layout.value_px, palette.ON_NIGHT)
    if board.time_left_s is not None and not board.withheld:
        page.write(sentences.clock(board.time_left_s), right, layout.value_px, palette.QUIET_ON_NIGHT, "right")


def paint_voice(page: Page, board: Board) -> None:
    """In one place and three volumes: dark and quiet, raised, or black on white."""
    box = page.layout.voice
    if board.message is not None:
        _paint_message(page, board.message, page.card(box, palette.RAISED))
    elif board.cue:
        _paint_words(page, board.cue.upper(), page.card(box, palette.WHITE), palette.ON_VOICE)
    else:
        inner = page.card(box, palette.PANEL)
        if board.hint:
            page.write(board.hint, inner, 0.62 * page.layout.word_px, palette.QUIET_ON_PANEL, "center")


def paint_status(page: Page, board: Board) -> None:
    """Small print: who runs, and what the coach should know."""
    layout, box = page.layout, page.layout.status
    left, right = box.columns(0.24, 0.76, gap=layout.gap_px) if board.who else (box, box)
    if board.who:
        page.write(board.who, left, layout.small_px, palette.QUIET_ON_NIGHT)
    text = "   ·   ".join(note.text for note in board.notes)
    if not text:
        return
    sign = layout.units(3) if any(note.fault for note in board.notes) else 0
    room = Box(right.x + 2 * sign, right.y, right.width - 2 * sign, right.height)
    stands = page.write(text, room, layout.small_px, palette.QUIET_ON_NIGHT, "right")
    if sign:
        page.icon("warning", Box(stands.x - sign * 3 // 2, box.y, sign, box.height), sign, palette.ORANGE)


def _paint_message(page: Page, message: Message, inner: Box) -> None:
    layout = page.layout
    side = 0 if message.sign == "none" else round(0.5 * min(inner.height, inner.width // 5))
    # The same room is left on the other side, so that the words stand in the middle of the bar.
    words = inner.inset(side + layout.gap_px, 0) if side else inner
    if message.detail:
        upper, lower = words.inset(0, inner.height // 9).rows(0.62, 0.38, gap=0)
        stand = _paint_words(page, message.text.upper(), upper, palette.ON_RAISED)
        stand.append(page.write(message.detail, lower, layout.label_px, palette.QUIET_ON_RAISED, "center"))
    else:
        stand = _paint_words(page, message.text.upper(), words, palette.ON_RAISED)
    if message.sign != "none":
        left = min(glyphs.x for glyphs in stand) - side - layout.gap_px
        page.icon(SIGNS[message.sign], Box(max(inner.x, left), inner.y, side, inner.height), side, palette.WHITE)


def _paint_words(page: Page, text: str, box: Box, ink: palette.Ink) -> list[Box]:
    return page.typesetter.write_large(page.surface, text, box, page.layout.word_px, ink)
