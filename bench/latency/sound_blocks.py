"""Lengths of the sound card's blocks: delay of a sound, processor time and gaps.

python -m bench.latency.sound_blocks [--frames 256,192,128,96] [--seconds 30] [--busy]

One stream of each length, all at the same time on one sound server (PulseAudio with a virtual card), so that any disturbance
affects all. A sound is requested twice a second. --busy: beside `stress-ng --cpu` on every core.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from bench.latency.busy_cores import busy_cores, missing
from bench.report import Table
from config.sections.audio import AudioSettings
from feedback.audio.device.sound_card import open_sink
from tests.support import sound_server
from wire.clock import NS_PER_MS, monotonic_ns

EVERY_S = 0.5
_POLL_S = 0.002
SETTLE_S = 2.0
"""The server's first pauses are excluded."""
SOUND = np.full(480, 0.01, np.float32)


def play(frames: int, seconds: float) -> dict[str, float]:
    """Play in blocks of this length."""
    sys.setswitchinterval(0.0005)  # as the audio process does
    sink = open_sink(AudioSettings(block_frames=frames))
    if sink.silent:
        raise RuntimeError(str(sink.fault))
    while not sink.is_ready():
        time.sleep(_POLL_S)
        sink.advance()
    time.sleep(SETTLE_S)
    gaps, used_s, began_s = sink.underflows, time.process_time(), time.monotonic()
    delays_ms: list[float] = []
    while time.monotonic() - began_s < seconds:
        time.sleep(EVERY_S + 0.02 * float(np.random.default_rng().random()))
        sink.advance()
        asked_ns = monotonic_ns()
        sink.mixer.schedule(SOUND)
        while not (outcomes := sink.mixer.outcomes()):
            time.sleep(_POLL_S)
            sink.advance()
        start_frame = outcomes[0].start_frame
        if start_frame is not None:
            delays_ms.append((sink.dac_ns(start_frame) - asked_ns) / NS_PER_MS)
    took_s = time.monotonic() - began_s
    found = {
        "delay_ms": float(np.median(delays_ms)),
        "p95_ms": float(np.percentile(delays_ms, 95)),
        "cores": (time.process_time() - used_s) / took_s,
        "gaps": float(sink.underflows - gaps),
    }
    sink.close()
    return found


def measured(lengths: list[str], seconds: float, busy: bool) -> list[dict[str, Any]]:
    """One process for each length."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hb")))
        server = stack.enter_context(sound_server.sound_server(folder))
        if busy:
            stack.enter_context(busy_cores())
        command = [sys.executable, "-m", "bench.latency.sound_blocks", "--seconds", f"{seconds:g}", "--play"]
        playing = [
            subprocess.Popen([*command, one], env=server.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            for one in lengths
        ]
        return [json.loads(one.communicate()[0]) for one in playing]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", default="256,192,128,96")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--play", type=int, default=0, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.play:
        print(json.dumps(play(wanted.play, wanted.seconds)), flush=True)
        os._exit(0)  # PortAudio's threads may linger
    for reason in (sound_server.missing(), missing() if wanted.busy else ""):
        if reason:
            sys.exit(reason)
    lengths = wanted.frames.split(",")
    rows = [
        (length, f"{one['delay_ms']:.1f} ms", f"{one['p95_ms']:.1f} ms", f"{one['cores']:.3f}", f"{one['gaps']:.0f}")
        for length, one in zip(lengths, measured(lengths, wanted.seconds, wanted.busy), strict=True)
    ]
    text = f"{wanted.seconds:g} s, {'both cores busy' if wanted.busy else 'nothing else started'}."
    print(Table("Sound blocks", text, ("frames", "delay, p50", "p95", "cores", "gaps"), rows).plain())


if __name__ == "__main__":
    main()
