"""MediaPipe and OpenVINO on the same frames, frame by frame in turn: time, and how far apart their landmarks lie.

python -m bench.pose_backends [--threads 1] [--frames 150]
"""

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from analysis.blazepose import BlazePose, Region
from analysis.landmarks import ANKLES, HIPS, KNEES, SHOULDERS, Floats, Landmarks
from analysis.pose import PoseEstimator
from analysis.pose_mediapipe import FULL_MODEL, MediaPipePose
from bench.labelled_clips import clip_file
from capture.runner.kinematics import Runner, RunnerParameters
from capture.runner.painter import RunnerPainter
from wire.frames import Image
from wire.quiet import quiet_stderr

CLIP_NAMES = ("treadmill_gym_60fps", "treadmill_home_30fps")
CLIP_HEIGHT_PX = 960
RUNNER_PX = (960, 540)
RUNNER_FPS = 30.0
WARM_UP_FRAMES = 10
JOINTS = [joint for pair in (SHOULDERS, HIPS, KNEES, ANKLES) for joint in pair.values()]
NUDGE_PX = 0.001
"""By how much the first box is moved to see how far one and the same model runs away from itself."""


def clip_frames(path: Path, count: int) -> Iterator[Image]:
    """The first pictures of a clip, made CLIP_HEIGHT_PX high."""
    clip = cv2.VideoCapture(str(path))
    for _ in range(count):
        read, image = clip.read()
        if not read:
            break
        scale = CLIP_HEIGHT_PX / image.shape[0]
        yield np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    clip.release()


def runner_frames(count: int) -> Iterator[Image]:
    """A drawn runner, running from the first picture on."""
    runner, painter = Runner(RunnerParameters(stand_s=0.0)), RunnerPainter(*RUNNER_PX)
    for index in range(count):
        t_s = index / RUNNER_FPS
        yield painter.draw(runner.pose(t_s), runner.belt_m(t_s))


class MediaPipeBoxes:
    """MediaPipe's pose graph as mediapipe.solutions.pose runs it, which also tells which box it looked at."""

    def __init__(self) -> None:
        with quiet_stderr():
            # Both imports: options of calculators whose protobuf modules nobody imports are lost on the way to the graph,
            # so the graph must find the same modules imported as mediapipe.solutions.pose gives its users.
            from mediapipe.python.solution_base import SolutionBase  # noqa: PLC0415 - slow to import, and noisy
            from mediapipe.python.solutions import pose  # noqa: F401, PLC0415

            self._graph: Any = SolutionBase(
                binary_graph_path="mediapipe/modules/pose_landmark/pose_landmark_cpu.binarypb",
                side_inputs={
                    "model_complexity": FULL_MODEL,
                    "smooth_landmarks": False,
                    "enable_segmentation": False,
                    "smooth_segmentation": False,
                    "use_prev_landmarks": True,
                },
                calculator_params={
                    "posedetectioncpu__TensorsToDetectionsCalculator.min_score_thresh": 0.5,
                    "poselandmarkbyroicpu__tensorstoposelandmarksandsegmentation__ThresholdingCalculator.threshold": 0.5,
                },
                outputs=["pose_landmarks", "pose_rect_from_detection", "pose_rect_from_landmarks"],
            )
        self._next: Region | None = None

    @property
    def next_region(self) -> Region | None:
        """Where the next picture will be looked at; None: anywhere."""
        return self._next

    def estimate(self, image: Image) -> tuple[Landmarks | None, Region | None]:
        """The landmarks, and the box they were looked for in; None: nobody found, no box."""
        height_px, width_px = image.shape[:2]
        found = self._graph.process({"image": cv2.cvtColor(image, cv2.COLOR_BGR2RGB)})
        region = self._next or _region(found.pose_rect_from_detection, width_px, height_px)
        self._next = _region(found.pose_rect_from_landmarks, width_px, height_px)
        if found.pose_landmarks is None:
            return None, region
        marks = found.pose_landmarks.landmark
        points = np.array([(mark.x * width_px, mark.y * height_px, mark.visibility) for mark in marks])
        return Landmarks(points_px=points[:, :2], visibility=points[:, 2]), region

    def close(self) -> None:
        self._graph.close()


def _region(rect: Any, width_px: int, height_px: int) -> Region | None:
    if rect is None:
        return None
    return Region(rect.x_center * width_px, rect.y_center * height_px, rect.width * width_px, rect.rotation)


@dataclass
class Parity:
    """Distances in pixels between joints of two backends, one array of shape (8,) a frame that both found."""

    distances_px: list[Floats] = field(default_factory=list)
    only_one: int = 0
    """Frames in which one of them found nobody."""

    def add(self, one: Landmarks | None, other: Landmarks | None) -> None:
        if one is None or other is None:
            self.only_one += one is not other
            return
        self.distances_px.append(np.hypot(*(one.points_px[JOINTS] - other.points_px[JOINTS]).T))

    def percentile_px(self, percent: float) -> float:
        return float(np.percentile(np.array(self.distances_px), percent))


def same_box(frames: Iterator[Image], own: BlazePose) -> Parity:
    """Landmarks from the box that MediaPipe looked at."""
    theirs, parity = MediaPipeBoxes(), Parity()
    for image in frames:
        expected, region = theirs.estimate(image)
        own.look_at(region)
        parity.add(expected, own.estimate(image))
    theirs.close()
    return parity


def each_its_own_box(frames: Iterator[Image], own: BlazePose) -> Parity:
    """Landmarks as they come when each backend follows its own boxes."""
    theirs, parity = MediaPipeBoxes(), Parity()
    for image in frames:
        parity.add(theirs.estimate(image)[0], own.estimate(image))
    theirs.close()
    return parity


def nudged(frames: Iterator[Image], own: BlazePose, twin: BlazePose) -> Parity:
    """Ours against ours, after the twin's first box was moved by NUDGE_PX: what of the distance is the model's own."""
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
    """Both on every frame; who goes first changes from frame to frame, for the second finds the picture in the cache."""
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
