"""Given one input, when it is run live and the frames measured live are analysed, then both give the same strides.

A busy machine leaves out frames live, so what is compared is what was measured: the same frames, at the same times. A session
writes times to the microsecond. The rates here are odd, because at 30 fps a frame comes exactly when a time limit is over, and
the microsecond decides.
"""

import signal
import threading
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.opening import open_recording
from config.secret_address import SecretAddress
from tests.support.clips import clip
from tests.support.exact_landmarks import ExactPose, LandmarkPainter
from tests.support.listener import Listener
from tests.support.mjpeg_server import jpeg, served
from tests.support.program import Running, near_peaks_deg, only_session, table
from tests.support.replay import analysed_again

QUIET = ("--no-display", "--no-audio")
STRIDES = 10
SETTINGS = "[analysis]\nmax_age_ms = 2000\n"
"""A frame that a busy machine measures late is measured all the same."""


def session_of(folder: Path, *arguments: str, exact: bool = False) -> Path:
    """The session of a program that has run until it had measured some strides."""
    settings = folder.with_name("live.toml")
    settings.write_text(SETTINGS)
    own = ("--config", str(settings), "--session-dir", str(folder))
    program = Running("run", *arguments, *QUIET, *own, exact=exact)
    listener = Listener(program.runtime)
    listener.until_strides(STRIDES)
    listener.close()
    program.signal(signal.SIGTERM)
    ended = program.wait()
    assert (ended.exit_code, ended.left_behind, ended.err) == (0, [], "")
    return only_session(folder)


def agree(live: list[dict[str, str]], analysed: list[dict[str, str]]) -> None:
    """Every value of every stride, but for the times, which a session writes to the microsecond."""
    assert len(live) >= STRIDES
    assert [(row["leg"], row["stride"]) for row in live] == [(row["leg"], row["stride"]) for row in analysed]
    for one, other in zip(live, analysed, strict=True):
        for name in ("hip_extension_deg", "trunk_lean_deg", "t_peak_s", "quality"):
            values = [float(row[name] or "nan") for row in (one, other)]
            assert values[0] == pytest.approx(values[1], abs=2e-3, nan_ok=True), (name, one, other)


@pytest.mark.clips
def test_a_recorded_file(tmp_path: Path) -> None:
    # The smallest of the clips: of a large one a busy machine measures too few frames for strides.
    path = str(clip("treadmill_woman_18fps"))
    session = session_of(tmp_path / "live", "--source", path, "--loop", "--filmed-at", "18.37")
    agree(table(session / "strides.csv"), analysed_again(open_recording(SecretAddress(path)), session, tmp_path / "out"))


def test_the_synthetic_runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "synthetic:extension=18,cadence=170,facing=right,fps=29.63,width=640,height=360"
    session = session_of(tmp_path / "live", "--source", source, exact=True)
    monkeypatch.setattr("capture.synthetic.synthetic_source.RunnerPainter", LandmarkPainter)
    monkeypatch.setattr("hipcue.analyse.clip.open_backend", lambda _settings: ExactPose())
    agree(table(session / "strides.csv"), analysed_again(open_recording(SecretAddress(source)), session, tmp_path / "out"))
    # The camera sees the near leg a little from above and, past the middle of the picture, from the side.
    assert abs(np.mean(near_peaks_deg(session)) - 18) <= 1


class Film:
    """A camera that shows a clip again and again; implements tests.support.mjpeg_server.Camera."""

    def __init__(self, path: Path) -> None:
        self.gone = threading.Event()
        recording = open_recording(SecretAddress(str(path)))
        self.pictures: list[bytes] = []
        while recording.advance() is not None:
            # As large as those of an ordinary network camera.
            smaller = cv2.resize(recording.image(), None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
            self.pictures.append(jpeg(smaller.astype(np.uint8)))
        recording.close()

    def shots(self) -> Iterator[tuple[float, bytes]]:
        """Thirty pictures a second."""
        return ((number / 30, picture) for number, picture in enumerate(cycle(self.pictures)))


@pytest.mark.clips
def test_a_network_camera(tmp_path: Path) -> None:
    film = Film(clip("treadmill_home_30fps"))
    with served(film) as url:
        session = session_of(tmp_path / "live", "--source", url)
    copy = tmp_path / "film.mjpeg"
    copy.write_bytes(b"".join(film.pictures))
    # The camera's first two pictures tell how it is to be read, and that it is not frozen.
    analysed = analysed_again(open_recording(SecretAddress(str(copy)), 30), session, tmp_path / "out", unseen=2)
    agree(table(session / "strides.csv"), analysed)
