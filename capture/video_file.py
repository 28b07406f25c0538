"""A recorded video file, by its own timestamps."""

from pathlib import Path

import cv2
import numpy as np

from capture.source import SourceError
from wire.clock import NS_PER_MS, NS_PER_S, s_to_ns
from wire.frames import Image

_RESTART_NS = s_to_ns(0.5)
"""Timestamps that go back further than pictures get out of order start anew, as in recordings that were put together."""


class VideoFile:
    """Decodes a file picture by picture; implements capture.recording.Recording.

    Raises SourceError when the file is missing or is not a video.
    """

    time_source = "file"

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if path.is_dir():
                raise SourceError(f"{path}: is a folder; name a video file in it")
            if not path.exists():
                raise SourceError(f"{path}: there is no such file; check the name")
        except OSError as error:
            raise SourceError(f"{path}: cannot be read ({error.strerror}); check the name and who may read it") from None
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened() or not self._capture.grab():
            self._capture.release()
            raise SourceError(f"{path}: is not a video that can be read; try another file, or convert it to MP4")
        self._grabbed_ahead = True
        self._fps = float(self._capture.get(cv2.CAP_PROP_FPS)) or 30.0
        self._width_px = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        self._height_px = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        self._index = -1
        self._last_ns = -1
        self._offset_ns = 0
        """From the present timestamps to the time since the start."""
        self._timed = False
        """Whether a timestamp has been seen."""

    @property
    def facts(self) -> dict[str, str]:
        """Size, rate and name."""
        return {"source": self._path.name, "mode": f"{self._width_px}x{self._height_px} at {self._fps:g} fps, file"}

    @property
    def frames(self) -> int | None:
        """Number of pictures as the container states it."""
        count = int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        return count if count > 0 else None

    @property
    def fps(self) -> float:
        """Nominal rate; never used for times."""
        return self._fps

    def advance(self) -> int | None:
        """Go to the next picture whose timestamp increases; where the timestamps start anew, time goes on."""
        while True:
            if not self._grabbed_ahead and not self._capture.grab():
                return None
            self._grabbed_ahead = False
            self._index += 1
            at_ns = self._timestamp_ns() + self._offset_ns
            if at_ns < self._last_ns - _RESTART_NS:
                period_ns = round(NS_PER_S / self._fps)
                self._offset_ns += self._last_ns + period_ns - at_ns
                at_ns = self._last_ns + period_ns
            if at_ns > self._last_ns:
                self._last_ns = at_ns
                return at_ns

    def image(self) -> Image:
        """Decode the present picture. Raises SourceError where the file is damaged."""
        ok, image = self._capture.retrieve()
        if not ok:
            raise SourceError(f"{self._path}: is damaged at picture {self._index}; convert it anew")
        return image.astype(np.uint8, copy=False)

    def rewind(self) -> None:
        """Start again."""
        self._capture.release()
        self._capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        self._index = self._last_ns = -1
        self._offset_ns = 0
        self._timed = False
        self._grabbed_ahead = False

    def close(self) -> None:
        """Let go of the file."""
        self._capture.release()

    def _timestamp_ns(self) -> int:
        at_ns = round(self._capture.get(cv2.CAP_PROP_POS_MSEC) * NS_PER_MS)
        self._timed = self._timed or at_ns > 0
        # A stream without timestamps (raw MJPEG): the nominal rate is all there is.
        return at_ns if self._timed else round(self._index * NS_PER_S / self._fps)
