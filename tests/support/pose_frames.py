"""Pictures for the pose model: the beginnings of two real clips, and of a drawn runner."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from capture.synthetic.kinematics import Runner, RunnerParameters
from capture.synthetic.runner_painter import RunnerPainter
from wire.frames.frame import Image

CLIP_NAMES = ("treadmill_gym_60fps", "treadmill_home_30fps")
CLIP_HEIGHT_PX = 960
RUNNER_PX = (960, 540)
RUNNER_FPS = 30.0


def clip_frames(path: Path, count: int) -> Iterator[Image]:
    """The first pictures of a clip, made CLIP_HEIGHT_PX high."""
    clip = cv2.VideoCapture(str(path))
    for _ in range(count):
        read, image = clip.read()
        if not read:
            break
        scale = CLIP_HEIGHT_PX / image.shape[0]
        yield np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    clip.release()


def runner_frames(count: int) -> Iterator[Image]:
    """A drawn runner, running from the first picture on."""
    runner, painter = Runner(RunnerParameters(stand_s=0.0)), RunnerPainter(*RUNNER_PX)
    for index in range(count):
        t_s = index / RUNNER_FPS
        yield painter.draw(runner.pose(t_s), runner.belt_m(t_s))
