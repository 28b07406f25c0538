"""A report's content before layout: it becomes a page or a PDF. Plain text and drawings, no markup."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A drawing (SVG text, sessions/charts), with its words."""

    title: str
    caption: str
    wide: str
    narrow: str = ""
    """The same for a phone's width; "": `wide` is used there, too."""
    across: bool = False
    """Whether it takes the whole width of a page; otherwise two stand side by side."""


@dataclass(frozen=True)
class Table:
    """Rows under headings; the first cell of a row names it."""

    title: str
    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: bool = False
    """Whether the cells after the first are short, such as numbers. Otherwise the last one is a text; where it is "", the one
    above holds for this row, too."""
    long: bool = False
    """Whether it is left out on paper."""


Part = Figure | Table


@dataclass(frozen=True)
class Section:
    """The part of a report for one kind of reader."""

    title: str
    lead: str
    parts: Sequence[Part]
    folded: bool = False
    """Whether the page shows it only when asked to."""


@dataclass(frozen=True)
class Number:
    """A large number with its name below."""

    value: str
    name: str


@dataclass(frozen=True)
class Point:
    """One more thing to know, under its heading."""

    heading: str
    text: str


@dataclass(frozen=True)
class Answer:
    """The first part of a report: the sentence, the numbers, and what to do."""

    sentence: str
    numbers: Sequence[Number]
    """One, or before and after."""
    detail: str
    """The same with its uncertainty; "": there is none."""
    points: Sequence[Point]
    figure: Figure | None = None


@dataclass(frozen=True)
class Document:
    """A report's content, from top to bottom."""

    title: str
    """Who and when."""
    about: str
    """The session and its source."""
    answer: Answer
    sections: Sequence[Section]
    footer: str
