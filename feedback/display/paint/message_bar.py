"""The message bar (a message, else a cue, else what to do in this phase), the header, and the notes below the bar."""

from feedback.display.paint import palette
from feedback.display.paint.canvas import Canvas
from feedback.display.paint.icons import Icon
from feedback.display.state import screen_text
from feedback.display.state.view import Board, StatusMessage
from feedback.display.type.box import Box
from feedback.display.type.ink import Ink
from wire.texts import Sign

SIGN_ICONS: dict[Sign, Icon] = {"camera": "camera", "wait": "wait", "person": "person", "pause": "pause", "warning": "warning"}


def paint_header(canvas: Canvas, board: Board) -> None:
    """Paint the phase and its time left, unless the big clock shows it while the number is withheld."""
    layout = canvas.layout
    left, right = layout.header.columns(0.66, 0.34, gap=layout.gap_px)
    canvas.write(board.phase, left, layout.value_px, palette.ON_NIGHT)
    if board.time_left_s is not None and not board.withheld:
        canvas.write(screen_text.clock(board.time_left_s), right, layout.value_px, palette.QUIET_ON_NIGHT, "right")


def paint_message_bar(canvas: Canvas, board: Board) -> None:
    """Paint the bar in one of three strengths: quiet on dark, raised, or black on white."""
    box = canvas.layout.message_bar
    if board.message is not None:
        _paint_message(canvas, board.message, canvas.card(box, palette.RAISED))
    elif board.cue:
        _paint_words(canvas, board.cue.upper(), canvas.card(box, palette.WHITE), palette.ON_CUE)
    else:
        inner = canvas.card(box, palette.PANEL)
        if board.hint:
            canvas.write(board.hint, inner, 0.62 * canvas.layout.word_px, palette.QUIET_ON_PANEL, "center")


def paint_notes(canvas: Canvas, board: Board) -> None:
    """Paint the runner's name and the notes for the coach."""
    layout, box = canvas.layout, canvas.layout.notes
    left, right = box.columns(0.24, 0.76, gap=layout.gap_px) if board.runner else (box, box)
    if board.runner:
        canvas.write(board.runner, left, layout.small_px, palette.QUIET_ON_NIGHT)
    text = "   ·   ".join(note.text for note in board.notes)
    if not text:
        return
    sign = layout.units(3) if any(note.fault for note in board.notes) else 0
    room = Box(right.x + 2 * sign, right.y, right.width - 2 * sign, right.height)
    placed = canvas.write(text, room, layout.small_px, palette.QUIET_ON_NIGHT, "right")
    if sign:
        canvas.icon("warning", Box(placed.x - sign * 3 // 2, box.y, sign, box.height), sign, palette.ORANGE)


def _paint_message(canvas: Canvas, message: StatusMessage, inner: Box) -> None:
    layout = canvas.layout
    side = 0 if message.sign == "none" else round(0.5 * min(inner.height, inner.width // 5))
    # The same space is left on the other side, so that the words are centred in the bar.
    words = inner.inset(side + layout.gap_px, 0) if side else inner
    if message.detail:
        upper, lower = words.inset(0, inner.height // 9).rows(0.62, 0.38, gap=0)
        lines = _paint_words(canvas, message.text.upper(), upper, palette.ON_RAISED)
        lines.append(canvas.write(message.detail, lower, layout.label_px, palette.QUIET_ON_RAISED, "center"))
    else:
        lines = _paint_words(canvas, message.text.upper(), words, palette.ON_RAISED)
    if message.sign != "none":
        left = min(glyphs.x for glyphs in lines) - side - layout.gap_px
        canvas.icon(SIGN_ICONS[message.sign], Box(max(inner.x, left), inner.y, side, inner.height), side, palette.WHITE)


def _paint_words(canvas: Canvas, text: str, box: Box, ink: Ink) -> list[Box]:
    return canvas.typesetter.write_large(canvas.surface, text, box, canvas.layout.word_px, ink)
