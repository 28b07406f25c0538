"""A live device is lost when it fails, is silent or repeats one picture; its reader is never blocked."""

import threading
from collections.abc import Iterator
from typing import cast

import cv2
import numpy as np
import pytest

from capture.sources.newest_reader import FROZEN_S, SILENT_S, NewestReader
from capture.sources.source import NotYet, SourceLost
from tests.support.eventually import eventually
from tests.support.watched_capture import next_picture
from wire.clock import s_to_ns
from wire.frames.frame import Image


class Device:
    """A camera under the test's control: every `grab` waits for `give`."""

    def __init__(self) -> None:
        self.now_ns = s_to_ns(100)
        self.released = threading.Event()
        self._delivered = threading.Semaphore(0)
        self._wanted = threading.Semaphore(0)
        self._grey: int | None = 0
        self.decoding_s = 0.0
        self.decoded = 0

    def clock(self) -> int:
        return self.now_ns

    def grab(self) -> bool:
        self._wanted.release()
        self._delivered.acquire()
        return self._grey is not None

    def retrieve(self) -> tuple[bool, Image]:
        self.now_ns += s_to_ns(self.decoding_s)
        self.decoded += 1
        return True, np.full((48, 64, 3), self._grey, np.uint8)

    def release(self) -> None:
        self.released.set()

    def give(self, grey: int | None, after_s: float = 0.03) -> None:
        """Deliver a picture of one grey level, `after_s` after the previous one; None: fail."""
        self._wanted.acquire()
        self.now_ns += s_to_ns(after_s)
        self._grey = grey
        self._delivered.release()


@pytest.fixture
def device() -> Iterator[Device]:
    made = Device()
    yield made
    made._grey = None
    made._delivered.release()


@pytest.fixture
def reader(device: Device) -> NewestReader:
    return NewestReader(cast(cv2.VideoCapture, device), lambda read_ns: (read_ns, "read"), "camera 0", device.clock)


def grey_of(reader: NewestReader) -> int:
    return int(next_picture(reader.read).image[0, 0, 0])


def loss(reader: NewestReader) -> str:
    def lost() -> str:
        try:
            reader.read()
        except NotYet:
            pass
        except SourceLost as error:
            return str(error)
        return ""

    return eventually(lost, "the device is lost")


def test_capture_time_is_the_arrival_and_read_time_is_after_decoding(device: Device, reader: NewestReader) -> None:
    device.decoding_s = 0.004
    device.give(1)
    device.give(2)
    picture = next_picture(reader.read)
    assert picture.read_ns - picture.capture_ns == s_to_ns(0.004)


def test_pictures_are_returned_from_the_second_one_on(device: Device, reader: NewestReader) -> None:
    device.give(1)
    with pytest.raises(NotYet):
        reader.read()
    device.give(2)
    assert grey_of(reader) == 2
    device.give(3)
    assert grey_of(reader) == 3


def test_a_reader_without_a_picture_is_not_blocked(reader: NewestReader) -> None:
    with pytest.raises(NotYet):
        reader.read()


def test_a_device_that_fails_is_lost_after_its_last_picture(device: Device, reader: NewestReader) -> None:
    device.give(1)
    device.give(2)
    device.give(None)
    assert device.released.wait(5)
    assert grey_of(reader) == 2
    assert loss(reader) == "Camera 0 has stopped sending pictures. Check its cable."


def test_a_device_that_hangs_is_lost_and_released_when_its_call_returns(device: Device, reader: NewestReader) -> None:
    device.give(1)
    device.give(2)
    assert grey_of(reader) == 2
    device.now_ns += s_to_ns(SILENT_S + 0.1)
    assert loss(reader) == "Camera 0 has sent no picture for 2 s. Check its cable."
    reader.close()
    assert not device.released.is_set()
    device.give(3)
    assert device.released.wait(5)


def test_a_frozen_picture_is_a_loss(device: Device, reader: NewestReader) -> None:
    device.give(1)
    device.give(2)
    for _ in range(2):
        device.give(2, after_s=FROZEN_S / 2)
        assert grey_of(reader) == 2
    device.give(2)
    assert loss(reader) == "Camera 0 has sent the same picture for 3 s. HipCue is reopening it."
    assert device.released.wait(5)


def test_a_picture_that_changes_now_and_then_is_not_frozen(device: Device, reader: NewestReader) -> None:
    for grey in (1, 2, 2, 3, 3, 4):
        device.give(grey, after_s=FROZEN_S / 2)
    device.give(5)
    assert grey_of(reader) in (4, 5)


def test_a_camera_that_is_frozen_from_the_start_delivers_nothing(device: Device, reader: NewestReader) -> None:
    device.give(7)
    for _ in range(2):
        device.give(7, after_s=FROZEN_S / 2)
    with pytest.raises(NotYet):
        reader.read()
    device.give(7)
    assert loss(reader) == "Camera 0 has sent the same picture for 3 s. HipCue is reopening it."


def test_a_resting_camera_decodes_few_pictures_and_the_next_one_when_it_wakes(device: Device, reader: NewestReader) -> None:
    device.give(1)
    device.give(2)
    assert grey_of(reader) == 2
    reader.pace.resting = True
    device.give(3, after_s=0.2)
    assert grey_of(reader) == 3
    for grey in range(4, 8):
        device.give(grey, after_s=0.02)
    device.give(8, after_s=0.2)
    assert grey_of(reader) == 8
    assert device.decoded == 4
    reader.pace.resting = False
    device.give(9, after_s=0.02)
    assert grey_of(reader) == 9


def test_a_resting_camera_that_is_silent_is_lost_all_the_same(device: Device, reader: NewestReader) -> None:
    device.give(1)
    device.give(2)
    assert grey_of(reader) == 2
    reader.pace.resting = True
    device.now_ns += s_to_ns(SILENT_S + 0.1)
    assert loss(reader) == "Camera 0 has sent no picture for 2 s. Check its cable."
