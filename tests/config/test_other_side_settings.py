"""The second camera has the settings of the first, unless [capture.other_side] has others."""

from pathlib import Path

import pytest

from config.loading import load
from config.mistakes import ConfigError
from config.sections import capture
from config.settings import Settings


def other(**given: object) -> Settings:
    return load(overrides={"capture.source": "0", "capture.other_side.source": "1", **given}).of_other_side()


def test_without_a_source_there_is_one_camera() -> None:
    assert not Settings().capture.has_other_side


def test_what_is_not_given_is_as_for_the_first_camera() -> None:
    found = other(**{"capture.fps": 50.0, "capture.width_px": 640, "capture.pixel_format": "YUYV", "analysis.min_quality": 0.7})
    capture = found.capture
    assert capture.source.reveal() == "1"
    assert (capture.fps, capture.width_px, capture.pixel_format) == (50.0, 640, "YUYV")
    assert found.analysis.min_quality == 0.7
    assert not capture.has_other_side


def test_what_is_given_is_its_own() -> None:
    found = other(**{"capture.fps": 50.0, "capture.other_side.fps": 30.0, "capture.other_side.zone.left": 0.2})
    assert (found.capture.fps, found.capture.zone.left) == (30.0, 0.2)


def test_the_roll_is_never_that_of_the_first_camera() -> None:
    assert other(**{"analysis.camera_roll_deg": 2.0}).analysis.camera_roll_deg == 0.0
    assert other(**{"capture.other_side.camera_roll_deg": -1.0}).analysis.camera_roll_deg == -1.0


@pytest.mark.parametrize(("facing", "seen"), [("right", "left"), ("left", "right"), ("auto", "auto")])
def test_it_sees_the_runner_face_the_other_way(facing: str, seen: str) -> None:
    assert other(**{"analysis.facing": facing}).analysis.facing == seen


def test_a_mistake_in_it_is_one_sentence() -> None:
    with pytest.raises(ConfigError, match=r"capture\.other_side\.fps = -1\.0: must be at least 0"):
        other(**{"capture.other_side.fps": -1.0})


@pytest.mark.parametrize(("source", "other_side"), [("0", "0"), ("0", "/dev/video0"), ("run.mp4", "run.mp4")])
def test_one_camera_is_not_two(source: str, other_side: str) -> None:
    with pytest.raises(ConfigError, match=rf"other_side\.source = '{other_side}': is the same camera or clip as source"):
        load(overrides={"capture.source": source, "capture.other_side.source": other_side})


def test_one_camera_by_two_names_is_not_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {number: f"usb-Maker_Camera_{number}-video-index0" for number in (0, 1)}
    for number, name in names.items():
        (tmp_path / name).symlink_to(f"/dev/video{number}")
    monkeypatch.setattr(capture, "LASTING_NAMES", tmp_path)
    for same in ("0", "/dev/video0", str(tmp_path / names[0])):
        with pytest.raises(ConfigError, match="is the same camera or clip as source"):
            load(overrides={"capture.source": names[0], "capture.other_side.source": same})
    assert load(overrides={"capture.source": names[0], "capture.other_side.source": names[1]}).capture.has_other_side


def test_what_was_calibrated_reaches_its_measurement() -> None:
    found = other(**{"capture.other_side.extension_offset_deg": 1.4}).capture
    assert found.other_side.extension_offset_deg == 1.4
    assert not found.has_other_side


def test_the_difference_of_cameras_named_in_the_other_order_is_ignored() -> None:
    measured = {
        "capture.other_side.extension_offset_deg": 1.4,
        "capture.other_side.extension_offset_sd_deg": 0.3,
        "capture.other_side.extension_offset_camera": "1",
    }
    as_measured = load(overrides={"capture.source": "0", "capture.other_side.source": "1", **measured}).capture
    assert (as_measured.extension_offset_deg, as_measured.extension_offset_sd_deg) == (1.4, 0.3)
    swapped = load(overrides={"capture.source": "1", "capture.other_side.source": "0", **measured}).capture
    assert swapped.cameras_swapped
    assert (swapped.extension_offset_deg, swapped.extension_offset_sd_deg) == (0.0, 0.0)
    assert swapped.of_other_side().other_side.extension_offset_deg == 0.0
