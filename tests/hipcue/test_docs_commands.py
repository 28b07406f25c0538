"""Every command in the documentation exists, with every option given there."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from hipcue.cli.commands import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CODE = re.compile(r"```\w*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
LINE = re.compile(r"(?:^|[\s$/])hipcue ([a-z].*)")


def written(page: Path) -> list[str]:
    """The text after the word hipcue in code."""
    code = [block or word for block, word in CODE.findall(page.read_text(encoding="utf-8"))]
    lines = [line.partition(" #")[0] for text in code for line in text.replace("\\\n", " ").splitlines()]
    return [found[1].strip() for line in lines if (found := LINE.search(line))]


def problem(words: str) -> str:
    """The first part of a command line that does not exist; "": all of it exists."""
    command: Any = get_command(app)
    options: set[str] = set()
    for word in shlex.split(words.replace("'", '"')):
        options |= {name for parameter in command.params for name in parameter.opts}
        if word.startswith("--"):
            if word not in options | {"--help"}:
                return f"{word} in: hipcue {words}"
        elif isinstance(command, TyperGroup):
            if word == "…":  # any of its commands
                return ""
            if word in command.commands:
                command = command.commands[word]
            elif not command.invoke_without_command:
                return f"{word} in: hipcue {words}"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_exist(page: Path) -> None:
    assert [found for words in written(page) if (found := problem(words))] == []


def test_there_are_commands_to_check() -> None:
    assert sum(len(written(page)) for page in PAGES) > 100


def test_what_there_is_not_is_found() -> None:
    assert problem("run --colour red").startswith("--colour")
    assert problem("sessions forgive latest").startswith("forgive")
