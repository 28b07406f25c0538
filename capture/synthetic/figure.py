"""Paints the runner: limbs as shaded shapes, from the far side to the near one.

Three features let the pose model tell left from right: the far limbs are darker, a dark halo surrounds the near leg, and the
shorts show an edge between seat and thigh.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from capture.synthetic import shapes
from capture.synthetic.body_pose import ArmPose, BodyPose, LegPose, Point
from capture.synthetic.brush import Colour, Part, Shading, fill, paint, shaded, stroke, tinted, window
from capture.synthetic.head import paint_head, placed
from capture.synthetic.pinhole_camera import SideCamera, Vector
from capture.synthetic.shapes import Profile
from wire.frames.frame import Image

_CAP_ANGLES = np.linspace(0, np.pi, 9)[1:-1, None]
_CAP_COS, _CAP_SIN = np.cos(_CAP_ANGLES), np.sin(_CAP_ANGLES)
_CIRCLE = np.linspace(0, 2 * np.pi, 24, endpoint=False)[:, None]

_LIMB = Shading(layers=7, edge=0.62, core=1.10)
_SHOE = Shading(layers=5, edge=0.65, core=1.10)
_HAND = Shading(layers=4, edge=0.70, core=1.06)
_LIGHT_FROM_FRONT = 0.25
"""How far in front of a limb's middle its brightest line lies, as a share of the half-width there."""
_SHOE_CORE = np.array([(0.03, 0.01)])
_HAND_FROM_WRIST_M = 0.05
_HAND_RADII_M = (0.052, 0.036)
_NECK_TONE = 0.88

_HALO_FROM_HIP = 0.35
_HALO_THIGH_M = 0.15
_HALO_SHANK_M = 0.13
_HALO_SOFT_M = 0.05
_HALO_MARGIN_M = 0.2


@dataclass(frozen=True)
class Look:
    """Colours (blue, green, red), and the contrasts between near and far limbs."""

    skin: Colour = (128.0, 160.0, 208.0)
    hair: Colour = (28.0, 38.0, 52.0)
    shirt: Colour = (150.0, 70.0, 40.0)
    shorts: Colour = (140.0, 132.0, 128.0)
    sock: Colour = (225.0, 225.0, 225.0)
    shoe: Colour = (60.0, 90.0, 235.0)
    sole: Colour = (235.0, 240.0, 200.0)
    far_tone: float = 0.65
    """Brightness of the far limbs."""
    halo: float = 1.0
    """Darkness of the halo behind the near leg, 0–1."""


