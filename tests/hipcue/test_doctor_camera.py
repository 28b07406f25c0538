"""What the doctor says of pictures: too dark, burnt out, repeated, and of people in them."""

from collections.abc import Iterator

import numpy as np
import pytest

from capture.source import Picture, SourceLost
from config.schema import Analysis, Capture, Settings
from hipcue.doctor import camera, person
from hipcue.doctor.finding import Finding
from tests.turned_camera import room, seen_turned
from wire.frames import Image

SIDE_PX = 64


class Still:
    """A camera that shows these pictures and then ends, or is lost."""

    live = True
    facts = {"source": "still", "mode": "64x64"}  # noqa: RUF012
    warning = ""

    def __init__(self, pictures: Iterator[Image], lost: bool = False) -> None:
        self.pictures, self.lost, self.closed = pictures, lost, False
        self.index = -1

    def read(self) -> Picture | None:
        self.index += 1
        image = next(self.pictures, None)
        if image is None and self.lost:
            raise SourceLost("still: gave no picture")
        return None if image is None else Picture(image, self.index, self.index * 10**9, 0, "read")

    def close(self) -> None:
        self.closed = True


def looked(monkeypatch: pytest.MonkeyPatch, source: Still) -> dict[str, Finding]:
    monkeypatch.setattr(camera, "open_source", lambda _: source)
    findings, _ = camera.look_at_camera(Settings(capture=Capture(source="synthetic:")))
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
def test_the_light_is_judged(monkeypatch: pytest.MonkeyPatch, low: int, high: int, advice: str) -> None:
    light = looked(monkeypatch, Still(noise(low, high, 5)))["light"]
    assert light.good == (not advice)
    assert advice in light.advice


def test_a_camera_that_repeats_its_pictures_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    doubled = (image for image in noise(80, 180, 6) for _ in range(2))
    rate = looked(monkeypatch, Still(doubled))["rate"]
    assert not rate.good
    assert "55% of the pictures the same" in rate.found


def test_a_flat_picture_is_not_sharp(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = iter([np.full((SIDE_PX, SIDE_PX, 3), 128, np.uint8)])
    assert not looked(monkeypatch, Still(flat))["sharpness"].good


def test_a_camera_that_is_lost_while_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    found = looked(monkeypatch, Still(noise(80, 180, 3), lost=True))
    assert list(found) == ["camera"]
    assert "gave no picture" in found["camera"].found


def test_an_empty_treadmill_asks_for_somebody_on_it() -> None:
    finding = person.look_at_person(Settings(), [(t / 10, np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)) for t in range(3)])
    assert (finding.good, finding.found) == (False, "nobody is seen")


@pytest.mark.parametrize(("set_deg", "good"), [(0.0, False), (4.0, True)])
def test_a_camera_that_hangs_askew_is_told_with_the_setting_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, set_deg: float, good: bool
) -> None:
    askew = Still(iter([seen_turned(room(), 4.0)]))
    monkeypatch.setattr(camera, "open_source", lambda _: askew)
    found, _ = camera.look_at_camera(Settings(analysis=Analysis(camera_roll_deg=set_deg)))
    level = next(finding for finding in found if finding.subject == "level")
    assert level.good == good
    assert good or "camera_roll_deg = 4." in level.advice or "camera_roll_deg = 3." in level.advice
