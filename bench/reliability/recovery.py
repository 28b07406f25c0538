"""How long the program takes to recover from each fault: python -m bench.reliability.recovery (some three minutes).

Prints the table, and writes it into docs/reliability.md between its marks.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from bench.report import HOLDS, SHORT, Table
from tests.support.faulty_camera import LOSSES, faulty_camera
from tests.support.listener import Listener
from tests.support.program import Running
from tests.support.small_disk import small_disk
from tests.support.sound_server import sound_server
from wire.topics import ANALYSIS, AUDIO, CAPTURE, COACH, DISPLAY, PROCESSES, RECORDER, SUPERVISOR

COMMAND = "python -m bench.reliability.recovery"
DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
REST_S = 30.0
"""A round takes at least this long: the pauses before later restarts within 60 s must not be measured."""
KILLED_LIMIT_S = 5.0
HUNG_LIMIT_S = 8.0
ASLEEP_S = 4.0
DISK_BYTES = 8 * 1024 * 1024
GOOD, GARBAGE = "[audio]\nvolume = 0.5\n", "[audio]\nvolume = \n"
TEXT = (
    f"Made by `{COMMAND}`, with the whole program on this machine: a drawn runner before a network camera on loopback, a sound "
    "server, no screen. For a process: from the fault to its first report that it works again. For its surroundings: from the "
    "moment when they work again to the first picture, sound, row, or (after a sleep) stride. For settings: from saving the "
    "valid file to when it applies. Median and worst of the rounds."
)
Condition = Callable[[], bool]


@dataclass(frozen=True)
class Passing:
    """A fault of the surroundings: how it begins, shows and ends, and how recovery is detected."""

    name: str
    begin: Callable[[], object]
    is_felt: Condition
    end: Callable[[], object]
    is_well: Condition


Measured = tuple[str, float | None, list[float]]
"""The fault, the limit in s or None, and the seconds of each round."""


def measure(rounds: int) -> list[Measured]:
    """Each fault, several times."""
    with ExitStack() as stack:
        camera, url = stack.enter_context(faulty_camera())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(sound_server(folder))
        stack.enter_context(small_disk(folder / "disk", DISK_BYTES))
        settings, filler = folder / "settings.toml", folder / "disk" / "filler"
        settings.write_text(GOOD)
        own = ("--preset", "show", "--config", str(settings), "--session-dir", str(folder / "disk" / "sessions"))
        environment = {key: value for key, value in server.environment.items() if key != "XDG_RUNTIME_DIR"}
        program = Running("run", "--source", url, *own, environment=environment, as_shipped=True)
        stack.callback(program.wait)
        stack.callback(lambda: program.signal(signal.SIGTERM))
        listener = Listener(program.runtime)
        stack.callback(listener.close)
        listener.until_heard(*PROCESSES, SUPERVISOR)
        listener.until_strides(2)
        said = listener.health

        strides_before = 0

        def is_(name: str, state: str) -> Condition:
            return lambda: said[name].state == state

        def refused() -> bool:
            return bool(said[SUPERVISOR].faults)

        def sleep() -> None:
            nonlocal strides_before
            os.killpg(program.process.pid, signal.SIGSTOP)
            time.sleep(ASLEEP_S)
            listener.look()
            strides_before = len(listener.strides)

        def wake() -> None:
            os.killpg(program.process.pid, signal.SIGCONT)

        def runs_on() -> bool:
            return len(listener.strides) > strides_before

        def behave(behaviour: str) -> Callable[[], object]:
            return partial(setattr, camera, "behaviour", behaviour)

        def write(text: str) -> Callable[[], object]:
            return partial(settings.write_text, text)

        gone, back = partial(server.stop, kill=True), server.start
        passing = [
            *(
                Passing(f"camera {one}", behave(one), is_(CAPTURE, "degraded"), behave("well"), is_(CAPTURE, "running"))
                for one in LOSSES
            ),
            Passing("sound server killed", gone, is_(AUDIO, "degraded"), back, is_(AUDIO, "running")),
            Passing("disk full", partial(_fill, filler), is_(RECORDER, "degraded"), filler.unlink, is_(RECORDER, "running")),
            Passing("settings garbled", write(GARBAGE), refused, write(GOOD), lambda: not refused()),
            Passing("machine asleep", sleep, lambda: True, wake, runs_on),
        ]
        return [
            *_falls(listener, "killed", signal.SIGKILL, KILLED_LIMIT_S, rounds),
            *_falls(listener, "hung", signal.SIGSTOP, HUNG_LIMIT_S, rounds),
            *(_passes(listener, fault, rounds) for fault in passing),
        ]


def _falls(listener: Listener, how: str, number: int, limit_s: float, rounds: int) -> list[Measured]:
    took: dict[str, list[float]] = {name: [] for name in (ANALYSIS, CAPTURE, COACH, AUDIO, DISPLAY, RECORDER)}
    for _ in range(rounds):
        began_s = time.monotonic()
        for name, seconds in took.items():
            seconds.append(_seconds(listener, name, number))
            listener.until(lambda: listener.health[SUPERVISOR].state == "running", "all is well")
        _listen_until(listener, began_s + REST_S)
    return [(f"{name} {how}", limit_s, seconds) for name, seconds in took.items()]


def _seconds(listener: Listener, name: str, number: int) -> float:
    struck_s = time.monotonic()
    pid = listener.strike(name, number)
    listener.until_another(name, pid)
    return time.monotonic() - struck_s


def _passes(listener: Listener, fault: Passing, rounds: int) -> Measured:
    seconds = []
    for _ in range(rounds):
        fault.begin()
        listener.until(fault.is_felt, f"{fault.name} is felt")
        fault.end()
        well_s = time.monotonic()
        listener.until(fault.is_well, f"{fault.name} is over")
        seconds.append(time.monotonic() - well_s)
        listener.until_strides(1)
    return fault.name, None, seconds


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def _listen_until(listener: Listener, until_s: float) -> None:
    while time.monotonic() < until_s:
        listener.look()


def table(measured: list[Measured]) -> Table:
    """A row per fault."""
    rows = []
    for fault, limit_s, seconds in measured:
        verdict = "" if limit_s is None else HOLDS if max(seconds) <= limit_s else SHORT
        limit = "" if limit_s is None else f"≤ {limit_s:g} s"
        rows.append((fault, f"{median(seconds):.1f} s", f"{max(seconds):.1f} s", limit, verdict))
    return Table("Recovery, measured", TEXT, ("fault", "median", "worst", "to reach", ""), rows)


def written(document: str, made: Table) -> str:
    """The document with the table between its marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{made.markdown()}\n{END}{after}"


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--dry", action="store_true", help="write nothing")
    wanted = parser.parse_args()
    made = table(measure(wanted.rounds))
    print(made.plain())
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if not wanted.dry:
        DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8"), made), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
