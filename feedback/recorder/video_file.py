"""Pictures into a video file whose time is theirs: thirty a second, whatever the camera gives.

Matroska, because what a crash leaves of it can be played; MPEG-4, because every OpenCV can write it.
"""

import shutil
from pathlib import Path

import cv2

from wire.clock import NS_PER_S, s_to_ns
from wire.frames import Image

FPS = 30
MOST_REPEATED_NS = s_to_ns(10.0)
"""So long the last picture stands where there are none; after a longer gap another file begins."""
LEAST_FREE_BYTES = 1024**3
"""The numbers need room, too."""


class VideoFile:
    """The video of one session, in its folder; its name tells at which second of the session it begins: video_12.345s.mkv.

    Another file begins where the pictures change their size, and after a long gap.
    """

    def __init__(self, folder: Path, t0_ns: int) -> None:
        self._folder = folder
        self._t0_ns = t0_ns
        self._writer: cv2.VideoWriter | None = None
        self._start_ns = 0
        self._slots = 0
        """Thirtieths of a second written."""
        self._last: Image | None = None

    def add(self, image: Image, capture_ns: int) -> None:
        """Take in a picture; its pixels must stay as they are. Raises OSError where it cannot be written."""
        if shutil.disk_usage(self._folder).free < LEAST_FREE_BYTES:
            raise OSError(f"{self._folder}: less than {LEAST_FREE_BYTES / 1024**3:g} GB is free")
        if self._last is None or self._begins_anew(image, capture_ns):
            self._open(image, capture_ns)
        assert self._writer is not None
        assert self._last is not None
        # The place of this picture on the grid of the file's times; before it the last picture stands.
        slot = round((capture_ns - self._start_ns) * FPS / NS_PER_S)
        while self._slots < slot:
            self._writer.write(self._last)
            self._slots += 1
        if self._slots == slot:
            self._writer.write(image)
            self._slots += 1
        self._last = image

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.release()
            self._writer = None

    def _begins_anew(self, image: Image, capture_ns: int) -> bool:
        written_ns = self._start_ns + self._slots * NS_PER_S // FPS
        assert self._last is not None
        return image.shape != self._last.shape or not -MOST_REPEATED_NS < capture_ns - written_ns < MOST_REPEATED_NS

    def _open(self, image: Image, capture_ns: int) -> None:
        self.close()
        path = self._folder / f"video_{(capture_ns - self._t0_ns) / NS_PER_S:.3f}s.mkv"
        height_px, width_px = image.shape[:2]
        code = cv2.VideoWriter.fourcc(*"FMP4")
        self._writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, float(FPS), (width_px, height_px))
        if not self._writer.isOpened():
            self._writer = self._last = None
            raise OSError(f"{path}: cannot be written")
        self._start_ns, self._slots, self._last = capture_ns, 0, image
