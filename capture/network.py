"""A camera on the network: RTSP, or MJPEG over HTTP; the newest picture only."""

from urllib.parse import urlsplit

import cv2

from capture.newest import NewestReader
from capture.source import Picture, SourceError
from config.source_name import shown_source

OPEN_TIMEOUT_MS = 5000
READ_TIMEOUT_MS = 3000


class NetworkCamera:
    """Implements capture.source.Source. A picture's time is when it arrived: the sender's clock is another clock.

    Raises SourceError when nothing answers at the address.
    """

    live = True

    def __init__(self, url: str) -> None:
        self._name = shown_url(url)
        self._device = cv2.VideoCapture(
            url,
            cv2.CAP_FFMPEG,
            [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_TIMEOUT_MS],
        )
        if not self._device.isOpened():
            raise SourceError(f"{self._name}: no video stream answers there; check the address and that the camera is on")
        width_px, height_px = (int(self._device.get(p)) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        self._facts = {"source": self._name, "mode": f"{width_px}x{height_px}, network stream"}
        self._reader = NewestReader(self._device, lambda read_ns: (read_ns, "read"), self._name)

    @property
    def facts(self) -> dict[str, str]:
        """Address and size."""
        return self._facts

    @property
    def warning(self) -> str:
        """Nothing is asked of a network camera."""
        return ""

    def read(self) -> Picture | None:
        """The newest picture. Raises SourceLost."""
        return self._reader.read()

    def close(self) -> None:
        """Close the connection."""
        self._reader.close()


def shown_url(url: str) -> str:
    """The address without user name and password, fit for a screen or a log. Raises SourceError when it is none."""
    try:
        # Reading the port is what finds a malformed one.
        urlsplit(url).port  # noqa: B018
    except ValueError:
        scheme = url.partition("://")[0]
        raise SourceError(f"{scheme}://…: is not an address; write it as {scheme}://HOST:PORT/PATH") from None
    return shown_source(url)
