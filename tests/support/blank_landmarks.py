"""A painter of pictures that hold a runner's landmarks and nothing else: quick to make, for tests that only measure."""

import numpy as np

from capture.synthetic.body_pose import BodyPose
from capture.synthetic.pinhole_camera import SideCamera
from tests.support.exact_landmarks import write_landmarks
from wire.frames.frame import Image
from wire.messages import Facing


class BlankLandmarkPainter:
    """Stands in for capture.synthetic.runner_painter.RunnerPainter."""

    def __init__(self, width_px: int, height_px: int, facing: Facing = "right", **_look: object) -> None:
        self.camera = SideCamera(width_px, height_px, facing)

    def draw(self, pose: BodyPose, _belt_m: float, _neighbour: BodyPose | None = None) -> Image:
        """A black picture with the landmarks."""
        image = np.zeros((self.camera.height_px, self.camera.width_px, 3), np.uint8)
        write_landmarks(image, pose, self.camera)
        return image
