"""Eight live lanes on the gym's page: time from a published stride to its number in a real browser, and memory use.

python -m bench.latency.gym_lanes [--minutes 10]. Needs Chromium, Playwright and an otherwise idle machine.

The first two lanes are whole programs on recorded landmarks: a drawn runner's, found by the pose model at the beginning. The
other six publish again what one of these has published for a minute, all encrypted as real ones. Console and browser are real.
At the end all processes of the first lane are killed, and it is started again.
"""

import argparse
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.accuracy.seen_landmarks import by_pose_model
from bench.latency.whole_program import process_memory_mb
from config.paths import keys_folder
from console.access.devices import Devices, console_folder
from console.lanes_file import FollowedLane, LanesFile
from tests.support.console_browser import device_cookie
from tests.support.headless_browser import missing, running_browser
from tests.support.landmark_tape import RecordedLandmarks
from tests.support.program import Running, run_folder
from tests.support.published_lanes import PublishedLane, publish, record
from tests.support.two_machines import free_address
from wire.clock import NS_PER_MS, NS_PER_S, monotonic_ns, s_to_ns
from wire.messages import Health, Stride
from wire.remote.keys import Keys
from wire.sockets import Wire, wait
from wire.topics import HEALTH, STRIDE

PROGRAMS, PUBLISHERS = 2, 6
LANES = PROGRAMS + PUBLISHERS
LIMIT_MS = 500.0
MEMORY_LIMIT_MB = 150.0
SHOWN_WITHIN_S = 5.0
"""That a lane has died, or has returned."""
USABLE_S = 2.0
"""From a load with nothing in the browser's cache to every lane's present state."""
FLAT_MB = 2.0
"""Allowed difference of the page's heap between the second and the last reading: its normal variation."""
LOOK_MS = 2000
OFTEN_MS = 50
SETTLE_S = 10.0
GUARD_S = 60.0
RECORDED_S = 60.0
SOURCE = "synthetic:extension=16,scatter=1.5,cadence=180,fps=30,seconds=20"
"""Thirty strides, so that its end joins its beginning."""
SETTINGS = """\
[session]
stand_s = 0.0
warm_up_s = 0.0
baseline_s = 0.0
drill_s = 3600.0

[target]
mode = "absolute"
absolute_deg = 18.0

[network]
publish = "{address}"
"""
WATCH = """() => {
  window.seen = [];
  for (const tile of document.querySelectorAll('.tile')) {
    const note = () => requestAnimationFrame(() => {
      window.seen.push([tile.dataset.lane, tile.dataset.stride, performance.timeOrigin + performance.now()]);
    });
    new MutationObserver(note).observe(tile, { attributes: true, attributeFilter: ['data-stride'] });
  }
}"""
"""Notes each stride's number with the time of the frame that shows it."""
IS_USABLE = "[...document.querySelectorAll('.tile')].every((one) => !one.textContent.includes('Connecting'))"
SHOWS_STRIDES = "[...document.querySelectorAll('.tile')].every((one) => one.dataset.stride)"
SAYS_LOST = "Boolean(document.querySelector('[data-lane=lane-0]').dataset.lost)"
NOW = "performance.timeOrigin + performance.now()"


def ahead_ms(page: Any) -> float:
    """How much the page's clock is ahead of this process's, from the quickest of several replies."""
    found: list[tuple[float, float]] = []
    for _ in range(5):
        before_ms = monotonic_ns() / NS_PER_MS
        there_ms = page.evaluate(NOW)
        after_ms = monotonic_ns() / NS_PER_MS
        found.append((after_ms - before_ms, there_ms - (before_ms + after_ms) / 2))
    return min(found)[1]


def watch(
    page: Any, client: Any, console_pid: int, minutes: float
) -> tuple[dict[tuple[int, int], float], list[tuple[float, float]]]:
    """When each stride was shown, in ms of this process's clock; and the memory of console and page, MB, once a minute."""
    shown: dict[tuple[int, int], float] = {}
    memory: list[tuple[float, float]] = []
    began_ms = looked_ms = monotonic_ns() / NS_PER_MS
    while (now_ms := monotonic_ns() / NS_PER_MS) < began_ms + 60_000 * minutes:
        page.wait_for_timeout(LOOK_MS)
        offset_ms = ahead_ms(page)
        for name, number, at_ms in page.evaluate("window.seen.splice(0)"):
            if number:
                shown.setdefault((int(name.removeprefix("lane-")), int(number)), at_ms - offset_ms)
        if now_ms >= looked_ms:
            looked_ms += 60_000 * min(1.0, minutes / 4)
            client.send("HeapProfiler.collectGarbage")
            memory.append((process_memory_mb(console_pid), client.send("Runtime.getHeapUsage")["usedSize"] / 1e6))
    return shown, memory


