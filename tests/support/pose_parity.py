"""Our BlazePose beside MediaPipe's: the boxes MediaPipe looks at, and how far apart the landmarks of both lie."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from analysis.pose.blazepose import BlazePose, Region
from analysis.pose.landmarks import ANKLES, HIPS, KNEES, SHOULDERS, Floats, Landmarks
from analysis.pose.mediapipe_backend import FULL_MODEL
from wire.frames.frame import Image
from wire.quiet import quiet_stderr

JOINTS = [joint for pair in (SHOULDERS, HIPS, KNEES, ANKLES) for joint in pair.values()]


class MediaPipeBoxes:
    """MediaPipe's pose graph as mediapipe.solutions.pose runs it, which also tells which box it looked at."""

    def __init__(self) -> None:
        with quiet_stderr():
            # Both imports: options of calculators whose protobuf modules nobody imports are lost on the way to the graph,
            # so the graph must find the same modules imported as mediapipe.solutions.pose gives its users.
            from mediapipe.python.solution_base import SolutionBase  # noqa: PLC0415 - slow to import, and noisy

            importlib.import_module("mediapipe.python.solutions.pose")
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
