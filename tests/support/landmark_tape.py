"""Landmarks recorded beforehand, for whole programs without a camera and without a pose model.

tests/support/patient_program.py plays them.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.pose.landmarks import Floats, Landmarks
from tests.support.exact_landmarks import write_points
from wire.clock import NS_PER_S
from wire.frames.frame import Image, TimeSource


@dataclass(frozen=True)
class RecordedLandmarks:
    """One entry a picture."""

    points_px: Floats
    """Shape (pictures, 33, 2); NaN where nobody was found."""
    size_px: NDArray[np.int64]
    """Width and height of the pictures."""
    fps: float

    def save(self, file: Path) -> None:
        """Write them to a file."""
        np.savez_compressed(file, points_px=self.points_px, size_px=self.size_px, fps=self.fps)

    @classmethod
    def load(cls, file: Path) -> "RecordedLandmarks":
        """Read them."""
        with np.load(file) as kept:
            return cls(kept["points_px"], kept["size_px"], float(kept["fps"]))


class LandmarkTape:
    """Blank pictures that carry recorded landmarks, for `ExactPose` to read. Implements capture.sources.source.Recording."""

    time_source: TimeSource = "file"

    def __init__(self, recorded: RecordedLandmarks) -> None:
        self._recorded = recorded
        width_px, height_px = recorded.size_px.tolist()
        self._blank: Image = np.zeros((height_px, width_px, 3), np.uint8)
        self.fps = recorded.fps
        self.facts = {"source": "recorded landmarks", "mode": f"{width_px}x{height_px} at {self.fps:g} fps"}
        self._at = -1

    @property
    def end_missing(self) -> bool:
        """Whether it was cut off: never."""
        return False

    @property
    def frames(self) -> int | None:
        """Number of pictures."""
        return len(self._recorded.points_px)

    def advance(self) -> int | None:
        """Go to the next picture. Returns its time since the start in ns; None at the end."""
        self._at += 1
        return round(self._at * NS_PER_S / self.fps) if self._at < len(self._recorded.points_px) else None

    def image(self) -> Image:
        """The present picture."""
        points_px = self._recorded.points_px[self._at]
        image = self._blank.copy()
        if not np.isnan(points_px).any():
            write_points(image, Landmarks(points_px, np.ones(len(points_px))))
        return image

    def rewind(self) -> None:
        """Start over."""
        self._at = -1

    def close(self) -> None:
        """There is nothing to release."""
