"""A console of each test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.loading import Origin
from tests.support.console_lane import TEXT, ConsoleLane


@pytest.fixture
def settings_path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT)
    return path


@pytest.fixture
def lane(wire_directory: Path, tmp_path: Path, settings_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConsoleLane]:
    monkeypatch.setenv("HIPCUE_HOME", str(tmp_path / "home"))
    origin = Origin(file=settings_path)
    running = ConsoleLane(wire_directory, origin.load(), origin)
    yield running
    running.close()
