"""Given a runner who turns round half-way, `hipcue calibrate-sides` finds the cameras' difference, and it is corrected."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from typer.testing import CliRunner, Result

from analysis.pose.landmarks import HIPS, KNEES, Landmarks
from analysis.side_calibration import CAMERAS
from config.loading import load
from config.settings import Settings
from hipcue.analyse.clip import analyse
from hipcue.calibration.turn_around import LOOK_AGAIN_S, START, TURN, CalibrationError, lead
from hipcue.cli.commands import app
from sessions.format.recorded import from_folder
from sessions.report.left_right import left_right
from tests.support.blank_landmarks import BlankLandmarkPainter
from tests.support.exact_landmarks import ExactPose
from tests.support.message_examples import sample, stride
from wire.frames.frame import Image
from wire.messages import CameraName, Facing, Sample, Stride

RUN = "synthetic:extension=17,far_extension=14,stand=5,turn=31,seconds=62,fps=30,width=320,height=240"
"""Faces right at first: the right leg, near the main camera, extends 3° further."""
OTHER = f"{RUN},other_side=true"
SHORT = RUN.replace("seconds=62", "seconds=12")
READS = 1.15
"""The other camera's pose model exaggerates the lean of thighs by this factor: 0° in standing, 2.5° at a peak of 17°."""
READS_MORE_DEG = float(np.degrees(np.arctan(READS * np.tan(np.radians(15.5)))) - 15.5)


class LeaningPose(ExactPose):
    """A pose model that sees each knee farther from below its hip than it is."""

    def estimate(self, image: Image) -> Landmarks | None:
        found = super().estimate(image)
        if found is None:
            return None
        points = found.points_px.copy()
        for side in ("left", "right"):
            points[KNEES[side], 0] = points[HIPS[side], 0] + READS * (points[KNEES[side], 0] - points[HIPS[side], 0])
        return replace(found, points_px=points)


