"""Decodes the pictures of a file or a network stream with PyAV, FFmpeg's binding.

Import this module only where something is opened: it loads FFmpeg.
"""

from collections.abc import Iterator
from typing import Literal

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as Track

from capture.sources.picture_size import MOST_PX
from capture.sources.resting_pace import RestingPace
from capture.sources.upright_image import UprightImage
from wire.clock import NS_PER_S, monotonic_ns
from wire.frames.frame import Image

DEFAULT_FPS = 30.0
_SLOWEST_FPS, _FASTEST_FPS = 0.5, 1000.0
"""A nominal rate outside this range is a mistake of the file."""

_NO_ANSWER = (av.error.ExitError, av.error.HTTPError, ConnectionError, TimeoutError, PermissionError)
"""Errors that say nothing about the format; ExitError: the time is up."""

Threads = Literal["frame", "slice"]
"""Decoding several frames at a time is faster; decoding one in several slices delays none."""


class StreamError(Exception):
    """There is no video to read. The text continues a sentence that begins with the file's name."""


class UnknownFormatError(StreamError):
    """Something is there, and it is no video of a known format."""

    def __init__(self) -> None:
        super().__init__("is not a video that can be read; try another file, or convert it to MP4")


class PicturesTooLargeError(StreamError):
    """A picture would take too much memory."""

    def __init__(self, width_px: int, height_px: int) -> None:
        super().__init__("has pictures larger than 8K; scale it down")
        self.size_px = width_px, height_px


class VideoStream:
    """The best video track of a file or an address. Damaged pictures are left out.

    `open_s` and `read_s`: how long to wait for the start and for more data; None: as long as it takes. `container_format`:
    FFmpeg's name of it; None: recognised by its first bytes.
    Raises StreamError, whose text never contains the address.
    """

    def __init__(
        self,
        address: str,
        options: dict[str, str],
        threads: Threads = "frame",
        open_s: float | None = None,
        read_s: float | None = None,
        container_format: str | None = None,
    ) -> None:
        try:
            self._container: InputContainer = av.open(
                address, "r", container_format, options=options, timeout=(open_s, read_s), metadata_errors="replace"
            )
        except av.FFmpegError as error:  # whose text contains the address
            if isinstance(error, _NO_ANSWER):
                raise StreamError(f"cannot be opened ({error.strerror})") from None
            raise UnknownFormatError from None
        try:
            self._track = _best_track(self._container)
        except StreamError:
            self._container.close()
            raise
        self._track.thread_type = ThreadType.AUTO if threads == "frame" else ThreadType.SLICE
        self._track.codec_context.options = {"max_pixels": str(MOST_PX)}
        self.malformed = False
        """Whether reading ended because the container's format was not kept to."""
        self.pace = RestingPace()
        """Of a stream that `is_intra_only`: which pictures are decoded."""
        self._upright = UprightImage()
        self._frames = self._decoded()

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height as stored: before turning, and with pixels as they are."""
        return self._track.width, self._track.height

    @property
    def fps(self) -> float:
        """Mean rate according to the container, `DEFAULT_FPS` if it has none that can be true."""
        for rate in (self._track.average_rate, self._track.guessed_rate):
            if rate and _SLOWEST_FPS <= rate <= _FASTEST_FPS:
                return float(rate)
        return DEFAULT_FPS

    @property
    def frames(self) -> int | None:
        """Number of pictures according to the container; None: unknown.

        Its table also counts pictures that an edit list leaves out, so the durations have a say too.
        """
        counts = [self._track.frames]
        if self._container.duration is not None:
            counts.append(round(self._container.duration * self.fps / av.time_base))
        if self._track.duration is not None and self._track.time_base is not None:
            counts.append(round(self._track.duration * self._track.time_base * self.fps))
        return min((count for count in counts if count > 0), default=None)

    @property
    def is_intra_only(self) -> bool:
        """Whether each picture can be decoded without the others, as in Motion JPEG."""
        return self._track.codec_context.codec.intra_only

    @property
    def tags(self) -> dict[str, str]:
        """Metadata of the container and the track."""
        return {**self._container.metadata, **self._track.metadata}

    @property
    def held_back(self) -> int:
        """How many pictures the decoder holds back to put B-frames into order; known once the first one is decoded."""
        return self._track.codec_context.reorder_depth

    def next(self) -> VideoFrame | None:
        """Decode the next picture, in the order of display; None at the end, where a file is cut off or a stream is silent."""
        return next(self._frames, None)

    def stamp_ns(self, frame: VideoFrame) -> int | None:
        """The picture's own timestamp; None: the stream has none."""
        stamp = frame.dts if frame.pts is None else frame.pts
        unit = frame.time_base or self._track.time_base
        if stamp is None or unit is None:
            return None
        return round(stamp * unit.numerator * NS_PER_S / unit.denominator)

    def image(self, frame: VideoFrame) -> Image:
        """The picture as it is to be seen: turned, with square pixels, blue-green-red. Raises StreamError."""
        try:
            return self._upright.image(frame, self._track.sample_aspect_ratio)
        except (av.FFmpegError, ValueError):  # a format of pixels that nothing converts
            raise StreamError("contains a picture that cannot be converted; convert it to MP4") from None

    def close(self) -> None:
        """Close the file or the connection."""
        self._frames = iter(())
        self._container.close()

    def _decoded(self) -> Iterator[VideoFrame]:
        try:
            for packet in self._container.demux(self._track):
                if self.is_intra_only and not self.pace.wants(monotonic_ns()):
                    continue
                try:
                    frames = packet.decode()
                except av.FFmpegError:
                    continue
                yield from _whole(frames)
        except av.FFmpegError as error:  # it is cut off, or nothing arrives
            self.malformed = isinstance(error, av.error.InvalidDataError)
            try:
                frames = self._track.decode(None)
            except (av.FFmpegError, EOFError):
                return
            yield from _whole(frames)


def _whole(frames: list[VideoFrame]) -> list[VideoFrame]:
    """Those of which nothing is missing."""
    return [frame for frame in frames if not frame.is_corrupt]


def _best_track(container: InputContainer) -> Track:
    """The video track with the largest pictures, of equal ones the first; never the cover of a piece of music.

    Raises StreamError.
    """
    tracks = [track for track in container.streams.video if Disposition.attached_pic not in track.disposition]
    if container.format.name == "tty" or not (tracks or container.streams.audio):
        raise UnknownFormatError
    if not tracks:
        raise StreamError("contains sound but no video; name a video file")
    track = max(tracks, key=lambda track: track.width * track.height if track.codec_context else -1)
    if not track.codec_context:
        raise StreamError("is in a format that cannot be decoded; convert it to MP4")
    if track.width * track.height > MOST_PX:
        raise PicturesTooLargeError(track.width, track.height)
    return track
