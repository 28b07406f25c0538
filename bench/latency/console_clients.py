"""What eight clients of the console cost the lane: frame to sound with and without them, in turns, in one run.

python -m bench.latency.console_clients [--rounds 6] [--seconds 20]. One client is a real browser where Chromium is installed.
"""

import argparse
import os
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path

import numpy as np
from websockets.exceptions import WebSocketException

from bench.latency.whole_program import SETTLE_S, Program
from config.sections.console import DEFAULT_PORT
from console.access.cookie import cookie_name
from console.access.devices import Devices
from tests.support.console_browser import device_cookie
from tests.support.console_lane import Browser
from tests.support.headless_browser import missing, running_browser
from wire.clock import NS_PER_MS

CLIENTS = 8
SOURCE = "synthetic:extension=15,fps=30"


def frames_to_sounds_ms(program: Program, first_cue: int, first_sound: int) -> list[float]:
    """From each cue's frame to its sound's way out of the card."""
    cues = program.heard.cues[first_cue:]
    captured = {(cue.rule, cue.decided_ns): cue.stamps.capture_ns for cue in cues if cue.stamps is not None}
    asked = [((one.rule, one.requested_ns), one.dac_ns) for one in program.heard.played[first_sound:]]
    return [(dac_ns - captured[key]) / NS_PER_MS for key, dac_ns in asked if key in captured]


def window(program: Program, seconds: float) -> list[float]:
    """The delays of one window."""
    program.listen(SETTLE_S)
    cues, sounds = len(program.heard.cues), len(program.heard.played)
    program.listen(seconds)
    return frames_to_sounds_ms(program, cues, sounds)


def follow(secret: str, stop: threading.Event, received: list[int]) -> None:
    """A scripted page: takes all that is sent."""
    browser = Browser(DEFAULT_PORT, cookie=f"{cookie_name(DEFAULT_PORT)}={secret}")
    with suppress(WebSocketException, OSError, TimeoutError), browser.live() as page:
        while not stop.is_set():
            page.recv(timeout=5)
            received[0] += 1


def with_clients(program: Program, seconds: float, secrets: list[str]) -> tuple[list[float], int]:
    """The delays of one window with all clients connected, and how many messages they took."""
    stop, received = threading.Event(), [0]
    scripted = len(secrets) - (not missing())
    threads = [threading.Thread(target=follow, args=(secret, stop, received)) for secret in secrets[:scripted]]
    with ExitStack() as opened:
        if not missing():
            context = opened.enter_context(running_browser()).new_context()
            context.add_cookies([device_cookie(secrets[-1], DEFAULT_PORT)])
            context.new_page().goto(f"http://127.0.0.1:{DEFAULT_PORT}/")
        for thread in threads:
            thread.start()
        delays_ms = window(program, seconds)
        stop.set()
        for thread in threads:
            thread.join()
    return delays_ms, received[0]


def row(name: str, delays_ms: list[float]) -> str:
    if not delays_ms:
        return f"{name:16} no sound: the machine is too busy for fresh cues"
    p50, p99 = np.percentile(delays_ms, (50, 99))
    return f"{name:16} {len(delays_ms):6} {p50:9.1f} {p99:9.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    without: list[float] = []
    beside: list[float] = []
    messages = 0
    with tempfile.TemporaryDirectory() as name:
        environment = {"HIPCUE_HOME": name}
        devices = Devices(Path(name) / "console")
        secrets = [devices.pair(devices.new_token("viewer")[0], f"client {number}")[0] for number in range(CLIENTS)]
        with Program(SOURCE, Path(name), {**os.environ, **environment}, "--console", "--no-display") as program:
            program.first_sample()
            for _ in range(options.rounds):
                without += window(program, options.seconds)
                delays_ms, taken = with_clients(program, options.seconds, secrets)
                beside += delays_ms
                messages += taken
            pid = program.heard.health["console"].pid
            memory_mb = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
            print(f"{'frame to sound':16} {'sounds':>6} {'p50, ms':>9} {'p99, ms':>9}")
            print(row("no client", without))
            print(row(f"{CLIENTS} clients", beside))
            print(f"messages received by scripted clients: {messages}; memory of the console: {memory_mb:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
