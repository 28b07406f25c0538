"""Paints the head in profile, with a face: the pose model detects a person by it."""

import numpy as np

from capture.synthetic import shapes
from capture.synthetic.body_pose import BodyPose
from capture.synthetic.brush import Colour, Shading, ellipse, fill, paint, shaded, stroke, tinted
from capture.synthetic.pinhole_camera import SideCamera, Vector
from wire.frames.frame import Image

_FACE = Shading(layers=7, edge=0.72, core=1.10)
_HAIR = Shading(layers=5, edge=0.80, core=1.50)
_EAR = Shading(layers=4, edge=0.70, core=1.05)
_FACE_CORE = np.array([(0.15, 0.05)])
_HAIR_CORE = np.array([(-0.12, 0.25)])
_EAR_CORE = np.array([(0.0, 0.0)])
_EYE_WHITE = (225.0, 230.0, 232.0)
_IRIS = (35.0, 40.0, 50.0)
_LID = (40.0, 48.0, 60.0)
_LIPS = (80.0, 85.0, 150.0)


def paint_head(image: Image, camera: SideCamera, pose: BodyPose, skin: Colour, hair: Colour) -> None:
    """Paint the head of a pose."""
    centre, scale = camera.see(pose.head)
    height_px = shapes.HEAD_HEIGHT_M * scale

    def seen(outline: Vector) -> Vector:
        return placed(camera, outline, centre, height_px, -pose.head_lean_deg)

    def line(points: Vector, colour: Colour, thickness: float) -> None:
        stroke(image, seen(points), colour, thickness * height_px)

    paint(image, shaded(seen(shapes.HEAD), seen(_FACE_CORE), skin, _FACE))
    fill(image, seen(shapes.EYE), _EYE_WHITE)
    ellipse(image, seen(shapes.IRIS)[0].tolist(), (0.026 * height_px, 0.026 * height_px), _IRIS)
    line(shapes.EYELID, _LID, 0.022)
    line(shapes.EYEBROW, tinted(hair, 1.1), 0.04)
    line(shapes.MOUTH, _LIPS, 0.028)
    line(shapes.NOSTRIL, tinted(skin, 0.45), 0.02)
    paint(image, shaded(seen(shapes.HAIR), seen(_HAIR_CORE), hair, _HAIR))
    paint(image, shaded(seen(shapes.EAR), seen(_EAR_CORE), tinted(skin, 0.92), _EAR))
    line(shapes.EAR_FOLD, tinted(skin, 0.5), 0.02)


def placed(camera: SideCamera, outline: Vector, origin_px: Vector, scale: float, turn_deg: float) -> Vector:
    """An outline in (forward, up), rotated from forward toward up, scaled, and moved to `origin_px`."""
    turn_rad = np.radians(turn_deg)
    c, s = np.cos(turn_rad), np.sin(turn_rad)
    turned = outline @ np.array([(c, s), (-s, c)])
    return np.asarray(origin_px + scale * (turned @ camera.axes), dtype=np.float64)
