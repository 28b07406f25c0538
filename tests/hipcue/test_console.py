"""Given paths and names with any characters, then the commands show all of them, and a terminal acts on none."""

import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from hipcue.cli.commands import app
from hipcue.cli.console import err, out, print_table

ODD = ("results [old]", "x[/b].toml", "[red]", ":red_circle:")
HARMFUL = "\x1b[2J\x1b]0;owned\x1b\\\x9b31m\u202e" + os.fsdecode(b"\xe9")
ESCAPED = r"\x1b[2J\x1b]0;owned\x1b\\x9b31m\u202e\xe9"


@pytest.mark.parametrize("name", ODD)
def test_a_path_is_printed_literally(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text("[audio]\nvolume = 0.3\n")
    done = CliRunner().invoke(app, ["config", "check", name])
    assert done.exit_code == 0
    assert name in done.stdout


@pytest.mark.parametrize("words", [("run",), ("sessions", "list"), ("console",), ()])
def test_help_has_a_short_name_too(words: tuple[str, ...]) -> None:
    short, long = (CliRunner().invoke(app, [*words, option]) for option in ("-h", "--help"))
    assert (short.exit_code, short.stdout) == (0, long.stdout)


@pytest.mark.parametrize("word", ["version", "--version"])
def test_the_version_is_printed(word: str) -> None:
    done = CliRunner().invoke(app, [word])
    assert (done.exit_code, done.stdout) == (0, f"hipcue {version('hipcue')}\n")


@pytest.mark.parametrize("name", ODD)
def test_so_are_messages_and_tables(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    out.print(name)
    err.print(name)
    print_table(("folder",), [(name,)])
    printed = capsys.readouterr()
    assert printed.out.split("\n")[:1] == [name]
    assert printed.err.strip() == name
    assert name in printed.out.split("folder")[1]


def test_nothing_that_is_printed_acts_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    out.print(HARMFUL)
    out.print(Text(HARMFUL), HARMFUL)
    err.print(HARMFUL)
    print_table(("runner", HARMFUL), [(HARMFUL, "x\ny")])
    printed = capsys.readouterr()
    assert printed.err == ESCAPED + "\n"
    shown = printed.out.splitlines()
    assert shown[0] == ESCAPED
    assert shown[-1].split() == [ESCAPED, r"x\ny"]
    assert all(letter.isprintable() for line in shown for letter in line)


@pytest.mark.parametrize(
    ("words", "mentions"),
    [
        (("nosuch",), ("nosuch", "--help")),
        (("sessions", "lst"), ("lst", "list")),
        (("run", "--for", "inf"), ("--for",)),
        (("run", "--for", "nan"), ("--for",)),
        (("run", "--for", "1e300"), ("--for",)),
        (("run", "--for", "-1"), ("--for",)),
        (("run", "--sauce", "0"), ("--sauce", "--source")),
        (("analyse",), ("clip",)),
        (("sessions", "show", "a", "b\nc"), ("show", "--help")),
    ],
)
def test_a_mistake_on_the_command_line_is_one_sentence(words: tuple[str, ...], mentions: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert all(mention in done.stderr for mention in mentions), done.stderr


def helps(command: Any, path: str = "hipcue") -> Iterator[tuple[str, str]]:
    """Every text of help, by the command and option that it is about."""
    yield path, command.help or ""
    for parameter in command.params:
        yield f"{path} {parameter.name}", getattr(parameter, "help", None) or ""
    if isinstance(command, TyperGroup):
        for name, one in command.commands.items():
            yield from helps(one, f"{path} {name}")


def test_help_is_printed_whole() -> None:
    for where, text in helps(get_command(app)):
        assert Text.from_markup(text).plain == text, where  # typer takes it for markup


def test_a_command_that_may_have_been_meant_is_named() -> None:
    said = CliRunner().invoke(app, ["foo"]).stderr.strip()
    assert said == "hipcue: No such command 'foo'. Did you mean 'follow'? See hipcue --help"


class TestWhatIsNamed:
    """`config check` says what the program would otherwise say only when it needs it."""

    @pytest.mark.parametrize(
        ("key", "name", "said"),
        [
            ("capture.source", "synthetic:extensoin=3", "synthetic: extensoin is not a setting; did you mean 'extension'?"),
            ("capture.other_side.source", "ftp://a/b", "ftp://a/…: is neither a file nor a camera's address"),
            ("audio.voice_folder", "nosuch", "'nosuch': there is no such folder"),
            ("analysis.model_folder", "here", "'here': there is no such folder"),
            ("console.certificate_file", "nosuch", "'nosuch': there is no such file"),
        ],
    )
    def test_what_cannot_be_used(self, key: str, name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("here").touch()
        Path("mine.toml").write_text(f'{key} = "{name}"\n')
        done = CliRunner().invoke(app, ["config", "check", "mine.toml"])
        assert done.exit_code == 2
        assert done.stderr.startswith(f"mine.toml: {key}")
        assert said in done.stderr

    def test_what_can(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("voices").mkdir()
        Path("cert.pem").touch()
        Path("mine.toml").write_text(
            'audio.voice_folder = "voices"\nconsole.certificate_file = "cert.pem"\ncapture.source = "synthetic:fps=30"\n'
        )
        assert CliRunner().invoke(app, ["config", "check", "mine.toml"]).exit_code == 0

    def test_what_is_ignored(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        cameras = 'source = "1"\nother_side.source = "0"\nother_side.extension_offset_camera = '
        for camera, noted in (("1", True), ("0", False)):
            Path("mine.toml").write_text(f'[capture]\n{cameras}"{camera}"\n')
            done = CliRunner().invoke(app, ["config", "check", "mine.toml"])
            assert done.exit_code == 0
            assert ("extension_offset_deg is ignored" in done.stdout) is noted
