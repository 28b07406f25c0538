"""Whether the pose model takes longer between other work than back to back: python -m bench.latency.model_pauses [--isa AVX2].

Processor time excludes and wall time includes waiting for a core: all variants in turn, on one picture.
"""

import argparse
import os
import time
from collections.abc import Callable

import cv2
import numpy as np

from analysis.pose.blazepose import BlazePose
from bench.latency.machine import LIMIT, machine
from bench.report import Table
from tests.support.pose_frames import runner_frames

ROUNDS = 80
WARM_UP = 10
PAUSE_S = 0.015
OTHER_BYTES = 64 << 20
"""More than most processors' caches."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--isa", default="", help="as the environment variable ONEDNN_MAX_CPU_ISA")
    wanted = parser.parse_args()
    if wanted.isa:
        os.environ[LIMIT] = wanted.isa
    cv2.setNumThreads(1)
    other = np.ones(OTHER_BYTES, np.uint8)
    before: dict[str, Callable[[], object]] = {
        "back to back": lambda: None,
        f"after {1000 * PAUSE_S:.0f} ms of sleep": lambda: time.sleep(PAUSE_S),
        f"after reading {OTHER_BYTES >> 20} MB of other data": other.sum,
    }
    pictures = list(runner_frames(WARM_UP + 1))
    models = {threads: BlazePose(threads) for threads in (1, 2)}
    for model in models.values():
        for picture in pictures:
            model.estimate(picture)
    times_ms: dict[tuple[int, str], list[tuple[float, float]]] = {(threads, way): [] for threads in models for way in before}
    for _ in range(ROUNDS):
        for (threads, way), found in times_ms.items():
            before[way]()
            wall_ns, cpu_ns = time.perf_counter_ns(), time.process_time_ns()
            models[threads].estimate(pictures[-1])
            found.append(((time.perf_counter_ns() - wall_ns) / 1e6, (time.process_time_ns() - cpu_ns) / 1e6))
    rows = []
    for (threads, way), found in times_ms.items():
        wall_ms, cpu_ms = np.median(np.array(found), axis=0)
        rows.append((str(threads), way, f"{cpu_ms:.1f} ms", f"{wall_ms:.1f} ms"))
    print(Table("The pose model between other work", machine(), ("threads", "", "processor time", "wall time"), rows).plain())


if __name__ == "__main__":
    main()
