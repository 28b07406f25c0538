"""Given a real treadmill clip, when it is analysed, then the hand labels agree."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.support.clips import clip
from tests.support.labelled_clips import scored
from tests.support.program import hipcue, near_peaks_deg, table

pytestmark = pytest.mark.clips

CADENCE_SPM = 169
"""Of both clips, counted over their whole length."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The session of a whole clip, analysed once."""

    @cache
    def analysed(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name)
        ended = hipcue("analyse", str(clip(name)), "--out", str(folder))
        assert ended.exit_code == 0, ended.err
        assert ended.left_behind == []
        return folder

    return analysed


@pytest.fixture(scope="module")
def first_seconds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session of four seconds at the beginning of the home clip, with its video."""
    folder = tmp_path_factory.mktemp("first")
    ended = hipcue("analyse", str(clip("treadmill_home_30fps")), "--out", str(folder), "--for", "4", "--video")
    assert ended.exit_code == 0, ended.err
    return folder


@pytest.mark.parametrize(
    ("name", "strides", "live_sd_deg"), [("treadmill_gym_60fps", 7, 3.0), ("treadmill_home_30fps", 15, 4.0)]
)
def test_every_labelled_stride_is_found_and_none_invented(
    name: str, strides: int, live_sd_deg: float, whole: Callable[[str], Path]
) -> None:
    printed = scored(whole(name), name)
    assert printed["strides"] == (strides, strides, 0, 0)
    measured_spm, _ = printed["cadence"]
    assert abs(measured_spm - CADENCE_SPM) <= 3
    *_, sd_deg, _ = printed["live sample"]
    assert sd_deg <= live_sd_deg
    right_percent, _, blank_percent = printed["identity"]
    assert right_percent >= 99
    assert blank_percent <= 3


def test_the_session_says_what_its_numbers_mean(first_seconds: Path) -> None:
    session = json.loads((first_seconds / "session.json").read_text())
    assert session["facing"] == "left"
    assert session["fps"] == pytest.approx(30, abs=0.1)
    assert "vertical" in session["definitions"]["hip_extension"]
    assert session["calibration"].startswith("uncalibrated")
    assert "BlazePose full" in session["pose"]["pose model"]
    assert session["ended"] is True
    assert len(table(first_seconds / "samples.csv")) == session["frames"] == 120
    assert len(near_peaks_deg(first_seconds)) == session["strides"]["near"]
    assert (first_seconds / "video.mp4").stat().st_size > 10_000


def test_the_same_clip_gives_the_same_numbers(whole: Callable[[str], Path], first_seconds: Path) -> None:
    strides = table(first_seconds / "strides.csv")
    assert len(strides) >= 6
    assert table(whole("treadmill_home_30fps") / "strides.csv")[: len(strides)] == strides


def test_the_runner_is_measured_and_not_the_coach_in_front(tmp_path: Path) -> None:
    assert hipcue("analyse", str(clip("two_people_30fps")), "--out", str(tmp_path)).exit_code == 0
    session = json.loads((tmp_path / "session.json").read_text())
    assert session["facing"] == "left"
    first_s = min(float(row["t_s"]) for row in table(tmp_path / "samples.csv") if row["state"] == "measuring")
    assert first_s <= 5
    # The coach only stands there; the runner swings the thigh far back, but for the last stride, stepping off.
    assert len(near_peaks_deg(tmp_path)) >= 6
    assert min(near_peaks_deg(tmp_path)[:-1]) > 15


def test_feet_outside_the_picture_are_refused_by_name(tmp_path: Path) -> None:
    assert hipcue("analyse", str(clip("bad_framing_24fps")), "--out", str(tmp_path), "--for", "6").exit_code == 0
    assert table(tmp_path / "strides.csv") == []
    states = [row["state"] for row in table(tmp_path / "samples.csv")]
    assert states[-1] == "partly_out_of_view"
    assert states.count("partly_out_of_view") > 0.9 * len(states)
