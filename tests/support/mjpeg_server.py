"""A network camera of the tests' own: MJPEG over HTTP on 127.0.0.1, pictures at their own times."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

import cv2

from wire.frames.frame import Image

BOUNDARY = "picture"
JPEG_QUALITY = 90

Pictures = Iterable[tuple[float, Image]]
"""(seconds since the start, blue-green-red picture), times ascending."""


@contextmanager
def mjpeg_server(pictures: Pictures | Callable[[float], Image], fps: float, loop: bool = False) -> Iterator[str]:
    """Serve pictures and yield the address; at the end of the block the camera is gone.

    Each viewer sees them from the first one on, each at its own time. After the last one the camera hangs up, or with
    `loop` starts again a period of `fps` later. A function from seconds to a picture is asked `fps` times a second for ever.
    """
    with served(_Camera(pictures, fps, loop)) as url:
        yield url


class Camera(Protocol):
    """What a server shows."""

    gone: threading.Event
    """Set at the end: nobody waits for the next shot then."""

    def shots(self) -> Iterator[tuple[float, bytes]]:
        """(seconds since the viewer came, JPEG); at the end of them the camera hangs up."""
        ...


@contextmanager
def served(camera: Camera) -> Iterator[str]:
    """Serve a camera and give its address; at the end of the block it is gone."""
    server = _Server(camera)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="mjpeg server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/video.mjpg"
    finally:
        camera.gone.set()
        server.shutdown()
        server.server_close()
        thread.join()


def jpeg(image: Image) -> bytes:
    """A picture as a JPEG file."""
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()


class _Camera:
    """What is shown, and when."""

    def __init__(self, pictures: Pictures | Callable[[float], Image], fps: float, loop: bool) -> None:
        self.gone = threading.Event()
        self._period_s = 1 / fps
        self._loop = loop
        self._draw = pictures if callable(pictures) else None
        # Encoded beforehand: the camera shall not take computing time from those who watch it.
        self._encoded = [] if callable(pictures) else [(at_s, jpeg(image)) for at_s, image in pictures]

    def shots(self) -> Iterator[tuple[float, bytes]]:
        """(seconds since the start, JPEG)."""
        if self._draw is not None:
            number = 0
            while True:
                yield number * self._period_s, jpeg(self._draw(number * self._period_s))
                number += 1
        start_s = 0.0
        while self._encoded:
            for at_s, packed in self._encoded:
                yield start_s + at_s, packed
            if not self._loop:
                return
            start_s += self._encoded[-1][0] + self._period_s


class _Server(ThreadingHTTPServer):
    """A thread per viewer; closing waits for them."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, camera: Camera) -> None:
        super().__init__(("127.0.0.1", 0), _Viewer)
        self.camera = camera


class _Viewer(BaseHTTPRequestHandler):
    """One connection."""

    server: _Server
    timeout = 5.0

    def do_GET(self) -> None:
        """Send the pictures until they end, the viewer leaves, or the camera is gone."""
        camera = self.server.camera
        with suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
            self.end_headers()
            start_s = time.monotonic()
            for at_s, packed in camera.shots():
                if camera.gone.wait(max(0.0, start_s + at_s - time.monotonic())):
                    return
                head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(packed)}\r\n\r\n"
                self.wfile.write(head.encode() + packed + b"\r\n")

    def log_message(self, *_: object) -> None:
        """Say nothing."""
