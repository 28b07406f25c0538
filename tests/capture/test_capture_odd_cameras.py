"""Given a network camera that violates the standards, is slow or falls silent, then it is read or refused in time."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from socket import socket

import numpy as np
import pytest

from capture.sources import network_camera, video_stream
from capture.sources.network_camera import NetworkCamera
from capture.sources.source import CameraError, SourceLost
from config.secret_address import SecretAddress
from tests.support.mjpeg_server import jpeg
from tests.support.scripted_server import Conversation, h264, http_pictures, rtsp_camera, scripted_server, silence
from tests.support.watched_capture import next_picture
from wire.faults import FaultCode
from wire.frames.frame import Image

FPS = 30
PICTURES = 24
TYPE = b"Content-Type: multipart/x-mixed-replace; boundary=x\r\n"


def grey(number: int) -> Image:
    return np.full((96, 128, 3), 16 + 8 * (number % PICTURES), np.uint8)


GRAIN = np.random.default_rng(1).integers(-12, 13, (96, 128, 3))
JPEGS = [jpeg(np.clip(grey(number) + GRAIN, 0, 255).astype(np.uint8)) for number in range(PICTURES)]


@contextmanager
def opened(talk: Conversation, scheme: str = "http") -> Iterator[NetworkCamera]:
    with scripted_server(talk) as port:
        camera = NetworkCamera(SecretAddress(f"{scheme}://coach:secret@127.0.0.1:{port}/video"))
        try:
            yield camera
        finally:
            camera.close()


def part(
    number: int,
    boundary: bytes = b"--x",
    head: bytes = b"Content-Type: image/jpeg\r\n",
    length: bool = True,
    length_off_by: int = 0,
) -> bytes:
    body = JPEGS[number % PICTURES]
    size = b"Content-Length: %d\r\n" % (len(body) + length_off_by) if length else b""
    return boundary + b"\r\n" + head + size + b"\r\n" + body + b"\r\n"


ODD: dict[str, tuple[bytes, Callable[[int], bytes], bytes]] = {
    "no first boundary": (TYPE, lambda number: part(number)[5:] + b"--x\r\n", b""),
    "no length": (TYPE, lambda number: part(number, length=False), b""),
    "boundary=--x": (TYPE.replace(b"=x", b"=--x"), part, b""),
    "boundary=--x, doubled": (TYPE.replace(b"=x", b"=--x"), lambda number: part(number, b"----x"), b""),
    "boundary in quotes": (TYPE.replace(b"=x", b'="x"'), part, b""),
    "another boundary": (TYPE, lambda number: part(number, b"--other"), b""),
    "headers in odd case": (
        TYPE.replace(b"Content-Type", b"content-TYPE"),
        lambda number: part(number, head=b"CONTENT-type: Image/JPEG\r\n").replace(b"Content-Length", b"content-LENGTH"),
        b"",
    ),
    "image/jpg": (TYPE, lambda number: part(number, head=b"Content-Type: image/jpg\r\n"), b""),
    "parts without a type": (TYPE, lambda number: part(number, head=b""), b""),
    "JPEGs and nothing else": (b"Content-Type: image/jpeg\r\n", lambda number: JPEGS[number % PICTURES], b""),
    "lengths too small": (TYPE, lambda number: part(number, length_off_by=-50), b""),
    "lengths too large": (TYPE, lambda number: part(number, length_off_by=2), b""),
    "lengths far too large": (TYPE, lambda number: part(number, length_off_by=10**8), b""),
    "the last boundary after each part": (TYPE, lambda number: part(number) + b"--x--\r\n", b""),
    "in chunks": (
        TYPE + b"Transfer-Encoding: chunked\r\n",
        lambda number: b"%x\r\n%s\r\n" % (len(part(number)), part(number)),
        b"",
    ),
    "a text first": (TYPE, part, b"welcome\r\n"),
}


@pytest.mark.parametrize("kind", ODD)
def test_mjpeg_that_keeps_to_no_standard(kind: str) -> None:
    head, parts, before = ODD[kind]
    with opened(http_pictures(head, parts, FPS, before)) as camera:
        taken = [next_picture(camera.read) for _ in range(5)]
    assert taken[0].image.shape == (96, 128, 3)
    seen = [round((float(one.image.mean()) - 16) / 8) for one in taken]
    steps = [(later - earlier) % PICTURES for earlier, later in pairwise(seen)]
    assert steps == [later.index - earlier.index for earlier, later in pairwise(taken)]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_camera, "OPEN_TIMEOUT_S", 1.0)
    monkeypatch.setattr(network_camera, "READ_TIMEOUT_S", 0.4)


@pytest.mark.usefixtures("impatient")
class TestSilence:
    @pytest.mark.parametrize("scheme", ["http", "rtsp"])
    def test_from_the_start_is_a_refusal_in_time(self, scheme: str) -> None:
        started_s = time.monotonic()
        with pytest.raises(CameraError, match="no video stream answers"), opened(silence, scheme):
            pass
        assert time.monotonic() - started_s < 5

    def test_after_the_head_is_a_refusal_in_time(self) -> None:
        with pytest.raises(CameraError, match="no video stream answers"), opened(http_pictures(TYPE, part, 0.05)):
            pass

    def test_of_an_rtsp_camera_that_came_back_is_a_refusal_in_time(self) -> None:
        """It answers while it is being opened, and sends nothing."""
        with pytest.raises(CameraError, match="no video stream answers"), opened(rtsp_camera([], 1), "rtsp"):
            pass

    def test_of_data_that_give_no_picture_is_a_refusal_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As if the camera announced another codec than it sends."""
        monkeypatch.setattr(video_stream, "FIRST_PICTURE_S", 0.5)
        slices = [(number * 3000, b"\0\0\0\1\x41" + bytes([number + 1]) * 200) for number in range(PICTURES)]
        with pytest.raises(CameraError, match="no video stream answers"), opened(rtsp_camera(slices, FPS), "rtsp"):
            pass

    def test_in_the_middle_is_a_loss(self) -> None:
        def parts(number: int) -> bytes:
            if number == 10:
                time.sleep(1.5)
            return part(number)

        def all_of(camera: NetworkCamera) -> None:
            while True:
                next_picture(camera.read)

        with opened(http_pictures(TYPE, parts, FPS)) as camera, pytest.raises(SourceLost):
            all_of(camera)


