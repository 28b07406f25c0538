"""The whole program for minutes or hours, with a random fault every half minute: python -m bench.reliability.soak --minutes 30.

A drawn runner runs before a network camera on loopback. Processes are killed or made to hang, the camera fails in every way,
garbage is saved as settings, the machine sleeps. Fails if something does not recover, a cue is based on old pictures, a
finished stride is not in the session, or memory grows.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from bench.reliability.soak_samples import Sample, chart, growth, plot, take, write_csv
from bench.report import Figure, at_most, none_of, reported, verdicts
from tests.support.faulty_camera import LOSSES, Behaviour, FaultyCamera, faulty_camera
from tests.support.listener import Listener
from tests.support.program import Ended, Running, table
from wire.clock import NS_PER_MS, NS_PER_S
from wire.messages import Stride
from wire.topics import CAPTURE, PROCESSES, SUPERVISOR

EVERY_S = 30.0
SAMPLE_S = 5.0
FAILING_S = 5.0
"""How long the camera fails, and the machine sleeps."""
RECOVERY_GUARD_S = 40.0
OLDEST_CUE_MS = 1000.0
"""Longest time from a stride's peak to its cue: analysis.max_age_ms plus the time in which a stride settles."""
MOST_GROWTH_MB = 20.0
SETTINGS = "[audio]\nvolume = 0.5\n"


@dataclass
class Soaked:
    """The result of a soak."""

    faults: list[tuple[float, str]] = field(default_factory=list)
    """Time in seconds, and name, of each fault."""
    unrecovered: list[str] = field(default_factory=list)
    slowest_recovery_s: float = 0.0
    samples: list[Sample] = field(default_factory=list)
    strides: list[Stride] = field(default_factory=list)
    cue_ages_ms: list[float] = field(default_factory=list)
    lost: list[Stride] = field(default_factory=list)
    """Finished strides that are in no session."""
    ended: Ended | None = None


