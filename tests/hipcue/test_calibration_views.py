"""Two live cameras are measured side by side, and a fault of one of them ends the command with a sentence."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from capture.sources.source import CapturedImage, NotYet, SourceError, SourceLost
from capture.synthetic.synthetic_source import SyntheticRunner
from config.loading import load
from config.sections.capture import CaptureSettings
from hipcue.calibration.turn_around import Measured
from hipcue.calibration.views import TwoViews
from tests.support.blank_landmarks import BlankLandmarkPainter
from tests.support.exact_landmarks import ExactPose
from wire.faults import FaultCode
from wire.lifecycle import StopFlag

RUN = "synthetic:width=160,height=120"
SETTINGS = load(overrides={"capture.source": "0", "capture.other_side.source": "1"})


class EndlessCamera:
    """A camera that gives the next picture of a drawn runner at every read, alternating with none."""

    def __init__(self, source: str) -> None:
        self._recording = SyntheticRunner(f"{RUN},other_side={'true' if source == '1' else 'false'}")
        self._reads = 0
        self.closed = False

    def read(self) -> CapturedImage | None:
        self._reads += 1
        if self._reads % 2:
            raise NotYet
        at_ns = self._recording.advance()
        assert at_ns is not None
        return CapturedImage(self._recording.image(), self._reads // 2, at_ns, at_ns, "read")

    def close(self) -> None:
        self.closed = True


class LostCamera(EndlessCamera):
    """Is pulled out after some pictures."""

    def read(self) -> CapturedImage | None:
        if self._reads > 20:
            raise SourceLost(FaultCode.CAMERA_SILENT, "camera 1", 2.0)
        return super().read()


class EndedCamera(EndlessCamera):
    """Ends after some pictures."""

    def read(self) -> CapturedImage | None:
        return None if self._reads > 20 else super().read()


Cameras = list[EndlessCamera]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[[type[EndlessCamera]], Cameras]:
    """Replace the cameras: an endless one, and one of this kind on the other side."""

    def opening(other: type[EndlessCamera]) -> Cameras:
        cameras: Cameras = []

        def open_source(capture: CaptureSettings) -> EndlessCamera:
            name = capture.source.reveal()
            cameras.append((other if name == "1" else EndlessCamera)(name))
            return cameras[-1]

        monkeypatch.setattr("hipcue.calibration.views.open_source", open_source)
        return cameras

    monkeypatch.setattr("capture.synthetic.synthetic_source.RunnerPainter", BlankLandmarkPainter)
    monkeypatch.setattr("hipcue.calibration.views.open_backend", lambda _settings: ExactPose())
    monkeypatch.setattr("hipcue.calibration.views.keep_native_notes_off_stderr", lambda: None)
    return opening


def each_seen(measured: Iterator[Measured], times: int) -> Counter[str]:
    """Read until both cameras have measured so many pictures."""
    seen: Counter[str] = Counter()
    for sample, _ in measured:
        seen[sample.camera] += 1
        if len(seen) == 2 and min(seen.values()) >= times:
            break
    return seen


def test_both_cameras_are_measured_and_closed(opened: Callable[[type[EndlessCamera]], Cameras]) -> None:
    cameras = opened(EndlessCamera)
    with TwoViews(SETTINGS, StopFlag()) as views:
        assert set(each_seen(views.measured(), 5)) == {"main", "other_side"}
    assert [camera.closed for camera in cameras] == [True, True]


def test_a_camera_that_starts_over_sees_the_facing_anew(opened: Callable[[type[EndlessCamera]], Cameras]) -> None:
    opened(EndlessCamera)
    with TwoViews(SETTINGS, StopFlag()) as views:
        measured = views.measured()
        assert any(sample.camera == "main" and sample.facing == "right" for sample, _ in measured)
        views.start_over("main")
        assert any(sample.camera == "main" and sample.facing is None for sample, _ in measured)
        assert any(sample.camera == "main" and sample.facing == "right" for sample, _ in measured)


def test_a_lost_camera_is_a_sentence(opened: Callable[[type[EndlessCamera]], Cameras]) -> None:
    opened(LostCamera)
    with TwoViews(SETTINGS, StopFlag()) as views, pytest.raises(SourceError, match="check its cable and power"):
        each_seen(views.measured(), 1000)


def test_a_camera_that_ends_ends_the_measurement(opened: Callable[[type[EndlessCamera]], Cameras]) -> None:
    opened(EndedCamera)
    with TwoViews(SETTINGS, StopFlag()) as views:
        assert each_seen(views.measured(), 1000)["other_side"] == 10


def test_the_command_can_be_interrupted(opened: Callable[[type[EndlessCamera]], Cameras]) -> None:
    opened(EndlessCamera)
    stop = StopFlag()
    with TwoViews(SETTINGS, stop) as views:
        measured = views.measured()
        next(measured)
        stop.set()
        assert len(list(measured)) <= 1
