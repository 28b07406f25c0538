"""BlazePose "full" run by MediaPipe, from its own package: nothing is downloaded and nothing is sent."""

import os
import sys
from types import ModuleType
from typing import cast

import cv2
import numpy as np

from analysis.pose.landmarks import COUNT, Landmarks
from analysis.pose.pose_estimator import PoseError, PoseModel
from wire.frames.frame import Image
from wire.quiet import quiet_stderr

os.environ.setdefault("GLOG_minloglevel", "3")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

FULL_MODEL = 1
_WARM_UP_SHAPE = (256, 256, 3)


class MediaPipePose:
    """MediaPipe's pose graph without landmark smoothing, which adds 6 to 36 ms of lag and shrinks peaks by 1.3 to 2.5°."""

    model = PoseModel.BLAZEPOSE_FULL

    def __init__(self) -> None:
        # MediaPipe would start the sound system for a recorder nobody uses; None makes that import fail, which it accepts.
        sys.modules.setdefault("sounddevice", cast(ModuleType, None))
        with quiet_stderr():
            try:
                from mediapipe.python.solutions import pose  # slow to import, and noisy
            except ImportError as error:
                raise PoseError(
                    f"mediapipe cannot be imported ({error}); install it with: pip install mediapipe==0.10.21"
                ) from None
            self._graph = pose.Pose(static_image_mode=False, model_complexity=FULL_MODEL, smooth_landmarks=False)
            # The first image loads the networks; do that before the session starts.
            self._graph.process(np.zeros(_WARM_UP_SHAPE, np.uint8))

    @property
    def facts(self) -> dict[str, str]:
        """Backend and model."""
        return {"pose backend": "mediapipe", "pose model": f"{self.model.value}, landmark smoothing off"}

    def estimate(self, image: Image) -> Landmarks | None:
        """Landmarks in pixels of this image; None: nobody found."""
        height_px, width_px = image.shape[:2]
        found = self._graph.process(cv2.cvtColor(image, cv2.COLOR_BGR2RGB)).pose_landmarks
        if found is None:
            return None
        points = np.array([(p.x * width_px, p.y * height_px, p.visibility) for p in found.landmark], dtype=np.float64)
        if points.shape != (COUNT, 3) or not np.isfinite(points).all():
            return None
        return Landmarks(points_px=points[:, :2], visibility=points[:, 2])

    def look_elsewhere(self, _image: Image) -> bool:
        """Always False: MediaPipe's graph chooses whom it follows."""
        return False

    def close(self) -> None:
        """Release the graph."""
        self._graph.close()
