"""The effect of eight console clients on a lane: frame to sound with and without them, alternating, in one run.

python -m bench.latency.console_clients [--rounds 8] [--seconds 30]: about 14 minutes on an otherwise idle machine. A
round has a window without clients, one with eight scripts, and, where Chromium is installed, one with a browser and seven; the
browser takes its processor time from the same machine, as a tablet does not. Needs PulseAudio with ALSA's plug-in.
With --replay, the console also keeps the last pictures while a page is open.
"""

import argparse
import os
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from websockets.exceptions import WebSocketException

from bench.latency.whole_program import SETTLE_S, Program
from config.sections.console import DEFAULT_PORT
from console.access.cookie import cookie_name
from console.access.devices import Devices
from tests.support import sound_server
from tests.support.console_browser import device_cookie
from tests.support.console_lane import Browser
from tests.support.headless_browser import missing, running_browser
from wire.clock import NS_PER_MS

CLIENTS = 8
SHARES = (50, 95, 99)
"""Percentiles."""
MEMORY_LIMIT_MB = 150.0
WITHOUT, SCRIPTS, WITH_BROWSER = "no client", "8 scripts", "a browser and 7 scripts"
SOURCE = "synthetic:extension=15,fps=30"
REPLAY = "\n[console]\nreplay = true\n"


def frames_to_sounds_ms(program: Program, first_cue: int, first_sound: int) -> list[float]:
    """Times from each cue's frame to its sound at the card's output."""
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
    """A scripted page: receives everything that is sent."""
    browser = Browser(DEFAULT_PORT, cookie=f"{cookie_name(DEFAULT_PORT)}={secret}")
    with suppress(WebSocketException, OSError, TimeoutError), browser.live() as page:
        while not stop.is_set():
            page.recv(timeout=5)
            received[0] += 1


@contextmanager
def clients(secrets: Sequence[str], browser: bool) -> Iterator[list[int]]:
    """Context with all clients connected; the list contains the number of messages that the scripts have received."""
    stop, received = threading.Event(), [0]
    scripted = secrets[: len(secrets) - browser]
    threads = [threading.Thread(target=follow, args=(secret, stop, received)) for secret in scripted]
    for thread in threads:
        thread.start()
    try:
        if not browser:
            yield received
            return
        with running_browser() as running:
            context = running.new_context()
            context.add_cookies([device_cookie(secrets[-1], DEFAULT_PORT)])
            context.new_page().goto(f"http://127.0.0.1:{DEFAULT_PORT}/")
            yield received
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def row(name: str, windows: list[list[float]], without: list[list[float]]) -> str:
    """A line of the table. A ratio is the rounds' median of a window's percentile to that of the one without clients."""
    delays_ms = [delay for window in windows for delay in window]
    if not delays_ms:
        return f"{name:24} no sound: the machine is too busy for fresh cues"
    figures = "".join(f"{np.percentile(delays_ms, share):9.1f}" for share in SHARES)
    pairs = [(one, other) for one, other in zip(windows, without, strict=True) if one and other]
    ratios = [np.median([np.percentile(one, share) / np.percentile(other, share) for one, other in pairs]) for share in SHARES]
    return f"{name:24} {len(delays_ms):6} {figures} {'   '.join(f'{ratio:.3f}' for ratio in ratios)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--replay", action="store_true", help="with console.replay")
    options = parser.parse_args()
    if reason := sound_server.missing():
        sys.exit(f"{reason}: it is needed for measuring")
    kinds = [WITHOUT, SCRIPTS, *([] if missing() else [WITH_BROWSER])]
    delays_ms: dict[str, list[list[float]]] = defaultdict(list)
    messages, memory_mb = 0, 0.0
    with tempfile.TemporaryDirectory(prefix="hc", dir="/tmp") as name, sound_server.sound_server(Path(name)) as sound:
        environment = {**os.environ, **sound.environment, "HIPCUE_HOME": name}
        devices = Devices(Path(name) / "console")
        secrets = [devices.pair(devices.new_token("viewer")[0], f"client {number}")[0] for number in range(CLIENTS)]
        with Program(
            SOURCE, Path(name), environment, "--console", "--no-display", more=REPLAY if options.replay else ""
        ) as program:
            program.first_sample()
            for number in range(options.rounds):
                # In a different order each time, so that drift affects all kinds alike.
                for kind in kinds[number % len(kinds) :] + kinds[: number % len(kinds)]:
                    if kind == WITHOUT:
                        delays_ms[kind].append(window(program, options.seconds))
                        continue
                    with clients(secrets, browser=kind == WITH_BROWSER) as received:
                        delays_ms[kind].append(window(program, options.seconds))
                        memory_mb = max(memory_mb, program.memory_mb()["console"])
                    messages += received[0]
    heads = "".join(f"{f'p{share}':>9}" for share in SHARES)
    print(f"{'frame to sound, ms':24} {'sounds':>6} {heads} ratios to no client")
    for kind in kinds:
        print(row(kind, delays_ms[kind], delays_ms[WITHOUT]))
    print(f"messages taken by scripts: {messages}; memory of the console: {memory_mb:.0f} MB (limit {MEMORY_LIMIT_MB:.0f})")


if __name__ == "__main__":
    main()
