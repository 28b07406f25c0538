"""A runner before a webcam is measured correctly with any pixel format and any driver times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
import pytest

from analysis.measurement import Measurement
from capture.opening import open_source
from capture.sources.source import CapturedImage, NotYet
from capture.synthetic.synthetic_source import SyntheticRunner
from config.secret_address import SecretAddress
from config.sections.capture import CaptureSettings
from config.settings import Settings
from tests.support.elsewhere import Elsewhere, process_with
from tests.support.exact_landmarks import ExactPose, LandmarkPainter
from tests.support.fake_webcams import FakeWebcams, missing
from wire.clock import NS_PER_S, monotonic_ns
from wire.frames.frame import Frame, Image

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=missing())]

FPS, WIDTH_PX, HEIGHT_PX = 30, 640, 360
CADENCE_SPM = 180.0
PERIOD_PICTURES = 40
"""Two strides: the last picture is followed by the first without a jump."""
SECONDS = 6.0


@dataclass(frozen=True)
class Measured:
    """Means over the strides of the near leg."""

    strides: int
    extension_deg: float
    cadence_spm: float


def drawn() -> list[Image]:
    with patch("capture.synthetic.synthetic_source.RunnerPainter", LandmarkPainter):
        runner = SyntheticRunner(
            f"synthetic:extension=14,cadence={CADENCE_SPM:g},fps={FPS},width={WIDTH_PX},height={HEIGHT_PX},noise=2"
        )
    images = []
    for _ in range(PERIOD_PICTURES):
        runner.advance()
        images.append(runner.image())
    return images


def measured(pictures: Iterator[tuple[int, Image]]) -> Measured:
    """`pictures`: capture times, ns, and images."""
    measurement = Measurement(Settings(), ExactPose())
    near = []
    for index, (at_ns, image) in enumerate(pictures):
        frame = Frame(1, index + 1, index, at_ns, at_ns, at_ns, "driver", image)
        near += [stride for stride in measurement.measure(frame, monotonic_ns)[1] if stride.leg == "near"]
    cadences = [stride.cadence_spm for stride in near if stride.cadence_spm is not None]
    return Measured(len(near), float(np.mean([stride.hip_extension_deg for stride in near])), float(np.mean(cadences)))


def from_the_pictures(images: Sequence[Image]) -> Measured:
    numbers = range(round(SECONDS * FPS))
    return measured((round(NS_PER_S * (1 + i / FPS)), images[i % len(images)]) for i in numbers)


def from_the_webcam(pixel_format: str) -> Measured:
    settings = CaptureSettings.model_validate(
        {
            "source": SecretAddress("20"),
            "width_px": WIDTH_PX,
            "height_px": HEIGHT_PX,
            "fps": float(FPS),
            "pixel_format": pixel_format,
        }
    )
    source = open_source(settings)

    def pictures() -> Iterator[tuple[int, Image]]:
        first_ns = last_ns = 0
        while last_ns - first_ns < SECONDS * NS_PER_S:
            try:
                picture = source.read()
            except NotYet:
                continue
            assert isinstance(picture, CapturedImage)
            first_ns = first_ns or picture.capture_ns
            if picture.capture_ns > last_ns:
                last_ns = picture.capture_ns
                yield last_ns, picture.image

    try:
        return measured(pictures())
    finally:
        source.close()


@pytest.fixture(name="machine", scope="module")
def _machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeWebcams, Elsewhere, Measured]]:
    webcams = FakeWebcams(tmp_path_factory.mktemp("webcams"))
    images = drawn()
    for pixel_format in ("MJPG", "YUYV"):
        webcams.film(pixel_format, images)
    with process_with(webcams.environment) as process:
        yield webcams, process, from_the_pictures(images)


@pytest.mark.parametrize(
    ("pixel_format", "clock"),
    [("MJPG", "monotonic"), ("YUYV", "monotonic"), ("MJPG", "late"), ("MJPG", "backwards"), ("MJPG", "realtime")],
)
def test_a_runner_is_measured(machine: tuple[FakeWebcams, Elsewhere, Measured], pixel_format: str, clock: str) -> None:
    webcams, there, expected = machine
    webcams.plug_in(20, [(pixel_format, WIDTH_PX, HEIGHT_PX, FPS)], clock=clock)
    found = there.call(from_the_webcam, pixel_format)
    assert found.strides >= expected.strides - 2
    assert found.extension_deg == pytest.approx(expected.extension_deg, abs=0.5)
    assert found.cadence_spm == pytest.approx(CADENCE_SPM, abs=1.0)
