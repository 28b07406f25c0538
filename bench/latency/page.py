"""docs/performance.md, whose tables are written by two commands; each keeps the other's."""

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
MODEL_TITLE = "The pose model: speed and accuracy"
NOTES_TITLE = "What falls short, and what was tried"


def section(page: str, title: str) -> str:
    """The section with this heading, including it; "" if there is none."""
    _, heading, rest = page.partition(f"## {title}\n")
    return heading + rest.partition("\n## ")[0].rstrip() + "\n\n" if heading else ""


def with_section(page: str, text: str) -> str:
    """The page with this section before its notes, in place of one with the same heading."""
    old = section(page, text.partition("\n")[0].removeprefix("## "))
    before, heading, notes = (page.replace(old, "") if old else page).partition(f"## {NOTES_TITLE}\n")
    return f"{before}{text.rstrip()}\n\n{heading}{notes}"
