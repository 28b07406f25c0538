"""The coach's engine, the audio engine and the screen's state take the time as an argument (their imports: pyproject.toml)."""

from pathlib import Path

import pytest

FEEDBACK = Path(__file__).parents[2] / "feedback"
PURE = [
    *(path for path in (FEEDBACK / "coach").glob("*.py") if path.name != "process.py"),
    *(FEEDBACK / "audio" / "engine").glob("*.py"),
    *(FEEDBACK / "display" / "state").glob("*.py"),
]


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(FEEDBACK)))
def test_it_never_reads_the_clock(path: Path) -> None:
    assert "monotonic_ns" not in path.read_text(encoding="utf-8")
