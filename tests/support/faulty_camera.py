"""A network camera with a drawn runner before it, which stalls, freezes, sends garbage or hangs up when it is told to."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from unittest.mock import patch

import cv2
import numpy as np

from capture.synthetic.runner_painter import RunnerPainter
from capture.synthetic.synthetic_source import SyntheticRunner
from tests.support.exact_landmarks import LandmarkPainter
from tests.support.mjpeg_server import jpeg, served

Behaviour = Literal["well", "stalls", "frozen", "garbage", "hangs up", "other size"]
LOSSES: tuple[Behaviour, ...] = ("stalls", "frozen", "garbage", "hangs up")

FPS = 30
PERIOD_PICTURES = 40
"""Two strides at 180 steps a minute: the last picture is followed by the first without a jump."""
SIZE_PX = (640, 360)
OTHER_SIZE_PX = (480, 270)
_POLL_S = 0.02


class FaultyCamera:
    """Implements tests.support.mjpeg_server.Camera; `behaviour` may be set at any time."""

    def __init__(self, exact: bool) -> None:
        """`exact`: its pictures carry the runner's landmarks (tests/support/exact_landmarks.py)."""
        self.gone = threading.Event()
        self.behaviour: Behaviour = "well"
        width_px, height_px = SIZE_PX
        with patch("capture.synthetic.synthetic_source.RunnerPainter", LandmarkPainter if exact else RunnerPainter):
            runner = SyntheticRunner(
                f"synthetic:extension=14,cadence=180,fps={FPS},width={width_px},height={height_px},noise=2"
            )
        self._well, self._other = [], []
        for _ in range(PERIOD_PICTURES):
            runner.advance()
            image = runner.image()
            smaller = cv2.resize(image, OTHER_SIZE_PX, interpolation=cv2.INTER_AREA).astype(np.uint8)
            self._well.append(jpeg(image))
            self._other.append(jpeg(smaller))
        self._noise = random.Random(1)

    def shots(self) -> Iterator[tuple[float, bytes]]:
        """Pictures for one viewer, as the camera behaves at the moment."""
        start_s = time.monotonic()
        number = 0
        while self.behaviour != "hangs up" and not self.gone.is_set():
            at_s = number / FPS
            place = number % PERIOD_PICTURES
            if self.behaviour == "stalls":
                self.gone.wait(_POLL_S)
                number = round((time.monotonic() - start_s) * FPS)
                continue
            if self.behaviour == "garbage":
                yield at_s, self._noise.randbytes(20_000)
            elif self.behaviour == "other size":
                yield at_s, self._other[place]
            else:
                yield at_s, self._well[0 if self.behaviour == "frozen" else place]
            number += 1


@contextmanager
def faulty_camera(exact: bool = False) -> Iterator[tuple[FaultyCamera, str]]:
    """The camera and its address, which stays the same whatever becomes of its connections."""
    camera = FaultyCamera(exact)
    with served(camera) as url:
        yield camera, url