def report(sent: list[tuple[int, int, int]], shown: dict[tuple[int, int], float], memory: list[tuple[float, float]]) -> bool:
    """Print everything. Returns whether all limits hold."""
    first_ms, last_ms = min(shown.values(), default=0.0), max(shown.values(), default=0.0)
    # The last strides may not have had time to be shown.
    counted = [
        (lane, number, at_ns / NS_PER_MS) for lane, number, at_ns in sent if first_ms < at_ns / NS_PER_MS < last_ms - LIMIT_MS
    ]
    print(f"{'lane':6} {'strides':>8} {'missing':>8} {'p50, ms':>9} {'p99, ms':>9} {'max, ms':>9}")
    worst_ms, missing_strides = 0.0, 0
    for lane in range(LANES):
        own = [(number, at_ms) for one, number, at_ms in counted if one == lane]
        delays_ms = [shown[lane, number] - at_ms for number, at_ms in own if (lane, number) in shown]
        lost = len(own) - len(delays_ms)
        p50, p99 = np.percentile(delays_ms, (50, 99)) if delays_ms else (np.nan, np.nan)
        most = max(delays_ms, default=np.inf)
        print(f"{lane + 1:<6} {len(own):8} {lost:8} {p50:9.1f} {p99:9.1f} {most:9.1f}")
        worst_ms, missing_strides = max(worst_ms, most), missing_strides + lost
    print(
        "memory, MB: console "
        + ", ".join(f"{one:.0f}" for one, _ in memory)
        + "; page "
        + ", ".join(f"{one:.1f}" for _, one in memory)
    )
    grown_mb = memory[-1][1] - memory[min(1, len(memory) - 1)][1]
    limits = {
        f"every stride shown within {LIMIT_MS:g} ms": missing_strides == 0 and worst_ms <= LIMIT_MS,
        f"the page's memory flat within {FLAT_MB:g} MB ({grown_mb:+.1f})": abs(grown_mb) <= FLAT_MB,
        f"console at most {MEMORY_LIMIT_MB:g} MB": max(one for one, _ in memory) <= MEMORY_LIMIT_MB,
    }
    for what, holds in limits.items():
        print(f"{'holds' if holds else 'FALLS SHORT'}: {what}")
    return all(limits.values())


@dataclass
class ProgramLane:
    """A lane that is the whole program, without screen and sound, and its messages."""

    number: int
    folder: Path
    landmarks: Path
    console_key: str
    address: str = field(default_factory=free_address)
    sent: list[tuple[int, int, int]] = field(default_factory=list)
    """(lane, stride, ns) of near strides, by the program's own stamps."""
    first_health_ns: int = 0
    """When its first message since the start arrived."""

    def __post_init__(self) -> None:
        self.folder.mkdir()
        keys = Keys(self.folder / "keys")
        self.published = PublishedLane(self.address, keys.new().public)
        keys.allow("console", self.console_key)
        (self.folder / "lane.toml").write_text(SETTINGS.format(address=self.address))
        self.start()

    def start(self) -> None:
        """Start the program, and listen to it."""
        about = ("--config", str(self.folder / "lane.toml"), "--session-dir", str(self.folder / "sessions"))
        self.program = Running(
            *("run", "--source", SOURCE, "--loop", "--no-display", "--no-audio", *about),
            environment={"HIPCUE_HOME": str(self.folder)},
            landmarks=self.landmarks,
        )
        self.first_health_ns = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(run_folder(self.program.runtime), self._ended), daemon=True)
        self._thread.start()

    def _listen(self, folder: Path, ended: threading.Event) -> None:
        with Wire(folder, "bench") as wire:
            healths, strides = wire.newest(HEALTH, Health), wire.every(STRIDE, Stride)
            while not ended.is_set():
                wait(100, healths, strides)
                if healths.take() is not None and not self.first_health_ns:
                    self.first_health_ns = monotonic_ns()
                self.sent += [
                    (self.number, one.number, one.stamps.published_ns) for one in strides.take_all() if one.leg == "near"
                ]

    def die(self) -> None:
        """End all its processes at once, as a power cut does."""
        for pid in self.program.members():
            os.kill(pid, signal.SIGKILL)
        self.program.process.wait()
        self._stop_listening()

    def close(self) -> None:
        """End it as a user does."""
        self.program.signal(signal.SIGTERM)
        self.program.wait()
        self._stop_listening()

    def _stop_listening(self) -> None:
        self._ended.set()
        self._thread.join()


def recorded_landmarks(folder: Path) -> Path:
    """The file of the drawn runner's landmarks, as the pose model sees them."""
    seen = by_pose_model(SOURCE, folder)
    file = folder / "landmarks.npz"
    fps = NS_PER_S / float(np.diff(seen.times_ns).mean())
    RecordedLandmarks(seen.points_px, seen.size_px, fps).save(file)
    return file


