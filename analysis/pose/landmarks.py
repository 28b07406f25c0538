"""The landmarks of the pose model, by name, and those of one frame."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Side = Literal["left", "right"]

COUNT = 33
# Indices of BlazePose's 33 landmarks (Bazarevsky et al. 2020). "Left" and "right" are the model's labels and often wrong.
NOSE = 0
EARS = {"left": 7, "right": 8}
SHOULDERS = {"left": 11, "right": 12}
ELBOWS = {"left": 13, "right": 14}
WRISTS = {"left": 15, "right": 16}
HIPS = {"left": 23, "right": 24}
KNEES = {"left": 25, "right": 26}
ANKLES = {"left": 27, "right": 28}
HEELS = {"left": 29, "right": 30}
TOES = {"left": 31, "right": 32}

# Landmarks 1 to 3 and 4 to 6 are the eyes, 7 to 10 ears and mouth; from 11 on, left and right alternate.
_EYES = [0, 4, 5, 6, 1, 2, 3]
OTHER_SIDE = np.array(_EYES + [point + 1 if point % 2 else point - 1 for point in range(len(_EYES), COUNT)])
"""For each landmark its counterpart on the other side of the body, shape (33,)."""


@dataclass(frozen=True)
class Landmarks:
    """The landmarks that the pose model found in one frame.

    `points_px`: shape (33, 2), x right and y down, pixels of the frame; may lie outside it.
    `visibility`: shape (33,), 0 to 1.
    `mirrored`: whether the pose model was given the mirror image of this frame; None: it never is.
    """

    points_px: Floats
    visibility: Floats
    mirrored: bool | None = None


@dataclass(frozen=True)
class LegPoints:
    """One leg as labelled by the model: points of shape (2,), pixels; `visibility` is the lowest of hip, knee and ankle."""

    hip_px: Floats
    knee_px: Floats
    ankle_px: Floats
    heel_px: Floats
    toe_px: Floats
    visibility: float

    @cached_property
    def lengths_px(self) -> tuple[float, float]:
        """Lengths of thigh and shank."""
        return math.dist(self.hip_px, self.knee_px), math.dist(self.knee_px, self.ankle_px)

    @property
    def length_px(self) -> float:
        """Length of thigh and shank together."""
        return sum(self.lengths_px)


def leg_points(landmarks: Landmarks, side: Side) -> LegPoints:
    """The leg that the model labels `side`."""
    points = landmarks.points_px
    joints = (HIPS[side], KNEES[side], ANKLES[side])
    return LegPoints(
        hip_px=points[HIPS[side]],
        knee_px=points[KNEES[side]],
        ankle_px=points[ANKLES[side]],
        heel_px=points[HEELS[side]],
        toe_px=points[TOES[side]],
        visibility=float(min(landmarks.visibility[joint] for joint in joints)),
    )


def mid_shoulder_px(landmarks: Landmarks) -> Floats:
    """Midpoint of the shoulders, shape (2,), pixels."""
    return _middle(landmarks, SHOULDERS)


def mid_hip_px(landmarks: Landmarks) -> Floats:
    """Midpoint of the hips, shape (2,), pixels."""
    return _middle(landmarks, HIPS)


def _middle(landmarks: Landmarks, pair: dict[str, int]) -> Floats:
    middle: Floats = (landmarks.points_px[pair["left"]] + landmarks.points_px[pair["right"]]) / 2
    return middle
