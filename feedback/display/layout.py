"""Where everything stands: rectangles for any screen, worked out once per screen size and shape of picture."""

from dataclasses import dataclass

DIGIT_SHARE = 1 / 6
"""The digits of the big number are at least this share of the screen's height: readable at 4 m on a 50-inch screen."""
SIDE_CROP = 1.5
"""A wide picture may lose up to this factor of its width at the sides, never its top or bottom: head and feet stay."""
DEFAULT_ASPECT = 16 / 9
NUMBER_EM = 1.75
"""Width of the widest big number, "−88°", in heights of its font."""
CAP_OF_EM = 0.71
"""Height of a digit in heights of its font (FreeSans Bold: 0.71)."""


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, never smaller than one: a window can be dragged to any size."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", max(1, self.width))
        object.__setattr__(self, "height", max(1, self.height))

    @property
    def right(self) -> int:
        """First column to the right of it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below it."""
        return self.y + self.height

    @property
    def rect(self) -> tuple[int, int, int, int]:
        """As pygame takes it."""
        return self.x, self.y, self.width, self.height

    def inset(self, x_px: int, y_px: int) -> "Box":
        """The box without its edge."""
        return Box(self.x + x_px, self.y + y_px, self.width - 2 * x_px, self.height - 2 * y_px)

    def row(self, y: int, height: int) -> "Box":
        """A part of it, over its whole width."""
        return Box(self.x, y, self.width, height)

    def columns(self, *shares: float, gap: int) -> tuple["Box", ...]:
        """Side by side, by shares of the width that is left after the gaps."""
        room = self.width - gap * (len(shares) - 1)
        x = float(self.x)
        boxes = []
        for share in shares:
            width = room * share / sum(shares)
            boxes.append(Box(round(x), self.y, round(x + width) - round(x), self.height))
            x += width + gap
        return tuple(boxes)

    def contains(self, other: "Box") -> bool:
        """The other lies within."""
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom


@dataclass(frozen=True)
class Layout:
    """All places of one screen; `gap_px` is the distance between them."""

    screen: Box
    mirror: Box
    header: Box
    title: Box
    number: Box
    chip: Box
    strip: Box
    facts: Box
    voice: Box
    gap_px: int

    @property
    def digit_px(self) -> int:
        """Height of the big number's digits: the largest that its place holds."""
        return int(min(0.93 * self.number.height, self.number.width / NUMBER_EM * CAP_OF_EM))

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The places that must not overlap."""
        return (
            self.mirror,
            self.header,
            self.title,
            self.number,
            self.chip,
            self.strip,
            self.facts,
            self.voice,
        )


def arrange(width_px: int, height_px: int, picture_aspect: float = DEFAULT_ASPECT) -> Layout:
    """The layout of a screen for pictures of this width/height. Raises ValueError for a screen without pixels."""
    if width_px < 1 or height_px < 1:
        raise ValueError(f"a screen of {width_px}x{height_px} pixels has no room")
    gap = max(4, round(0.024 * min(width_px, height_px)))
    inner = Box(0, 0, width_px, height_px).inset(gap, gap)
    if width_px >= height_px:
        return _landscape(Box(0, 0, width_px, height_px), inner, gap, picture_aspect)
    return _portrait(Box(0, 0, width_px, height_px), inner, gap, picture_aspect)


def _landscape(screen: Box, inner: Box, gap: int, picture_aspect: float) -> Layout:
    """Mirror on the left over the voice line; on the right header, number, chip, strip and facts."""
    voice_height = round(0.14 * screen.height)
    voice = inner.row(inner.bottom - voice_height, voice_height)
    body_height = voice.y - gap - inner.y
    mirror_width = round(min(max(body_height * picture_aspect, 0.22 * screen.width), 0.53 * screen.width))
    mirror = Box(inner.x, inner.y, mirror_width, body_height)
    column = Box(mirror.right + gap, inner.y, inner.right - mirror.right - gap, body_height)
    header = column.row(column.y, round(0.06 * screen.height))
    facts_height = round(0.095 * screen.height)
    facts = column.row(column.bottom - facts_height, facts_height)
    title = column.row(header.bottom + gap, round(0.04 * screen.height))
    if column.width > 1.25 * body_height:
        left, right = column.columns(1, 1, gap=gap)
        number = left.row(title.bottom, round(0.33 * screen.height))
        chip = right.row(title.y, number.bottom - title.y)
        title = left.row(title.y, title.height)
        digits_bottom = number.bottom
    else:
        number = column.row(title.bottom, round(0.26 * screen.height))
        chip = column.row(number.bottom + gap // 2, round(0.11 * screen.height))
        digits_bottom = chip.bottom
    strip = column.row(digits_bottom + gap, facts.y - digits_bottom - 2 * gap)
    return Layout(
        screen=screen,
        mirror=mirror,
        header=header,
        title=title,
        number=number,
        chip=chip,
        strip=strip,
        facts=facts,
        voice=voice,
        gap_px=gap,
    )


def _portrait(screen: Box, inner: Box, gap: int, picture_aspect: float) -> Layout:
    """From top to bottom: header, mirror, number, chip, voice line; strip and facts below or beside the mirror."""
    header = inner.row(inner.y, round(0.045 * screen.height))
    voice_height = round(0.1 * screen.height)
    voice = inner.row(inner.bottom - voice_height, voice_height)
    chip_height, facts_height = round(0.07 * screen.height), round(0.06 * screen.height)
    number_height, title_height = round(0.185 * screen.height), round(0.027 * screen.height)
    if picture_aspect < 1:
        chip = inner.row(voice.y - gap - chip_height, chip_height)
        number = inner.row(chip.y - gap - number_height, number_height)
        title = inner.row(number.y - title_height, title_height)
        top = inner.row(header.bottom + gap, title.y - header.bottom - 2 * gap)
        mirror_width = round(min(top.height * picture_aspect, 0.62 * inner.width))
        mirror = Box(top.x, top.y, mirror_width, top.height)
        beside = Box(mirror.right + gap, top.y, top.right - mirror.right - gap, top.height)
        facts = beside.row(beside.bottom - 3 * facts_height, 3 * facts_height)
        strip = beside.row(beside.y, facts.y - gap - beside.y)
    else:
        mirror = inner.row(header.bottom + gap, round(min(inner.width / picture_aspect * 1.1, 0.31 * screen.height)))
        title = inner.row(mirror.bottom + gap, title_height)
        number = inner.row(title.bottom, number_height)
        chip = inner.row(number.bottom + gap // 2, chip_height)
        facts = inner.row(voice.y - gap - facts_height, facts_height)
        strip = inner.row(chip.bottom + gap, facts.y - chip.bottom - 2 * gap)
    return Layout(
        screen=screen,
        mirror=mirror,
        header=header,
        title=title,
        number=number,
        chip=chip,
        strip=strip,
        facts=facts,
        voice=voice,
        gap_px=gap,
    )


def fit_picture(width_px: int, height_px: int, place: Box) -> tuple[Box, Box]:
    """How a picture fills a place without losing head or feet: (part of the picture, part of the place).

    It is as large as its height allows; then its sides are cropped evenly, by `SIDE_CROP` at most.
    """
    scale = min(place.height / height_px, SIDE_CROP * place.width / width_px)
    shown_width = min(place.width, max(1, round(scale * width_px)))
    shown_height = min(place.height, max(1, round(scale * height_px)))
    part_width = min(width_px, max(1, round(shown_width / scale)))
    part = Box((width_px - part_width) // 2, 0, part_width, height_px)
    x = place.x + (place.width - shown_width) // 2
    y = place.y + (place.height - shown_height) // 2
    return part, Box(x, y, shown_width, shown_height)