@contextmanager
def published(folder: Path, run: Path, console_key: str) -> Iterator[tuple[list[PublishedLane], Callable[[], list[Any]]]]:
    """Six lanes that publish again what the program in `run` publishes; and what ends them, and returns all their strides."""
    context = multiprocessing.get_context("spawn")
    control, theirs = context.Pipe()
    addresses = [free_address() for _ in range(PUBLISHERS)]
    process = context.Process(target=publish, args=(folder, record(run, RECORDED_S), addresses, console_key, theirs))
    process.start()

    def end() -> list[Any]:
        control.send("end")
        return [(PROGRAMS + lane, number, at_ns) for lane, number, at_ns in control.recv()]

    try:
        yield control.recv(), end
    finally:
        process.terminate()
        process.join()


@contextmanager
def serving(folder: Path, lanes: list[PublishedLane]) -> Iterator[tuple[int, int]]:
    """A console of these lanes: its port and its process."""
    keys = Keys(keys_folder())
    for number, one in enumerate(lanes):
        keys.allow(f"lane-{number}", one.key)
        LanesFile(console_folder()).add(FollowedLane(f"lane-{number}", one.address, f"lane-{number}"))
    port = int(free_address().rpartition(":")[2])
    (folder / "gym.toml").write_text(f"[console]\nport = {port}\n")
    command = (sys.executable, "-m", "hipcue", "console", "--config", str(folder / "gym.toml"))
    console = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert console.stdout is not None
        print(console.stdout.readline().strip(), flush=True)
        yield port, console.pid
    finally:
        console.send_signal(signal.SIGTERM)
        console.wait()


def seconds_until(page: Any, holds: str, since_ns: Callable[[], int]) -> float:
    """Time from a moment, possibly in the future, until a condition is true on the page; infinity: it never was."""
    end_ns = monotonic_ns() + s_to_ns(GUARD_S)
    while monotonic_ns() < end_ns:
        if since_ns() and page.evaluate(holds):
            return (monotonic_ns() - since_ns()) / NS_PER_S
        page.wait_for_timeout(OFTEN_MS)
    return float("inf")


def shown_dead_and_alive(page: Any, lane: ProgramLane) -> bool:
    """Kill a lane and start it again; whether the page shows both in time."""
    died_ns = monotonic_ns()
    lane.die()
    dead_s = seconds_until(page, SAYS_LOST, lambda: died_ns)
    lane.start()
    alive_s = seconds_until(page, f"!{SAYS_LOST}", lambda: lane.first_health_ns)
    print(f"shown: that a lane has died after {dead_s:.1f} s, that it has returned {alive_s:.1f} s after its first message")
    holds = max(dead_s, alive_s) <= SHOWN_WITHIN_S
    print(f"{'holds' if holds else 'FALLS SHORT'}: both shown within {SHOWN_WITHIN_S:g} s")
    return holds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    if missing():
        parser.exit(1, f"{missing()}\n")
    with tempfile.TemporaryDirectory(prefix="hc", dir="/tmp") as name:
        folder = Path(name)
        os.environ["HIPCUE_HOME"] = str(folder / "home")
        landmarks = recorded_landmarks(folder)
        key = Keys(keys_folder()).new().public
        programs: list[ProgramLane] = []
        try:
            programs += [ProgramLane(number, folder / f"program-{number}", landmarks, key) for number in range(PROGRAMS)]
            (folder / "lanes").mkdir()
            holds = measure(folder, programs, key, options.minutes)
            for lane in programs:
                lane.close()
        finally:
            Running.end_all()
    sys.exit(0 if holds else 1)


def measure(folder: Path, programs: list[ProgramLane], console_key: str, minutes: float) -> bool:
    """Watch the page for this long, then kill a lane. Prints everything. Returns whether all limits hold."""
    run = run_folder(programs[0].program.runtime)
    with published(folder / "lanes", run, console_key) as (others, end):
        with (
            serving(folder, [*(one.published for one in programs), *others]) as (port, console_pid),
            running_browser() as browser,
        ):
            devices = Devices(console_folder())
            secret, _ = devices.pair(devices.new_token("viewer")[0], "bench")
            window = browser.new_context(viewport={"width": 1280, "height": 800})
            window.add_cookies([device_cookie(secret, port)])
            page = window.new_page()
            began_ns = monotonic_ns()
            page.goto(f"http://127.0.0.1:{port}/")
            usable_s = seconds_until(page, IS_USABLE, lambda: began_ns)
            if math.isinf(seconds_until(page, SHOWS_STRIDES, lambda: began_ns)):
                raise TimeoutError("not every lane shows a stride")
            page.wait_for_timeout(1000 * SETTLE_S)
            page.evaluate(WATCH)
            shown, memory = watch(page, window.new_cdp_session(page), console_pid, minutes)
            returns = shown_dead_and_alive(page, programs[0])
        sent = [*end(), *(one for lane in programs for one in lane.sent)]
    print(
        f"{'holds' if usable_s <= USABLE_S else 'FALLS SHORT'}: page usable {usable_s:.1f} s after a cold load ({USABLE_S:g} s)"
    )
    return report(sent, shown, memory) and returns and usable_s <= USABLE_S


if __name__ == "__main__":
    main()
