"""Given pictures from a camera, the session's video, if asked for, shows each at its own time."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from sessions.recorder.session_video import FPS, LEAST_FREE_BYTES, MOST_REPEATED_NS, SessionVideo
from sessions.recorder.video_recording import VideoRecording
from tests.support.eventually import eventually
from wire.clock import NS_PER_S, s_to_ns
from wire.frames.frame import Frame, Image
from wire.sockets import Wire

T0_NS = s_to_ns(5000)


def picture(grey: float, size_px: tuple[int, int] = (160, 120)) -> Image:
    return np.full((size_px[1], size_px[0], 3), round(grey), np.uint8)


def grey_at(t_s: float) -> float:
    """The room gets lighter, so a picture shows when it was taken."""
    return 20 + 40 * t_s


def greys(path: Path) -> list[float]:
    """Of each picture of a video."""
    capture = cv2.VideoCapture(str(path))
    found: list[float] = []
    while True:
        ok, image = capture.read()
        if not ok:
            return found
        found.append(float(np.mean(image)))


def stored(folder: Path, times_s: Iterable[float], close: bool = True) -> SessionVideo:
    file = SessionVideo(folder, T0_NS)
    for t_s in times_s:
        file.add(picture(grey_at(t_s)), T0_NS + s_to_ns(t_s))
    if close:
        file.close()
    return file


@pytest.mark.parametrize("camera_fps", [12, 24, 30, 60, 119.9])
def test_every_picture_stands_at_its_time_whatever_the_cameras_rate(camera_fps: float, tmp_path: Path) -> None:
    times_s = 1.5 + np.arange(0, 3, 1 / camera_fps)
    stored(tmp_path, times_s)
    shown = greys(tmp_path / "video_1.500s.mkv")
    assert len(shown) == pytest.approx(3 * FPS, abs=FPS / camera_fps + 1)
    for number, grey in enumerate(shown):
        # The age of a picture of this camera, and the error of the compression.
        assert grey == pytest.approx(grey_at(1.5 + number / FPS), abs=40 * (1 / camera_fps + 1 / FPS) + 3)


def test_in_a_short_gap_the_last_picture_is_repeated_and_after_a_long_one_a_new_file_begins(tmp_path: Path) -> None:
    long_s = 4 + MOST_REPEATED_NS / NS_PER_S
    stored(tmp_path, [0, 1 / 30, 2, 2 + 1 / 30, long_s, long_s + 1 / 30])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["video_0.000s.mkv", f"video_{long_s:.3f}s.mkv"]
    shown = greys(tmp_path / "video_0.000s.mkv")
    assert len(shown) == 2 * FPS + 2
    assert shown[2 * FPS - 1] == pytest.approx(grey_at(1 / 30), abs=3)
    assert shown[2 * FPS] == pytest.approx(grey_at(2), abs=5)


def test_pictures_of_another_size_go_into_a_new_file(tmp_path: Path) -> None:
    file = stored(tmp_path, [0, 1 / 30], close=False)
    for number in range(2, 4):
        file.add(picture(99, (80, 60)), T0_NS + s_to_ns(number / 30))
    file.close()
    assert len(greys(tmp_path / "video_0.000s.mkv")) == len(greys(tmp_path / "video_0.067s.mkv")) == 2


def test_a_video_that_is_deleted_while_it_is_recorded_continues_in_a_new_file(tmp_path: Path) -> None:
    file = stored(tmp_path, [0, 1 / 30], close=False)
    (tmp_path / "video_0.000s.mkv").unlink()
    for number in range(2, 4):
        file.add(picture(99), T0_NS + s_to_ns(number / 30))
    file.close()
    assert [path.name for path in tmp_path.iterdir()] == ["video_0.067s.mkv"]
    assert len(greys(tmp_path / "video_0.067s.mkv")) == 2


def test_what_a_crash_leaves_can_be_played(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    file = SessionVideo(tmp_path, T0_NS)
    for number in range(20 * FPS):
        file.add(rng.integers(0, 255, (120, 160, 3), np.uint8), T0_NS + s_to_ns(number / FPS))
    left = shutil.copy(tmp_path / "video_0.000s.mkv", tmp_path / "left.mkv")
    file.close()
    assert len(greys(Path(left))) > 10 * FPS


def test_a_disk_that_is_nearly_full_is_left_to_the_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=LEAST_FREE_BYTES - 1))
    with pytest.raises(OSError, match="less than 1 GB is free"):
        stored(tmp_path, [0])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "video_0.000s.mkv").mkdir()
    with pytest.raises(OSError, match=r"video_0.000s.mkv: cannot be written"):
        stored(tmp_path, [0])


class Cinema:
    """A video, and a camera whose pictures it stores."""

    def __init__(self, directory: Path) -> None:
        self.capture, self.recorder = Wire(directory, "capture"), Wire(directory, "recorder")
        self.frames = self.capture.frame_publisher()
        self.video = VideoRecording(self.recorder)
        self.seq = 0

    def shows(self) -> None:
        """The next picture."""
        self.seq += 1
        at_ns = T0_NS + s_to_ns(self.seq / FPS)
        self.frames.send(Frame(1, self.seq, self.seq, at_ns, at_ns, at_ns, "driver", picture(self.seq % 200)))

    def until(self, condition: Callable[[], bool], what: str) -> None:
        def so_far() -> bool:
            self.shows()
            return condition()

        eventually(so_far, what)

    def close(self) -> None:
        self.video.close()
        self.capture.close()
        self.recorder.close()


@pytest.fixture
def cinema(wire_directory: Path) -> Iterator[Cinema]:
    one = Cinema(wire_directory)
    yield one
    one.close()


def holds_a_file(folder: Path) -> bool:
    return any(folder.iterdir())


def test_pictures_are_stored_only_during_a_session(cinema: Cinema, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        cinema.until(lambda: cinema.seq % 20 == 0, "twenty pictures for nobody")
        assert not cinema.video.stores
        cinema.video.target = folder, T0_NS
        cinema.until(partial(holds_a_file, folder), "a video")
        assert cinema.video.stores
        cinema.video.target = None
    cinema.video.close()
    assert len(list(first.iterdir())) == len(list(second.iterdir())) == 1


def test_a_problem_is_reported_until_it_is_over(cinema: Cinema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
        cinema.video.target = tmp_path, T0_NS
        cinema.until(lambda: bool(cinema.video.problem), "the problem is reported")
        assert cinema.video.problem == f"{tmp_path}: less than 1 GB is free"
        assert not cinema.video.stores
    cinema.until(lambda: cinema.video.stores, "it stores")
