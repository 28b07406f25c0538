"""Where in the whole image the person is: BlazePose's detector network and the decoding of its outputs.

For each of 2254 anchors the network proposes a face-sized box and four keypoints (pose_detection_cpu.pbtxt). The keypoints
locate the person: 0 is the midpoint of the hips, 1 a point on the circle around the body, 2 and 3 the same for the upper body.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from analysis.pose.blazepose.networks import DETECTOR_SIDE_PX, Floats32, Network
from analysis.pose.blazepose.region import Region, around_person, cut_out, to_image, whole_image
from analysis.pose.landmarks import Floats
from wire.frames.frame import Image

GRIDS = ((8, 2), (16, 2), (32, 6))
"""Pixels between grid cells, and anchors per cell: strides 8, 16, 32, 32, 32 with two anchors each."""
LEAST_SCORE = 0.5
"""min_detection_confidence of mediapipe.solutions.pose."""
SAME_PERSON_OVERLAP = 0.3
"""Boxes that overlap more than this (intersection over union) are one person: min_suppression_threshold."""
POINTS = 4
_SCORE_LIMIT = 100.0
_HIPS, _CIRCLE = 0, 1


@dataclass(frozen=True)
class Proposals:
    """Detections of people, n of them, in pixels of the network's input.

    `boxes`: shape (n, 4), left, top, right, bottom; `points`: shape (n, 4, 2); `scores`: shape (n,), 0 to 1.
    """

    boxes: Floats
    points: Floats
    scores: Floats


class Detector:
    """Finds people in an image."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._anchors = anchors()

    def find(self, image: Image) -> Region | None:
        """The square around the most certain person; None: nobody found. The image is blue-green-red."""
        return next(self._regions(image), None)

    def find_all(self, image: Image) -> list[Region]:
        """The squares around all people, the most certain first."""
        return list(self._regions(image))

    def _regions(self, image: Image) -> Iterator[Region]:
        height_px, width_px = image.shape[:2]
        view = whole_image(width_px, height_px)
        raw, raw_scores = self._network.infer(cut_out(image, view, DETECTOR_SIDE_PX, cv2.BORDER_CONSTANT))
        for points in people(decode(raw[0], raw_scores[0, :, 0], self._anchors)):
            points_px = to_image(points, view, DETECTOR_SIDE_PX)
            region = around_person(points_px[_HIPS], points_px[_CIRCLE])
            if region is not None:
                yield region


def anchors() -> Floats:
    """The points that the proposals are relative to, shape (2254, 2), pixels of the network's input.

    Centres of grid cells, row by row (SsdAnchorsCalculator with fixed_anchor_size and offsets of one half).
    """
    layers = []
    for stride_px, at_each_place in GRIDS:
        middles = np.arange(stride_px / 2, DETECTOR_SIDE_PX, stride_px)
        y, x = np.meshgrid(middles, middles, indexing="ij")
        layers.append(np.repeat(np.stack((x.ravel(), y.ravel()), axis=1), at_each_place, axis=0))
    return np.concatenate(layers)


def decode(raw: Floats32, raw_scores: Floats32, places: Floats) -> Proposals:
    """The proposals with a sufficient score (TensorsToDetectionsCalculator).

    `raw`: shape (n, 12), x and y of a box's centre, its width and height, then x and y of four points, all relative to the
    anchor; `raw_scores`: shape (n,), before the sigmoid; `places`: the anchors, shape (n, 2).
    """
    scores = 1.0 / (1.0 + np.exp(-np.clip(raw_scores.astype(np.float64), -_SCORE_LIMIT, _SCORE_LIMIT)))
    kept = np.flatnonzero((scores >= LEAST_SCORE) & (raw[:, 2] >= 0) & (raw[:, 3] >= 0))
    values, at = raw[kept].astype(np.float64), places[kept]
    middles, halves = values[:, :2] + at, values[:, 2:4] / 2
    points = values[:, 4:].reshape(-1, POINTS, 2) + at[:, None, :]
    return Proposals(np.concatenate((middles - halves, middles + halves), axis=1), points, scores[kept])


def people(proposals: Proposals) -> Iterator[Floats]:
    """The four points of each person, shape (4, 2), the most certain first: the score-weighted mean of the person's proposals.

    Weighted non-maximum suppression. MediaPipe's pose graph uses the first result and drops the others.
    """
    left = np.ones(len(proposals.scores), dtype=bool)
    while left.any():
        best = int(np.argmax(np.where(left, proposals.scores, -1.0)))
        same = left & (overlaps(proposals.boxes, proposals.boxes[best]) > SAME_PERSON_OVERLAP)
        same[best] = True
        yield np.average(proposals.points[same], axis=0, weights=proposals.scores[same])
        left &= ~same


def overlaps(boxes: Floats, box: Floats) -> Floats:
    """Intersection over union of each of `boxes`, shape (n, 4), with `box`, shape (4,); 0 where neither has an area."""
    sides = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    shared = np.prod(np.clip(sides, 0, None), axis=1)
    union = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) + np.prod(box[2:] - box[:2]) - shared
    ratio: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return ratio
