"""Pictures for the latency measurement: a drawn runner, drawn in advance, so that drawing is not measured."""

from pathlib import Path

import cv2

from capture.synthetic.kinematics import Runner, RunnerParameters
from capture.synthetic.runner_painter import RunnerPainter
from capture.synthetic.synthetic_source import parse_synthetic

CADENCE_SPM = 170.0
STRIDES = 17
LENGTH_S = STRIDES * 120 / CADENCE_SPM
"""12 s: a whole number of strides and of frames, so that the file can be played in a loop without a jump."""
EXTENSION_DEG = 18.0
SIZE_PX = (1280, 720)
JPEG_QUALITY = 92


def runner() -> Runner:
    """The drawn runner."""
    return Runner(RunnerParameters(extension_deg=EXTENSION_DEG, cadence_spm=CADENCE_SPM))


def drawn_source(fps: int) -> str:
    """The same runner as a source that draws while it runs."""
    name = f"synthetic:extension={EXTENSION_DEG:g},cadence={CADENCE_SPM:g},fps={fps}"
    parse_synthetic(name)
    return name


def draw(path: Path, fps: int, other_side: bool = False) -> None:
    """Write `LENGTH_S` of the runner as Motion JPEG, which is what webcams deliver at this size and rate.

    `other_side`: the same moments as seen by a second camera from the left.
    """
    runs, painter = runner(), RunnerPainter(*SIZE_PX, facing="left" if other_side else "right")
    file = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), float(fps), SIZE_PX)
    file.set(cv2.VIDEOWRITER_PROP_QUALITY, JPEG_QUALITY)
    for index in range(round(LENGTH_S * fps)):
        t_s = index / fps
        pose = runs.pose(t_s)
        file.write(painter.draw(pose.from_other_side() if other_side else pose, runs.belt_m(t_s)))
    file.release()
