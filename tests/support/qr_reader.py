"""Reads the QR code in a picture."""

import cv2

from wire.frames.frame import Image


def read_qr(picture: Image) -> str:
    """The text of the code; "": there is none.

    Each of OpenCV's detectors misses some codes (of the screen's pictures the first misses 1 of 40), hardly any miss both.
    """
    detectors = cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()
    return next((text for one in detectors if (text := str(one.detectAndDecode(picture)[0]))), "")
