"""Writes pictures into a video file, each at its own time: thirty a second, whatever the camera's rate.

Matroska, because it can be played even after a crash; MPEG-4, because every OpenCV can write it.
"""

import shutil
from pathlib import Path

import cv2

from wire.clock import NS_PER_S, s_to_ns
from wire.frames.frame import Image

FPS = 30
MOST_REPEATED_NS = s_to_ns(10.0)
"""In a gap the last picture is repeated; after a longer gap a new file begins."""
LEAST_FREE_BYTES = 1024**3
"""With less free space, no video is stored: the numbers need room, too."""


class SessionVideo:
    """The video of one session, in its folder. A file's name gives the second at which it begins: video_12.345s.mkv.

    A new file begins where the pictures change their size, and after a long gap.
    """

    def __init__(self, folder: Path, t0_ns: int) -> None:
        self._folder = folder
        self._t0_ns = t0_ns
        self._writer: cv2.VideoWriter | None = None
        self._path = folder
        self._inode: int | None = None
        self._start_ns = 0
        self._slots = 0
        """Thirtieths of a second written."""
        self._last: Image | None = None

    def add(self, image: Image, capture_ns: int) -> None:
        """Add a picture, whose pixels must not change afterwards. Raises OSError if it cannot be written."""
        if shutil.disk_usage(self._folder).free < LEAST_FREE_BYTES:
            raise OSError(f"{self._folder}: less than {LEAST_FREE_BYTES / 1024**3:g} GB is free")
        if self._last is None or self._needs_new_file(image, capture_ns):
            self._open(image, capture_ns)
        assert self._writer is not None
        assert self._last is not None
        # The slot of this picture among the file's times; up to it, the last picture is repeated.
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

    def _needs_new_file(self, image: Image, capture_ns: int) -> bool:
        written_ns = self._start_ns + self._slots * NS_PER_S // FPS
        assert self._last is not None
        if self._inode != _inode(self._path):  # it was deleted or renamed: anything written now would be lost
            return True
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
        self._path, self._inode = path, _inode(path)
        self._start_ns, self._slots, self._last = capture_ns, 0, image


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