class _Soak:
    def __init__(self, program: Running, camera: FaultyCamera, listener: Listener, settings: Path, seed: int) -> None:
        self.result = Soaked()
        self._program = program
        self._camera = camera
        self._listener = listener
        self._settings = settings
        self._random = random.Random(seed)
        self._start_s = time.monotonic()
        self._sample_at_s = 0.0
        self._faults: list[tuple[str, Callable[[], None]]] = [
            *((f"{name} killed", partial(self._strike, name, signal.SIGKILL)) for name in PROCESSES),
            *((f"{name} hung", partial(self._strike, name, signal.SIGSTOP)) for name in PROCESSES),
            *((f"camera {behaviour}", partial(self._fail, behaviour)) for behaviour in LOSSES),
            ("settings garbled", self._garble),
            ("machine asleep", self._sleep),
        ]

    def run(self, seconds: float, every_s: float) -> None:
        self._listener.until_heard(*PROCESSES, SUPERVISOR)
        self._listener.until_strides(2)
        end_s = time.monotonic() + seconds
        while (next_s := time.monotonic() + every_s) < end_s:
            name, strike = self._random.choice(self._faults)
            self._suffer(name, strike)
            self._listen(next_s)
        self._listen(end_s)

    def _suffer(self, name: str, strike: Callable[[], None]) -> None:
        print(f"{time.monotonic() - self._start_s:7.1f} s  {name}", flush=True)
        self.result.faults.append((time.monotonic() - self._start_s, name))
        strike()
        struck_s = time.monotonic()
        strides = len(self._listener.strides)
        while time.monotonic() < struck_s + RECOVERY_GUARD_S:
            self._look()
            if self._is_whole() and len(self._listener.strides) > strides:
                self.result.slowest_recovery_s = max(self.result.slowest_recovery_s, time.monotonic() - struck_s)
                return
        self.result.unrecovered.append(name)

    def _is_whole(self) -> bool:
        heard = self._listener.health
        return (
            heard[SUPERVISOR].state == "running"
            and not heard[SUPERVISOR].faults
            and heard[CAPTURE].state == "running"
            and all(self._listener.works(name) for name in PROCESSES)
        )

    def _strike(self, name: str, number: int) -> None:
        pid = self._listener.strike(name, number)
        self._wait_until(lambda: self._listener.pid(name) != pid)

    def _fail(self, behaviour: Behaviour) -> None:
        self._camera.behaviour = behaviour
        self._wait_until(lambda: self._listener.health[CAPTURE].state == "degraded")
        self._listen(time.monotonic() + FAILING_S)
        self._camera.behaviour = "well"

    def _garble(self) -> None:
        self._settings.write_bytes(self._random.randbytes(1000))
        self._wait_until(lambda: bool(self._listener.health[SUPERVISOR].faults))
        self._settings.write_text(SETTINGS)

    def _sleep(self) -> None:
        os.killpg(self._program.process.pid, signal.SIGSTOP)
        time.sleep(FAILING_S)
        os.killpg(self._program.process.pid, signal.SIGCONT)

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until the fault shows; one that never shows is found by the final check."""
        until_s = time.monotonic() + RECOVERY_GUARD_S
        while not condition() and time.monotonic() < until_s:
            self._look()

    def _listen(self, until_s: float) -> None:
        while time.monotonic() < until_s:
            self._look()

    def _look(self) -> None:
        self._listener.look()
        t_s = time.monotonic() - self._start_s
        if t_s >= self._sample_at_s:
            self._sample_at_s = t_s + SAMPLE_S
            self.result.samples += take(self._listener, t_s)


def soak(seconds: float, every_s: float, seed: int, folder: Path) -> Soaked:
    """Run the program for so long, with a fault every `every_s`; its sessions are left under `folder`."""
    with faulty_camera() as (camera, url):
        settings = folder / "settings.toml"
        settings.write_text(SETTINGS)
        own = ("--preset", "show", "--config", str(settings), "--session-dir", str(folder / "sessions"))
        program = Running("run", "--source", url, *own, as_shipped=True)
        listener = Listener(program.runtime)
        try:
            running = _Soak(program, camera, listener, settings, seed)
            running.run(seconds, every_s)
        finally:
            listener.close()
            program.signal(signal.SIGTERM)
            ended = program.wait()
    result = running.result
    result.ended = ended
    result.strides = listener.strides
    result.cue_ages_ms = [(cue.decided_ns - cue.t_peak_ns) / NS_PER_MS for cue in listener.cues]
    recorded = _recorded_ms(folder / "sessions")
    result.lost = [one for one in listener.strides if not {(one.leg, _ms(one) + off) for off in (-1, 0, 1)} & recorded]
    return result


def _ms(stride: Stride) -> int:
    return round(stride.t_peak_ns / NS_PER_MS)


def _recorded_ms(folder: Path) -> set[tuple[str, int]]:
    """Leg and time of the peak, monotonic ms, of every recorded stride."""
    found = set()
    for summary in folder.glob("*/session.json"):
        t0_ns = json.loads(summary.read_text(encoding="utf-8"))["t0_ns"]
        if t0_ns is not None:
            for row in table(summary.parent / "strides.csv"):
                found.add((row["leg"], round((t0_ns + float(row["t_peak_s"]) * NS_PER_S) / NS_PER_MS)))
    return found


def figures(result: Soaked) -> list[Figure]:
    """The requirements with their limits, and further figures."""
    processes = (SUPERVISOR, *PROCESSES)
    # One that shrinks must not hide another that grows.
    grown_mb = {process: max(0.0, growth(result.samples, process, "memory_mb")) for process in processes}
    files = {process: growth(result.samples, process, "open_files") for process in processes}
    most = max(files, key=lambda process: files[process])
    stale = sum(age_ms > OLDEST_CUE_MS for age_ms in result.cue_ages_ms)
    delays_ms = [one.delay_p95_ms for one in result.samples if one.delay_p95_ms is not None]
    restarts = {
        process: max((one.restarts for one in result.samples if one.process == process), default=0) for process in processes
    }
    left = len(result.ended.left_behind) if result.ended else 0
    return [
        none_of("faults", "unrecovered", len(result.unrecovered), len(result.faults)),
        reported(
            "faults", "slowest way back from a fault that shows, to the next stride", f"{result.slowest_recovery_s:.1f} s"
        ),
        reported("faults", "restarts", f"{sum(restarts.values())}"),
        none_of("cues", f"older than {OLDEST_CUE_MS:g} ms", stale, len(result.cue_ages_ms)),
        reported("cues", "oldest, from the peak of its stride", f"{max(result.cue_ages_ms, default=0.0):.0f} ms"),
        none_of("strides", "finished and not recorded", len(result.lost), len(result.strides)),
        at_most("growth", "memory, all processes that grew", sum(grown_mb.values()), MOST_GROWTH_MB, " MB", digits=1),
        reported("growth", f"open files, most in {most}", f"{files[most]:+.0f}"),
        reported(
            "ages",
            "captured to sample, 95th percentile, median and worst",
            f"{median(delays_ms or [0]):.0f}, {max(delays_ms or [0]):.0f} ms",
        ),
        none_of("the end", "processes left", left, len(processes)),
    ]


def main() -> int:
    """Soak, print, and leave samples and charts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--every", type=float, default=EVERY_S, help="seconds between two faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("soak"), help="samples.csv and samples.png go there")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = soak(60 * wanted.minutes, wanted.every, wanted.seed, Path(folder))
    wanted.out.mkdir(parents=True, exist_ok=True)
    write_csv(result.samples, wanted.out / "samples.csv")
    plot(result.samples, result.faults, wanted.out / "samples.png")
    held = figures(result)
    print(verdicts("Soak", f"{wanted.minutes:g} minutes, seed {wanted.seed}, {len(result.faults)} faults.", held).plain())
    print(chart(result.samples))
    for stride in result.lost:
        print(f"not recorded: {stride.leg} stride {stride.number}")
    if result.unrecovered:
        print("unrecovered:", ", ".join(result.unrecovered))
    return 0 if all(one.holds is not False for one in held) else 1


if __name__ == "__main__":
    sys.exit(main())
