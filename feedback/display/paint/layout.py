"""The layout of the screen: rectangles for any screen size and frame shape.

All distances and type sizes are multiples of one unit, 1/135 of the screen's shorter side: 8 pixels at 1080p.
"""

from dataclasses import dataclass

from feedback.display.type.box import Box

DIGIT_SHARE = 1 / 6
"""Least height of the number's digits as a share of the screen's height: readable at 4 m on a 50-inch screen."""
SIDE_CROP = 1.5
"""A wide frame may be cropped at the sides by up to this factor; top and bottom, with head and feet, never."""
DEFAULT_ASPECT = 16 / 9
UNITS = 135
"""Units in the shorter side."""
PORTRAIT_BELOW = 0.8
"""A screen narrower than this share of its height is laid out from top to bottom."""
NUMBER_EM = 1.75
"""Width of the widest number, "−88°", in font heights."""
CAP_OF_EM = 0.71
"""Height of a digit in font heights (FreeSans Bold)."""


@dataclass(frozen=True)
class Layout:
    """The boxes of one screen, and its type sizes as heights of capitals."""

    screen: Box
    mirror: Box
    header: Box
    title: Box
    number: Box
    verdict: Box
    strip: Box
    number_row: Box
    message_bar: Box
    notes: Box
    unit_px: float

    def units(self, count: float) -> int:
        """A number of units in whole pixels, at least one."""
        return max(1, round(count * self.unit_px))

    @property
    def gap_px(self) -> int:
        """Gap between two boxes, and margin inside a box."""
        return self.units(3)

    @property
    def radius_px(self) -> int:
        """Radius of all rounded corners."""
        return self.units(2)

    @property
    def small_px(self) -> int:
        """Notes for the coach, who reads them from nearby."""
        return self.units(1.9)

    @property
    def label_px(self) -> int:
        """Labels of numbers."""
        return self.units(2.6)

    @property
    def value_px(self) -> int:
        """The small numbers and the phase."""
        return self.units(4.6)

    @property
    def word_px(self) -> int:
        """The verdict and the messages, at most."""
        return self.units(8.5)

    @property
    def digit_px(self) -> int:
        """Height of the number's digits: the largest that fits."""
        return int(min(0.93 * self.number.height, self.number.width / NUMBER_EM * CAP_OF_EM))

    @property
    def hero(self) -> Box:
        """The card of title, number and verdict."""
        right, bottom = max(self.title.right, self.verdict.right), max(self.number.bottom, self.verdict.bottom)
        return Box(self.title.x, self.title.y, right - self.title.x, bottom - self.title.y)

    @property
    def verdict_is_beside(self) -> bool:
        """Whether the verdict stands to the right of the number, not below it."""
        return self.verdict.x > self.number.x

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes that must not overlap."""
        return (
            self.mirror,
            self.header,
            self.title,
            self.number,
            self.verdict,
            self.strip,
            self.number_row,
            self.message_bar,
            self.notes,
        )


def arrange(width_px: int, height_px: int, picture_aspect: float = DEFAULT_ASPECT) -> Layout:
    """The layout of a screen for frames of this width/height. Raises ValueError for a screen without pixels."""
    if width_px < 1 or height_px < 1:
        raise ValueError(f"a screen of {width_px}x{height_px} pixels has no room")
    screen = Box(0, 0, width_px, height_px)
    grid = _Grid(min(width_px, height_px) / UNITS)
    if width_px < PORTRAIT_BELOW * height_px:
        return _portrait(screen, grid, picture_aspect)
    return _landscape(screen, grid, picture_aspect)


class _Grid:
    """Converts units to pixels."""

    def __init__(self, unit_px: float) -> None:
        self.unit_px = unit_px

    def __call__(self, count: float) -> int:
        return max(1, round(count * self.unit_px))


def _landscape(screen: Box, units: _Grid, picture_aspect: float) -> Layout:
    """Mirror on the left; header, number, verdict, strip and numbers on the right; the message bar below both."""
    inner, gap = screen.inset(units(4), units(3)), units(3)
    notes = inner.row(inner.bottom - units(4), units(4))
    message_bar = inner.row(notes.y - units(1.5) - units(17), units(17))
    body = inner.row(inner.y, message_bar.y - gap - inner.y)
    mirror_width = round(min(max(body.height * picture_aspect, 0.22 * screen.width), 0.515 * screen.width))
    mirror = Box(inner.x, inner.y, mirror_width, body.height)
    column = Box(mirror.right + gap, inner.y, inner.right - mirror.right - gap, body.height)
    header = column.row(column.y, units(8))
    number_row = column.row(column.bottom - units(14), units(14))
    top = header.bottom + units(1.5)
    if column.width > 1.25 * body.height:
        left, right = column.columns(1, 1, gap=0)
        title = left.row(top, units(9))
        number = left.row(title.bottom, units(38))
        verdict = right.row(top, number.bottom - top)
        hero_bottom = number.bottom
    else:
        title = column.row(top, units(8))
        number = column.row(title.bottom, units(29))
        verdict = column.row(number.bottom + units(2.5), units(15))
        hero_bottom = verdict.bottom
    strip = column.row(hero_bottom + gap, number_row.y - hero_bottom - 2 * gap)
    return Layout(screen, mirror, header, title, number, verdict, strip, number_row, message_bar, notes, units.unit_px)


def _portrait(screen: Box, units: _Grid, picture_aspect: float) -> Layout:
    """Stacked: header, mirror, number, verdict, strip, numbers, message bar. Strip and numbers stand beside a tall mirror."""
    inner, gap = screen.inset(units(4), units(3)), units(3)
    header = inner.row(inner.y, units(8))
    notes = inner.row(inner.bottom - units(4), units(4))
    bar_height = units(22)
    message_bar = inner.row(notes.y - units(1.5) - bar_height, bar_height)
    top = header.bottom + units(1.5)
    number_height, title_height, verdict_height = round(0.19 * screen.height), units(8), units(15)
    hero_height = title_height + number_height + units(2.5) + verdict_height
    if picture_aspect < 1:
        title = inner.row(message_bar.y - gap - hero_height, title_height)
        above = inner.row(top, title.y - gap - top)
        mirror_width = round(min(above.height * picture_aspect, 0.62 * inner.width))
        mirror = Box(above.x, above.y, mirror_width, above.height)
        beside = Box(mirror.right + gap, above.y, above.right - mirror.right - gap, above.height)
        row_height = round(0.45 * beside.height)
        number_row = beside.row(beside.bottom - row_height, row_height)
        strip = beside.row(beside.y, number_row.y - gap - beside.y)
    else:
        number_row = inner.row(message_bar.y - gap - units(14), units(14))
        room = number_row.y - top - hero_height - 3 * gap
        mirror = inner.row(top, round(min(inner.width / picture_aspect * 1.1, 0.74 * room)))
        title = inner.row(mirror.bottom + gap, title_height)
        strip_top = title.y + hero_height + gap
        strip = inner.row(strip_top, number_row.y - gap - strip_top)
    number = inner.row(title.bottom, number_height)
    verdict = inner.row(number.bottom + units(2.5), verdict_height)
    return Layout(screen, mirror, header, title, number, verdict, strip, number_row, message_bar, notes, units.unit_px)


def fit_picture(width_px: int, height_px: int, place: Box) -> tuple[Box, Box]:
    """How a frame fills a box without losing head or feet: (part of the frame, part of the box).

    It is as large as its height allows; its sides are then cropped evenly, by `SIDE_CROP` at most.
    """
    scale = min(place.height / height_px, SIDE_CROP * place.width / width_px)
    shown_width = min(place.width, max(1, round(scale * width_px)))
    shown_height = min(place.height, max(1, round(scale * height_px)))
    part_width = min(width_px, max(1, round(shown_width / scale)))
    part = Box((width_px - part_width) // 2, 0, part_width, height_px)
    x = place.x + (place.width - shown_width) // 2
    y = place.y + (place.height - shown_height) // 2
    return part, Box(x, y, shown_width, shown_height)
