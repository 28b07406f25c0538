"""Webcams of every kind under the real OpenCV: their modes and times are checked, and they are found again."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from capture.opening import open_source
from capture.sources.source import CameraError, CapturedImage, NotYet, Source, SourceLost
from capture.sources.v4l2 import CameraMode, ListedCamera, list_cameras
from config.secret_address import SecretAddress
from config.sections.capture import CaptureSettings
from config.settings import Settings
from hipcue.cli import cameras_command
from hipcue.cli.commands import app
from hipcue.doctor.camera_check import check_camera
from tests.support.elsewhere import Elsewhere, process_with
from tests.support.fake_webcams import FakeWebcams, Mode, missing
from tests.support.watched_capture import Running
from wire.clock import NS_PER_MS
from wire.faults import FaultCode
from wire.texts import Finding

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

NAME = "usb-046d_HD_Pro_Webcam_C920_8F2A-video-index0"
FAST: Mode = ("MJPG", 640, 480, 60)
SLOW: Mode = ("YUYV", 640, 480, 5)
MODES = [SLOW, FAST, ("MJPG", 320, 240, 30)]
PICTURES = 25


@pytest.fixture(name="machine", scope="module")
def _machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeWebcams, Elsewhere]]:
    webcams = FakeWebcams(tmp_path_factory.mktemp("webcams"))
    with process_with(webcams.environment) as process:
        yield webcams, process


@pytest.fixture(name="webcams")
def _webcams(machine: tuple[FakeWebcams, Elsewhere]) -> Iterator[FakeWebcams]:
    yield machine[0]
    machine[0].unplug_all()


@pytest.fixture(name="there")
def _there(machine: tuple[FakeWebcams, Elsewhere]) -> Elsewhere:
    return machine[1]


@dataclass(frozen=True)
class Watched:
    """What a source has given."""

    facts: dict[str, str]
    difference: str
    shapes: set[tuple[int, ...]]
    time_sources: list[str]
    capture_ns: list[int]
    delays_ms: list[float]


def settings(name: str, mode: Mode = FAST, pixel_format: str | None = None) -> CaptureSettings:
    return CaptureSettings.model_validate(
        {
            "source": SecretAddress(name),
            "width_px": mode[1],
            "height_px": mode[2],
            "fps": float(mode[3]),
            "pixel_format": pixel_format or mode[0],
        }
    )


def read(source: Source) -> CapturedImage:
    while True:
        try:
            picture = source.read()
        except NotYet:
            continue
        assert picture is not None
        return picture


def watch(asked: CaptureSettings, pictures: int = PICTURES) -> Watched:
    source = open_source(asked)
    try:
        given = [read(source) for _ in range(pictures)]
        return Watched(
            source.facts,
            source.mode_difference,
            {picture.image.shape for picture in given},
            [picture.time_source for picture in given],
            [picture.capture_ns for picture in given],
            [(picture.read_ns - picture.capture_ns) / NS_PER_MS for picture in given],
        )
    finally:
        source.close()


def error_of(asked: CaptureSettings) -> str:
    with pytest.raises(CameraError) as refused:
        open_source(asked)
    return str(refused.value)


@pytest.mark.parametrize("mode", [FAST, SLOW], ids=lambda mode: mode[0])
def test_a_mode_is_requested_and_granted(webcams: FakeWebcams, there: Elsewhere, mode: Mode) -> None:
    webcams.plug_in(20, MODES)
    watched = there.call(watch, settings("20", mode), 4)
    assert watched.facts["mode"] == f"640x480 at {mode[3]} fps, {mode[0]}"
    assert (watched.difference, watched.shapes) == ("", {(480, 640, 3)})


class TestTimes:
    """Capture times of pictures, from the driver or from reading."""

    def test_a_true_clock_is_used(self, webcams: FakeWebcams, there: Elsewhere) -> None:
        webcams.plug_in(20, MODES)
        watched = there.call(watch, settings("20"))
        assert watched.time_sources.count("driver") > PICTURES // 2

    @pytest.mark.parametrize("clock", ["late", "backwards", "realtime"])
    def test_a_wrong_clock_is_not(self, webcams: FakeWebcams, there: Elsewhere, clock: str) -> None:
        webcams.plug_in(20, MODES, clock=clock)
        watched = there.call(watch, settings("20"))
        assert set(watched.time_sources[3:]) == {"read"}
        assert all(earlier < later for earlier, later in pairwise(watched.capture_ns[3:]))


class TestFirmwareThatLies:
    def test_about_its_size_is_reported(self, webcams: FakeWebcams, there: Elsewhere) -> None:
        webcams.plug_in(20, [FAST], sends="320 240")
        watched = there.call(watch, settings("20"), 4)
        assert watched.shapes == {(240, 320, 3)}
        assert watched.difference == "320x240 instead of 640x480"
        assert watched.facts["mode"].startswith("320x240")

    def test_about_its_rate_is_found_by_the_doctor(self, webcams: FakeWebcams, there: Elsewhere) -> None:
        webcams.plug_in(20, [FAST], sends_fps="15")
        rate = there.call(checked, settings("20"))["rate"]
        assert not rate.good
        assert "fps delivered" in rate.found


def checked(asked: CaptureSettings) -> dict[str, Finding]:
    findings, _ = check_camera(Settings(capture=asked))
    return {finding.subject: finding for finding in findings}


class TestPixelFormats:
    @pytest.mark.slow  # the doctor looks for two seconds
    def test_the_doctor_names_the_faster_one(self, webcams: FakeWebcams, there: Elsewhere) -> None:
        webcams.plug_in(20, MODES, NAME)
        camera = there.call(checked, settings("20", FAST, "YUYV"))["camera"]
        assert not camera.good
        assert camera.found == f"camera 20 ({NAME}), 640x480 at 5 fps, YUYV"
        assert camera.advice == 'it delivers 5 instead of 60 fps; MJPG gives 60 fps here: set pixel_format = "MJPG"'

    def test_any_takes_the_faster_one(self, webcams: FakeWebcams, there: Elsewhere) -> None:
        webcams.plug_in(20, MODES)
        assert there.call(watch, settings("20", FAST, "any"), 4).facts["mode"] == "640x480 at 60 fps, MJPG"

    def test_any_takes_the_one_without_losses_where_both_are_fast(self, webcams: FakeWebcams, there: Elsewhere) -> None:
        webcams.plug_in(20, [FAST, ("YUYV", 640, 480, 60)])
        assert there.call(watch, settings("20", FAST, "any"), 4).facts["mode"] == "640x480 at 60 fps, YUYV"

    def test_a_camera_without_the_requested_one_says_so(self, webcams: FakeWebcams, there: Elsewhere) -> None:
        webcams.plug_in(20, [SLOW])
        assert there.call(watch, settings("20"), 4).difference == "5 instead of 60 fps, YUYV instead of MJPG"


REFUSED = "cannot be opened. Check that it is plugged in and that no other program uses it."


class TestOpening:
    def test_a_busy_camera_is_refused(self, webcams: FakeWebcams, there: Elsewhere) -> None:
        webcams.plug_in(20, MODES, busy="1")
        assert there.call(error_of, settings("20")) == f"Camera 20 {REFUSED}"

    def test_a_name_that_is_not_connected_is_refused(self, webcams: FakeWebcams, there: Elsewhere) -> None:
        webcams.plug_in(20, MODES, NAME)
        other = NAME.replace("8F2A", "77B1")
        assert there.call(error_of, settings(other)) == f"Camera {other} {REFUSED}"

    def test_a_camera_unplugged_in_mid_stream_is_lost(self, webcams: FakeWebcams, there: Elsewhere) -> None:
        webcams.plug_in(20, MODES)
        assert there.call(code_when_unplugged, webcams) is FaultCode.CAMERA_STOPPED

    @pytest.mark.parametrize("source", [NAME, "20"])
    def test_a_camera_is_found_again_under_another_number(
        self, webcams: FakeWebcams, there: Elsewhere, tmp_path: Path, source: str
    ) -> None:
        webcams.plug_in(20, MODES, NAME)
        assert there.call(frames_after_a_new_number, webcams, source, tmp_path / "run") > 0


def code_when_unplugged(webcams: FakeWebcams) -> FaultCode:
    source = open_source(settings("20"))
    read(source)
    webcams.unplug(20)
    try:
        while True:
            read(source)
    except SourceLost as lost:
        return lost.code
    finally:
        source.close()


def frames_after_a_new_number(webcams: FakeWebcams, source: str, directory: Path) -> int:
    directory.mkdir()
    running = Running(directory, source)
    try:
        running.until_heard()
        running.until_frames(3)
        webcams.unplug(20)
        running.until(lambda: running.had(FaultCode.CAMERA_STOPPED), "the loss is reported")
        before = len(running.frames)
        webcams.plug_in(21, MODES, NAME)
        running.until_frames(before + 3)
        return len(running.frames) - before
    finally:
        running.close()


class TestListing:
    OTHER: Mode = ("MJPG", 1280, 720, 30)

    def test_names_models_and_modes(self, webcams: FakeWebcams, there: Elsewhere) -> None:
        webcams.plug_in(21, MODES, NAME, "HD Pro Webcam C920")
        webcams.plug_in(20, [self.OTHER], model="No serial number")
        assert there.call(list_cameras) == [
            ListedCamera("20", Path("/dev/video20"), "No serial number", (CameraMode(*self.OTHER),)),
            ListedCamera(NAME, Path("/dev/video21"), "HD Pro Webcam C920", tuple(CameraMode(*mode) for mode in MODES)),
        ]

    def test_the_command_prints_them_and_saves_pictures(self, webcams: FakeWebcams, there: Elsewhere, tmp_path: Path) -> None:
        webcams.plug_in(20, MODES, NAME, "HD Pro Webcam C920")
        webcams.plug_in(21, MODES, busy="1")
        printed = there.call(printed_by, ["cameras", "--pictures", str(tmp_path / "pictures")])
        assert printed.splitlines() == [
            NAME,
            "    HD Pro Webcam C920, /dev/video20",
            "    YUYV: 640x480 at 5 fps",
            "    MJPG: 640x480 at 60 fps, 320x240 at 30 fps",
            f"    picture: {tmp_path}/pictures/{NAME}.jpg",
            "21",
            "    HD Webcam, /dev/video21",
            "    YUYV: 640x480 at 5 fps",
            "    MJPG: 640x480 at 60 fps, 320x240 at 30 fps",
            f"    Camera 21 {REFUSED}",
        ]
        assert (tmp_path / "pictures" / f"{NAME}.jpg").stat().st_size > 1000

    def test_no_camera_is_one_sentence(self, there: Elsewhere) -> None:
        assert there.call(printed_by, ["cameras"]) == "No camera was found; check that it is plugged in\n"


def test_other_systems_have_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cameras_command, "camera_api", lambda: "CAP_ANY")
    assert printed_by(["cameras"]) == "Cameras are listed on Linux only; try their numbers: hipcue doctor --source 1\n"


def printed_by(arguments: list[str]) -> str:
    return CliRunner().invoke(app, arguments).output
