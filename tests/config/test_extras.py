"""Every hint to install optional packages names a command that works in the clone, and an existing extra."""

import re

import tomli

from config.extras import how_to_install
from tests.support.sources import ROOT, SOURCES

EXTRAS = tomli.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_guides_name_the_command() -> None:
    told = {path.name: re.findall(r"`([^`\n]*pip install [^`\n]*)`", path.read_text()) for path in GUIDES}
    commands = {command for found in told.values() for command in found}
    assert commands == {how_to_install(extra) for extra in ("ftms", "postgres", "export", "lsl")}


def test_every_extra_that_the_program_names_exists() -> None:
    named = {extra for path in SOURCES for extra in re.findall(r"how_to_install\([\"'](\w+)[\"']\)", path.read_text())}
    assert named == {"ftms", "postgres", "export", "lsl"}
    assert named <= EXTRAS.keys()


def test_no_hint_installs_the_program_from_an_index() -> None:
    # A package of this name on an index would be another program.
    assert [path for path in (*GUIDES, *SOURCES) if "hipcue[" in path.read_text()] == []
