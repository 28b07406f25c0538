"""MediaPipe and OpenVINO on the same frames, frame by frame in turn: time, and distance of their landmarks.

python -m bench.latency.pose_backends [--threads 1] [--frames 150]
"""

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from analysis.pose.blazepose import BlazePose, Region
from analysis.pose.mediapipe_backend import MediaPipePose
from analysis.pose.pose_estimator import PoseEstimator
from tests.support.labelled_clips import clip_file
from tests.support.pose_frames import CLIP_NAMES, clip_frames, runner_frames
from tests.support.pose_parity import Parity, each_its_own_box, same_box
from wire.frames.frame import Image

WARM_UP_FRAMES = 10
NUDGE_PX = 0.001
"""The first box is moved by this much to show how far a model deviates from itself."""


def nudged(frames: Iterator[Image], own: BlazePose, twin: BlazePose) -> Parity:
    """Compare our model with itself after moving the twin's first box by NUDGE_PX: the model's own part of the distance."""
    parity = Parity()
    for index, image in enumerate(frames):
        one = own.estimate(image)
        box = own.region
        if index == 0 and box is not None:
            twin.look_at(Region(box.center_x_px + NUDGE_PX, box.center_y_px, box.side_px, box.rotation_rad))
        else:
            parity.add(one, twin.estimate(image))
    return parity


@dataclass
class Times:
    """Wall and processor time of each frame, milliseconds."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def measure(self, backend: PoseEstimator, image: Image) -> None:
        wall_ns, cpu_ns = time.perf_counter_ns(), time.process_time_ns()
        backend.estimate(image)
        self.wall_ms.append((time.perf_counter_ns() - wall_ns) / 1e6)
        self.cpu_ms.append((time.process_time_ns() - cpu_ns) / 1e6)


def in_turn(frames: Iterator[Image], theirs: PoseEstimator, own: PoseEstimator) -> tuple[Times, Times]:
    """Run both on every frame, in alternating order, because the second one finds the picture in the cache."""
    their_times, own_times = Times(), Times()
    for index, image in enumerate(frames):
        pairs: list[tuple[Times, PoseEstimator]] = [(their_times, theirs), (own_times, own)]
        for times, backend in pairs if index % 2 else reversed(pairs):
            if index < WARM_UP_FRAMES:
                backend.estimate(image)
            else:
                times.measure(backend, image)
    return their_times, own_times


def sources(count: int) -> Iterator[tuple[str, list[Image]]]:
    """Name and pictures of each source; clips that are not there are left out."""
    for name in CLIP_NAMES:
        if clip_file(name).is_file():
            yield name, list(clip_frames(clip_file(name), count))
    yield "drawn runner", list(runner_frames(count))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads of the OpenVINO backend")
    parser.add_argument("--frames", type=int, default=150, help="pictures of each source")
    wanted = parser.parse_args()
    print(f"{os.cpu_count()} cores, OpenVINO on {wanted.threads} thread(s); other processes disturb: compare ratios\n")
    loaded = list(sources(wanted.frames + WARM_UP_FRAMES))

    print(f"{'ms a frame, median':28}{'mediapipe':>10}{'openvino':>10}{'ratio':>8}   processor time: the same")
    for name, frames in loaded:
        theirs, own = MediaPipePose(), BlazePose(wanted.threads)
        their_times, own_times = in_turn(iter(frames), theirs, own)
        theirs.close()
        cells = []
        for their_ms, own_ms in ((their_times.wall_ms, own_times.wall_ms), (their_times.cpu_ms, own_times.cpu_ms)):
            ratio = np.median(np.array(own_ms) / np.array(their_ms))
            cells.append(f"{np.median(their_ms):10.1f}{np.median(own_ms):10.1f}{ratio:8.2f}")
        print(f"{name:28}{cells[0]}   {cells[1]}")

    print(f"\n{'px, shoulders to ankles':28}{'from the same box':>24}{'each its own box':>24}{'own, box nudged':>24}")
    print(f"{'':28}" + f"{'median':>12}{'p95':>12}" * 3)
    for name, frames in loaded:
        measured = (
            same_box(iter(frames), BlazePose(wanted.threads)),
            each_its_own_box(iter(frames), BlazePose(wanted.threads)),
            nudged(iter(frames), BlazePose(wanted.threads), BlazePose(wanted.threads)),
        )
        row = "".join(f"{parity.percentile_px(50):12.3f}{parity.percentile_px(95):12.3f}" for parity in measured)
        found = len(measured[0].distances_px)
        print(f"{name:28}{row}   ({found} frames; only one found somebody: {measured[1].only_one})")


if __name__ == "__main__":
    main()
