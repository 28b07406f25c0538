"""Given two clips of one run, one from either side, `hipcue analyse` compares left with right by the legs seen near."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from hipcue.cli.commands import app
from sessions.format.recorded import RecordedSession, from_folder
from sessions.format.rows import column
from sessions.report.frame_figures import frame_figures
from sessions.report.left_right import LeftRight, left_right
from tests.support.blank_landmarks import BlankLandmarkPainter
from tests.support.exact_landmarks import ExactPose
from wire.texts import digits

RUN = "synthetic:extension=17,far_extension=14,stand=3,seconds=10,fps=30,width=320,height=240"
"""Faces right: the right leg, near the camera, extends 3° further."""
OTHER = f"{RUN},other_side=true"


def exact(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("capture.synthetic.synthetic_source.RunnerPainter", BlankLandmarkPainter)
    patch.setattr("hipcue.analyse.clip.open_backend", lambda _settings: ExactPose())
    patch.setattr("hipcue.analyse.clip.keep_native_notes_off_stderr", lambda: None)


@pytest.fixture(autouse=True)
def _exact(monkeypatch: pytest.MonkeyPatch) -> None:
    exact(monkeypatch)


def run(out: Path, clip: str = RUN, other: str = OTHER) -> Result:
    return CliRunner().invoke(app, ["analyse", clip, "--other-side", other, "--out", str(out)])


@dataclass(frozen=True)
class Measured:
    """What came of two clips."""

    session: RecordedSession
    said: str

    @property
    def left_right(self) -> LeftRight:
        """The comparison, which there is."""
        found = left_right(self.session)
        assert found is not None
        return found


def measured(out: Path, clip: str = RUN, other: str = OTHER) -> Measured:
    done = run(out, clip, other)
    assert done.exit_code == 0, done.stderr
    return Measured(from_folder(out), " ".join(done.stdout.split()))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    with pytest.MonkeyPatch.context() as patch:
        exact(patch)
        return measured(tmp_path_factory.mktemp("pair") / "out")


class TestTwoClips:
    def test_the_difference_is_the_first_thing_said(self, pair: Measured) -> None:
        found = pair.left_right
        assert found.difference_deg == pytest.approx(-3.0, abs=0.3)
        assert found.ci95_deg < 1.5
        assert found.calibrated
        size = f"Left minus right {digits(found.difference_deg, '+.1f')} ± {found.ci95_deg:.1f}° (95 %)"
        assert pair.said.startswith(f"{size}: the right leg extends further")
        assert "Hip extension left 1" in pair.said
        assert pair.session.header["left_right"]["difference_deg"] == pytest.approx(found.difference_deg)

    def test_each_camera_has_rows_of_its_own_and_names_the_sides(self, pair: Measured) -> None:
        session = pair.session
        rows = {(row["camera"], row["leg"], row["side"]) for row in session.all_strides}
        assert rows == {
            ("main", "near", "right"),
            ("main", "far", "left"),
            ("other_side", "near", "left"),
            ("other_side", "far", "right"),
        }
        assert np.all(np.diff(column(session.all_strides, "t_known_s")) >= 0)
        assert np.mean(column(session.of_side("right"), "hip_extension_deg")) == pytest.approx(17, abs=0.3)
        assert np.mean(column(session.of_side("left"), "hip_extension_deg")) == pytest.approx(14, abs=0.3)

    def test_each_camera_has_frames_of_its_own(self, pair: Measured) -> None:
        header, other = pair.session.header, pair.session.header["other_side"]
        assert (header["facing"], other["facing"]) == ("right", "left")
        assert header["frames"] == other["frames"] == frame_figures(pair.session.of_other_side()).all.frames

    def test_what_compares_sessions_reads_the_main_camera_alone(self, pair: Measured) -> None:
        session = pair.session
        assert {row["side"] for row in session.trusted()} == {"right"}
        assert session.header["strides"]["near"] == len([row for row in session.strides if row["leg"] == "near"])


def test_with_one_camera_the_sides_are_named_too(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["analyse", OTHER.replace("seconds=10", "seconds=6"), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.stderr
    session = from_folder(tmp_path / "out")
    assert {(row["camera"], row["leg"], row["side"]) for row in session.all_strides} == {
        ("main", "near", "left"),
        ("main", "far", "right"),
    }
    assert left_right(session) is None


def test_clips_of_other_size_rate_and_length_are_compared_over_the_time_that_both_have(tmp_path: Path) -> None:
    other = OTHER.replace("fps=30", "fps=50").replace("width=320,height=240", "width=480,height=320")
    found = measured(tmp_path / "out", other=other.replace("seconds=10", "seconds=9"))
    assert found.left_right.difference_deg == pytest.approx(-3.0, abs=0.4)
    assert "apart" not in found.said


def test_clips_that_begin_at_different_instants_are_compared_and_the_doubt_is_said(tmp_path: Path) -> None:
    found = measured(tmp_path / "out", other=OTHER.replace("stand=3", "stand=3.2"))
    assert found.left_right.difference_deg == pytest.approx(-3.0, abs=0.4)
    assert "The two clips show the same push-offs 200 ms apart" in found.said


def test_without_standing_the_difference_is_not_stated(tmp_path: Path) -> None:
    found = measured(
        tmp_path / "out", *(clip.replace("stand=3", "stand=0").replace("seconds=10", "seconds=6") for clip in (RUN, OTHER))
    )
    assert found.said.startswith("Left minus right is not stated: its uncertainty of ± ")
    assert "start both clips with a few seconds of quiet standing" in found.said


def test_clips_of_the_same_side_are_refused_and_nothing_is_left(tmp_path: Path) -> None:
    done = run(tmp_path / "out", other=f"{RUN},seed=2")
    assert done.exit_code == 2
    assert "Both clips show the runner's right side: --other-side takes the clip of a camera on the other side" in " ".join(
        done.stderr.split()
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (RUN, "is the same clip"),
        ("0", "is a live camera"),
        (".", "compares two clips, not folders"),
        ("nowhere.mp4", "nowhere.mp4"),
        ("synthetic:other_side=true", "never ends"),
    ],
)
def test_what_cannot_be_the_other_clip_is_refused_in_one_sentence(tmp_path: Path, other: str, says: str) -> None:
    done = run(tmp_path / "out", other=other)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
