"""Paints the room, the treadmill, the stripes that move with the belt, and the shadows of the feet."""

import cv2
import numpy as np

from capture.synthetic.body_pose import LegPose, Point
from capture.synthetic.brush import Colour, ellipse, fill, stroke
from capture.synthetic.pinhole_camera import SideCamera, Vector
from wire.frames.frame import Image

NARROW_ROOM_FLOOR = 0.88
WIDE_ROOM_FLOOR = 0.70
"""The edge between floor and wall, as a share of the picture's height: right behind one treadmill, or behind two."""

_WALL = (178.0, 186.0, 190.0)
_FLOOR = (92.0, 104.0, 120.0)
_SKIRTING = (140.0, 148.0, 152.0)
_WINDOW_FRAME = (120.0, 130.0, 135.0)
_SKY = (225.0, 215.0, 200.0)
_POSTER = (95.0, 120.0, 150.0)
_TEXTURE = 6.0
_DESIGN_HEIGHT_PX = 720

_DECK = (48.0, 48.0, 50.0)
_SKIRT = (70.0, 70.0, 74.0)
_SKIRT_EDGE = (120.0, 120.0, 124.0)
_STRIPE = (62.0, 62.0, 64.0)
_FAR_POST = (60.0, 62.0, 66.0)
_NEAR_POST = (78.0, 80.0, 84.0)
_HANDLE = (50.0, 50.0, 54.0)
_CONSOLE = (40.0, 40.0, 44.0)
_POST_Z_M = 0.36
_POST_M = 0.045
_STRIPE_EVERY_M = 0.35
_BELT_END_M = 0.8


def paint_room(camera: SideCamera, rng: np.random.Generator, floor_row: float) -> Image:
    """An empty room with a window, its floor below `floor_row` (share of the height): shape (height, width, 3)."""
    height, width = camera.height_px, camera.width_px
    down, across = np.linspace(0, 1, height)[:, None, None], np.linspace(0, 1, width)[None, :, None]
    picture = np.array(_WALL) * (1.06 - 0.20 * down - 0.18 * (across - 0.35) ** 2)
    floor_px = int(floor_row * height)
    picture[floor_px:] = np.array(_FLOOR) * (1 + 0.25 * np.linspace(0, 1, height - floor_px))[:, None, None]
    room = np.clip(picture + _TEXTURE * _plaster(height, width, rng), 0, 255).astype(np.uint8)

    unit = height / _DESIGN_HEIGHT_PX
    _paint_box(room, (0, floor_px - 14 * unit), (width, floor_px), _SKIRTING)
    low, high = np.array((0.72 * width, 0.08 * height)), np.array((0.90 * width, 0.42 * height))
    _paint_box(room, low, high, _WINDOW_FRAME)
    _paint_box(room, low + 6 * unit, high - 6 * unit, _SKY)
    _paint_box(room, (0.06 * width, 0.12 * height), (0.16 * width, 0.36 * height), _POSTER)

    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -camera.roll_deg, 1.0)
    turned = cv2.warpAffine(room, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    # The room is out of focus, so that nothing in it looks sharper than the runner.
    return np.asarray(cv2.GaussianBlur(turned, (0, 0), 1.6 * unit), dtype=np.uint8)


class Treadmill:
    """A treadmill at the camera's origin."""

    def __init__(self, camera: SideCamera) -> None:
        self._camera = camera

    def paint_base(self, image: Image) -> None:
        """Deck, skirt and console: everything that is never in front of the runner."""
        deck = ((-0.85, 0, 0.28), (0.85, 0, 0.28), (0.85, 0, -0.28), (-0.85, 0, -0.28))
        skirt = ((-0.9, -0.005, 0.33), (0.98, -0.005, 0.33), (0.98, -0.15, 0.33), (-0.9, -0.13, 0.33))
        edge = ((-0.9, -0.01, 0.33), (0.98, -0.01, 0.33))
        fill(image, self._seen(*deck), _DECK)
        fill(image, self._seen(*skirt), _SKIRT)
        stroke(image, self._seen(*edge), _SKIRT_EDGE, self._camera.height_px / 240)
        self.paint_console(image)

    def paint_console(self, image: Image) -> None:
        """The far post, the handle and the console."""
        self._paint_post(image, -_POST_Z_M, _FAR_POST)
        handle = ((0.62, 1.12, -_POST_Z_M), (0.36, 0.98, -_POST_Z_M))
        stroke(image, self._seen(*handle), _HANDLE, max(2.0, 0.035 * self._scale(0.0)))
        console = ((0.57, 1.10, 0), (0.62, 1.28, 0), (0.70, 1.26, 0), (0.67, 1.06, 0))
        fill(image, self._seen(*console), _CONSOLE)

    def paint_belt(self, image: Image, belt_m: float) -> None:
        """The stripes of a belt that has moved `belt_m` toward the back."""
        first_m = -_BELT_END_M + (_BELT_END_M - belt_m) % _STRIPE_EVERY_M
        for x_m in np.arange(first_m, _BELT_END_M, _STRIPE_EVERY_M).tolist():
            stroke(image, self._seen((x_m, 0, 0.27), (x_m, 0, -0.27)), _STRIPE, 1)

    def paint_shadow(self, image: Image, leg: LegPose) -> None:
        """The shadow of a foot: the higher the foot, the smaller and fainter its shadow."""
        x, y, scale = self._camera.project((leg.ankle[0] + 0.05, 0.0, leg.ankle[2]))
        above_m = max(0.0, min(leg.heel[1], leg.toe[1]))
        grey = 20 + 30 * min(1.0, 4 * above_m)
        radii = (0.15 * (1 - min(0.5, above_m)) * scale, 0.022 * scale)
        ellipse(image, (x, y), radii, (grey, grey, grey))

    def paint_front(self, image: Image) -> None:
        """The near post, in front of the runner."""
        self._paint_post(image, _POST_Z_M, _NEAR_POST)

    def _paint_post(self, image: Image, z_m: float, colour: Colour) -> None:
        foot, top = (_BELT_END_M, 0.0, z_m), (0.62, 1.12, z_m)
        stroke(image, self._seen(foot, top), colour, max(2.0, _POST_M * self._scale(z_m)))

    def _seen(self, *points_m: Point) -> Vector:
        return np.array([self._camera.project(point)[:2] for point in points_m])

    def _scale(self, z_m: float) -> float:
        return self._camera.project((0.0, 0.0, z_m))[2]


def _plaster(height: int, width: int, rng: np.random.Generator) -> Vector:
    """Smooth noise with mean 0: shape (height, width, 1)."""
    coarse = rng.normal(0, 1, (height // 4 + 1, width // 4 + 1))
    return np.asarray(cv2.GaussianBlur(cv2.resize(coarse, (width, height)), (0, 0), 3), dtype=np.float64)[..., None]


def _paint_box(image: Image, low: Vector | tuple[float, float], high: Vector | tuple[float, float], colour: Colour) -> None:
    (x0, y0), (x1, y1) = low, high
    cv2.rectangle(image, (int(x0), int(y0)), (int(x1), int(y1)), colour, -1)
