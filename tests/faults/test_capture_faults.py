"""Given a camera, a recording or a treadmill that fails, then the capture process reports the fault by its code."""

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import socket

import numpy as np
import pytest

from capture import process as capture
from capture.belt import belt_publisher
from capture.belt.bluetooth import NO_ADAPTER, LinkError, LinkFault, Notification
from config.secret_address import SecretAddress, shown
from config.sections.capture import BeltSettings, CaptureSettings
from config.settings import Settings
from tests.support.eventually import eventually
from tests.support.faulty_camera import Behaviour, faulty_camera
from tests.support.message_examples import stride
from tests.support.mjpeg_server import jpeg, served
from tests.support.reporting_process import Body, ReportingProcess
from tests.support.scripted_server import scripted_server
from tests.support.watched_capture import Camera
from wire.faults import FaultCode
from wire.frames import ring
from wire.messages import Fault
from wire.sockets import Wire
from wire.topics import ANALYSIS, CAPTURE, STRIDE

Start = Callable[[str, Body], ReportingProcess]
DRAWN = "synthetic:width=160,height=120,noise=0,fps=60"


def run(source: str = DRAWN, belt: BeltSettings | None = None, patient: bool = False) -> Body:
    settings = Settings(capture=CaptureSettings(source=SecretAddress(source)), belt=belt or BeltSettings())
    return lambda wire, stop: capture.run(settings, wire, stop, patient=patient)


@pytest.mark.raises_fault(FaultCode.CAMERA_NOT_OPENED)
def test_a_camera_that_cannot_be_opened(process: Start) -> None:
    found = process(CAPTURE, run("/dev/hipcue-has-no-such-camera", patient=True)).until_fault(FaultCode.CAMERA_NOT_OPENED)
    assert found.device == "camera /dev/hipcue-has-no-such-camera"


@pytest.mark.raises_fault(FaultCode.STREAM_NOT_ANSWERING)
def test_an_address_that_does_not_answer(process: Start) -> None:
    found = process(CAPTURE, run("http://user:secret@127.0.0.1:1/", patient=True)).until_fault(FaultCode.STREAM_NOT_ANSWERING)
    assert found.device == "http://127.0.0.1:1/"


@pytest.mark.raises_fault(FaultCode.STREAM_REFUSES_USER)
def test_an_address_whose_password_is_refused(process: Start) -> None:
    def refuse(client: socket, _over: object) -> None:
        client.recv(4096)
        client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with scripted_server(refuse) as port:
        source = f"http://user:secret@127.0.0.1:{port}/"
        found = process(CAPTURE, run(source, patient=True)).until_fault(FaultCode.STREAM_REFUSES_USER)
    assert found.device == f"http://127.0.0.1:{port}/"


