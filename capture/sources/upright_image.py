"""Turns a decoded frame into the picture that a viewer sees: colours, a single field, square pixels, upright."""

import struct
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt
from av.sidedata.sidedata import SideDataContainer
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, ColorTrc, VideoReformatter

from capture.sources.interlacing import Interlacing
from wire.frames.frame import Image

_Floats = npt.NDArray[np.float64]

SQUARE_WITHIN = 0.01
"""A pixel that is this nearly square is left as it is: it changes an angle by 0.3° at most."""
_ODDEST_PIXEL = 4
"""Largest ratio of a pixel's sides: beyond this, the file is wrong."""
_DIFFUSE_WHITE_NITS = 203.0
"""ITU-R BT.2408: white paper in an HDR picture."""
_HLG_PEAK_NITS = 1000.0
_KNEE = 0.8
"""Above this share of white, brighter parts are compressed."""


class UprightImage:
    """Converts the frames of one source; keeps the conversion's tables, and whether they are interlaced."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()
        self._interlacing = Interlacing()

    def image(self, frame: VideoFrame, pixel_aspect: Fraction | None) -> Image:
        """The picture, shape (height, width, 3), blue-green-red.

        `pixel_aspect`: width to height of a stored pixel; None: unknown, so square.
        """
        one_moment = self._interlacing.one_moment(self._bgr(frame), bool(frame.interlaced_frame))
        image = square_pixels(one_moment, pixel_aspect)
        # Not `frame.side_data`: it and the frame refer to each other, and such frames pile up in memory until the garbage
        # collector looks for cycles. PyAV's type stubs do not name the argument.
        matrix = SideDataContainer(frame).get(SideDataType.DISPLAYMATRIX)  # type: ignore[call-arg]
        return image if matrix is None else turned(image, struct.unpack("=9i", bytes(matrix)))

    def _bgr(self, frame: VideoFrame) -> Image:
        tones = _TONES.get(frame.color_trc)
        # One matrix for all standard pictures, as webcams have it: the pose model was measured with it.
        matrix = Colorspace.ITU601 if tones is None else None
        converted = self._reformatter.reformat(
            frame,
            format="bgr24",
            src_colorspace=matrix,
            dst_colorspace=Colorspace.ITU601,
            src_color_range=frame.color_range,
            dst_color_range=ColorRange.JPEG,
            threads=1,  # The pose model needs the other cores.
        )
        image = _pixels(converted)
        return image if tones is None else cv2.LUT(image, tones).astype(np.uint8, copy=False)


def _pixels(frame: VideoFrame) -> Image:
    """The pixels of a frame in bgr24: its own memory where rows follow each other without a gap, otherwise a copy."""
    plane = frame.planes[0]
    if plane.line_size != 3 * frame.width:
        return frame.to_ndarray().astype(np.uint8, copy=False)
    return np.frombuffer(memoryview(plane), np.uint8, 3 * frame.width * frame.height).reshape(frame.height, frame.width, 3)


def square_pixels(image: Image, pixel_aspect: Fraction | None) -> Image:
    """Enlarge the side along which pixels are stored too densely."""
    if (
        not pixel_aspect
        or abs(pixel_aspect - 1) < SQUARE_WITHIN
        or not Fraction(1, _ODDEST_PIXEL) <= pixel_aspect <= _ODDEST_PIXEL
    ):
        return image
    height_px, width_px = image.shape[:2]
    if pixel_aspect > 1:
        width_px = round(width_px * pixel_aspect)
    else:
        height_px = round(height_px / pixel_aspect)
    return cv2.resize(image, (width_px, height_px), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def turned(image: Image, matrix: tuple[int, ...]) -> Image:
    """Turn and mirror by a display matrix, nine numbers as in FFmpeg's libavutil/display.h: x' = a x + c y, y' = b x + d y.

    Angles between the quarters of a circle are taken to the nearest quarter.
    """
    a, b, _, c, d, *_ = matrix
    across, down = a, d
    if abs(b) + abs(c) > abs(a) + abs(d):
        image = cv2.transpose(image).astype(np.uint8, copy=False)
        across, down = c, b
    if across < 0 or down < 0:
        image = cv2.flip(image, -1 if across < 0 and down < 0 else 1 if across < 0 else 0).astype(np.uint8, copy=False)
    return image


def _standard_tones(nits: _Floats) -> npt.NDArray[np.uint8]:
    """Displayed light as 8-bit values of an ordinary screen (gamma 2.4): linear up to the knee, then rolled off."""
    light = nits / _DIFFUSE_WHITE_NITS
    beyond = np.maximum(light - _KNEE, 0.0) / (1 - _KNEE)
    shown = np.minimum(light, _KNEE) + (1 - _KNEE) * beyond / (1 + beyond)
    tones: npt.NDArray[np.uint8] = np.round(255 * shown ** (1 / 2.4)).astype(np.uint8)
    return tones


def _hlg_nits(signal: _Floats) -> _Floats:
    """Hybrid Log-Gamma on a screen of 1000 cd/m² (ITU-R BT.2100)."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    nits: _Floats = _HLG_PEAK_NITS * scene**1.2
    return nits


def _pq_nits(signal: _Floats) -> _Floats:
    """Perceptual quantiser (SMPTE ST 2084)."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = signal ** (1 / m2)
    nits: _Floats = 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    return nits


_SIGNAL = np.arange(256) / 255
_TONES = {
    int(ColorTrc.ARIB_STD_B67): _standard_tones(_hlg_nits(_SIGNAL)),
    int(ColorTrc.SMPTE2084): _standard_tones(_pq_nits(_SIGNAL)),
}
"""Tables for pictures with a high dynamic range, by transfer function: from 8-bit values to those of an ordinary screen."""
