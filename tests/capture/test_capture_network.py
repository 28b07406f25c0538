"""A network camera gives its newest picture, says when it is lost, and keeps its password to itself."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest

from capture.network import NetworkCamera, shown_url
from capture.opening import is_live, open_source
from capture.source import NotYet, Picture, SourceError, SourceLost
from config.schema import Capture
from tests.eventually import eventually
from tests.mjpeg_server import mjpeg_server
from wire.clock import NS_PER_S, monotonic_ns
from wire.frames import Image

FPS = 50.0
STEP = 8
"""Grey levels from picture to picture: JPEG changes them by less."""
PICTURES = 28


def grey(number: int) -> Image:
    return np.full((96, 128, 3), 16 + STEP * number, np.uint8)


def number_of(picture: Picture) -> int:
    return round((float(picture.image.mean()) - 16) / STEP)


def ascending() -> list[tuple[float, Image]]:
    return [(number / FPS, grey(number)) for number in range(PICTURES)]


@pytest.fixture
def camera() -> Iterator[NetworkCamera]:
    with mjpeg_server(ascending(), FPS, loop=True) as url:
        opened = NetworkCamera(url)
        yield opened
        opened.close()


def test_pictures_come_in_order_with_the_time_of_their_arrival(camera: NetworkCamera) -> None:
    before_ns = monotonic_ns()
    taken = [next_of(camera) for _ in range(10)]
    assert all(earlier.capture_ns < later.capture_ns for earlier, later in pairwise(taken))
    assert all(earlier.index < later.index for earlier, later in pairwise(taken))
    assert {picture.time_source for picture in taken} == {"read"}
    assert taken[-1].capture_ns >= before_ns
    assert taken[0].image.shape == (96, 128, 3)


def test_a_slow_reader_gets_the_newest_picture() -> None:
    drawn: list[int] = []

    def draw(_t_s: float) -> Image:
        drawn.append(len(drawn))
        return grey(drawn[-1] % PICTURES)

    with mjpeg_server(draw, FPS) as url:
        camera = NetworkCamera(url)
        first = next_of(camera)
        seen_by_then = len(drawn)
        eventually(lambda: len(drawn) >= seen_by_then + 15, "the camera goes on")
        second = next_of(camera)
        camera.close()
    assert second.index - first.index >= 10
    assert (number_of(second) - number_of(first)) % PICTURES == (second.index - first.index) % PICTURES


def test_facts_are_for_people(camera: NetworkCamera) -> None:
    assert camera.live
    assert camera.facts["source"].startswith("http://127.0.0.1:")
    assert camera.facts["mode"] == "128x96, network stream"
    assert camera.warning == ""


def test_a_camera_that_goes_away_is_lost() -> None:
    with mjpeg_server(grey_at, FPS) as url:
        camera = NetworkCamera(url)
        next_of(camera)
    with pytest.raises(SourceLost, match=r"^http://127\.0\.0\.1:\d+/video\.mjpg has "):
        read_to_the_end(camera)
    camera.close()


def grey_at(t_s: float) -> Image:
    return grey(round(t_s * FPS) % PICTURES)


def next_of(camera: NetworkCamera) -> Picture:
    """The next picture, as the capture process waits for it."""

    def read() -> Picture | None:
        with suppress(NotYet):
            return camera.read()
        return None

    return eventually(read, "a picture comes")


def read_to_the_end(camera: NetworkCamera, into: list[int] | None = None) -> None:
    while True:
        picture = next_of(camera)
        if into is not None:
            into.append(number_of(picture))


def test_a_camera_that_hangs_up_is_lost_after_its_last_picture() -> None:
    with mjpeg_server(ascending(), FPS) as url:
        camera = NetworkCamera(url)
        seen: list[int] = []
        with pytest.raises(SourceLost):
            read_to_the_end(camera, into=seen)
        camera.close()
    assert seen == sorted(seen)
    assert seen[-1] >= PICTURES - 2  # the last may be held back until the one after it would begin


def test_where_nothing_listens_there_is_no_camera() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://runner:secret@127.0.0.1:{free.getsockname()[1]}/video"
        with pytest.raises(SourceError) as caught:
            open_source(Capture(source=url))
    assert "no video stream answers there" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_what_listens_but_is_no_camera_is_refused() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        def answer() -> None:
            connection, _ = other.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(SourceError, match="no video stream answers there"):
            NetworkCamera(f"http://127.0.0.1:{other.getsockname()[1]}/")
        thread.join()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://runner:secret@camera.local:554/stream1", "rtsp://camera.local:554/stream1"),
        ("http://10.0.0.7/video?password=secret", "http://10.0.0.7/video"),
        ("http://runner:se@cret@camera/", "http://camera/"),
        ("http://[fd00::7]:8080/video", "http://[fd00::7]:8080/video"),
        ("https://camera", "https://camera"),
    ],
)
def test_what_is_shown_has_no_user_and_no_password(url: str, shown: str) -> None:
    assert shown_url(url) == shown


@pytest.mark.parametrize(
    "url", ["http://runner:secret@camera:99999/", "rtsp://runner:secret@[camera/", "http://camera:secret/"]
)
def test_what_is_no_address_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(SourceError, match="is not an address; write it as") as caught:
        open_source(Capture(source=url))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["rtsp://a/b", "HTTP://a", "https://a", "0", "/dev/video0"])
def test_cameras_are_live(name: str) -> None:
    assert is_live(name)


@pytest.mark.parametrize("name", ["run.mp4", "synthetic:fps=30", "clips/0", "http.mp4"])
def test_recordings_are_not(name: str) -> None:
    assert not is_live(name)


def test_times_are_of_the_one_clock(camera: NetworkCamera) -> None:
    picture = next_of(camera)
    assert 0 <= monotonic_ns() - picture.capture_ns < NS_PER_S
