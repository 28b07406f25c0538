"""The picture as a camera would take it: room, treadmill, runner, a touch of blur and noise."""

from dataclasses import replace

import cv2
import numpy as np

from capture.runner.brush import window
from capture.runner.camera import SideCamera
from capture.runner.figure import Figure, Look
from capture.runner.pose import Pose
from capture.runner.scene import NARROW_ROOM_FLOOR, WIDE_ROOM_FLOOR, Treadmill, paint_room
from wire.frames import Image
from wire.messages import Facing

NEIGHBOUR_LOOK = Look(shirt=(60.0, 120.0, 60.0), shorts=(110.0, 100.0, 120.0), hair=(40.0, 70.0, 110.0))
_NOISE_ROOM_PX = 64
_NOISE_MIDDLE = 128
_REACH_M = (0.85, 0.95, 1.15)
"""From the pelvis no part of the runner is farther than this to the sides, up, and down."""


class RunnerPainter:
    """Draws a runner, and if wanted a second one on the next treadmill behind, at `neighbour_at_m` (x, z).
    The more of the second runner shows between the legs of the first, the more the pose model mixes the two.

    `noise` is the standard deviation of the pixel noise in grey levels; `blur` the lens blur in pixels of a picture
    720 px high. The same seed and the same calls give the same pictures.
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

    def draw(self, pose: Pose, belt_m: float, neighbour: Pose | None = None) -> Image:
        """The picture of one instant, blue-green-red, shape (height, width, 3).

        `belt_m` is how far the belts have run. Every call takes new noise.
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

    def _soften(self, image: Image, camera: SideCamera, pose: Pose) -> None:
        """Blur the runner; the room is soft already."""
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
        """Add a new cut of the noise field: as good as fresh noise, and far cheaper."""
        if self._noise is None:
            return image
        height, width = image.shape[:2]
        x, y = self._rng.integers(0, _NOISE_ROOM_PX, 2)
        cut = self._noise[y : y + height, x : x + width]
        return np.asarray(cv2.addWeighted(image, 1.0, cut, 1.0, -_NOISE_MIDDLE), dtype=np.uint8)

    def _noise_field(self, noise: float) -> Image:
        shape = (self.camera.height_px + _NOISE_ROOM_PX, self.camera.width_px + _NOISE_ROOM_PX, 3)
        return np.clip(self._rng.normal(_NOISE_MIDDLE, noise, shape), 0, 255).astype(np.uint8)


def _paint_runner(image: Image, treadmill: Treadmill, figure: Figure, pose: Pose, belt_m: float) -> None:
    """One runner on his treadmill, from back to front."""
    treadmill.paint_belt(image, belt_m)
    treadmill.paint_shadow(image, pose.near_leg)
    treadmill.paint_shadow(image, pose.far_leg)
    figure.paint(image, pose)
    treadmill.paint_front(image)
