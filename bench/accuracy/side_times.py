"""Contact and flight, left minus right, of drawn runners whose feet move alike: python -m bench.accuracy.side_times
[--seeds 2] [--landmarks FOLDER].

The legs differ in extension, by 0, 4 and 8°, but not in their contact with the belt: any difference is the cameras' error.
"""

import argparse
from itertools import product
from pathlib import Path
from tempfile import gettempdir

import numpy as np

from bench.accuracy.seen_landmarks import by_pose_model
from bench.accuracy.two_cameras import drawn_pair, session_of
from sessions.report.side_times import SideTimes, side_times

FPS = 60
ASYMMETRIES_DEG = (0.0, 4.0, 8.0)


def measured(asymmetry_deg: float, seed: int, landmarks: Path) -> tuple[SideTimes, ...]:
    """Contact and flight of a drawn runner."""
    pair = drawn_pair(asymmetry_deg, seed)
    return side_times(session_of(*(by_pose_model(f"{clip},fps={FPS}", landmarks) for clip in (pair.main, pair.other))))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--landmarks", type=Path, default=Path(gettempdir()) / "hipcue-landmarks")
    given = parser.parse_args()
    errors_ms: dict[str, list[float]] = {}
    for asymmetry_deg, seed in product(ASYMMETRIES_DEG, range(given.seeds)):
        for one in measured(asymmetry_deg, seed, given.landmarks):
            legs = f"left {one.left.text}, right {one.right.text} ms"
            print(f"{asymmetry_deg:g}°, seed {seed}: {one.what} {legs}, left minus right {one.words}", flush=True)
            errors_ms.setdefault(one.what, []).append(one.difference_ms)
    for what, errors in errors_ms.items():
        rms_ms = float(np.sqrt(np.mean(np.square(errors))))
        print(f"{what}, left minus right, root mean square: {rms_ms:.1f} ms")


if __name__ == "__main__":
    main()
