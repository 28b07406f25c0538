"""Given one input, when it is run live and when it is analysed, then both give the same strides."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.clips import clip
from tests.mjpeg_server import mjpeg_server
from tests.program import hipcue, near_peaks_deg, only_session
from wire.frames import Image

QUIET = ("--no-display", "--no-audio")


def agree(live: list[float], analysed: list[float]) -> None:
    assert abs(len(live) - len(analysed)) <= 1, (live, analysed)
    assert abs(np.mean(live) - np.mean(analysed)) <= 1.0, (live, analysed)


@pytest.mark.clips
@pytest.mark.parametrize("name", ["treadmill_gym_60fps", "treadmill_home_30fps"])
def test_a_recorded_file(name: str, tmp_path: Path) -> None:
    path = str(clip(name))
    live = hipcue("run", "--source", path, *QUIET, "--session-dir", str(tmp_path / "live"))
    assert live.exit_code == 0, live.err
    assert live.left_behind == []
    assert hipcue("analyse", path, "--out", str(tmp_path / "out")).exit_code == 0
    agree(near_peaks_deg(only_session(tmp_path / "live")), near_peaks_deg(tmp_path / "out"))


def test_the_synthetic_runner(tmp_path: Path) -> None:
    source = "synthetic:extension=18,cadence=170,facing=right,fps=30,seconds=10"
    live = hipcue("run", "--source", source, *QUIET, "--session-dir", str(tmp_path / "live"))
    assert live.exit_code == 0, live.err
    assert hipcue("analyse", source, "--out", str(tmp_path / "out")).exit_code == 0
    measured = near_peaks_deg(only_session(tmp_path / "live"))
    agree(measured, near_peaks_deg(tmp_path / "out"))
    assert abs(np.mean(measured) - 18) <= 3


@pytest.mark.clips
def test_a_network_camera(tmp_path: Path) -> None:
    path = clip("treadmill_home_30fps")
    pictures = read_clip(path)
    with mjpeg_server(pictures, 30) as url:
        live = hipcue("run", "--source", url, "--for", "11", *QUIET, "--session-dir", str(tmp_path / "live"))
    assert live.exit_code == 0, live.err
    assert live.left_behind == []
    assert hipcue("analyse", str(path), "--out", str(tmp_path / "out"), "--for", "11").exit_code == 0
    agree(near_peaks_deg(only_session(tmp_path / "live")), near_peaks_deg(tmp_path / "out"))


def read_clip(path: Path) -> list[tuple[float, Image]]:
    """(seconds, picture) of a clip, scaled to the size of an ordinary network camera."""
    capture = cv2.VideoCapture(str(path))
    pictures: list[tuple[float, Image]] = []
    while True:
        ok, image = capture.read()
        if not ok:
            return pictures
        at_s = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        pictures.append((at_s, cv2.resize(image, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA).astype(np.uint8)))
