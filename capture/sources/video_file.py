"""Reads a video file with its own timestamps."""

import stat
from pathlib import Path

from capture.sources.file_end import end_is_missing, is_whole_mp4, starts_like_mp4
from capture.sources.slow_motion import tagged_fps
from capture.sources.source import SourceError
from capture.sources.timeline import Timeline
from capture.sources.video_stream import StreamError, VideoStream
from wire.clock import NS_PER_S
from wire.frames.frame import Image, TimeSource

_ONLY_FILES = {"protocol_whitelist": "file"}
"""A playlist in disguise must not make HipCue open addresses."""
_HEAD_BYTES = 21


class VideoFile:
    """Implements capture.sources.source.Recording.

    `filmed_at_fps`: the rate at which a slow-motion clip was filmed; 0: the file's own rate. Raises SourceError if the file
    is missing or is not a video.
    """

    time_source: TimeSource = "file"

    def __init__(self, path: Path, filmed_at_fps: float = 0.0) -> None:
        self._path = path
        try:
            mode = path.stat().st_mode
            if stat.S_ISDIR(mode):
                raise SourceError(f"{path}: is a folder; name a video file in it")
            if not stat.S_ISREG(mode):  # opening a pipe would wait for a writer
                raise SourceError(f"{path}: is not a regular file; save the video in a file of its own")
            with path.open("rb") as file:
                head = file.read(_HEAD_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            raise SourceError(f"{path}: there is no such file; check the name") from None
        except OSError as error:  # also links that lead to themselves
            raise SourceError(f"{path}: cannot be read ({error.strerror}); check its name and permissions") from None
        if _is_animated_webp(head):  # FFmpeg reads single pictures of this format only
            raise SourceError(f"{path}: is an animated WebP, which cannot be read; convert it to MP4 or GIF")
        if not head:
            raise SourceError(f"{path}: is empty; copy it again from where it was filmed")
        self._starts_like_mp4 = starts_like_mp4(head)
        self._open()
        if not (filmed_at_fps or self._stream.has_times):
            self._stream.close()
            raise SourceError(f"{path}: stores no times; add the filming rate, such as --filmed-at 30")
        # The size is known only from the first picture, after it has been turned.
        self._ahead = self._stream.next()
        if self._ahead is None:
            self._stream.close()
            raise self._unreadable("contains no picture that can be read; copy it again, or convert it to MP4")
        self._current = self._ahead
        height_px, width_px = self.image().shape[:2]
        stored_fps = self._stream.fps
        self._fps = filmed_at_fps or tagged_fps(self._stream.tags, stored_fps) or stored_fps
        self._speed = self._fps / stored_fps
        """How much faster the runner was than the clip shows."""
        self._timeline = self._new_timeline()
        slow = f", slow motion stored at {stored_fps:.6g} fps" if self._speed != 1 else ""
        self._facts = {"source": path.name, "mode": f"{width_px}x{height_px} at {self._fps:.6g} fps, file{slow}"}

    @property
    def facts(self) -> dict[str, str]:
        """Size, rate and name."""
        return self._facts

    @property
    def frames(self) -> int | None:
        """Number of pictures according to the container; more exact once all have been read."""
        return self._stream.frames

    @property
    def end_missing(self) -> bool:
        """Whether the file ends in the middle of a picture or without its format's end mark; known once all has been read."""
        try:
            return self._stream.ends_broken or end_is_missing(self._path)
        except OSError:  # it has been moved since
            return False

    @property
    def fps(self) -> float:
        """Nominal rate; used for times only where the file has none."""
        return self._fps

    def advance(self) -> int | None:
        """Go to the next picture with a later timestamp. Where timestamps start over, time continues."""
        while True:
            frame, self._ahead = self._ahead or self._stream.next(), None
            if frame is None:
                return None
            at_ns = self._timeline.place(self._stream.stamp_ns(frame))
            if at_ns is not None:
                self._current = frame
                return round(at_ns / self._speed)

    def image(self) -> Image:
        """The current picture, as a viewer sees it. Raises SourceError where the file is damaged."""
        try:
            return self._stream.image(self._current)
        except StreamError as error:
            raise SourceError(f"{self._path}: {error}") from None

    def rewind(self) -> None:
        """Reopen the file."""
        self._stream.close()
        self._open()
        self._timeline = self._new_timeline()
        self._ahead = None

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def _open(self) -> None:
        try:
            # A name may contain a colon, and is still not an address.
            self._stream = VideoStream(f"file:{self._path}", _ONLY_FILES)
        except StreamError as error:
            raise self._unreadable(str(error)) from None

    def _unreadable(self, problem: str) -> SourceError:
        if self._starts_like_mp4 and not is_whole_mp4(self._path):
            problem = "is not a video that can be read: its end is missing; copy it again from where it was filmed"
        return SourceError(f"{self._path}: {problem}")

    def _new_timeline(self) -> Timeline:
        return Timeline(round(NS_PER_S / self._stream.fps))


def _is_animated_webp(head: bytes) -> bool:
    """Whether the second bit of the flags in its extended header is set (RFC 9649)."""
    return head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and bool(head[20:21] and head[20] & 2)
