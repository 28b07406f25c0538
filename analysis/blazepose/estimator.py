"""BlazePose "full" on OpenVINO: detect once, then follow the box from frame to frame."""

from pathlib import Path

import cv2
import numpy as np

from analysis.blazepose.detector import Detector
from analysis.blazepose.heatmap import refine
from analysis.blazepose.mirror import mirrored_back, mirrored_picture
from analysis.blazepose.networks import (
    DETECTOR_FILE,
    DETECTOR_OUTPUTS,
    DETECTOR_RANGE,
    LANDMARKS_OUTPUTS,
    LANDMARKS_RANGE,
    LANDMARKS_SIDE_PX,
    Network,
    landmarks_path,
    network_path,
    open_core,
)
from analysis.blazepose.one_euro import OneEuro
from analysis.blazepose.region import Region, around_person, cut_out, to_picture
from analysis.landmarks import COUNT, Floats, Landmarks
from wire.frames import Image

LEAST_PRESENCE = 0.5
"""min_tracking_confidence of mediapipe.solutions.pose; the network's output is a probability already."""
_VALUES = 5
"""x, y, z, visibility, presence of each landmark."""
_VISIBILITY = 3
_SAME_HIPS = 0.12
"""Hips nearer than this share of the square, which is about 1.5 body heights wide, are one person's."""
_BOX_POINTS = slice(COUNT, COUNT + 2)
"""The two auxiliary landmarks behind the 33: middle of the hips, and a point on the circle around the body."""


class BlazePose:
    """MediaPipe's pose graph with landmark smoothing off, without its segmentation mask, on `threads` threads.

    `device` is OpenVINO's name of the processor: "CPU", "GPU", "NPU". A second thread takes a third off the time of frames
    that follow within 17 ms; in longer pauses it falls asleep and gains little. `model` is "full", or "lite" or "heavy" out
    of `folder`. `mirrors`: every other picture is looked at mirrored (analysis/blazepose/mirror.py). Raises PoseError.
    """

    def __init__(
        self, threads: int = 1, device: str = "CPU", model: str = "full", folder: Path | None = None, mirrors: bool = False
    ) -> None:
        landmarks = landmarks_path(model, folder)
        core = open_core()
        detector = Network(core, network_path(DETECTOR_FILE), DETECTOR_OUTPUTS, DETECTOR_RANGE, threads=threads, device=device)
        self._detector = Detector(detector)
        self._landmarks = Network(core, landmarks, LANDMARKS_OUTPUTS, LANDMARKS_RANGE, threads=threads, device=device)
        self._facts = {
            "pose backend": f"openvino on {device}, threads: {threads}",
            "pose model": f"BlazePose {model}, landmark smoothing off{', every other picture mirrored' if mirrors else ''}",
        }
        self._box_filter = OneEuro()
        self._region: Region | None = None
        self._mirrors, self._mirrored_next = mirrors, mirrors

    @property
    def facts(self) -> dict[str, str]:
        """Backend and model."""
        return dict(self._facts)

    @property
    def region(self) -> Region | None:
        """Where the next picture will be looked at; None: anywhere."""
        return self._region

    def look_at(self, region: Region | None) -> None:
        """Look at this square of the next picture; None: look for a person anywhere. For comparing backends box by box."""
        self._region = region

    def estimate(self, image: Image) -> Landmarks | None:
        """Landmarks in pixels of this picture; None: nobody found, the next picture is searched as a whole."""
        region = self._region or self._detector.find(image)
        self._region = None
        found = None if region is None else self._in_region(image, region)
        if found is None:
            self._box_filter.forget()
        return found

    def look_elsewhere(self, image: Image) -> bool:
        """Follow the next person in turn, from left to right, if there is one beside whoever is followed now."""
        now = self._region
        others = [region for region in self._detector.find_all(image) if now is None or not _same_person(region, now)]
        if not others:
            return False
        others.sort(key=lambda region: region.center_x_px)
        right = [region for region in others if now is not None and region.center_x_px > now.center_x_px]
        self._region = (right or others)[0]
        self._box_filter.forget()
        return True

    def close(self) -> None:
        """Let go of the person; the networks go with the object."""
        self._region = None
        self._box_filter.forget()

    def _in_region(self, image: Image, region: Region) -> Landmarks | None:
        crop = cut_out(image, region, LANDMARKS_SIDE_PX, cv2.BORDER_REPLICATE)
        mirrored = self._mirrored_next
        self._mirrored_next = self._mirrors and not mirrored
        if mirrored:
            crop = mirrored_picture(crop)
        raw, presence, heat = self._landmarks.infer(crop)
        if not presence.item() > LEAST_PRESENCE:
            return None
        values = raw.reshape(-1, _VALUES)[: _BOX_POINTS.stop].astype(np.float64)
        if not np.isfinite(values).all():
            return None
        points = refine(values[:, :2], heat[0], LANDMARKS_SIDE_PX)
        visibility = 1.0 / (1.0 + np.exp(-values[:COUNT, _VISIBILITY]))
        if mirrored:
            points, visibility = mirrored_back(points, visibility, LANDMARKS_SIDE_PX)
        points_px = to_picture(points, region, LANDMARKS_SIDE_PX)
        self._region = self._next_region(points_px[_BOX_POINTS])
        return Landmarks(points_px[:COUNT], visibility, mirrored if self._mirrors else None)

    def _next_region(self, box_points_px: Floats) -> Region | None:
        size_px = 2 * float(np.hypot(*(box_points_px[1] - box_points_px[0])))
        if size_px <= 0:
            return None
        middle_px, edge_px = self._box_filter.smooth(box_points_px, size_px)
        return around_person(middle_px, edge_px)


def _same_person(one: Region, other: Region) -> bool:
    """Whether two squares are around the same hips."""
    apart_px = np.hypot(one.center_x_px - other.center_x_px, one.center_y_px - other.center_y_px)
    return bool(apart_px < _SAME_HIPS * min(one.side_px, other.side_px))
