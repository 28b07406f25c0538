"""Writes an annotated copy of a clip: body lines, live angle and last stride in every frame."""

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame

from wire.clock import NS_PER_S
from wire.frames.frame import Image
from wire.messages import Leg, Point, Sample, Stride
from wire.texts import digits

_NEAR = (0, 200, 255)
_FAR = (255, 170, 60)
_TRUNK = (230, 230, 230)
_WHITE = (255, 255, 255)
_BLACK = (0, 0, 0)
_TICK_S = Fraction(1, 60_000)
"""The unit of time: MPEG-4 allows none finer than 1/65535 s."""
_QUALITY = {"b": "100M", "qmin": "3", "qmax": "6"}
LONGEST = "thigh +00 deg  stride 1000: 00.0 deg"
LEGEND = (("near leg", _NEAR), ("far leg", _FAR), ("trunk", _TRUNK))


class AnnotatedVideo:
    """Writes an MP4 of the size of the first picture, each picture at its own time.

    Raises OSError when the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: OutputContainer | None = None
        self._last: Stride | None = None

    def add(self, image: Image, sample: Sample, strides: list[Stride]) -> None:
        """Append a frame with its measurement drawn on it."""
        self._last = next((stride for stride in strides if stride.leg == "near"), self._last)
        picture = image.copy()
        _draw_leg(picture, sample.far, _FAR)
        _draw_leg(picture, sample.near, _NEAR)
        if sample.near.hip_px is not None and sample.shoulder_px is not None:
            _line(picture, sample.shoulder_px, sample.near.hip_px, _TRUNK)
        # OpenCV's letters have no minus sign.
        angle = "" if sample.near.thigh_deg is None else digits(sample.near.thigh_deg, "+.0f").replace("−", "-")
        thigh = f"thigh {angle} deg" if angle else ""
        stride = "" if self._last is None else f"stride {self._last.number}: {self._last.hip_extension_deg:.1f} deg"
        write_line(picture, f"{thigh}  {stride}".strip() or sample.state.replace("_", " "))
        write_legend(picture)
        try:
            self._write(picture, sample.stamps.capture_ns)
        except av.FFmpegError as error:
            raise OSError(error.errno, f"the video cannot be written ({error.strerror})", str(self._path)) from None

    def close(self) -> None:
        """Finish the file."""
        if self._file is None:
            return
        with self._file, suppress(av.FFmpegError):
            self._file.mux(self._track.encode(None))

    def _write(self, picture: Image, at_ns: int) -> None:
        if self._file is None:
            self._file = av.open(str(self._path), "w")
            self._track = self._file.add_stream("mpeg4", options=_QUALITY)
            height_px, width_px = picture.shape[:2]
            self._track.width, self._track.height = _even(width_px), _even(height_px)
            self._track.codec_context.time_base = _TICK_S
            self._tick = -1
        size_px = self._track.width, self._track.height
        if picture.shape[1::-1] != size_px:
            picture = cv2.resize(picture, size_px, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        frame = VideoFrame.from_ndarray(picture, format="bgr24")
        self._tick = max(self._tick + 1, round(at_ns / NS_PER_S / _TICK_S))
        frame.pts, frame.time_base = self._tick, _TICK_S
        self._file.mux(self._track.encode(frame))


def _even(side_px: int) -> int:
    """The next smaller even number, at least 2: MPEG-4 stores pairs of pixels."""
    return max(2, side_px // 2 * 2)


def _draw_leg(picture: Image, leg: Leg, colour: tuple[int, int, int]) -> None:
    if leg.hip_px is None or leg.knee_px is None or leg.ankle_px is None:
        return
    _line(picture, leg.hip_px, leg.knee_px, colour)
    _line(picture, leg.knee_px, leg.ankle_px, colour)


def _line(picture: Image, start: Point, end: Point, colour: tuple[int, int, int]) -> None:
    thickness = max(2, picture.shape[0] // 200)
    ends = [(round(x), round(y)) for x, y in (start, end)]
    cv2.line(picture, ends[0], ends[1], colour, thickness, cv2.LINE_AA)


def write_line(picture: Image, text: str) -> None:
    """Write a line of at most `LONGEST` at the top of a picture, in place."""
    scale = _scale(picture)
    _write(picture, text, (_margin_px(picture), round(45 * scale)), scale, _WHITE)


def write_legend(picture: Image) -> None:
    """Write at the bottom of a picture, in place, what each colour shows."""
    scale = 0.7 * _scale(picture)
    x_px, y_px = _margin_px(picture), picture.shape[0] - round(15 * scale) - 1
    for text, colour in LEGEND:
        _write(picture, text, (x_px, y_px), scale, colour)
        x_px += cv2.getTextSize(f"{text}   ", cv2.FONT_HERSHEY_SIMPLEX, scale, 2)[0][0]


def _scale(picture: Image) -> float:
    """Sized for the longest possible line, so that the size of the letters does not change."""
    height_px, width_px = picture.shape[:2]
    widest_px = cv2.getTextSize(LONGEST, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 2)[0][0]
    return min(height_px / 580, 0.95 * width_px / widest_px)


def _margin_px(picture: Image) -> int:
    return round(0.025 * picture.shape[1])


def _write(picture: Image, text: str, at_px: tuple[int, int], scale: float, colour: tuple[int, int, int]) -> None:
    for ink, thickness in ((_BLACK, 5), (colour, 2)):
        cv2.putText(picture, text, at_px, cv2.FONT_HERSHEY_SIMPLEX, scale, ink, max(1, round(thickness * scale)), cv2.LINE_AA)
