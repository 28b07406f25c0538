"""BlazePose on OpenVINO: detect the person once, then track the box from frame to frame."""

from functools import partial
from pathlib import Path

import cv2
import numpy as np

from analysis.pose.blazepose.compiled_networks import CompiledNetworks
from analysis.pose.blazepose.detector import Detector
from analysis.pose.blazepose.heatmap import refine
from analysis.pose.blazepose.networks import (
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
from analysis.pose.blazepose.one_euro import OneEuro
from analysis.pose.blazepose.region import Region, around_person, cut_out, mirrored_back, mirrored_image, to_image
from analysis.pose.landmarks import COUNT, Floats, Landmarks
from analysis.pose.pose_estimator import PoseModel
from wire.frames.frame import Image

LEAST_PRESENCE = 0.5
"""min_tracking_confidence of mediapipe.solutions.pose; the network outputs a probability."""
_VALUES = 5
"""x, y, z, visibility, presence of each landmark."""
_VISIBILITY = 3
_SAME_HIPS = 0.12
"""Hips closer than this share of the square, which is about 1.5 body heights wide, belong to one person."""
_BOX_POINTS = slice(COUNT, COUNT + 2)
"""The two auxiliary landmarks after the 33: midpoint of the hips, and a point on the circle around the body."""


class BlazePose:
    """MediaPipe's pose graph without landmark smoothing and segmentation mask, on `threads` threads.

    `device` is OpenVINO's name for the processor: "CPU", "GPU", "NPU". A second thread cuts the time of a frame by a third
    where frames follow within 17 ms; in longer pauses it falls asleep and gains little. `model` is "full", or "lite" or
    "heavy" from `folder`. `mirrors`: run every other frame on its mirror image (see `mirrored_image`). `kept`: where compiled
    networks are kept from start to start. Raises PoseError.
    """

    def __init__(
        self,
        threads: int = 1,
        device: str = "CPU",
        model: str = "full",
        folder: Path | None = None,
        mirrors: bool = False,
        kept: CompiledNetworks | None = None,
    ) -> None:
        landmarks = landmarks_path(model, folder)
        opened = partial(Network, open_core(), threads=threads, device=device, kept=kept)
        self._detector = Detector(opened(network_path(DETECTOR_FILE), DETECTOR_OUTPUTS, DETECTOR_RANGE))
        self._landmarks = opened(landmarks, LANDMARKS_OUTPUTS, LANDMARKS_RANGE)
        self.model = PoseModel(f"BlazePose {model}")
        self._facts = {
            "pose backend": f"openvino on {device}, threads: {threads}",
            "pose model": f"{self.model.value}, landmark smoothing off{', every other picture mirrored' if mirrors else ''}",
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
        """The part of the next image that will be searched; None: all of it."""
        return self._region

    def look_at(self, region: Region | None) -> None:
        """Search this square of the next image; None: search all of it. For comparing backends box by box."""
        self._region = region

    def estimate(self, image: Image) -> Landmarks | None:
        """Landmarks in pixels of this image; None: nobody found, so the whole of the next image is searched."""
        region = self._region or self._detector.find(image)
        self._region = None
        found = None if region is None else self._in_region(image, region)
        if found is None:
            self._box_filter.forget()
        return found

    def look_elsewhere(self, image: Image) -> bool:
        """Follow the next person from left to right, if there is one besides the person followed now."""
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
        """Forget the person; the networks are released with the object."""
        self._region = None
        self._box_filter.forget()

    def _in_region(self, image: Image, region: Region) -> Landmarks | None:
        crop = cut_out(image, region, LANDMARKS_SIDE_PX, cv2.BORDER_REPLICATE)
        mirrored = self._mirrored_next
        self._mirrored_next = self._mirrors and not mirrored
        if mirrored:
            crop = mirrored_image(crop)
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
        points_px = to_image(points, region, LANDMARKS_SIDE_PX)
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
