"""The doctor checks pictures for light, repetition and roll, and for a person."""

from collections.abc import Iterator

import numpy as np
import pytest

from analysis.runner.camera_roll import CameraRoll
from capture.sources.source import CapturedImage, SourceLost
from config.secret_address import SecretAddress
from config.sections.analysis import AnalysisSettings
from config.sections.capture import CaptureSettings, OtherSideSettings
from config.settings import Settings
from hipcue import doctor
from hipcue.doctor import camera_check as camera
from hipcue.doctor import person_check as person
from tests.support.turned_camera import room, seen_turned
from wire.faults import FaultCode, FindingCode
from wire.frames.frame import Image
from wire.texts import Finding, finding

SIDE_PX = 64


class Still:
    """A camera that delivers these pictures and then ends, or is lost."""

    live = True
    mode_difference = ""
    asked_fps: float | None = None

    def __init__(self, pictures: Iterator[Image], lost: bool = False) -> None:
        self.pictures, self.lost, self.closed = pictures, lost, False
        self.index = -1
        self.facts = {"source": "still", "mode": "64x64"}

    def read(self) -> CapturedImage | None:
        self.index += 1
        image = next(self.pictures, None)
        if image is None and self.lost:
            raise SourceLost(FaultCode.CAMERA_STOPPED, "camera 0")
        return None if image is None else CapturedImage(image, self.index, self.index * 10**9, 0, "read")

    def close(self) -> None:
        self.closed = True


def checked(monkeypatch: pytest.MonkeyPatch, source: Still) -> dict[str, Finding]:
    monkeypatch.setattr(camera, "open_source", lambda _: source)
    findings, _ = camera.check_camera(Settings(capture=CaptureSettings(source=SecretAddress("synthetic:"))))
    assert source.closed
    return {finding.subject: finding for finding in findings}


def noise(low: int, high: int, count: int) -> Iterator[Image]:
    rng = np.random.default_rng(1)
    for _ in range(count):
        yield rng.integers(low, high, (SIDE_PX, SIDE_PX, 3), np.uint8)


@pytest.mark.parametrize(
    ("low", "high", "advice"),
    [(0, 40, "add light"), (250, 256, "turn the camera"), (80, 180, "")],
    ids=["dark", "burnt", "good"],
)
def test_the_light_is_checked(monkeypatch: pytest.MonkeyPatch, low: int, high: int, advice: str) -> None:
    light = checked(monkeypatch, Still(noise(low, high, 5)))["light"]
    assert light.good == (not advice)
    assert advice in light.advice


def test_a_camera_that_repeats_its_pictures_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    doubled = (image for image in noise(80, 180, 6) for _ in range(2))
    rate = checked(monkeypatch, Still(doubled))["rate"]
    assert not rate.good
    assert "55% of the pictures repeat the previous one" in rate.found


def test_a_flat_picture_is_not_sharp(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = iter([np.full((SIDE_PX, SIDE_PX, 3), 128, np.uint8)])
    assert not checked(monkeypatch, Still(flat))["sharpness"].good


def test_a_camera_without_colours_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "colours" not in checked(monkeypatch, Still(noise(80, 180, 5)))
    grey = (image[..., :1].repeat(3, axis=2) for image in noise(80, 180, 5))
    found = checked(monkeypatch, Still(grey))["colours"]
    assert (found.good, found.found) == (False, "none: hip extension may read low")


def test_a_camera_that_is_lost_during_the_check_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    found = checked(monkeypatch, Still(noise(80, 180, 3), lost=True))
    assert list(found) == ["camera"]
    assert "has stopped sending pictures" in found["camera"].found


@pytest.mark.slow
def test_an_empty_treadmill_is_reported() -> None:
    finding = person.check_person(Settings(), [(t / 10, np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)) for t in range(3)])
    assert (finding.good, finding.found) == (False, "nobody detected")


@pytest.mark.parametrize(("set_deg", "good"), [(0.0, False), (4.0, True)])
def test_a_rolled_camera_is_reported_with_the_setting_that_corrects_it(
    monkeypatch: pytest.MonkeyPatch, set_deg: float, good: bool
) -> None:
    askew = Still(iter([seen_turned(room(), 4.0)]))
    monkeypatch.setattr(camera, "open_source", lambda _: askew)
    found, _ = camera.check_camera(Settings(analysis=AnalysisSettings(camera_roll_deg=set_deg)))
    level = next(finding for finding in found if finding.subject == "level")
    assert level.good == good
    assert good or "camera_roll_deg = 4." in level.advice or "camera_roll_deg = 3." in level.advice
    assert good or level.advice.endswith(" in [analysis]")


def test_the_roll_of_the_second_camera_is_a_setting_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    cameras = {"0": room(), "1": seen_turned(room(), 4.0)}
    monkeypatch.setattr(camera, "open_source", lambda capture: Still(iter([cameras[capture.source.reveal()]])))
    monkeypatch.setattr(doctor, "check_pose_model", lambda *_: (finding(FindingCode.SCREEN, screens=""), None))
    for name in ("check_person", "check_sides"):
        monkeypatch.setattr(doctor, name, lambda *_: finding(FindingCode.SCREEN, screens=""))
    monkeypatch.setattr(doctor, "check_sound", lambda _: (finding(FindingCode.SCREEN, screens=""), None))
    other = OtherSideSettings(source=SecretAddress("1"))
    found = doctor.examine(Settings(capture=CaptureSettings(source=SecretAddress("0"), other_side=other)))
    levels = {one.subject: one for one in found if one.subject.startswith("level")}
    assert levels["level"].good
    assert levels["level 2"].advice.endswith(" in [capture.other_side]")


def test_a_level_camera_is_rotated_by_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "estimate_roll", lambda _: CameraRoll(-0.04, 0.02, 1.0))
    [level] = camera.level_findings(Settings(), room())
    assert level.found == "the room appears rotated by 0.0 ± 0.0 degrees; camera_roll_deg is 0"


def test_a_camera_that_sends_its_pictures_late_is_reported_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Still(noise(80, 180, 5))
    source.facts = {**source.facts, "delay": "about 67 ms for B-frames; switch them off in the camera"}
    found = checked(monkeypatch, source)["camera"]
    assert not found.good
    assert found.advice == "each picture is late, about 67 ms for B-frames; switch them off in the camera"
