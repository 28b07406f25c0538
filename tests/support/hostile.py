"""Hostile and mistaken arguments: what strangers, scripts and typing errors may pass to a command.

A walk runs commands of the program in forked children of one process that has loaded everything (hostile_program.py), so that
each takes milliseconds.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MOST_S = 10.0
"""Of processor time: a busy machine is not a defect."""
MOST_MB = 500.0

FILES = ("pipe", "folder", "caf\udce9", "text", "bom.toml", "zero\udcff.mp4", "deep.toml", "session", "bad session")
"""In the folder of the walk, beside what the commands make there."""

SOURCES = (
    *("/dev/null", "/dev/zero", "/dev/full", "/dev/stdin", "/proc/self/mem", "/proc/self/fd/0", "/proc/nonexistent/x"),
    *("rtsp://u:pw@127.0.0.1:1/x", "rtsp://[", "http://127.0.0.1:1/", "http://u:pw@host:99999/", "https://"),
    *("tcp://127.0.0.1:1", "tcp://", "tcp://:0", "tcp://127.0.0.1:99999999", "file:///etc/passwd", "sqlite://"),
    *("postgresql://u:pw@127.0.0.1:1/x", "concat:a|b", "pipe:0", "data:video/mp4;base64,AAAA"),
    *("synthetic:", "synthetic:extension=nan", "synthetic:fps=1e9", "synthetic:width=999999999", "synthetic:extension"),
    *("synthetic:seed=" + "9" * 400, "synthetic:extension=1,extension=2"),
)
"""Devices, addresses and drawn runners."""

HOSTILE = (
    *("", " ", "-", "--", "---", "-x", "--help", "--nosuch", "=", ",", ":", ".", "..", "../../x", "~", "~nosuch", "~nosuch/x"),
    *("0", "-1", "-0", "1e309", "inf", "-inf", "nan", "1_0", "0x10", "٣", "9" * 400, "9" * 5000),
    *("a" * 300, "a" * 100_000, "🏃\u200d♀" * 50, "e\u0301", "☃", "caf\udce9", "\udcff\udcfe"),
    *("\n", "a\nb", "\r", "\t", "\x1b[2J\x1b]0;owned\x07", "\x9b31m", "\u202eabc", "\u2028"),
    *("[red]x[/red]", "[/]", ":boom:", "{0}", "{device}", "%s", "%41", "a?b#c", "$HOME", "$\\foo$", "$x"),
    *("\\", '"', "`id`", "$(id)", "a;b", "|x", "&", "<x>", "#x", "%", "_", "*", "=1+1", "@x", "'; DROP TABLE sessions;--"),
    *("null", "true", "[]", "latest", "00000000", "ffffffff", "none"),
    *SOURCES,
    *("csv", "pdf", "x.pdf", "x.html", "right", "up", "show", "strides", "openvino", "Ada", "ada"),
    *FILES,
)
"""Arguments of every kind except those with zero bytes, which the system does not pass on."""


@dataclass(frozen=True)
class Outcome:
    """What one command did."""

    words: tuple[str, ...]
    exit_code: int
    out: str
    err: str
    cpu_s: float
    used_mb: float

    @property
    def faults(self) -> list[str]:
        """What the command did wrong; none: it worked, or ended with one sentence."""
        shown = self.out + self.err
        lines = self.err.split("\n\n")[-1].strip().splitlines()  # below what a progress bar has left
        most = len(self.words) - 2 if self.words[:2] == ("sessions", "import") else 1  # for each folder one
        found = {
            "a traceback": "Traceback" in shown or self.exit_code not in (0, 1, 2, 3),
            "a line of Python's": "Error:" in shown or "Exception" in shown or "Warning" in shown,
            "no sentence": self.exit_code != 0 and not shown.strip(),
            "more than a sentence": self.exit_code != 0 and len(lines) > max(1, most),
            "what a terminal acts on": not all(letter.isprintable() or letter in "\n\u200d\u2009\xa0" for letter in shown),
            "a password": "pw@" in self.out,
            f"more than {MOST_S:g} s": self.cpu_s > MOST_S,
            f"more than {MOST_MB:g} MB": self.used_mb > MOST_MB,
        }
        return [fault for fault, happens in found.items() if happens]

    def __str__(self) -> str:
        words = " ".join(repr(word if len(word) < 60 else f"{word[:50]}… ({len(word)})") for word in self.words)
        used = f"code {self.exit_code}, {self.cpu_s:.1f} s, {self.used_mb:.0f} MB"
        return f"hipcue {words}: {', '.join(self.faults)} ({used})\n{self.err[-600:]}"


@dataclass(frozen=True)
class Place:
    """A place for one argument in a command line; the others are as they should be."""

    before: tuple[str, ...]
    after: tuple[str, ...] = ()

    def with_value(self, value: str) -> tuple[str, ...]:
        """The command line with this value in its place."""
        return (*self.before, value, *self.after)


_GOOD = {
    "clip": "synthetic:seconds=1,width=160,height=120,fps=5",
    "out_dir": "out",
    "address": "tcp://127.0.0.1:7660",
    "name": "wall",
    "key": "a" * 40,
    "file": "text",
    "session": "latest",
    "sessions": "latest",
    "folders": "session",
    "runner": "Ada",
}
"""For the arguments that a command requires, by their names in the code."""


def places(command: Any, words: tuple[str, ...] = ()) -> Iterator[Place]:
    """Every place for a value in every command of the program."""
    if hasattr(command, "commands"):
        yield Place(words)
        for name, inner in command.commands.items():
            yield from places(inner, (*words, name))
        return
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
    required = [word for one in options if one.required for word in (one.opts[0], _GOOD[one.name])]
    given = [_GOOD[one.name] for one in arguments]
    given *= 2 if any(one.nargs == -1 for one in arguments) else 1
    for index in range(len(arguments)):
        yield Place((*words, *required, *given[:index]), tuple(given[index + 1 :]))
    for one in options:
        if not one.is_flag:
            yield Place((*words, *given, *(() if one.required else required), one.opts[0]))
    yield Place((*words, *given, *required))


class HostileWalk:
    """The process that has loaded everything."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.hostile_program", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, words: Sequence[str]) -> Outcome:
        """Run `hipcue` with these words."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(list(words)) + "\n")
        self._process.stdin.flush()
        found = json.loads(self._process.stdout.readline())
        return Outcome(**{**found, "words": tuple(found["words"])})

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@contextmanager
def hostile_walk(folder: Path) -> Iterator[HostileWalk]:
    """A walk in a folder of its own."""
    walk = HostileWalk(folder)
    try:
        yield walk
    finally:
        walk.close()
