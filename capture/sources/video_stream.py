"""Decodes the pictures of a file or a network stream with PyAV, FFmpeg's binding.

Import this module only where something is opened: it loads FFmpeg.
"""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from typing import Literal, TypeGuard, cast

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream as Track

from capture.sources.picture_size import MOST_PX
from capture.sources.resting_pace import RestingPace
from capture.sources.timeline import DisplayStamps
from capture.sources.upright_image import UprightImage
from wire.clock import NS_PER_S, monotonic_ns, s_to_ns
from wire.frames.frame import Image

DEFAULT_FPS = 30.0
_NO_TIMESTAMPS = 0x80
"""A container format's flag AVFMT_NOTIMESTAMPS."""
_SLOWEST_FPS, _FASTEST_FPS = 0.5, 1000.0
"""A nominal rate outside this range is an error in the file."""

_LOOKED_AT = 500
"""Packets read to find out which of several tracks are videos: eight seconds of two."""
_FEWER = 4
"""A track with this many times fewer pictures than another one is not a video."""

FIRST_PICTURE_S = 15.0
"""A stream must send a whole picture within this time: cameras send a key frame every ten seconds at least."""
_USER_REFUSED = (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)
"""Of RTSP, too."""
_NO_ANSWER = (
    av.error.ExitError,
    av.error.HTTPError,
    av.error.HTTPClientError,
    ConnectionError,
    TimeoutError,
    PermissionError,
)
"""Errors unrelated to the format; ExitError: the time is up."""

Threads = Literal["frame", "slice"]
"""Decoding several frames at a time is faster; decoding the slices of one frame in parallel adds no delay."""


class StreamError(Exception):
    """There is no video to read. The text is the end of a sentence that begins with the file's name."""


class UnknownFormatError(StreamError):
    """There are data, but not a video of a known format."""

    def __init__(self) -> None:
        super().__init__("is not a video that can be read; try another file, or convert it to MP4")


class UserRefusedError(StreamError):
    """The server refuses the user name or password."""

    def __init__(self) -> None:
        super().__init__("refuses the user name or password")


class PicturesTooLargeError(StreamError):
    """A picture would take too much memory."""

    def __init__(self, width_px: int, height_px: int) -> None:
        super().__init__("has pictures larger than 8K; scale it down")
        self.size_px = width_px, height_px


