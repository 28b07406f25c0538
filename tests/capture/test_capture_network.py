"""A network camera returns its newest picture, reports its loss, and never shows its password."""

import socket
import threading
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from capture.opening import is_live, open_source
from capture.sources import network_camera
from capture.sources.network_camera import NetworkCamera
from capture.sources.source import CapturedImage, SourceError, SourceLost
from config.secret_address import SecretAddress
from config.sections.capture import CaptureSettings
from tests.support.eventually import eventually
from tests.support.mjpeg_server import mjpeg_server
from tests.support.watched_capture import next_picture
from wire.clock import NS_PER_S, monotonic_ns
from wire.frames.frame import Image

FPS = 50.0
STEP = 8
"""Grey levels between successive pictures; JPEG changes them by less."""
PICTURES = 28


def grey(number: int) -> Image:
    return np.full((96, 128, 3), 16 + STEP * number, np.uint8)


def number_of(picture: CapturedImage) -> int:
    return round((float(picture.image.mean()) - 16) / STEP)


def ascending() -> list[tuple[float, Image]]:
    return [(number / FPS, grey(number)) for number in range(PICTURES)]


@pytest.fixture
def camera() -> Iterator[NetworkCamera]:
    with mjpeg_server(ascending(), FPS, loop=True) as url:
        opened = NetworkCamera(SecretAddress(url))
        yield opened
        opened.close()


def test_pictures_arrive_in_order_with_their_arrival_as_capture_time(camera: NetworkCamera) -> None:
    before_ns = monotonic_ns()
    taken = [next_picture(camera.read) for _ in range(10)]
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
        camera = NetworkCamera(SecretAddress(url))
        first = next_picture(camera.read)
        seen_by_then = len(drawn)
        eventually(lambda: len(drawn) >= seen_by_then + 15, "the camera continues")
        second = next_picture(camera.read)
        camera.close()
    assert second.index - first.index >= 10
    assert (number_of(second) - number_of(first)) % PICTURES == (second.index - first.index) % PICTURES


def test_the_facts_give_address_and_size(camera: NetworkCamera) -> None:
    assert camera.live
    assert camera.facts["source"].startswith("http://127.0.0.1:")
    assert camera.facts["mode"] == "128x96, network stream"
    assert camera.mode_difference == ""


def test_a_camera_that_is_switched_off_is_lost() -> None:
    with mjpeg_server(grey_at, FPS) as url:
        camera = NetworkCamera(SecretAddress(url))
        next_picture(camera.read)
    with pytest.raises(SourceLost, match=r"^http://127\.0\.0\.1:\d+/… has "):
        read_to_the_end(camera)
    camera.close()


def grey_at(t_s: float) -> Image:
    return grey(round(t_s * FPS) % PICTURES)


def read_to_the_end(camera: NetworkCamera, into: list[int] | None = None) -> None:
    while True:
        picture = next_picture(camera.read)
        if into is not None:
            into.append(number_of(picture))


def test_a_closed_connection_is_a_loss_after_the_last_picture() -> None:
    with mjpeg_server(ascending(), FPS) as url:
        camera = NetworkCamera(SecretAddress(url))
        seen: list[int] = []
        with pytest.raises(SourceLost):
            read_to_the_end(camera, into=seen)
        camera.close()
    assert seen == sorted(seen)
    assert seen[-1] >= PICTURES - 2  # the last one may wait for the start of the next


def test_an_address_where_nothing_listens_is_refused_without_its_password() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://runner:secret@127.0.0.1:{free.getsockname()[1]}/video"
        with pytest.raises(SourceError) as caught:
            open_source(CaptureSettings(source=SecretAddress(url)))
    assert "no video stream answers" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_a_camera_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_camera, "OPEN_TIMEOUT_S", 1.0)
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
        with pytest.raises(SourceError, match="no video stream answers"):
            NetworkCamera(SecretAddress(f"http://127.0.0.1:{other.getsockname()[1]}/"))
        thread.join()


@pytest.mark.parametrize(
    "url", ["http://runner:secret@camera:99999/", "rtsp://runner:secret@[camera/", "http://camera:secret/"]
)
def test_a_malformed_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SourceError, match="is not an address; write it as") as caught:
        open_source(CaptureSettings(source=SecretAddress(url)))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["rtsp://a/b", "HTTP://a", "https://a", "0", "/dev/video0"])
def test_cameras_are_live(name: str) -> None:
    assert is_live(SecretAddress(name))


@pytest.mark.parametrize("name", ["run.mp4", "synthetic:fps=30", "clips/0", "http.mp4"])
def test_recordings_are_not_live(name: str) -> None:
    assert not is_live(SecretAddress(name))


def test_capture_times_are_on_the_monotonic_clock(camera: NetworkCamera) -> None:
    picture = next_picture(camera.read)
    assert 0 <= monotonic_ns() - picture.capture_ns < NS_PER_S


@pytest.mark.parametrize(
    "address",
    ["rstp://coach:secret@camera/1", "rtsp:/coach:secret@camera/1", "coach:secret@camera", "postgresql://u:secret@h/db"],
)
def test_a_mistyped_address_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(SourceError, match="is neither a file nor a camera's address") as refused:
        open_source(CaptureSettings(source=SecretAddress(address)))
    assert "secret" not in str(refused.value)
