"""A live device is lost when it fails, is silent or gives the same picture for ever; nothing else waits for it meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import cast

import cv2
import numpy as np
import pytest

from capture.newest import FROZEN_S, SILENT_S, NewestReader
from capture.source import NotYet, Picture, SourceLost
from tests.eventually import eventually
from wire.clock import s_to_ns
from wire.frames import Image


class Device:
    """A camera in the test's hands: every `grab` waits for the picture that the test lets out."""

    def __init__(self) -> None:
        self.now_ns = s_to_ns(100)
        self.released = threading.Event()
        self._let_out = threading.Semaphore(0)
        self._taken = threading.Semaphore(0)
        self._grey: int | None = 0
        self.decoding_s = 0.0

    def clock(self) -> int:
        return self.now_ns

    def grab(self) -> bool:
        self._taken.release()
        self._let_out.acquire()
        return self._grey is not None

    def retrieve(self) -> tuple[bool, Image]:
        self.now_ns += s_to_ns(self.decoding_s)
        return True, np.full((48, 64, 3), self._grey, np.uint8)

    def release(self) -> None:
        self.released.set()

    def give(self, grey: int | None, after_s: float = 0.03) -> None:
        """A picture of one grey level, `after_s` after the one before; None: the device fails."""
        self._taken.acquire()
        self.now_ns += s_to_ns(after_s)
        self._grey = grey
        self._let_out.release()


@pytest.fixture
def device() -> Iterator[Device]:
    made = Device()
    yield made
    made._grey = None
    made._let_out.release()


@pytest.fixture
def reader(device: Device) -> NewestReader:
    return NewestReader(cast(cv2.VideoCapture, device), lambda read_ns: (read_ns, "read"), "camera 0", device.clock)


def next_picture(reader: NewestReader) -> Picture:
    def picture() -> Picture | None:
        with suppress(NotYet):
            return reader.read()
        return None

    return eventually(picture, "a picture comes")


def grey_of(reader: NewestReader) -> int:
    return int(next_picture(reader).image[0, 0, 0])


def loss(reader: NewestReader) -> str:
    def lost() -> str:
        try:
            reader.read()
        except NotYet:
            pass
        except SourceLost as told:
            return str(told)
        return ""

    return eventually(lost, "the device is lost")


def test_a_picture_is_of_when_it_came_and_is_read_once_it_is_decoded(device: Device, reader: NewestReader) -> None:
    device.decoding_s = 0.004
    device.give(1)
    device.give(2)
    picture = next_picture(reader)
    assert picture.read_ns - picture.capture_ns == s_to_ns(0.004)


def test_pictures_are_given_from_the_second_one_on(device: Device, reader: NewestReader) -> None:
    device.give(1)
    with pytest.raises(NotYet):
        reader.read()
    device.give(2)
    assert grey_of(reader) == 2
    device.give(3)
    assert grey_of(reader) == 3


def test_no_picture_yet_is_told_soon_so_that_the_loop_goes_on_turning(reader: NewestReader) -> None:
    with pytest.raises(NotYet):
        reader.read()


def test_a_device_that_fails_is_lost_after_its_last_picture(device: Device, reader: NewestReader) -> None:
    device.give(1)
    device.give(2)
    device.give(None)
    assert device.released.wait(5)
    assert grey_of(reader) == 2
    assert loss(reader) == "camera 0 has stopped giving pictures"


def test_a_device_that_hangs_is_lost_and_let_go_of_when_it_hangs_no_more(device: Device, reader: NewestReader) -> None:
    device.give(1)
    device.give(2)
    assert grey_of(reader) == 2
    device.now_ns += s_to_ns(SILENT_S + 0.1)
    assert loss(reader) == "camera 0 has given no picture for 2 s"
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
    assert loss(reader) == "camera 0 has given the same picture for 3 s"
    assert device.released.wait(5)


def test_a_picture_that_changes_now_and_then_is_none(device: Device, reader: NewestReader) -> None:
    for grey in (1, 2, 2, 3, 3, 4):
        device.give(grey, after_s=FROZEN_S / 2)
    device.give(5)
    assert grey_of(reader) in (4, 5)


def test_a_camera_that_comes_back_frozen_gives_nothing(device: Device, reader: NewestReader) -> None:
    device.give(7)
    for _ in range(2):
        device.give(7, after_s=FROZEN_S / 2)
    with pytest.raises(NotYet):
        reader.read()
    device.give(7)
    assert loss(reader) == "camera 0 has given the same picture for 3 s"