@pytest.mark.raises_fault(FaultCode.CAMERA_STOPPED)
def test_a_camera_that_is_unplugged(process: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera()
    camera.take_away()
    monkeypatch.setattr(capture, "open_source", lambda _settings: camera)
    assert process(CAPTURE, run("0")).until_fault(FaultCode.CAMERA_STOPPED).device == "camera 0"


@pytest.mark.raises_fault(FaultCode.CAMERA_SILENT, FaultCode.CAMERA_FROZEN)
@pytest.mark.parametrize(("behaviour", "code"), [("stalls", FaultCode.CAMERA_SILENT), ("frozen", FaultCode.CAMERA_FROZEN)])
@pytest.mark.slow
def test_a_network_camera_that_stalls_or_freezes(process: Start, behaviour: Behaviour, code: FaultCode) -> None:
    with faulty_camera() as (camera, url):
        running = process(CAPTURE, run(url))
        running.until_running()
        camera.behaviour = behaviour
        found = running.until_fault(code)
        assert found.device == shown(url)
        assert found.value is not None
        running.close()


class _HugePictures:
    """A camera whose small pictures have a header that promises 16000 × 16000, and as many bytes as decoders expect."""

    def __init__(self) -> None:
        self.gone = threading.Event()

    def shots(self) -> Iterator[tuple[float, bytes]]:
        small = jpeg(np.zeros((48, 64, 3), np.uint8))
        at = small.index(b"\xff\xc0") + 5
        huge = small[:at] + 2 * (16_000).to_bytes(2, "big") + small[at + 4 :] + bytes(1_000_000)
        for number in itertools.count():
            yield number / 10, huge


@pytest.mark.raises_fault(FaultCode.CAMERA_PICTURES_TOO_LARGE)
def test_a_network_camera_whose_pictures_would_fill_the_memory(process: Start) -> None:
    with served(_HugePictures()) as url:
        found = process(CAPTURE, run(url, patient=True)).until_fault(FaultCode.CAMERA_PICTURES_TOO_LARGE)
        assert found.device == shown(url)


@pytest.mark.slow  # its pace is measured for two seconds
@pytest.mark.raises_fault(FaultCode.CAMERA_MODE, FaultCode.CAMERA_SLOW)
def test_a_camera_in_another_mode_and_too_slow(process: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = Camera(mode_difference="640x480 instead of 1280x720", period_s=0.05)
    monkeypatch.setattr(capture, "open_source", lambda _settings: camera)
    running = process(CAPTURE, run("0"))
    assert running.until_fault(FaultCode.CAMERA_MODE).cause == "640x480 instead of 1280x720"
    slow = running.until_fault(FaultCode.CAMERA_SLOW)
    assert slow.expected == 60
    assert slow.value is not None
    assert slow.value < 48


@pytest.mark.raises_fault(FaultCode.SOURCE_UNUSABLE)
def test_a_recording_that_does_not_exist(process: Start, tmp_path: Path) -> None:
    running = process(CAPTURE, run(str(tmp_path / "run.mp4")))
    assert str(tmp_path / "run.mp4") in running.until_fault(FaultCode.SOURCE_UNUSABLE).cause
    assert running.health is not None
    assert running.health.state == "failed"


@pytest.mark.raises_fault(FaultCode.LOOKS_LIKE_SLOW_MOTION)
def test_a_recording_whose_runner_steps_slower_than_anybody_runs(process: Start, wire_directory: Path) -> None:
    running = process(CAPTURE, run())
    running.until_running()
    with Wire(wire_directory, ANALYSIS) as analysis:
        strides, numbers = analysis.publisher(STRIDE), itertools.count(1)

        def found() -> Fault | None:
            number = next(numbers)
            strides.send(stride(number, number * 5.6, 25.0))
            return running.fault(FaultCode.LOOKS_LIKE_SLOW_MOTION)

        assert eventually(found, "slow motion is reported").value == pytest.approx(60 / 2.8)


@pytest.mark.raises_fault(FaultCode.SHARED_MEMORY_MISSING)
def test_a_system_without_shared_memory(process: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(ring, "create_shared_memory", refuse)
    running = process(CAPTURE, run())
    assert running.until_fault(FaultCode.SHARED_MEMORY_MISSING).cause == "Function not implemented"
    assert running.health is not None
    assert running.health.state == "running"


LINK_FAULTS = [
    NO_ADAPTER,
    LinkFault(FaultCode.BLUETOOTH_NOT_INSTALLED, cause="pip install it"),
    LinkFault(FaultCode.TREADMILL_NOT_FOUND, 'A treadmill named "Run"'),
    LinkFault(FaultCode.TREADMILL_LOST, cause="out of range"),
    LinkFault(FaultCode.TREADMILL_SENDS_NO_SPEED, "Headphones"),
]


@pytest.mark.raises_fault(FaultCode.BLUETOOTH_OFF, FaultCode.BLUETOOTH_NOT_INSTALLED)
@pytest.mark.raises_fault(FaultCode.TREADMILL_NOT_FOUND, FaultCode.TREADMILL_LOST)
@pytest.mark.raises_fault(FaultCode.TREADMILL_SENDS_NO_SPEED)
@pytest.mark.parametrize("fault", LINK_FAULTS, ids=lambda fault: fault.code.value)
def test_a_treadmill_that_cannot_be_reached(process: Start, monkeypatch: pytest.MonkeyPatch, fault: LinkFault) -> None:
    class Link:
        def __init__(self, _device: str) -> None: ...

        async def listen(self, _received: Callable[[Notification], None]) -> None:
            raise LinkError(fault)

    monkeypatch.setattr(belt_publisher, "BleakLink", Link)
    running = process(CAPTURE, run(belt=BeltSettings(source="ftms")))
    found = running.until_fault(fault.code)
    assert (found.device, found.cause) == (fault.device, fault.cause)
    assert running.health is not None
    assert running.health.state == "running"