@pytest.fixture(autouse=True)
def _two_cameras(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(settings: object) -> Iterator[ExactPose]:
        del settings
        while True:
            yield ExactPose()
            yield LeaningPose()

    for module in ("hipcue.calibration.views", "hipcue.analyse.clip"):
        poses = opened(None)
        monkeypatch.setattr(f"{module}.open_backend", lambda _settings, poses=poses: next(poses))
        monkeypatch.setattr(f"{module}.keep_native_notes_off_stderr", lambda: None)
    monkeypatch.setattr("capture.synthetic.synthetic_source.RunnerPainter", BlankLandmarkPainter)


def run(config: Path, source: str = RUN, other: str = OTHER) -> Result:
    return CliRunner().invoke(
        app, ["calibrate-sides", "--source", source, "--other-side", other, "--config", str(config)], catch_exceptions=False
    )


def saved(config: Path) -> tuple[float, float]:
    other = load(file=config).capture.other_side
    return other.extension_offset_deg, other.extension_offset_sd_deg


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "lane.toml"
    file.write_text('# Lane 1\n[capture]\nsource = "Camera A"  # the black one\n')
    return file


def legs_deg(settings: Settings, out: Path) -> tuple[float, float]:
    """The mean of both legs' numbers, and left minus right."""
    analyse(settings, out)
    found = left_right(from_folder(out, with_frames=False))
    assert found is not None
    return (found.left.mean + found.right.mean) / 2, found.difference_deg


@pytest.mark.slow
def test_what_the_cameras_differ_by_is_found_saved_and_taken_out(config: Path, tmp_path: Path) -> None:
    done = run(config)
    assert done.exit_code == 0, done.stderr
    offset_deg, sd_deg = saved(config)
    assert offset_deg == pytest.approx(READS_MORE_DEG, abs=0.3)
    assert 0.2 < sd_deg < 0.6
    assert load(file=config).capture.other_side.extension_offset_camera == OTHER
    said = " ".join(done.stdout.split())
    assert said.index(START) < said.index(TURN)
    assert f"The other camera reads {offset_deg:.1f}" in said
    assert "Your left minus right, corrected for the cameras: −3." in said
    assert "# the black one" in config.read_text()

    once = {"capture.source": SHORT, "capture.other_side.source": f"{SHORT},other_side=true"}
    before_deg, before_apart_deg = legs_deg(load(overrides=once), tmp_path / "before")
    after_deg, after_apart_deg = legs_deg(load(file=config, overrides=once), tmp_path / "after")
    # Without calibration, neither camera is known to be the right one: they meet half-way.
    assert before_deg - after_deg == pytest.approx(READS_MORE_DEG / 2, abs=0.3)
    assert (before_apart_deg, after_apart_deg) == pytest.approx((-3.0, -3.0), abs=0.4)


@pytest.mark.parametrize(
    ("source", "other", "said"),
    [
        (
            SHORT.replace("stand=5", "stand=0"),
            f"{SHORT.replace('stand=5', 'stand=0')},other_side=true",
            "not seen standing still",
        ),
        (SHORT, f"{SHORT},seed=2", "Both cameras show the runner's right side"),
    ],
)
def test_what_was_missing_is_said_and_nothing_is_saved(config: Path, source: str, other: str, said: str) -> None:
    before = config.read_text()
    done = run(config, source, other)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert config.read_text() == before


def test_it_takes_two_cameras(config: Path) -> None:
    done = CliRunner().invoke(app, ["calibrate-sides", "--config", str(config)])
    assert done.exit_code == 2
    assert "There is one camera" in done.stderr


class TestLead:
    """The protocol, independent of the measurement."""

    @staticmethod
    def seen(camera: CameraName, facing: Facing, at_s: float, taken: list[Stride] | None = None) -> tuple[Sample, list[Stride]]:
        return replace_sample(sample(at_s=at_s), camera, facing), taken or []

    def test_a_runner_who_has_not_turned_yet_is_looked_at_again_every_two_seconds(self) -> None:
        started: list[CameraName] = []

        def measured() -> Iterator[tuple[Sample, list[Stride]]]:
            for number in range(40):
                at_s = 1.0 + 0.7 * number
                yield self.seen("main", "right", at_s, [near("main", "right", at_s)])
                yield self.seen("other_side", "left", at_s + 0.35, [near("other_side", "left", at_s + 0.35)])
            for tenth in range(100):
                yield self.seen("main", "right", 40.0 + tenth / 10)

        with pytest.raises(CalibrationError, match="facing left 0"):
            lead(measured(), started.append, 0.5, lambda _text: None)
        assert started.count("main") >= 10 / LOOK_AGAIN_S

    def test_without_strides_the_silent_camera_is_named(self) -> None:
        def measured() -> Iterator[tuple[Sample, list[Stride]]]:
            for number in range(40):
                yield self.seen("main", "right", 0.7 * number, [near("main", "right", 0.7 * number)])

        with pytest.raises(CalibrationError, match="The camera on the other side saw no strides"):
            lead(measured(), lambda _camera: None, 0.5, lambda _text: None)

    @pytest.mark.parametrize(
        ("zeros", "side", "said"),
        [
            ((1.0, 1.0), "right", "Both cameras show the runner's right side"),
            ((1.0, 1.0), None, "The camera on the other side saw no strides"),
            ((None, None), "left", "not seen standing still"),
        ],
    )
    def test_a_live_run_that_would_never_be_complete_ends(
        self, zeros: tuple[float | None, float | None], side: Facing | None, said: str
    ) -> None:
        def measured() -> Iterator[tuple[Sample, list[Stride]]]:
            for number in count():
                at_s = 0.7 * number
                one = structs.replace(near("main", "right", at_s), standing_thigh_deg=zeros[0])
                yield self.seen("main", "right", at_s, [one])
                if side is not None:
                    other = structs.replace(near("other_side", side, at_s), standing_thigh_deg=zeros[1])
                    yield self.seen("other_side", side, at_s, [other])

        with pytest.raises(CalibrationError, match=said):
            lead(measured(), lambda _camera: None, 0.5, lambda _text: None)

    def test_who_does_not_stand_after_the_turn_is_told_so(self) -> None:
        def measured() -> Iterator[tuple[Sample, list[Stride]]]:
            for number in count():
                at_s = 0.7 * number
                facing: tuple[Facing, Facing] = ("right", "left") if number < 40 else ("left", "right")
                for camera, side in zip(CAMERAS, facing, strict=True):
                    zero_deg = 1.0 if number < 40 or camera == "main" else None
                    yield self.seen(
                        camera, side, at_s, [structs.replace(near(camera, side, at_s), standing_thigh_deg=zero_deg)]
                    )

        with pytest.raises(CalibrationError, match="not seen standing still"):
            lead(measured(), lambda _camera: None, 0.5, lambda _text: None)


def replace_sample(taken: Sample, camera: CameraName, facing: Facing) -> Sample:
    return structs.replace(taken, camera=camera, facing=facing)


def near(camera: CameraName, side: Facing, at_s: float) -> Stride:
    return structs.replace(stride(1, at_s, 15.0), camera=camera, side=side, standing_thigh_deg=1.0)
