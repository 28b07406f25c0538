"""A drawn runner whose pictures carry its landmarks, and a pose estimator that reads them: exact, and without a pose model.

The landmarks stand in a strip at the upper edge of the picture, as black and white blocks. They survive scaling and JPEG.
"""

import zlib

import cv2
import numpy as np

from analysis.pose.landmarks import ANKLES, COUNT, EARS, HEELS, HIPS, KNEES, NOSE, SHOULDERS, TOES, Floats, Landmarks
from capture.synthetic.body_pose import BodyPose, Point
from capture.synthetic.pinhole_camera import SideCamera
from capture.synthetic.runner_painter import RunnerPainter
from tests.support.stick_runner import true_landmarks
from wire.frames.frame import Image

_POINTS = [NOSE, *(point for pair in (EARS, SHOULDERS, HIPS, KNEES, ANKLES, HEELS, TOES) for point in pair.values())]
_COLUMNS, _ROWS = 80, 7
"""Blocks in the strip; each is square."""
_REACH = 0.5
"""In widths of the picture: points that lie no farther outside it can be written."""
_STEPS = 2**16 - 1


class LandmarkPainter(RunnerPainter):
    """A runner painter that writes the true landmarks into each picture."""

    def draw(self, pose: BodyPose, belt_m: float, neighbour: BodyPose | None = None) -> Image:
        """The picture with the strip; of two runners the landmarks are the first one's."""
        image = super().draw(pose, belt_m, neighbour)
        write_landmarks(image, pose, self.camera)
        return image


class ExactPose:
    """Implements analysis.pose.pose_estimator.PoseEstimator for pictures of a LandmarkPainter."""

    model = None

    def __init__(self) -> None:
        self.facts = {"pose backend": "none", "pose model": "landmarks written into the picture"}

    def estimate(self, image: Image) -> Landmarks | None:
        """The landmarks that the picture carries; None: it carries none."""
        return _read(image)

    def look_elsewhere(self, _image: Image) -> bool:
        """There is nobody else."""
        return False

    def close(self) -> None:
        """Nothing is held."""


def write_landmarks(image: Image, pose: BodyPose, camera: SideCamera) -> None:
    """Write a runner's true landmarks into a picture, in place."""

    def seen_px(point: Point) -> Floats:
        return camera.see(point)[0]

    write_points(image, true_landmarks(pose, "right" if camera.mirror > 0 else "left", seen_px))


def write_points(image: Image, landmarks: Landmarks) -> None:
    """Write landmarks into a picture, in place."""
    width_px = image.shape[1]
    shares = (landmarks.points_px[_POINTS] / width_px + _REACH) / (1 + 2 * _REACH)
    body = np.rint(np.clip(shares, 0, 1) * _STEPS).astype(">u2").tobytes()
    bits = np.zeros(_ROWS * _COLUMNS, np.uint8)
    written = np.unpackbits(np.frombuffer(body + zlib.crc32(body).to_bytes(4, "big"), np.uint8))
    bits[: len(written)] = 255 * written
    size_px = (width_px, round(_ROWS * width_px / _COLUMNS))
    strip = cv2.resize(bits.reshape(_ROWS, _COLUMNS), size_px, interpolation=cv2.INTER_NEAREST)
    image[: size_px[1]] = strip[..., np.newaxis]


def _read(image: Image) -> Landmarks | None:
    width_px = image.shape[1]
    block_px = width_px / _COLUMNS
    if image.shape[0] < _ROWS * block_px:
        return None
    rows, columns = (((np.arange(count) + 0.5) * block_px).astype(int) for count in (_ROWS, _COLUMNS))
    packed = np.packbits(image[np.ix_(rows, columns)].mean(axis=2) > 127).tobytes()
    body, check = packed[: 4 * len(_POINTS)], packed[4 * len(_POINTS) :][:4]
    if zlib.crc32(body) != int.from_bytes(check, "big"):
        return None
    shares = np.frombuffer(body, ">u2").astype(np.float64).reshape(-1, 2) / _STEPS * (1 + 2 * _REACH) - _REACH
    points_px: Floats = np.full((COUNT, 2), shares[0] * width_px)
    points_px[_POINTS] = shares * width_px
    return Landmarks(points_px, np.ones(COUNT))
