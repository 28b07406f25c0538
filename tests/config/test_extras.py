"""Whatever tells to install more names a command that works from the clone, and a set of packages that there is."""

import re
from pathlib import Path

import tomli

from config.extras import how_to_install

ROOT = Path(__file__).parents[2]
EXTRAS = tomli.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SOURCES = [
    path for room in ("capture", "feedback", "analysis", "hipcue", "wire") for path in sorted((ROOT / room).rglob("*.py"))
]


def test_the_guides_name_the_command() -> None:
    told = {path.name: re.findall(r"`([^`]*pip install [^`]*)`", path.read_text()) for path in GUIDES}
    commands = {command for found in told.values() for command in found}
    assert commands == {how_to_install(extra) for extra in ("ftms", "postgres", "export", "lsl")}


def test_what_the_program_names_can_be_installed() -> None:
    named = {extra for path in SOURCES for extra in re.findall(r"how_to_install\([\"'](\w+)[\"']\)", path.read_text())}
    assert named == {"ftms", "postgres", "export", "lsl"}
    assert named <= EXTRAS.keys()


def test_nothing_sends_a_reader_to_an_index_for_the_program_itself() -> None:
    # What is called so there, if anything, is not this.
    assert [path for path in (*GUIDES, *SOURCES) if "hipcue[" in path.read_text()] == []
