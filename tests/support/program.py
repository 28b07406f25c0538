"""The program as a user starts it: a command, its words, its exit code, its session, and what it leaves behind."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from tests.support.eventually import eventually
from tests.support.short_folder import short_folder

ROOT = Path(__file__).parents[2]
GUARD_S = 240.0
"""Against hanging only; nothing is measured by it."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    exit_code: int
    out: str
    err: str
    left_behind: list[int]
    """Processes of it that still live."""


class Running:
    """A command under way, in a session of its own so that everything it starts can be found."""

    started: ClassVar[list["Running"]] = []
    """All of the present test."""

    def __init__(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        within: Sequence[str] = (),
        exact: bool = False,
        as_shipped: bool = False,
        tree: Path = ROOT,
        landmarks: Path | None = None,
    ) -> None:
        """`within` is a command that runs another one, in a namespace for instance.

        `tree`: the checkout whose program it is.

        `exact`: the drawn runner's own landmarks take the place of the pose model (tests/support/patient_program.py).
        `landmarks`: those in this file take its place, and the source's (tests/support/landmark_tape.py).
        `as_shipped`: what outlives the program's end by a moment is killed as it would be for a user.
        """
        without_model = ("--exact",) if exact else () if landmarks is None else ("--landmarks", str(landmarks))
        program = ("hipcue",) if as_shipped else ("tests.support.patient_program", *without_model)
        # A short path of its own: sockets lie in it, and two tests must not meet.
        self.runtime = short_folder("hc")
        # Its log lies here, and what it prints.
        self.home = short_folder("hh")
        # Compiled networks take 13 MB, and a second or two of every start: the programs of all tests share them.
        shared = Path(tempfile.gettempdir(), f"hipcue-compiled-{os.getuid()}")
        shared.mkdir(mode=0o700, exist_ok=True)
        (self.home / "compiled").symlink_to(shared)
        # Files, not pipes: a pipe that nobody empties is full after five minutes of strides, and the program stands still.
        self._out, self._err = self.home / "out", self.home / "err"
        inherited = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "PULSE_SERVER")}
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [*within, sys.executable if tree == ROOT else tree / ".venv/bin/python", "-m", *program, *arguments],
                cwd=tree,
                env={**inherited, "XDG_RUNTIME_DIR": str(self.runtime), "HIPCUE_HOME": str(self.home), **(environment or {})},
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        Running.started.append(self)

    def signal(self, number: int) -> None:
        """Send a signal to the command itself, not to what it started."""
        self.process.send_signal(number)

    def members(self) -> list[int]:
        """The living processes of the command's session."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self.process.pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
        return found

    def wait(self) -> Ended:
        """Until its end; what is left after it is reported, then removed."""
        try:
            self.process.wait(timeout=GUARD_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise AssertionError(f"the program hung; it said: {self.said()}") from None
        left = self.members_after(grace_s=1.0)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return Ended(self.process.returncode, self._out.read_text(), self._err.read_text(), left)

    def said(self) -> str:
        """What it has printed so far."""
        return self._out.read_text() + self._err.read_text()

    @classmethod
    def end_all(cls) -> None:
        """Kill what a failed test has left running: it would disturb all that come after it. Remove the folders of all."""
        while cls.started:
            left = cls.started.pop()
            # Once its end has been taken note of, its number may be somebody else's.
            if left.process.returncode is None:
                for pid in left.members():
                    os.kill(pid, signal.SIGKILL)
                left.process.wait()
            for folder in (left.runtime, left.home):
                shutil.rmtree(folder, ignore_errors=True)

    def members_after(self, grace_s: float) -> list[int]:
        """Who is still there once all have gone, or the grace is over."""
        until_s = time.monotonic() + grace_s
        while self.members() and time.monotonic() < until_s:
            time.sleep(0.02)
        return self.members()


def hipcue(*arguments: str, environment: Mapping[str, str] | None = None, exact: bool = False) -> Ended:
    """Run `hipcue` with these arguments to its end, without screen and sound unless `environment` brings them."""
    return Running(*arguments, environment=environment, exact=exact, as_shipped=not exact).wait()


def run_folder(runtime: Path) -> Path:
    """Where the sockets are of the one program that runs under `runtime`, once it has made them."""
    return eventually(lambda: next(runtime.glob("hipcue/r*"), None), "the program makes its run folder")


def only_session(folder: Path) -> Path:
    """The one session under a folder."""
    sessions = list(folder.iterdir())
    assert len(sessions) == 1, sessions
    return sessions[0]


def table(path: Path) -> list[dict[str, str]]:
    """The rows of one of a session's tables."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def near_peaks_deg(session: Path) -> list[float]:
    """Hip extension of the near leg's strides."""
    return [float(row["hip_extension_deg"]) for row in table(session / "strides.csv") if row["leg"] == "near"]


def one_sentence(text: Any) -> bool:
    """Whether a message is one line without a traceback."""
    return len(str(text).strip().splitlines()) == 1 and "Traceback" not in str(text)
