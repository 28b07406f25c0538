"""A rectangle of the screen."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, at least 1 × 1: a window can be dragged to any size."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", max(1, self.width))
        object.__setattr__(self, "height", max(1, self.height))

    @property
    def right(self) -> int:
        """The first column to its right."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.height

    @property
    def rect(self) -> tuple[int, int, int, int]:
        """The box as a tuple for pygame."""
        return self.x, self.y, self.width, self.height

    def inset(self, x_px: int, y_px: int) -> "Box":
        """The box without a margin on each side."""
        return Box(self.x + x_px, self.y + y_px, self.width - 2 * x_px, self.height - 2 * y_px)

    def row(self, y: int, height: int) -> "Box":
        """A part of the box across its full width."""
        return Box(self.x, y, self.width, height)

    def columns(self, *shares: float, gap: int) -> tuple["Box", ...]:
        """Boxes side by side, with these shares of the width between the gaps."""
        cuts = _cuts(self.x, self.width, shares, gap)
        return tuple(Box(start, self.y, length, self.height) for start, length in cuts)

    def rows(self, *shares: float, gap: int) -> tuple["Box", ...]:
        """Boxes below each other, with these shares of the height between the gaps."""
        cuts = _cuts(self.y, self.height, shares, gap)
        return tuple(Box(self.x, start, self.width, length) for start, length in cuts)

    def contains(self, other: "Box") -> bool:
        """Whether the other box lies inside this one."""
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom


def _cuts(start: int, length: int, shares: tuple[float, ...], gap: int) -> list[tuple[int, int]]:
    """Divide a length into parts (start, length) by their shares, with gaps between them."""
    room = length - gap * (len(shares) - 1)
    at = float(start)
    parts = []
    for share in shares:
        part = room * share / sum(shares)
        parts.append((round(at), round(at + part) - round(at)))
        at += part + gap
    return parts