class VideoStream:
    """The best video track of a file or an address. Damaged pictures are left out.

    `open_s` and `read_s`: how long to wait for the start and for more data; None: as long as it takes. `container_format`:
    FFmpeg's name of the format; None: recognised by its first bytes.
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
        def opened() -> InputContainer:
            try:
                return av.open(
                    address, "r", container_format, options=options, timeout=(open_s, read_s), metadata_errors="replace"
                )
            except av.FFmpegError as error:  # whose text contains the address
                if isinstance(error, _USER_REFUSED):
                    raise UserRefusedError from None
                if isinstance(error, _NO_ANSWER):
                    raise StreamError(f"cannot be opened ({error.strerror})") from None
                raise UnknownFormatError from None

        self._is_file = read_s is None
        self._container = opened()
        try:
            moving = None
            if len(self._container.streams.video) > 1 and self._is_file:
                moving = _moving_tracks(self._container)
                self._container.close()
                self._container = opened()
            self._track = _best_track(self._container, moving)
        except StreamError:
            self._container.close()
            raise
        self._track.thread_type = ThreadType.AUTO if threads == "frame" else ThreadType.SLICE
        self._track.codec_context.options = {"max_pixels": str(MOST_PX)}
        self.malformed = False
        """Whether reading ended because the container is malformed."""
        self.pace = RestingPace()
        """For a stream that `is_intra_only`: which pictures are decoded."""
        self._upright = UprightImage()
        self._stamps = DisplayStamps()
        self._ended = False
        self._stored = 0
        """Number of pictures read, decodable or not, except those that are not to be shown."""
        self._begins_s, self._reached_s = 0.0, 0.0
        """The first timestamp, if it is negative; and the end of the last picture or sound."""
        self._decoded_count, self._corrupt_at = 0, 0
        """How many pictures have been decoded, whole or not; and which was the last that was not whole, counted from 1."""
        self._shown = False
        """Whether a whole picture has been decoded."""
        self._opened_ns = monotonic_ns()
        self._last_is_short = False
        """Whether bytes are missing from the last packet."""
        self._frames = self._decoded()

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height as stored: before turning, and with pixels as they are."""
        return self._track.width, self._track.height

    @property
    def fps(self) -> float:
        """Mean rate according to the container or the codec; `DEFAULT_FPS` if neither has a plausible one."""
        container, codec = (self._track.average_rate, self._track.guessed_rate), self._track.codec_context.framerate
        # A file without timestamps has no rate either: its format's reader makes one up.
        rates = (*container, codec) if self._has_timestamps else (codec, *container)
        return float(next(filter(_is_plausible, rates), DEFAULT_FPS))

    @property
    def has_times(self) -> bool:
        """Whether timestamps or a rate are stored: raw H.264 or Motion JPEG may have neither."""
        return self._has_timestamps or _is_plausible(self._track.codec_context.framerate)

    @property
    def _has_timestamps(self) -> bool:
        return not self._container.format.flags & _NO_TIMESTAMPS

    @property
    def frames(self) -> int | None:
        """Number of pictures according to the container; None: unknown.

        Its table also counts pictures that an edit list leaves out, so the durations count, too. The mean rate is a guess where
        the rate varies: once all has been read, the number of stored pictures and the time they cover are used instead.
        """
        durations_s = []
        if self._container.duration is not None:
            durations_s.append(self._container.duration / av.time_base)
        if self._track.duration is not None and self._track.time_base is not None:
            durations_s.append(float(self._track.duration * self._track.time_base))
        durations_s = [one for one in durations_s if one > 0]
        counts = [self._track.frames, *(round(one * self.fps) for one in durations_s)]
        if self._ended and durations_s and self._stored > 1 and self._reached_s > 0:
            counts.append(round(self._stored * max(1.0, min(durations_s) / (self._reached_s - self._begins_s))))
        promised = min((count for count in counts if count > 0), default=None)
        # Matroska's duration leaves out pictures with negative times.
        return None if promised is None else max(promised, self._decoded_count)

    @property
    def ends_broken(self) -> bool:
        """Whether the last picture is damaged, or reading ended for an error; known once all has been read."""
        # With B-frames, the last picture that is stored is not the last one that is shown.
        is_last = 0 < self._corrupt_at >= self._decoded_count - self.held_back
        return self._ended and (self.malformed or self._last_is_short or is_last)

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
        """Number of pictures that the decoder holds back to reorder B-frames; known once the first one is decoded."""
        return self._track.codec_context.reorder_depth

    def next(self) -> VideoFrame | None:
        """Decode the next picture, in the order of display; None at the end, where a file is cut off or a stream is silent."""
        return next(self._frames, None)

    def stamp_ns(self, frame: VideoFrame) -> int | None:
        """The timestamp of the next picture; None: the stream has none."""
        stamp = self._stamps.choose(frame.pts, frame.dts)
        unit = frame.time_base or self._track.time_base
        if stamp is None or unit is None:
            return None
        return round(stamp * unit.numerator * NS_PER_S / unit.denominator)

    def image(self, frame: VideoFrame) -> Image:
        """The picture as a viewer sees it: turned, with square pixels, blue-green-red. Raises StreamError."""
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
            for packet in self._packets():
                if not (self._is_file or self._shown) and monotonic_ns() - self._opened_ns > s_to_ns(FIRST_PICTURE_S):
                    break
                if self.is_intra_only and not self.pace.wants(monotonic_ns()):
                    continue
                try:
                    frames = packet.decode()
                except av.FFmpegError:
                    continue
                yield from self._whole(frames)
            self._ended = True
        except av.FFmpegError as error:  # it is cut off, or nothing arrives
            self._ended = True
            self.malformed = isinstance(error, av.error.InvalidDataError)
            try:
                frames = self._track.decode(None)
            except (av.FFmpegError, EOFError):
                return
            yield from self._whole(frames)

    def _whole(self, frames: list[VideoFrame]) -> Iterator[VideoFrame]:
        """Those of which nothing is missing."""
        for frame in frames:
            self._decoded_count += 1
            if frame.is_corrupt:
                self._corrupt_at = self._decoded_count
            else:
                self._shown = True
                yield frame

    def _packets(self) -> "Iterator[Packet[Track]]":
        """The packets of this track. Raises av.FFmpegError where it is cut off, or nothing arrives."""
        # A file's sound also shows how far it has been read: it may continue after the last picture.
        others = self._container.streams.audio if self._is_file else ()
        for packet in self._container.demux(self._track, *others):
            self._note(packet)
            if packet.stream.index == self._track.index:
                yield cast("Packet[Track]", packet)

    def _note(self, packet: "Packet[Stream]") -> None:
        """Count a packet of this track, and record how far the file has been read."""
        if packet.size == 0 or packet.is_discard:  # nothing was recorded there, or it is not to be shown
            return
        if packet.stream.index == self._track.index:
            self._stored += 1
            self._last_is_short = packet.is_corrupt
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is not None and packet.time_base is not None:
            self._begins_s = min(self._begins_s, float(stamp * packet.time_base))
            self._reached_s = max(self._reached_s, float((stamp + (packet.duration or 0)) * packet.time_base))


def _is_plausible(rate: Fraction | None) -> TypeGuard[Fraction]:
    return rate is not None and _SLOWEST_FPS <= rate <= _FASTEST_FPS


def _moving_tracks(container: InputContainer) -> set[int]:
    """The indices of the video tracks that have about as many pictures as the others, from the first packets.

    A cover or a preview is often not marked as one, and has one or a few pictures.
    """
    counts = {track.index: 0 for track in container.streams.video}
    with suppress(av.FFmpegError):
        for packet in islice(container.demux(container.streams.video), _LOOKED_AT):
            counts[packet.stream.index] += packet.size > 0
    return {index for index, count in counts.items() if count >= max(counts.values()) / _FEWER}


def _best_track(container: InputContainer, moving: set[int] | None) -> Track:
    """The video track with the largest pictures, of equal ones the first; never the cover of a piece of music.

    `moving`: the indices of tracks with more than single pictures; None: all. Raises StreamError.
    """
    tracks = [track for track in container.streams.video if Disposition.attached_pic not in track.disposition]
    if container.format.name == "tty" or not (tracks or container.streams.audio):
        raise UnknownFormatError
    if not tracks:
        raise StreamError("contains sound but no video; name a video file")
    tracks = [track for track in tracks if moving is None or track.index in moving] or tracks
    track = max(tracks, key=lambda track: track.width * track.height if track.codec_context else -1)
    if not track.codec_context:
        raise StreamError("is in a format that cannot be decoded; convert it to MP4")
    if track.width * track.height > MOST_PX:
        raise PicturesTooLargeError(track.width, track.height)
    return track
