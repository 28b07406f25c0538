"""Finds from the pictures, not the settings, which way the runner faces, where the head is and whether there are colours."""

import numpy as np

from analysis.pose.landmarks import Landmarks
from analysis.pose.pose_estimator import PoseEstimator, PoseModel
from analysis.runner.facing import ENOUGH, forwardness
from analysis.runner.upright import body_axis_px, turn_to_upright_deg
from capture.sources.colour import has_colours
from wire.frames.frame import Image
from wire.messages import Facing

_LEAST_FRAMES = 10
_COLOUR_EVERY = 30
"""Interval, in frames, between two checks for colours."""


class WatchedPose:
    """Implements analysis.pose.pose_estimator.PoseEstimator: passes on another one's landmarks and learns from them."""

    def __init__(self, pose: PoseEstimator) -> None:
        self._pose = pose
        self._forwardness: list[float] = []
        self._axis_px = np.zeros(2)
        self._frames = 0
        self.has_colours = False
        """Whether any picture so far has colours."""

    @property
    def turn_to_upright_deg(self) -> int:
        """The clockwise turn of the pictures that brings the runner's head up: 0, 90, 180 or 270."""
        return turn_to_upright_deg(*self._axis_px.tolist())

    @property
    def facing_seen(self) -> Facing | None:
        """The way the runner faces on average; None: seen too briefly, from the front or the back, or both ways."""
        if len(self._forwardness) < _LEAST_FRAMES or abs(mean := float(np.mean(self._forwardness))) < ENOUGH:
            return None
        return "right" if mean > 0 else "left"

    @property
    def model(self) -> PoseModel | None:
        """The pose model."""
        return self._pose.model

    @property
    def facts(self) -> dict[str, str]:
        """Backend and model."""
        return self._pose.facts

    def estimate(self, image: Image) -> Landmarks | None:
        """Landmarks in pixels of this image; None: nobody found."""
        if not self.has_colours and self._frames % _COLOUR_EVERY == 0:
            self.has_colours = has_colours(image)
        self._frames += 1
        found = self._pose.estimate(image)
        if found is not None:
            self._forwardness.append(forwardness(found))
            self._axis_px += body_axis_px(found)
        return found

    def look_elsewhere(self, image: Image) -> bool:
        """Follow another person from the next frame on."""
        return self._pose.look_elsewhere(image)

    def close(self) -> None:
        """Release the model."""
        self._pose.close()
