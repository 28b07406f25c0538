"""The table in docs/measures.md, made from the table of measures. `python -m config.measures_doc` writes it."""

from collections.abc import Iterable
from pathlib import Path

from config.measures import TABLE, Measure

FILE = Path(__file__).parents[1] / "docs" / "measures.md"
BEGIN, END = "<!-- table of measures: begin -->\n", "<!-- table of measures: end -->\n"
_HEADINGS = ("name", "unit", "definition", "sign", "only with")


def markdown_table(measures: Iterable[Measure]) -> str:
    """The rows as a Markdown table."""
    lines = [_HEADINGS, ("---",) * len(_HEADINGS), *(_cells(measure) for measure in measures)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def with_table(document: str, measures: Iterable[Measure]) -> str:
    """The document with the table between its two marks. Raises ValueError if a mark is missing."""
    before, rest = document.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{markdown_table(measures)}{END}{after}"


def _cells(measure: Measure) -> tuple[str, ...]:
    needs = (*((f"{measure.min_fps} frames/s",) if measure.min_fps else ()), *measure.needs)
    return f"`{measure.name}`", measure.unit.name, measure.definition, measure.sign, ", ".join(needs)


if __name__ == "__main__":
    FILE.write_text(with_table(FILE.read_text(encoding="utf-8"), TABLE), encoding="utf-8")
