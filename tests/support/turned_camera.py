"""What a camera sees of a room with upright and level edges, hung straight or turned."""

import cv2
import numpy as np

from wire.frames.frame import Image


def room(handrails: bool = True) -> Image:
    """A window, a wall and a treadmill, with a handrail that slopes by 12 degrees and noise."""
    picture = np.full((540, 960, 3), 150, np.uint8)
    for x_px in (120, 360, 600, 840):
        cv2.rectangle(picture, (x_px, 60), (x_px + 90, 300), (220, 220, 210), -1)
    cv2.rectangle(picture, (200, 430), (800, 470), (40, 40, 40), -1)
    if handrails:
        cv2.line(picture, (300, 400), (700, 315), (20, 20, 20), 9)
    noise = np.random.default_rng(1).normal(0, 6, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def seen_turned(picture: Image, roll_deg: float) -> Image:
    """The picture of a camera that hangs turned clockwise by this: it shows the world turned counter-clockwise."""
    height_px, width_px = picture.shape[:2]
    # OpenCV turns counter-clockwise for positive angles.
    turn = cv2.getRotationMatrix2D((width_px / 2, height_px / 2), roll_deg, 1.0)
    turned = cv2.warpAffine(picture, turn, (width_px, height_px), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(turned[60:-60, 100:-100], np.uint8)
