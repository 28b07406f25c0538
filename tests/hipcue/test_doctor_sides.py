"""Given two cameras, the doctor reports whether they see opposite sides of a person."""

import numpy as np
import pytest

from analysis.pose.landmarks import Landmarks
from capture.synthetic.kinematics import Runner, RunnerParameters
from config.secret_address import SecretAddress
from config.sections.capture import CaptureSettings, OtherSideSettings
from config.settings import Settings
from hipcue.doctor.camera_check import TimedPicture
from hipcue.doctor.sides_check import check_sides
from tests.support.blank_landmarks import BlankLandmarkPainter
from tests.support.exact_landmarks import ExactPose
from wire.messages import Facing


class NobodyThere(ExactPose):
    """Detects nobody."""

    def estimate(self, _image: object) -> Landmarks | None:
        return None


def pictures(facing: Facing) -> list[TimedPicture]:
    pose = Runner(RunnerParameters()).pose(1.0)
    return [(0.1 * number, BlankLandmarkPainter(640, 480, facing).draw(pose, 0.0)) for number in range(3)]


@pytest.fixture(autouse=True)
def _exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hipcue.doctor.sides_check.open_backend", lambda _settings: ExactPose())


def test_cameras_on_both_sides_are_right() -> None:
    found = check_sides(Settings(), pictures("right"), pictures("left"))
    assert (found.subject, found.good) == ("sides", True)
    assert found.found.startswith("the camera sees the right side, the other one the left side; no difference")


def test_what_was_calibrated_is_said() -> None:
    other = OtherSideSettings(source=SecretAddress("1"), extension_offset_deg=-1.2, extension_offset_sd_deg=0.35)
    settings = Settings(capture=CaptureSettings(other_side=other))
    found = check_sides(settings, pictures("right"), pictures("left")).found
    assert found.endswith("the other one reads 1.2 ± 0.7° less, which is corrected")


def test_cameras_named_in_the_other_order_are_reported() -> None:
    other = OtherSideSettings(source=SecretAddress("1"), extension_offset_sd_deg=0.35, extension_offset_camera="0")
    settings = Settings(capture=CaptureSettings(source=SecretAddress("0"), other_side=other))
    found = check_sides(settings, pictures("right"), pictures("left"))
    assert not found.good
    assert "named in the other order" in found.found


@pytest.mark.parametrize("facing", ["left", "right"])
def test_cameras_on_one_side_are_not(facing: Facing) -> None:
    found = check_sides(Settings(), pictures(facing), pictures(facing))
    assert not found.good
    assert found.found == f"both cameras see the {facing} side"
    assert "mirroring" in found.advice


def test_without_a_person_it_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hipcue.doctor.sides_check.open_backend", lambda _settings: NobodyThere())
    black = [(0.0, np.zeros((480, 640, 3), np.uint8))]
    found = check_sides(Settings(), black, black)
    assert not found.good
    assert "the cameras do not both see a person side-on" in found.found
