"""How long the program takes to be whole again after each fault: python -m bench.recovery (some three minutes).

Prints the table, and writes it into docs/reliability.md between its marks.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.report import HOLDS, SHORT, Table
from tests.faulty_camera import LOSSES, FaultyCamera, faulty_camera
from tests.listener import Listener
from tests.program import Running
from wire.topics import ANALYSIS, AUDIO, CAPTURE, COACH, DISPLAY, PROCESSES, RECORDER, SUPERVISOR

COMMAND = "python -m bench.recovery"
DOCUMENT = Path(__file__).parent.parent / "docs" / "reliability.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
GUARD_S = 60.0
REST_S = 30.0
"""A round takes at least this long: the pauses before later restarts within 60 s are not to be measured."""
KILLED_LIMIT_S = 5.0
HUNG_LIMIT_S = 8.0
TEXT = (
    f"Made by `{COMMAND}`, with the whole program on this machine: a drawn runner before a network camera on loopback, no "
    "screen, no sound card. From the fault to the process's first word that it works again; for the camera, from the moment "
    "when it is well again to its first picture here. Median and worst of the rounds."
)


def measure(rounds: int) -> list[tuple[str, float | None, list[float]]]:
    """(fault, limit in s or None, seconds of each round)."""
    with ExitStack() as stack:
        camera, url = stack.enter_context(faulty_camera())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        program = Running("run", "--source", url, "--preset", "show", "--session-dir", folder)
        stack.callback(program.wait)
        stack.callback(lambda: program.signal(signal.SIGTERM))
        listener = Listener(program.runtime)
        stack.callback(listener.close)
        listener.until_heard(*PROCESSES, SUPERVISOR)
        listener.until_strides(2)
        return [
            *_falls(listener, "killed", signal.SIGKILL, KILLED_LIMIT_S, rounds),
            *_falls(listener, "hung", signal.SIGSTOP, HUNG_LIMIT_S, rounds),
            *(_camera(listener, camera, behaviour, rounds) for behaviour in LOSSES),
        ]


def _falls(
    listener: Listener, how: str, number: int, limit_s: float, rounds: int
) -> list[tuple[str, float | None, list[float]]]:
    took: dict[str, list[float]] = {name: [] for name in (ANALYSIS, CAPTURE, COACH, AUDIO, DISPLAY, RECORDER)}
    for _ in range(rounds):
        began_s = time.monotonic()
        for name, seconds in took.items():
            seconds.append(_seconds(listener, name, number))
            listener.until(lambda: listener.health[SUPERVISOR].state == "running", "all is well", GUARD_S)
        _listen_until(listener, began_s + REST_S)
    return [(f"{name} {how}", limit_s, seconds) for name, seconds in took.items()]


def _seconds(listener: Listener, name: str, number: int) -> float:
    struck_s = time.monotonic()
    pid = listener.strike(name, number)
    listener.until_another(name, pid, GUARD_S)
    return time.monotonic() - struck_s


def _camera(listener: Listener, camera: FaultyCamera, behaviour: str, rounds: int) -> tuple[str, float | None, list[float]]:
    seconds = []
    for _ in range(rounds):
        camera.behaviour = behaviour  # type: ignore[assignment]
        listener.until(lambda: listener.health[CAPTURE].state == "degraded", behaviour, GUARD_S)
        camera.behaviour = "well"
        well_s = time.monotonic()
        listener.until(lambda: listener.health[CAPTURE].state == "running", "the camera is back", GUARD_S)
        seconds.append(time.monotonic() - well_s)
        listener.until_strides(1, GUARD_S)
    return f"camera {behaviour}", None, seconds


def _listen_until(listener: Listener, until_s: float) -> None:
    while time.monotonic() < until_s:
        listener.look()


def table(measured: list[tuple[str, float | None, list[float]]]) -> Table:
    """A row per fault."""
    rows = []
    for fault, limit_s, seconds in measured:
        verdict = "" if limit_s is None else HOLDS if max(seconds) <= limit_s else SHORT
        limit = "" if limit_s is None else f"≤ {limit_s:g} s"
        rows.append((fault, f"{median(seconds):.1f} s", f"{max(seconds):.1f} s", limit, verdict))
    return Table("Recovery, measured", TEXT, ("fault", "middle", "worst", "to reach", ""), rows)


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
