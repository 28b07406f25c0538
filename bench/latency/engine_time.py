"""How long the engine takes for a frame once the landmarks are there: python -m bench.latency.engine_time."""

import time

import numpy as np

from analysis.frame_facts import FrameFacts
from analysis.gait_engine import GaitEngine
from analysis.pose.backends import open_backend
from analysis.pose.landmarks import Landmarks
from capture.synthetic.synthetic_source import SyntheticRunner
from config.settings import Settings
from tests.support.measuring import frames
from wire.frames.frame import Frame
from wire.quiet import keep_native_notes_off_stderr

SOURCE = "synthetic:extension=18,fps=60,seconds=6,width=960,height=540"
ROUNDS = 5
WARM_FRAMES = 60
LIMIT_MS = 0.5


def seen() -> list[tuple[Frame, Landmarks | None]]:
    """The drawn runner's frames with the pose model's landmarks."""
    settings = Settings()
    source, pose = SyntheticRunner(SOURCE), open_backend(settings.analysis)
    found = [(frame, pose.estimate(frame.image)) for frame in frames(source, settings.capture)]
    pose.close()
    return found


def times_ms(looks: list[tuple[Frame, Landmarks | None]]) -> list[float]:
    """Times of every frame after the first second."""
    engine, took_ms = GaitEngine(), []
    for frame, landmarks in looks:
        facts = FrameFacts.of(frame)
        started_s = time.perf_counter()
        engine.measure(facts, landmarks)
        took_ms.append(1000 * (time.perf_counter() - started_s))
    return took_ms[WARM_FRAMES:]


def main() -> None:
    """Print the best of several rounds: the others were delayed by other work."""
    keep_native_notes_off_stderr()
    looks = seen()
    rounds = [times_ms(looks) for _ in range(ROUNDS)]
    best = min(rounds, key=np.median)
    p50_ms, p95_ms = np.percentile(best, (50, 95))
    print(f"engine without pose, {len(best)} frames: p50 {p50_ms:.2f} ms (to reach {LIMIT_MS:g} ms), p95 {p95_ms:.2f} ms")


if __name__ == "__main__":
    main()