class TestRtsp:
    def test_pictures_come_over_the_connection_itself(self) -> None:
        heard: list[str] = []
        with opened(rtsp_camera(h264([grey(n) for n in range(PICTURES)], FPS, 0), FPS, heard), "rtsp") as camera:
            taken = [next_picture(camera.read) for _ in range(5)]
            assert camera.facts["mode"] == "128x96, network stream"
            assert "delay" not in camera.facts
        assert taken[0].image.shape == (96, 128, 3)
        assert [line.split()[0] for line in heard[:4]] == ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"]

    def test_the_delay_of_b_frames_is_stated(self) -> None:
        with opened(rtsp_camera(h264([grey(n) for n in range(PICTURES)], FPS, 2), FPS), "rtsp") as camera:
            assert "for B-frames; switch them off in the camera" in camera.facts["delay"]


@pytest.mark.parametrize("kind", [b"image/jpeg", b"multipart/x-mixed-replace; boundary=x"])
def test_the_address_of_a_single_picture_is_none_of_a_video(kind: bytes) -> None:
    def talk(client: socket, _over: object) -> None:
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n")
        client.sendall(part(0) if b"multipart" in kind else JPEGS[0])

    with pytest.raises(CameraError, match=r"no video stream answers\. Check the address"), opened(talk):
        pass


@pytest.mark.parametrize("status", [b"401 Unauthorized", b"403 Forbidden"])
@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_a_refused_password_is_named_and_not_written(scheme: str, status: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    asked: list[bytes] = []

    def refuse(client: socket, _over: object) -> None:
        while request := client.recv(4096):
            asked.append(request)
            number = re.search(rb"CSeq: (\d+)", request)
            head = b"RTSP/1.0 %s\r\nCSeq: %s\r\n" % (status, number[1]) if number else b"HTTP/1.1 %s\r\n" % status
            client.sendall(head + b'WWW-Authenticate: Basic realm="camera"\r\nContent-Length: 0\r\n\r\n')

    with pytest.raises(CameraError, match="refuses the user name or password") as caught, opened(refuse, scheme):
        pass
    assert caught.value.code is FaultCode.STREAM_REFUSES_USER
    # Cameras lock an account that is tried too often.
    assert sum(b"Authorization:" in request for request in asked) <= 1
    written = capfd.readouterr()
    assert "secret" not in written.out + written.err + str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("status", [b"404 Not Found", b"503 Service Unavailable"])
def test_another_refusal_is_no_matter_of_passwords(status: bytes) -> None:
    def refuse(client: socket, _over: object) -> None:
        client.recv(4096)
        client.sendall(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status)

    with pytest.raises(CameraError, match=r"no video stream answers\. Check the address"), opened(refuse):
        pass
