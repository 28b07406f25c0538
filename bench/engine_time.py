"""How long the engine takes for a frame once the landmarks are there: python -m bench.engine_time."""

import time

import numpy as np

from analysis.engine import Engine
from analysis.landmarks import Landmarks
from analysis.measurement import frame_facts
from analysis.pose import open_backend
from capture.framing import frame_picture
from capture.synthetic import SyntheticRunner
from config.schema import Settings
from wire.frames import Frame
from wire.quiet import keep_native_notes_off_stderr

SOURCE = "synthetic:extension=18,fps=60,seconds=6,width=960,height=540"
ROUNDS = 5
WARM_FRAMES = 60
LIMIT_MS = 0.5


def seen() -> list[tuple[Frame, Landmarks | None]]:
    """The drawn runner's frames and what the pose model sees in them."""
    settings = Settings()
    source, pose = SyntheticRunner(SOURCE), open_backend(settings.analysis)
    frames: list[tuple[Frame, Landmarks | None]] = []
    while (at_ns := source.advance()) is not None:
        image = frame_picture(source.image(), settings.capture.zone, settings.capture.max_side_px)
        index = len(frames)
        frame = Frame(1, index + 1, index, at_ns, at_ns, at_ns, source.time_source, image)
        frames.append((frame, pose.estimate(image)))
    pose.close()
    return frames


def times_ms(frames: list[tuple[Frame, Landmarks | None]]) -> list[float]:
    """Of every frame after the first second."""
    engine, took_ms = Engine(), []
    for frame, landmarks in frames:
        facts = frame_facts(frame)
        started_s = time.perf_counter()
        engine.measure(facts, landmarks)
        took_ms.append(1000 * (time.perf_counter() - started_s))
    return took_ms[WARM_FRAMES:]


def main() -> None:
    """Print the best of some rounds: the others were kept waiting by something else."""
    keep_native_notes_off_stderr()
    frames = seen()
    rounds = [times_ms(frames) for _ in range(ROUNDS)]
    best = min(rounds, key=np.median)
    p50_ms, p95_ms = np.percentile(best, (50, 95))
    print(f"engine without pose, {len(best)} frames: p50 {p50_ms:.2f} ms (to reach {LIMIT_MS:g} ms), p95 {p95_ms:.2f} ms")


if __name__ == "__main__":
    main()
