"""A network camera: RTSP, or MJPEG over HTTP. Import this module only where one is opened: it loads FFmpeg."""

from urllib.parse import urlsplit

import numpy as np
from av.video.frame import VideoFrame

from capture.sources.newest_reader import NewestReader
from capture.sources.picture_size import check_size
from capture.sources.source import CameraError, CapturedImage, SourceError
from capture.sources.video_stream import PicturesTooLargeError, StreamError, UnknownFormatError, UserRefusedError, VideoStream
from config.secret_address import SecretAddress
from wire.faults import FaultCode
from wire.frames.frame import Image

OPEN_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 3.0
_OPTIONS = {
    "rtsp_transport": "tcp",
    # A camera must not lead to files of this machine.
    "protocol_whitelist": "http,https,httpproxy,tcp,tls,rtp,srtp,udp,crypto,data",
    # Streams only: a picture's format, for one, would be read for ever.
    "format_whitelist": "rtsp,rtp,sdp,mpjpeg,mjpeg,mpegts,hls,flv,h264,hevc,mp4,matroska,webm,asf,ogg,nut",
    "analyzeduration": "1000000",  # µs
    "probesize": "500000",
}
_JPEGS = {**_OPTIONS, "fflags": "nobuffer", "analyzeduration": "200000"}
"""For JPEGs one after the other: their size is in the first one."""


class NetworkCamera:
    """Implements capture.sources.source.Source. A picture's capture time is its arrival, because the sender has its own clock.

    Raises CameraError when no stream answers there, the password is refused or the pictures are too large, SourceError when it
    is not an address.
    """

    live = True
    asked_fps: float | None = None

    def __init__(self, address: SecretAddress) -> None:
        _check_port(address)
        self._name = str(address)
        self._stream, device = _opened(address, self._name)
        height_px, width_px = device.retrieve()[1].shape[:2]
        self._facts = {"source": self._name, "mode": f"{width_px}x{height_px}, network stream", **_delay(self._stream)}
        device.repeat()
        self._reader = NewestReader(device, lambda read_ns: (read_ns, "read"), self._name)

    @property
    def facts(self) -> dict[str, str]:
        """Address and size."""
        return self._facts

    @property
    def mode_difference(self) -> str:
        """No mode is requested from a network camera."""
        return ""

    def rest(self, resting: bool) -> None:
        """Decode a few pictures a second, or all again.

        Where pictures are stored as changes to earlier ones, as in H.264, all are decoded, and a few converted and delivered.
        """
        pace = self._stream.pace if self._stream.is_intra_only else self._reader.pace
        pace.resting = resting

    def read(self) -> CapturedImage | None:
        """The newest picture. Raises SourceLost."""
        return self._reader.read()

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()


class _StreamDevice:
    """Implements capture.sources.newest_reader.Device."""

    def __init__(self, stream: VideoStream) -> None:
        self._stream = stream
        self._frame: VideoFrame | None = None
        self._repeats = False

    def grab(self) -> bool:
        """Wait for the next picture. False: the connection has ended, or is silent."""
        if not self._repeats:
            self._frame = self._stream.next()
        self._repeats = False
        return self._frame is not None

    def retrieve(self) -> tuple[bool, Image]:
        """The picture, or False with an empty one."""
        try:
            if self._frame is not None:
                return True, self._stream.image(self._frame)
        except StreamError:
            pass
        return False, np.zeros((0, 0, 3), np.uint8)

    def repeat(self) -> None:
        """Let the next `grab` give the present picture again."""
        self._repeats = True

    def release(self) -> None:
        """Close the connection."""
        self._stream.close()


def _opened(address: SecretAddress, name: str) -> tuple[VideoStream, _StreamDevice]:
    """Connect and wait for the first picture. Raises CameraError."""
    whole = address.reveal()
    refusal = CameraError(FaultCode.STREAM_NOT_ANSWERING, name)
    try:
        found = _first_picture(whole, _OPTIONS)
        if found is None and _is_http(whole):
            # Some cameras leave out the first boundary or the type of the parts, or state wrong lengths; the first bytes of a
            # JPEG are enough to find it.
            found = _first_picture(whole, _JPEGS, "mjpeg")
    except PicturesTooLargeError as error:
        check_size(*error.size_px, name)
        raise refusal from None
    except UserRefusedError:
        raise CameraError(FaultCode.STREAM_REFUSES_USER, name) from None
    except StreamError:
        raise refusal from None
    if found is None:
        raise refusal
    return found


def _first_picture(
    whole: str, options: dict[str, str], container_format: str | None = None
) -> tuple[VideoStream, _StreamDevice] | None:
    """A stream that sends pictures; None: its format is not what it seems to be. Raises StreamError."""
    try:
        stream = VideoStream(whole, options, "slice", OPEN_TIMEOUT_S, READ_TIMEOUT_S, container_format)
    except UnknownFormatError:
        return None
    device = _StreamDevice(stream)
    begins = device.grab()
    # Over HTTP, wait for a second picture, which shows that lengths and boundaries are right and that this is a stream.
    if begins and (not _is_http(whole) or device.grab()):
        return stream, device
    stream.close()
    if begins or stream.malformed:
        return None
    raise StreamError("sends no picture")


def _is_http(address: str) -> bool:
    return address.lower().startswith("http")


def _delay(stream: VideoStream) -> dict[str, str]:
    """The delay caused by B-frames: each picture waits for later ones. "": there is none."""
    if stream.held_back == 0:
        return {}
    delay_ms = 1000 * stream.held_back / stream.fps
    return {"delay": f"about {delay_ms:.0f} ms for B-frames; switch them off in the camera (profile Baseline)"}


def _check_port(address: SecretAddress) -> None:
    """Raises SourceError when the address is malformed."""
    whole = address.reveal()
    try:
        _ = urlsplit(whole).port  # reading it validates it
    except ValueError:
        scheme = whole.partition("://")[0]
        raise SourceError(f"{scheme}://…: is not an address; write it as {scheme}://HOST:PORT/PATH") from None
