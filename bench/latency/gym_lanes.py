"""Eight live lanes on the gym's page: from a stride published to its number in a real browser, and what memory does meanwhile.

python -m bench.latency.gym_lanes [--minutes 10]. Needs Chromium, Playwright, and a machine with nothing else to do. The lanes
are scripts in one process (tests/support/published_lanes.py), each encrypted as a real one; console and browser are real.
"""

import argparse
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.latency.whole_program import process_memory_mb
from config.paths import keys_folder
from console.access.devices import Devices, console_folder
from console.lanes_file import FollowedLane, LanesFile
from tests.support.console_browser import device_cookie
from tests.support.headless_browser import missing, running_browser
from tests.support.published_lanes import publish
from tests.support.two_machines import free_address
from wire.clock import NS_PER_MS, monotonic_ns
from wire.remote.keys import Keys

LANES = 8
LIMIT_MS = 500.0
MEMORY_LIMIT_MB = 150.0
FLAT_MB = 2.0
"""By how much the page's heap may differ between its second and its last look: by so much it varies by itself."""
LOOK_MS = 2000
SETTLE_S = 10.0
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
NOW = "performance.timeOrigin + performance.now()"


def ahead_ms(page: Any) -> float:
    """How much the page's clock is ahead of this process's, by the quickest of some answers."""
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    if missing():
        parser.exit(1, f"{missing()}\n")
    with tempfile.TemporaryDirectory(prefix="hc", dir="/tmp") as name:
        folder = Path(name)
        os.environ["HIPCUE_HOME"] = str(folder / "home")
        (folder / "lanes").mkdir()
        keys = Keys(keys_folder())
        context = multiprocessing.get_context("spawn")
        control, theirs = context.Pipe()
        addresses = [free_address() for _ in range(LANES)]
        lanes = context.Process(target=publish, args=(folder / "lanes", addresses, keys.new().public, theirs))
        lanes.start()
        for number, published in enumerate(control.recv()):
            keys.allow(f"lane-{number}", published.key)
            LanesFile(console_folder()).add(FollowedLane(f"lane-{number}", published.address, f"lane-{number}"))
        port = int(free_address().rpartition(":")[2])
        (folder / "gym.toml").write_text(f"[console]\nport = {port}\n")
        command = (sys.executable, "-m", "hipcue", "console", "--config", str(folder / "gym.toml"))
        console = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert console.stdout is not None
            print(console.stdout.readline().strip())
            secret, _ = Devices(console_folder()).pair(Devices(console_folder()).new_token("viewer")[0], "bench")
            with running_browser() as browser:
                window = browser.new_context(viewport={"width": 1280, "height": 800})
                window.add_cookies([device_cookie(secret, port)])
                page = window.new_page()
                page.goto(f"http://127.0.0.1:{port}/")
                while not page.evaluate("[...document.querySelectorAll('.tile')].every((one) => one.dataset.stride)"):
                    page.wait_for_timeout(LOOK_MS)
                page.wait_for_timeout(1000 * SETTLE_S)
                page.evaluate(WATCH)
                shown, memory = watch(page, window.new_cdp_session(page), console.pid, options.minutes)
            control.send("end")
            sent = control.recv()
        finally:
            console.send_signal(signal.SIGTERM)
            console.wait()
            if lanes.is_alive():
                control.close()
                lanes.terminate()
            lanes.join()
    sys.exit(0 if report(sent, shown, memory) else 1)


if __name__ == "__main__":
    main()