class Figure:
    """Paints one runner from the view of one camera."""

    def __init__(self, camera: SideCamera, look: Look) -> None:
        self._camera = camera
        self._look = look

    def paint(self, image: Image, pose: BodyPose) -> None:
        """Paint the runner over the image."""
        look = self._look
        self._paint_arm(image, pose.far_arm, look.far_tone)
        self._paint_leg(image, pose.far_leg, look.far_tone)
        self._paint_shorts_leg(image, pose.far_leg, look.far_tone)
        self._paint_torso(image, pose)
        self._paint_halo(image, pose.near_leg)
        self._paint_leg(image, pose.near_leg, 1.0)
        paint(image, self._between(pose.pelvis, pose.neck, shapes.SHORTS_SEAT, look.shorts, upward=True))
        self._paint_shorts_leg(image, pose.near_leg, 1.0)
        paint_head(image, self._camera, pose, look.skin, look.hair)
        self._paint_arm(image, pose.near_arm, 1.0)

    def _paint_torso(self, image: Image, pose: BodyPose) -> None:
        neck, scale = self._camera.see(pose.neck)
        head, _ = self._camera.see(pose.head)
        skin = tinted(self._look.skin, _NECK_TONE)
        paint(image, self._limb(neck + 0.05 * (neck - head), head, scale, shapes.NECK, skin, upward=True))
        paint(image, self._between(pose.pelvis, pose.neck, shapes.TRUNK, self._look.shirt, upward=True))

    def _paint_leg(self, image: Image, leg: LegPose, tone: float) -> None:
        skin = tinted(self._look.skin, tone)
        shank = self._between(leg.knee, leg.ankle, shapes.SHANK, skin)
        thigh = self._between(leg.hip, leg.knee, shapes.THIGH, skin)
        paint(image, shank, thigh)
        paint(image, self._between(leg.knee, leg.ankle, shapes.SOCK, tinted(self._look.sock, tone)))
        self._paint_foot(image, leg, tone)

    def _paint_shorts_leg(self, image: Image, leg: LegPose, tone: float) -> None:
        paint(image, self._between(leg.hip, leg.knee, shapes.SHORTS_LEG, tinted(self._look.shorts, tone)))

    def _paint_foot(self, image: Image, leg: LegPose, tone: float) -> None:
        ankle, scale = self._camera.see(leg.ankle)

        def seen(outline: Vector) -> Vector:
            return placed(self._camera, outline, ankle, scale, leg.foot_pitch_deg)

        paint(image, shaded(seen(shapes.SHOE), seen(_SHOE_CORE), tinted(self._look.shoe, tone), _SHOE))
        fill(image, seen(shapes.SOLE), tinted(self._look.sole, tone))
        fill(image, seen(shapes.SHOE_STRIPE), tinted(self._look.sole, 0.95 * tone))

    def _paint_arm(self, image: Image, arm: ArmPose, tone: float) -> None:
        skin = tinted(self._look.skin, tone)
        upper = self._between(arm.shoulder, arm.elbow, shapes.UPPER_ARM, skin)
        fore = self._between(arm.elbow, arm.wrist, shapes.FOREARM, skin)
        paint(image, upper, fore)
        self._paint_hand(image, arm, tinted(skin, 0.97))
        paint(image, self._between(arm.shoulder, arm.elbow, shapes.SLEEVE, tinted(self._look.shirt, tone)))

    def _paint_hand(self, image: Image, arm: ArmPose, skin: Colour) -> None:
        elbow, _ = self._camera.see(arm.elbow)
        wrist, _ = self._camera.see(arm.wrist)
        _, scale = self._camera.see(arm.shoulder)
        along, across = _directions(elbow, wrist)
        centre = wrist + _HAND_FROM_WRIST_M * scale * along
        long_px, wide_px = (radius * scale for radius in _HAND_RADII_M)
        outline = centre + long_px * np.cos(_CIRCLE) * along + wide_px * np.sin(_CIRCLE) * across
        paint(image, shaded(outline, centre, skin, _HAND))

    def _paint_halo(self, image: Image, leg: LegPose) -> None:
        """Darken the surroundings of the near leg: without this the pose model often mistakes one leg for the other."""
        hip, scale = self._camera.see(leg.hip)
        knee, _ = self._camera.see(leg.knee)
        ankle, _ = self._camera.see(leg.ankle)
        joints = np.stack((hip, knee, ankle))
        margin = _HALO_MARGIN_M * scale
        low = joints.min(axis=0) - margin
        view = window(image, low, joints.max(axis=0) + margin)
        if view.size == 0:
            return
        corner = np.maximum(low, 0).astype(int)
        shade = np.zeros(view.shape[:2], np.uint8)
        start = hip + _HALO_FROM_HIP * (knee - hip)
        for upper, lower, width_m in ((start, knee, _HALO_THIGH_M), (knee, ankle, _HALO_SHANK_M)):
            stroke(shade, np.stack((upper, lower)) - corner, (255 * self._look.halo,) * 3, width_m * scale)
        side = int(_HALO_SOFT_M * scale) | 1
        light = 255 - cv2.blur(cv2.blur(shade, (side, side)), (side, side))
        cv2.multiply(view, cv2.cvtColor(light, cv2.COLOR_GRAY2BGR), dst=view, scale=1 / 255)

    def _between(self, upper_m: Point, lower_m: Point, profile: Profile, colour: Colour, *, upward: bool = False) -> Part:
        """A limb between two joints, scaled by the first joint's distance from the camera."""
        start, scale = self._camera.see(upper_m)
        end, _ = self._camera.see(lower_m)
        return self._limb(start, end, scale, profile, colour, upward=upward)

    def _limb(
        self, start: Vector, end: Vector, scale: float, profile: Profile, colour: Colour, *, upward: bool = False
    ) -> Part:
        """A limb with round ends between two points. `upward`: the first one is the lower joint of a standing runner."""
        along, across = _directions(start, end)
        forward = across * self._camera.mirror * (-1 if upward else 1)
        axis = start + profile.stations[:, None] * (end - start)
        front_px, back_px = profile.front_m[:, None] * scale, profile.back_m[:, None] * scale
        front, back = axis + front_px * forward, axis - back_px * forward
        light = axis + ((0.5 + _LIGHT_FROM_FRONT) * front_px - 0.5 * back_px) * forward

        def cap(end_at: int, outward: Vector) -> Vector:
            radius = (front_px[end_at] + back_px[end_at]) / 2
            centre = (front[end_at] + back[end_at]) / 2
            return np.asarray(centre + radius * (_CAP_COS * forward + _CAP_SIN * outward), dtype=np.float64)

        outline = np.concatenate((front, cap(-1, along), back[::-1], cap(0, -along)[::-1]))
        return shaded(outline, light[list(_core_order(len(light)))], colour, _LIMB)


@lru_cache(maxsize=16)
def _core_order(stations: int) -> tuple[int, ...]:
    """For each point of a limb's outline (front, cap, back, cap), the station of the brightest line to shade toward."""
    rising, cap = tuple(range(stations)), len(_CAP_ANGLES)
    return (*rising, *(stations - 1,) * cap, *reversed(rising), *(0,) * cap)


def _directions(start: Vector, end: Vector) -> tuple[Vector, Vector]:
    """Unit vectors along a line and perpendicular to it."""
    step = end - start
    along = step / (np.hypot(step[0], step[1]) + 1e-9)
    return along, np.array((along[1], -along[0]))
