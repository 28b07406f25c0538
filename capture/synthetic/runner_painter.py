"""Draws the picture that a camera would take: room, treadmill, runner, blur and noise."""

from dataclasses import replace

import cv2
import numpy as np

from capture.synthetic.body_pose import BodyPose
from capture.synthetic.brush import window
from capture.synthetic.figure import Figure, Look
from capture.synthetic.pinhole_camera import SideCamera
from capture.synthetic.scene import NARROW_ROOM_FLOOR, WIDE_ROOM_FLOOR, Treadmill, paint_room
from wire.frames.frame import Image
from wire.messages import Facing

NEIGHBOUR_LOOK = Look(shirt=(60.0, 120.0, 60.0), shorts=(110.0, 100.0, 120.0), hair=(40.0, 70.0, 110.0))
_NOISE_ROOM_PX = 64
_NOISE_MIDDLE = 128
_REACH_M = (0.85, 0.95, 1.15)
"""No part of the runner is farther from the pelvis than this: sideways, up, down."""


class RunnerPainter:
    """Draws a runner and, optionally, a second one on the next treadmill, at `neighbour_at_m` (x, z).

    The more of the second runner shows between the first one's legs, the more often the pose model confuses the two.
    `noise` is the standard deviation of the pixel noise in grey levels; `blur` is the lens blur in pixels of a picture 720 px
    high. The same seed and the same calls give the same pictures.
    """

    def __init__(
        self,
        width_px: int,
        height_px: int,
        facing: Facing = "right",
        *,
        look: Look | None = None,
        noise: float = 4.0,
        blur: float = 0.6,
        seed: int = 1,
        yaw_deg: float = 0.0,
        roll_deg: float = 0.0,
        neighbour_at_m: tuple[float, float] = (0.75, -1.3),
        neighbour_look: Look = NEIGHBOUR_LOOK,
    ) -> None:
        self.camera = SideCamera(width_px, height_px, facing, yaw_deg=yaw_deg, roll_deg=roll_deg)
        self._blur = blur
        self._rng = np.random.default_rng(seed)
        self._figure = Figure(self.camera, look or Look())
        self._treadmill = Treadmill(self.camera)
        self._neighbour_camera = replace(self.camera, origin_m=neighbour_at_m)
        self._neighbour_figure = Figure(self._neighbour_camera, neighbour_look)
        self._neighbour_treadmill = Treadmill(self._neighbour_camera)
        self._backdrop = paint_room(self.camera, self._rng, NARROW_ROOM_FLOOR)
        self._treadmill.paint_base(self._backdrop)
        self._wide_backdrop = paint_room(self.camera, self._rng, WIDE_ROOM_FLOOR)
        self._neighbour_treadmill.paint_base(self._wide_backdrop)
        self._treadmill.paint_base(self._wide_backdrop)
        self._noise = self._noise_field(noise) if noise > 0 else None

    def draw(self, pose: BodyPose, belt_m: float, neighbour: BodyPose | None = None) -> Image:
        """The picture at one instant, blue-green-red, shape (height, width, 3), with new noise in every call.

        `belt_m` is the distance that both belts have moved.
        """
        if neighbour is None:
            image = self._backdrop.copy()
        else:
            image = self._wide_backdrop.copy()
            _paint_runner(image, self._neighbour_treadmill, self._neighbour_figure, neighbour, belt_m)
            self._soften(image, self._neighbour_camera, neighbour)
            self._treadmill.paint_console(image)
        _paint_runner(image, self._treadmill, self._figure, pose, belt_m)
        self._soften(image, self.camera, pose)
        return self._with_noise(image)

    def draw_empty(self) -> Image:
        """The picture while nobody is in view and the belt stands, with new noise in every call."""
        image = self._backdrop.copy()
        self._treadmill.paint_belt(image, 0.0)
        self._treadmill.paint_front(image)
        return self._with_noise(image)

    def _soften(self, image: Image, camera: SideCamera, pose: BodyPose) -> None:
        """Blur the runner; the room is already blurred."""
        if self._blur <= 0:
            return
        pelvis, scale = camera.see(pose.pelvis)
        side, up, down = (reach_m * scale for reach_m in _REACH_M)
        view = window(image, pelvis - np.array((side, up)), pelvis + np.array((side, down)))
        if view.size == 0:
            return
        sigma = self._blur * camera.height_px / 720 + 0.25
        kernel = 3 if sigma < 1.0 else 5
        view[:] = cv2.GaussianBlur(view, (kernel, kernel), sigma)

    def _with_noise(self, image: Image) -> Image:
        """Add a random crop of the noise field, which is far cheaper than new noise."""
        if self._noise is None:
            return image
        height, width = image.shape[:2]
        x, y = self._rng.integers(0, _NOISE_ROOM_PX, 2)
        cut = self._noise[y : y + height, x : x + width]
        return np.asarray(cv2.addWeighted(image, 1.0, cut, 1.0, -_NOISE_MIDDLE), dtype=np.uint8)

    def _noise_field(self, noise: float) -> Image:
        shape = (self.camera.height_px + _NOISE_ROOM_PX, self.camera.width_px + _NOISE_ROOM_PX, 3)
        return np.clip(self._rng.normal(_NOISE_MIDDLE, noise, shape), 0, 255).astype(np.uint8)


def _paint_runner(image: Image, treadmill: Treadmill, figure: Figure, pose: BodyPose, belt_m: float) -> None:
    """Paint one runner on a treadmill, from back to front."""
    treadmill.paint_belt(image, belt_m)
    treadmill.paint_shadow(image, pose.near_leg)
    treadmill.paint_shadow(image, pose.far_leg)
    figure.paint(image, pose)
    treadmill.paint_front(image)
