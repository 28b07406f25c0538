"""Tables of measured figures beside their limits, for the terminal and for docs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

HOLDS = "holds"
SHORT = "falls short"


@dataclass(frozen=True)
class Figure:
    """One measured figure. Without a limit it is only reported."""

    test: str
    what: str
    measured: str
    limit: str = ""
    holds: bool | None = None

    @property
    def verdict(self) -> str:
        """ "holds", "falls short", or "" without a limit."""
        return "" if self.holds is None else HOLDS if self.holds else SHORT


def reported(test: str, what: str, measured: str) -> Figure:
    """A figure without a limit."""
    return Figure(test, what, measured)


def at_most(test: str, what: str, value: float, limit: float, unit: str = "°", digits: int = 2, signed: bool = False) -> Figure:
    """The size of the value must not exceed the limit; a missing value falls short."""
    form = f"{{:+.{digits}f}}" if signed else f"{{:.{digits}f}}"
    return Figure(test, what, form.format(value) + unit, f"≤ {limit:g}{unit}", bool(abs(value) <= limit))


def at_least(test: str, what: str, value: float, limit: float, unit: str, digits: int = 2) -> Figure:
    """The value must reach the limit."""
    return Figure(test, what, f"{value:.{digits}f}{unit}", f"≥ {limit:g}{unit}", bool(value >= limit))


def between(test: str, what: str, value: float, low: float, high: float, error: float | None = None) -> Figure:
    """The value must lie within the limits; its standard error is stated, too."""
    measured = f"{value:.3f}" if error is None else f"{value:.3f} ± {error:.3f}"
    return Figure(test, what, measured, f"{low:g} to {high:g}", bool(low <= value <= high))


def none_of(test: str, what: str, count: int, out_of: int) -> Figure:
    """There must be none."""
    return Figure(test, what, f"{count} of {out_of}", "0", count == 0)


@dataclass(frozen=True)
class Table:
    """A table with its heading and a sentence or two above it."""

    title: str
    text: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]] = field(default_factory=tuple)

    def plain(self) -> str:
        """The table for the terminal."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.columns))]
        body = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
        rule = "  ".join("-" * width for width in widths)
        return "\n".join(
            [f"== {self.title}", self.text, "", body[0], rule, *body[1:], ""] if self.rows else [self.title, self.text, ""]
        )

    def markdown(self) -> str:
        """The table for docs."""
        lines = [f"## {self.title}", "", self.text, ""]
        if self.rows:
            lines += [_row(self.columns), "|" + "---|" * len(self.columns), *map(_row, self.rows), ""]
        return "\n".join(lines)


def verdicts(title: str, text: str, figures: Sequence[Figure]) -> Table:
    """Figures as a table; each test's name appears once."""
    rows, last = [], None
    for one in figures:
        rows.append(("" if one.test == last else one.test, one.what, one.measured, one.limit, one.verdict))
        last = one.test
    return Table(title, text, ("test", "figure", "measured", "to reach", ""), rows)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
