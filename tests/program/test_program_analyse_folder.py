"""Given a folder of real clips and a file that is not a video, when the analysis is killed half-way, then it resumes there."""

import csv
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from tests.support.clips import clip
from tests.support.eventually import eventually
from tests.support.program import GUARD_S, Running, table

pytestmark = pytest.mark.clips

FRAMES = {"a_home": 120, "c_elite": 240}


def cut(name: str, frames: int, path: Path) -> None:
    """The first frames of a clip."""
    source = cv2.VideoCapture(str(clip(name)))
    size = int(source.get(cv2.CAP_PROP_FRAME_WIDTH)), int(source.get(cv2.CAP_PROP_FRAME_HEIGHT))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), source.get(cv2.CAP_PROP_FPS), size)
    for _ in range(frames):
        writer.write(source.read()[1])
    writer.release()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("clips")
    cut("treadmill_home_30fps", FRAMES["a_home"], made / "a_home.mp4")
    (made / "b_broken.mp4").write_bytes((made / "a_home.mp4").read_bytes()[:2000])
    cut("treadmill_elite_60fps", FRAMES["c_elite"], made / "c_elite.mp4")
    return made


def at_a_terminal(*arguments: str) -> tuple[int, str]:
    """Run a command whose standard error is a terminal. Returns its exit code and the terminal's text."""
    ours, its = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "hipcue", *arguments], stdout=subprocess.DEVNULL, stderr=its)
    os.close(its)
    said = b""
    try:
        while chunk := os.read(ours, 4096):
            said += chunk
    except OSError:  # its end is closed: the command has ended
        pass
    os.close(ours)
    return process.wait(GUARD_S), said.decode(errors="replace")


def test_killed_it_goes_on_a_bad_file_is_named_and_each_clip_has_its_report(folder: Path, tmp_path: Path) -> None:
    command = ("analyse", str(folder), "--out", str(tmp_path), "--video")
    first = Running(*command)
    eventually((tmp_path / "c_elite.unfinished" / "samples.csv").exists, "the last clip is under way", GUARD_S)
    first.signal(signal.SIGKILL)
    first.wait()
    assert not (tmp_path / "c_elite").exists()
    written_ns = (tmp_path / "a_home" / "session.json").stat().st_mtime_ns

    code, said = at_a_terminal(*command)
    assert code == 1
    assert "b_broken.mp4" in said
    assert "skipped" in said
    assert "Traceback" not in said
    for seen in ("all clips", "c_elite.mp4", f"/{FRAMES['c_elite']}"):
        assert seen in said  # the progress bar
    assert (tmp_path / "a_home" / "session.json").stat().st_mtime_ns == written_ns
    assert {path.name for path in tmp_path.iterdir()} == {"a_home", "c_elite", "summary.csv"}

    with (tmp_path / "summary.csv").open(newline="", encoding="utf-8") as file:
        summary = {row["clip"]: row for row in csv.DictReader(file)}
    assert "b_broken.mp4" in summary["b_broken.mp4"]["remark"]
    for name, frames in FRAMES.items():
        done = tmp_path / name
        assert len(table(done / "samples.csv")) == frames
        near = [row for row in table(done / "strides.csv") if row["leg"] == "near"]
        assert int(summary[f"{name}.mp4"]["near strides"]) == len(near) >= 3
        assert "<svg" in (done / "report.html").read_text(encoding="utf-8")
        video = cv2.VideoCapture(str(done / "video.mp4"))
        assert int(video.get(cv2.CAP_PROP_FRAME_COUNT)) == frames
